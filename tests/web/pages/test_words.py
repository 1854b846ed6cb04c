"""Every text of every area has an English one, templates are clean, and the script is ES2015."""

import re
from pathlib import Path
from typing import Any

import esprima
import pytest
from babel.messages.extract import extract
from babel.messages.pofile import read_po

from service.web.pages.assets import assets
from service.web.pages.i18n import FOLDER, for_templates, read_catalogues, words

WEB = FOLDER.parent
TEMPLATES = sorted((WEB / "templates").rglob("*.html"))
KEYWORDS = {"_": None, "said": None, "mark": None, "gettext": None, "ngettext": (1, 2), "plural": (1, 2)}
JINJA = {"extensions": "jinja2.ext.do", "trim_blocks": "true", "lstrip_blocks": "true"}


def texts(path: Path) -> set[str]:
    """The Chinese texts of a template or module that are shown in the reader's language."""
    method, options = ("jinja2", JINJA) if path.suffix == ".html" else ("python", {})
    with path.open("rb") as file:
        found = [message for _, message, *_ in extract(method, file, keywords=KEYWORDS, options=options)]
    firsts = [message if isinstance(message, str) else message[0] for message in found]
    return {text for text in firsts if text and re.search(r"[\u4e00-\u9fff]", text)}


def test_every_text_has_an_english_one() -> None:
    known = read_catalogues(sorted((FOLDER / "en").glob("*.po")))
    sources = [*TEMPLATES, *sorted(WEB.rglob("*.py"))]
    missing = {str(path.relative_to(WEB)): sorted(texts(path) - known.keys()) for path in sources}
    assert {name: lacking for name, lacking in missing.items() if lacking} == {}


@pytest.mark.parametrize("path", sorted((FOLDER / "en").glob("*.po")), ids=lambda path: path.stem)
def test_a_translation_fills_in_what_the_text_does(path: Path) -> None:
    with path.open("rb") as file:
        for message in read_po(file, locale="en"):
            chinese = message.id if isinstance(message.id, str) else message.id[0]
            given = [message.string] if isinstance(message.string, str) else list(message.string or ())
            for english in given if chinese else ():
                assert set(re.findall(r"%\((\w+)\)s", chinese)) >= set(re.findall(r"%\((\w+)\)s", english)), chinese
                assert not re.search(r"[\u4e00-\u9fff]", english.replace("中文", "")), chinese


def test_what_is_filled_into_a_text_of_a_template_is_escaped() -> None:
    say = for_templates(words("en"))["_"]
    assert str(say("剩 %(length)s", length="<b>")) == "&lt;b&gt; left"


@pytest.mark.parametrize("path", TEMPLATES, ids=lambda path: path.stem)
def test_a_template_has_nothing_that_the_content_policy_forbids(path: Path) -> None:
    text = path.read_text(encoding="utf-8")
    assert re.findall(r"<[^>]*\s(?:style|on[a-z]+)\s*=", text) == []
    assert re.findall(r"<style|<script(?![^>]*src=)|javascript:", text) == []
    assert "|safe" not in text.replace(" ", "")


def test_the_script_is_es2015() -> None:
    assert newer_than_es2015(assets()["script.js"].body.decode()) == []


@pytest.mark.parametrize(
    "text",
    ["a ** b", "x?.y", "x ?? y", "async function f() {}", "try {} catch {}", "({...a})", "a **= b", "async () => 1"],
)
def test_a_newer_script_is_found(text: str) -> None:
    assert newer_than_es2015(text) != []


def newer_than_es2015(script: str) -> list[str]:
    """What of a script an ES2015 browser cannot read."""
    try:
        waiting: list[Any] = [esprima.parseScript(script).toDict()]
    except esprima.Error as error:
        return [str(error)]
    found = []
    while waiting:
        node = waiting.pop()
        if isinstance(node, dict):
            kind = str(node.get("type"))
            spread = kind == "ObjectExpression" and any(one["type"] == "SpreadElement" for one in node["properties"])
            if spread or kind == "AwaitExpression" or node.get("async") or node.get("operator") in ("**", "**="):
                found.append(kind)
        waiting += list(node.values()) if isinstance(node, dict) else node if isinstance(node, list) else []
    return found
