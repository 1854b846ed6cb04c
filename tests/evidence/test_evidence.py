"""The evidence of an alert: everything is in it, sealed values are not, and whatever was changed afterwards shows."""

import re
from pathlib import Path

import pytest

from service.evidence.dossier import Dossier, Entry, Mark
from service.evidence.page import as_html
from service.evidence.text import WIDTH, as_text, wrapped
from service.evidence.text import width as columns
from tests.evidence.story import SCRIPT, Story

SNAPSHOT = Path(__file__).with_name("evidence.txt")
# Ids and seals are made anew in every run.
_NEW = re.compile(
    r"[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f-]{22}|\b[0-9a-f]{64}\b|(?<=校验 )[0-9a-f]{16}|(?<=校验\n    )[0-9a-f]{16}"
)


def entries(dossier: Dossier, key: str) -> tuple[Entry, ...]:
    return next(section.entries for section in dossier.sections if section.key == key)


def test_the_text_of_a_story(story: Story) -> None:
    """Where the wording was changed on purpose: write what `_NEW` leaves of `as_text` into evidence.txt."""
    assert _NEW.sub("…", as_text(story.dossier())) == SNAPSHOT.read_text(encoding="utf-8")


@pytest.mark.parametrize("language", ["zh", "en"])
def test_no_line_is_wider_than_a_terminal(story: Story, language: str) -> None:
    said = as_text(story.dossier("zh" if language == "zh" else "en"))
    assert max(map(columns, said.splitlines())) <= WIDTH
    assert "\x1b" not in said
    assert ("谁在何时知道" in said) == (language == "zh")


def test_who_knew_since_when(story: Story) -> None:
    known = {entry.what: entry for entry in entries(story.dossier("en"), "knowers")}
    first = known["李娜 li.na"]
    assert first.at is not None
    assert first.details[:2] == (
        "1 messages (console), the first written at 2026-11-18 10:00:00",
        "first arrived at 2026-11-18 10:10:00 (10 min after it was written)",
    )


def test_a_message_that_never_arrives_proves_no_knowledge(story: Story) -> None:
    lost = story.dossier("en", "UPDATE delivery_attempt SET outcome = 'give_up'")
    known = {entry.what: entry for entry in entries(lost, "knowers")}
    assert {(entry.at, entry.mark) for who, entry in known.items() if who != "李娜 li.na"} == {(None, Mark.BAD)}
    assert known["李娜 li.na"].details[1] == "none of them arrived"


def test_addresses_are_masked(story: Story) -> None:
    said = as_text(story.dossier())
    assert "l***@union.example" in said
    assert "li.na@union.example" not in said


def test_the_page_escapes_names_and_notes(story: Story) -> None:
    page = as_html(story.dossier())
    assert SCRIPT not in page
    assert "王强&lt;script&gt;alert(1)&lt;/script&gt;" in page
    assert "\x1b" not in page
    assert "<script" not in page


def test_what_is_sealed_is_an_other_lead_unless_it_may_be_seen(story: Story) -> None:
    hidden, shown = as_text(story.dossier()), as_text(story.dossier(show_sealed=True))
    assert "有效投诉" not in hidden
    assert "其他线索" in hidden
    assert "有效投诉" in shown


@pytest.mark.parametrize(
    ("statement", "said"),
    [
        ("UPDATE alert_event SET officer_id = 'duty' WHERE seq = 2", "line 2 of the record"),
        ("DELETE FROM alert_event WHERE seq = 2", "line 2 of the record"),
        ("UPDATE chain_checkpoint SET alerts = 9", "checkpoint 1"),
        ("UPDATE delivery_attempt SET outcome = 'delivered' WHERE number = 1", "the attempts of 1 messages"),
        ("UPDATE delivery_attempt SET hash = '', previous_hash = '' WHERE number = 2", "the attempts of 1 messages"),
        ("DELETE FROM delivery_attempt WHERE number = 2", "the attempts of 1 messages"),
        ("UPDATE outbox_message SET body = 'nothing to do' WHERE attempts = 2", "the attempts of 1 messages"),
    ],
)
def test_what_was_tampered_with_is_shown_as_broken(story: Story, statement: str, said: str) -> None:
    assert story.dossier().whole
    broken = story.dossier("en", statement)
    assert not broken.whole
    assert said in broken.verdict
    assert [entry.mark for entry in entries(broken, "proofs")].count(Mark.BAD) == 1
    assert "✗ The records were tampered with" in as_text(broken)
    assert 'class="verdict broken"' in as_html(broken)


def test_a_changed_line_is_marked_and_a_deleted_one_leaves_its_place(story: Story) -> None:
    changed = story.dossier("en", "UPDATE alert_event SET reason = 'noted' WHERE seq = 2")
    assert [e.ref for e in entries(changed, "record") if e.mark is Mark.BAD] == ["L2"]
    record = entries(story.dossier("en", "DELETE FROM alert_event WHERE seq = 2"), "record")
    assert (record[1].ref, record[1].what, record[1].mark) == ("L2", "this line was deleted", Mark.BAD)


def test_everything_that_the_course_names_has_its_particulars(story: Story) -> None:
    dossier = story.dossier()
    numbered = {entry.ref for section in dossier.sections if section.key != "course" for entry in section.entries}
    course = entries(dossier, "course")
    assert {entry.ref for entry in course} <= numbered
    assert [e.at for e in course if e.at] == sorted(e.at for e in course if e.at)


@pytest.mark.parametrize(
    ("text", "lines"),
    [
        ("", [""]),
        ("一二三四五", ["一二三", "四五"]),
        ("一二三，四", ["一二", "三，四"]),
        ("ab cd ef", ["ab cd", "ef"]),
        ("abcdefgh", ["abcdef", "gh"]),
    ],
)
def test_text_is_wrapped_by_the_columns_it_takes(text: str, lines: list[str]) -> None:
    assert wrapped(text, 6) == lines
