"""The house rules that the linters do not know, and the layers that import-linter holds."""

import ast
import re

import pytest
from importlinter import cli

from .repository import ROOT, tracked

CLOCK_READERS = {
    *("datetime.now", "datetime.utcnow", "datetime.today", "date.today", "time.time"),
    *("datetime.datetime.now", "datetime.datetime.utcnow", "datetime.date.today"),
}
DRAWERS = {"utils", "util", "helpers", "helper", "common", "core", "misc", "service", "manager"}

# Written in two halves each, so that this file does not find itself.
HOSTS = [
    "pypi" + ".org",
    "python" + "hosted.org",
    "npmjs" + ".",
    "debian" + ".org/debian",
    "docker" + ".io",
    "crates" + ".io",
]
PLACES = ["/" + "work/", "/" + "root/", "/" + "home/", "/opt/" + "pypi", "py" + "env/"]


def test_imports_follow_the_house_plan(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
    monkeypatch.chdir(ROOT)
    assert cli.lint_imports(config_filename="pyproject.toml", no_cache=True) == 0, capsys.readouterr().out


def parsed() -> dict[str, ast.Module]:
    return {str(path.relative_to(ROOT)): ast.parse(path.read_text()) for path in tracked("service/*.py")}


def test_only_the_clock_reads_the_time() -> None:
    calls = [(name, node) for name, tree in parsed().items() for node in ast.walk(tree) if isinstance(node, ast.Call)]
    readers = {name for name, call in calls if ast.unparse(call.func) in CLOCK_READERS}
    assert readers == {"service/clock.py"}


def test_a_module_says_what_it_is_after_its_chinese_term() -> None:
    docs = {name: ast.get_docstring(tree) or "" for name, tree in parsed().items()}
    assert [name for name, doc in docs.items() if not re.match(r"[^:]*[\u4e00-\u9fff][^:]*: ", doc)] == []


def test_every_public_class_and_function_says_what_it_is() -> None:
    named = (ast.ClassDef, ast.FunctionDef, ast.AsyncFunctionDef)
    found = [(name, node) for name, tree in parsed().items() for node in tree.body if isinstance(node, named)]
    silent = [f"{name}:{node.lineno} {node.name}" for name, node in found if not ast.get_docstring(node)]
    assert [text for text in silent if not text.split()[1].startswith("_")] == []


def test_no_file_is_a_drawer_for_everything() -> None:
    paths = [path.relative_to(ROOT / "service") for path in tracked("service/*.py")]
    assert [str(path) for path in paths if DRAWERS & {path.stem, *path.parent.parts}] == []


def test_nothing_is_left_for_later() -> None:
    later = re.compile(r"\b(TO" r"DO|FIX" r"ME|X" r"XX|HA" r"CK)\b")
    texts = {path: path.read_text() for path in tracked("service/*.py", "tests/*.py", "run", ".ci/run", "rules/*")}
    assert [str(path) for path, text in texts.items() if later.search(text)] == []


def test_no_file_names_a_registry_or_a_place_on_somebodys_machine() -> None:
    found = []
    for path in tracked():
        text = path.read_bytes().decode(errors="replace")
        found += [f"{path.relative_to(ROOT)}: {word}" for word in (*HOSTS, *PLACES) if word in text]
    assert found == []
