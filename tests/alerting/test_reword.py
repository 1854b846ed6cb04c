"""Messages in the rulebook's own words: by level and channel, and a broken template never stops an alert."""

import pytest

from service.clock import FrozenClock
from service.db import Database
from tests.builders import Town
from tests.notify.rows import journal

OWN = "【{{ level.zh }}】{{ who }}\n请速签收：{{ link }}\n"


def told(db: Database, clock: FrozenClock, **templates: str) -> tuple[str, str]:
    """Subject and body of the first letter about two alerts, under rules with these templates."""
    town = Town.found(
        db, clock, messages={f"messages/{name.replace('__', '.')}.j2": t for name, t in templates.items()}
    )
    for node in ("gear", "mill"):
        town.report(node, "2026-W47", wage__arrears_days=35, wage__arrears_people=60)
    town.assess()
    letter = next(letter for letter in town.letters() if letter.alert_id == town.alert("gear").id)
    return letter.subject, letter.body


def test_the_closest_template_words_the_letter(db: Database, clock: FrozenClock) -> None:
    subject, body = told(db, clock, orange__console=OWN, orange__any="x\ny", red__console="x\ny")
    assert subject == "【橙色】岐山县 秦岭齿轮厂（演示）"
    assert body == "请速签收：http://127.0.0.1:8000/alerts/1"
    assert [entry for entry in journal(db) if entry.kind == "broken_template"] == []


@pytest.mark.parametrize(
    ("broken", "place"),
    [("标题\n{{ nobody }}", ":2 "), ("标题\n{% for", ":2 "), ("标题\n{% for i in range(9) %}{% endfor %}", ":2 ")],
)
def test_with_a_broken_template_the_plain_text_goes_and_one_row_says_so(
    db: Database, clock: FrozenClock, broken: str, place: str
) -> None:
    subject, body = told(db, clock, any__any=broken)
    assert subject.startswith("【橙色预警】岐山县 秦岭齿轮厂（演示）：")
    assert body.endswith("详情 / Details: http://127.0.0.1:8000/alerts/1")
    (entry,) = [entry for entry in journal(db) if entry.kind == "broken_template"]
    assert entry.subject == "1/messages/any.any.j2"
    assert f"messages/any.any.j2{place}" in entry.text
