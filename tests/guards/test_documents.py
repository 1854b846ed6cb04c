"""Documents say what the code does: settings, decisions, changes."""

import json
import re
import subprocess
from datetime import timedelta
from enum import Enum
from pathlib import Path
from typing import cast

import pytest
from pydantic import SecretStr
from pydantic.fields import FieldInfo
from ruamel.yaml import YAML
from typer import Context
from typer.core import TyperGroup
from typer.main import get_command

from service.__main__ import app
from service.clock import SystemClock
from service.network.network_text import read_network
from service.network.rota import Span, gaps, weekday
from service.scoring.week import week_at
from service.settings import Settings
from service.shipped import shipped

from .repository import ROOT

README = (ROOT / "README.md").read_text()
DECISIONS = sorted((ROOT / "service" / "decisions").glob("*.md"))
HEADINGS = [
    "## 状态 / Status",
    "## 问题 / Question",
    "## 选项 / Options",
    "## 决定 / Decision",
    "## 后果 / Consequences",
]


def shown(field: FieldInfo) -> str:
    """A default as the README's table writes it."""
    value = field.default
    if isinstance(value, SecretStr):
        value = value.get_secret_value()
    if isinstance(value, Enum):
        value = value.value
    return f"`{value}`" if value not in (None, "") else "–"


def test_the_readme_lists_every_setting_with_its_default_and_nothing_else() -> None:
    rows = re.findall(r"^\| `LABOUR_WATCH_(\w+)` \| ([^|]+) \| ([^|]+) \|$", README, re.MULTILINE)
    fields = Settings.model_fields
    assert [name.lower() for name, _, _ in rows] == list(fields)
    assert {name.lower(): default.strip() for name, default, _ in rows} == {n: shown(f) for n, f in fields.items()}
    assert {name.lower(): text.strip() for name, _, text in rows} == {n: f.description for n, f in fields.items()}


def test_decisions_are_numbered_without_gaps() -> None:
    assert [path.name[:4] for path in DECISIONS] == [f"{number:04d}" for number in range(1, len(DECISIONS) + 1)]


@pytest.mark.parametrize("path", DECISIONS, ids=lambda path: path.stem)
def test_a_decision_is_one_page_of_five_parts(path: Path) -> None:
    lines = path.read_text().splitlines()
    assert lines[0].startswith(f"# {path.name[:4]} ")
    assert [line for line in lines if line.startswith("## ")] == HEADINGS
    assert len(lines) <= 60


def test_every_change_is_tagged_and_says_where() -> None:
    items = re.findall(r"^- .*$", (ROOT / "CHANGELOG.md").read_text(), re.MULTILINE)
    form = re.compile(r"- \[(CHANGE|FEATURE|ENHANCEMENT|BUGFIX|SECURITY)\] [a-z-]+: \S")
    assert items
    assert [item for item in items if not form.match(item)] == []


def test_every_folder_of_the_service_is_in_the_tour() -> None:
    tour = (ROOT / "service" / "README.md").read_text()
    folders = [path.parent.name for path in (ROOT / "service").glob("*/__init__.py")]
    assert [name for name in folders if f"`{name}/`" not in tour] == []


def test_every_file_that_the_tour_names_exists() -> None:
    tour = (ROOT / "service" / "README.md").read_text()
    named = re.findall(r"`((?:[a-z_]+/)*[a-z_]+\.(?:py|md|yaml))`", tour)
    assert [name for name in named if not any((root / name).exists() for root in (ROOT, ROOT / "service"))] == []


def test_the_readme_posts_a_report_that_the_shipped_dictionary_knows() -> None:
    (block,) = re.findall(r"^curl .*?(?=^```)", README, re.MULTILINE | re.DOTALL)
    spoken = subprocess.run(
        ["bash", "-c", f"curl() {{ printf '%s\\0' \"$@\"; }}; cat() {{ echo TOKEN; }}; {block}"],
        capture_output=True,
        text=True,
        check=True,
    ).stdout.split("\0")
    body = json.loads(spoken[spoken.index("-d") + 1])
    known = YAML(typ="safe").load(shipped("rules") / "indicators.yaml")["indicators"]
    assert body["values"].keys() <= {indicator["id"] for indicator in known}
    assert body["week"] == week_at(SystemClock().now())
    assert "Authorization: Bearer TOKEN" in spoken


def test_the_readme_shows_a_network_that_can_be_imported_and_a_rota_without_gaps() -> None:
    (block,) = re.findall(r"^```yaml\n(nodes:.*?)^```", README, re.MULTILINE | re.DOTALL)
    file, problems = read_network(block, "network.yaml")
    assert problems == []
    (rota,) = [post.rota for post in file.posts]
    assert rota is not None
    assert gaps(rota, (), rota.begins, rota.begins + timedelta(days=21), weekday) == (
        Span(rota.begins, rota.begins + timedelta(hours=8, minutes=30)),  # before the first shift of all
    )


def test_every_command_that_a_document_names_exists() -> None:
    top = cast(TyperGroup, get_command(app))
    context = Context(top)
    for document in ("README.md", "service/README.md", "rules/README.md"):
        for name, below in re.findall(r"labour-watch ([a-z-]+)(?: ([a-z]+))?", (ROOT / document).read_text()):
            command = top.get_command(context, name)
            assert command is not None, f"{document}: {name}"
            known = command.list_commands(context) if isinstance(command, TyperGroup) else [below]
            assert below in known, f"{document}: {name} {below}"
