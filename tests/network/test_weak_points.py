"""薄弱处: what is named of a post before it matters."""

from datetime import date, time, timedelta

import pytest

from service.clock import shanghai
from service.network.duty import ContactView, OfficerView, PostView
from service.network.rota import Days, Rota, Shift
from service.network.weak_points import weak_points

NOON = shanghai("2026-11-18T12:00")
GOOD = OfficerView("a", "甲", (ContactView(1, "console", "-"), ContactView(2, "sms", "1", verified=True)))
UNVERIFIED = OfficerView("b", "乙", (ContactView(3, "console", "-"),))
UNREACHABLE = OfficerView("c", "丙")
DAYS_ONLY = Rota(date(2026, 11, 16), 7, (Shift(time(8), 720, Days.ALL, ("a",)),))
ALWAYS = Rota(date(2026, 11, 16), 7, (Shift(time(), 1440, Days.ALL, ("a",)),))


@pytest.mark.parametrize(
    ("post", "said"),
    [
        (PostView("city.duty", "baoji", 1, (GOOD,)), []),
        (PostView("city.duty", "baoji", 1), []),
        (PostView("city.duty", "baoji", 1, (GOOD,), acting=True), ["has deputies but no holder"]),
        (PostView("city.duty", "baoji", 1, (GOOD,), acting=True, rota=ALWAYS), []),
        (PostView("city.duty", "baoji", 1, (GOOD,), rota=DAYS_ONLY), ["11-18 20:00 – 11-19 08:00; add a shift"]),
        (PostView("city.duty", "baoji", 1, (GOOD, UNVERIFIED)), ["officer b, of whom no contact is verified"]),
        (PostView("city.duty", "baoji", 1, (UNREACHABLE,)), ["officer c without a usable contact"]),
    ],
)
def test_each_weak_point_is_named_with_its_cure(post: PostView, said: list[str]) -> None:
    holes = list(weak_points(post, NOON, NOON + timedelta(days=1)))
    assert [part in hole.text_en for hole, part in zip(holes, said, strict=True)] == [True] * len(said)
    assert all("city.duty（baoji）" in hole.text for hole in holes)


def test_many_gaps_are_counted_and_not_all_named() -> None:
    (hole,) = weak_points(PostView("city.duty", "baoji", 1, (GOOD,), rota=DAYS_ONLY), NOON, NOON + timedelta(days=14))
    assert hole.text_en.count(" – ") == 3
    assert "14 in all" in hole.text_en
