"""What is installed is pinned, has a reason and a licence, and CI runs what the README tells a person to type."""

import re
import subprocess
import tomllib
from importlib.metadata import distribution

from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

from .repository import ROOT

PROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]
EXTRAS = PROJECT["optional-dependencies"]
RUNTIME = [*PROJECT["dependencies"], *EXTRAS["postgres"], *EXTRAS["parquet"], *EXTRAS["pdf"]]


def closure(requirements: list[str]) -> set[str]:
    """Names of everything that is installed with `requirements`."""
    found: set[tuple[str, str]] = set()
    waiting = [(Requirement(text), extra) for text in requirements for extra in ("", *Requirement(text).extras)]
    while waiting:
        requirement, extra = waiting.pop()
        name = canonicalize_name(requirement.name)
        if (name, extra) in found:
            continue
        found.add((name, extra))
        for text in distribution(name).requires or []:
            inner = Requirement(text)
            if inner.marker is None or inner.marker.evaluate({"extra": extra}):
                waiting += [(inner, wanted) for wanted in ("", *inner.extras)]
    return {name for name, _ in found}


def test_every_dependency_has_a_reason_beside_it() -> None:
    lines = (ROOT / "pyproject.toml").read_text().splitlines()
    for requirement in (*PROJECT["dependencies"], *(item for group in EXTRAS.values() for item in group)):
        (line,) = [line for line in lines if f'"{requirement}"' in line]
        assert re.search(r'",\s+# \S.{5,}', line), line


def test_constraints_are_names_and_versions_and_pin_everything() -> None:
    lines = (ROOT / "constraints.txt").read_text().splitlines()
    assert [line for line in lines if not re.fullmatch(r"[a-z0-9-]+==[0-9][0-9a-z.]*", line)] == []
    assert closure([*RUNTIME, *EXTRAS["dev"]]) <= {line.split("==")[0] for line in lines}


def test_the_third_party_list_is_what_a_user_installs() -> None:
    rows = re.findall(r"^\| ([a-z0-9-]+) \| ([^|]+) \|", (ROOT / "THIRD-PARTY.md").read_text(), re.MULTILINE)
    assert {name for name, _ in rows} == closure(RUNTIME)
    assert [name for name, _ in rows] == sorted(name for name, _ in rows)
    assert [name for name, licence in rows if not licence.strip()] == []


def test_ci_runs_the_commands_that_the_readme_tells() -> None:
    reader = re.search(r"^readme\(\) .*$", (ROOT / ".ci" / "run").read_text(), re.MULTILINE)
    assert reader is not None
    shown = re.findall(r"^\./run .*?(?=\s*(?:#.*)?$)", (ROOT / "README.md").read_text(), re.MULTILINE)
    for task in ("demo", "test"):
        read = subprocess.run(
            ["bash", "-c", f"{reader[0]}; readme {task}"], cwd=ROOT, capture_output=True, text=True, check=True
        )
        assert read.stdout.strip() == f"./run {task}"
        assert f"./run {task}" in shown


def test_every_task_that_a_document_names_is_in_run() -> None:
    tasks = set(re.findall(r"^  ([a-z-]+)\) ready", (ROOT / "run").read_text(), re.MULTILINE))
    for document in ("README.md", "service/README.md", "rules/README.md"):
        named = set(re.findall(r"\./run ([a-z-]+)", (ROOT / document).read_text()))
        assert named <= tasks, document
