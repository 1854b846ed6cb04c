"""Templates of a rules folder are checked with file and line, before anybody publishes them."""

import pytest

from service.rulebook.check import check_texts
from service.rulebook.folder import read_folder, read_texts
from service.rulebook.messages import check_messages
from service.shipped import shipped

TEXTS, UNREAD = read_texts(shipped("rules"))


def test_the_shipped_templates_are_sound_and_part_of_a_version() -> None:
    assert check_messages(TEXTS) == []
    assert "messages/any.any.j2" in read_folder(shipped("rules"))


@pytest.mark.parametrize(
    ("name", "text", "place"),
    [
        ("red.email.j2", "标题\n{{ who", "messages/red.email.j2:2 "),
        ("any.console.j2", "标题\n正文\n{{ nobody }}", "messages/any.console.j2:3 "),
        ("blue.any.j2", "标题\n{% if advice %}{{ advice.name }}{% endif %}x", "messages/blue.any.j2:2 "),
        ("purple.any.j2", "标题\n正文", "messages/purple.any.j2:1 "),
        ("red.sms.j2", "标题\n正文", "messages/red.sms.j2:1 "),
        ("red.j2", "标题\n正文", "messages/red.j2:1 "),
    ],
)
def test_a_fault_is_told_with_its_place(name: str, text: str, place: str) -> None:
    checked = check_texts(TEXTS | {f"messages/{name}": text}, UNREAD)
    (problem,) = checked.problems
    assert str(problem).startswith(place)
    assert checked.sound is None
