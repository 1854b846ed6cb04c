"""责任: who answers, in tables and in properties."""

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from service.network.duty import (
    KINDS,
    ContactView,
    HoleReason,
    How,
    OfficerView,
    PostView,
    answer,
    for_alert,
    impossible,
    ladder,
)

NOON = datetime(2026, 11, 18, 4, 0, tzinfo=UTC)
HOUR = timedelta(hours=1)
PHONE = (ContactView(1, "console", "-"),)


def officer(name: str, *, reach: bool = True, leave: tuple[timedelta, timedelta] | None = None) -> OfficerView:
    """An officer whose leave is given as offsets from noon."""
    leaves = ((NOON + leave[0], NOON + leave[1]),) if leave else ()
    return OfficerView(name, name, PHONE if reach else (), leaves)


def away(name: str) -> OfficerView:
    return officer(name, leave=(-HOUR, HOUR))


PATH = (
    PostView("township.organiser", "mayinghe", 1, (officer("organiser"),)),
    PostView("county.officer", "weibin", 1, (officer("holder"), officer("deputy"))),
    PostView("county.chair", "weibin", 3, (officer("chair"),)),
    PostView("county.deputy", "weibin", 2, (officer("vice"),)),
    PostView("city.duty", "baoji", 1, (officer("duty"),)),
    PostView("city.leader", "baoji", 2, (officer("leader"),)),
)


def replaced(code: str, *officers: OfficerView) -> tuple[PostView, ...]:
    """The path with other officers at one post."""
    return tuple(PostView(p.code, p.node_id, p.rank, officers) if p.code == code else p for p in PATH)


@pytest.mark.parametrize(
    ("code", "posts", "who", "reasons"),
    [
        ("county.officer", PATH, "holder", []),
        ("city.leader", PATH, "leader", []),
        ("county.officer", replaced("county.officer", away("a"), officer("b")), "b", []),
        ("county.officer", replaced("county.officer", away("a"), away("b"), officer("c")), "c", []),
        ("county.officer", replaced("county.officer"), "vice", ["vacant"]),
        ("county.officer", replaced("county.officer", away("a")), "vice", ["away"]),
        ("county.officer", replaced("county.officer", away("a"), away("b")), "vice", ["away"]),
        ("county.officer", replaced("county.officer", officer("a", reach=False)), "vice", ["unreachable"]),
        ("county.officer", replaced("county.officer", officer("a", reach=False), officer("b")), "b", ["unreachable"]),
        ("county.chair", replaced("county.chair"), "duty", ["vacant"]),
        ("city.leader", replaced("city.leader"), None, ["vacant"]),
        ("county.treasurer", PATH, "holder", ["missing"]),
        ("township.organiser", PATH[1:], "holder", ["missing"]),
        ("township.organiser", (), None, ["missing"]),
        ("province.desk", PATH, "organiser", ["missing"]),
        ("city.duty", PATH[:4], None, ["missing"]),
    ],
)
def test_the_nearest_officer_who_is_there_answers(
    code: str, posts: tuple[PostView, ...], who: str | None, reasons: list[str]
) -> None:
    found = answer(code, posts, NOON)
    assert (found.officer.id if found.officer else None) == who
    assert [hole.reason.value for hole in found.holes] == reasons


def test_every_post_passed_on_the_way_up_is_a_hole_of_its_own() -> None:
    posts = tuple(PostView(p.code, p.node_id, p.rank, ()) for p in PATH[:4]) + PATH[4:]
    found = answer("township.organiser", posts, NOON)
    assert found.officer is not None
    assert found.officer.id == "duty"
    assert [(h.node_id, h.code) for h in found.holes] == [
        ("mayinghe", "township.organiser"),
        ("weibin", "county.officer"),
        ("weibin", "county.deputy"),
        ("weibin", "county.chair"),
    ]


@pytest.mark.parametrize(
    ("leave", "there"),
    [((timedelta(0), HOUR), False), ((-HOUR, timedelta(0)), True), ((HOUR, 2 * HOUR), True), ((-HOUR, HOUR), False)],
)
def test_a_leave_begins_with_its_first_instant_and_is_over_at_its_last(
    leave: tuple[timedelta, timedelta], there: bool
) -> None:
    found = answer("city.duty", (PostView("city.duty", "baoji", 1, (officer("a", leave=leave),)),), NOON)
    assert (found.officer is not None) is there


def test_a_tree_of_one_node_answers_from_its_only_post() -> None:
    found = answer("county.officer", (PostView("city.duty", "baoji", 1, (officer("duty"),)),), NOON)
    assert found.officer is not None
    assert found.post is not None
    assert (found.officer.id, found.post.code) == ("duty", "city.duty")


@pytest.mark.parametrize(
    ("node", "kind", "theme", "code", "who"),
    [
        ("weibin", "county", "reporting", "county.officer", "duty"),
        ("weibin", "county", "reporting", "county.chair", "duty"),
        ("weibin", "county", "reporting", "city.leader", "leader"),
        ("weibin", "county", "wages", "county.officer", "holder"),
        ("e01", "enterprise", "reporting", "county.officer", "holder"),
        ("mayinghe", "township", "reporting", "township.organiser", "organiser"),
        ("baoji", "city", "reporting", "city.duty", "duty"),
    ],
)
def test_the_silence_of_a_county_is_the_business_of_the_city(
    node: str, kind: str, theme: str, code: str, who: str
) -> None:
    found = answer(code, for_alert(PATH, node, kind, theme), NOON)
    assert (found.officer.id if found.officer else None, found.holes) == (who, ())


def test_nobody_on_the_side_of_an_enterprise_answers_for_its_alert() -> None:
    own = PostView("enterprise.chair", "e01", 1, (officer("chairman"),))
    assert answer("enterprise.chair", (own, *PATH), NOON).officer == officer("chairman")
    found = answer("enterprise.chair", for_alert((own, *PATH), "e01", "enterprise", "wages"), NOON)
    assert found.officer is not None
    assert found.officer.id != "chairman"


def test_deputies_in_a_circle_answer_for_each_other_until_all_are_away() -> None:
    def circle(*gone: str) -> tuple[PostView, ...]:
        one, two = (away(name) if name in gone else officer(name) for name in ("one", "two"))
        return (PostView("county.officer", "weibin", 1, (one, two)), PostView("county.deputy", "weibin", 2, (two, one)))

    answers = [answer("county.officer", circle(*gone), NOON) for gone in ((), ("one",), ("one", "two"))]
    assert [found.officer.id if found.officer else None for found in answers] == ["one", "two", None]
    assert [(h.code, h.reason) for h in answers[2].holes] == [
        ("county.officer", HoleReason.AWAY),
        ("county.deputy", HoleReason.AWAY),
    ]


@pytest.mark.parametrize(
    ("code", "kind", "impossible_"),
    [
        ("township.organiser", "enterprise", False),
        ("township.organiser", "county", True),
        ("county.officer", "county", False),
        ("county.officer", "city", True),
    ],
)
def test_a_node_lacks_no_post_of_nodes_below_it(code: str, kind: str, impossible_: bool) -> None:
    (hole, *_) = answer(code, PATH[-1:], NOON).holes
    assert impossible(hole, kind) is impossible_


@pytest.mark.parametrize(
    ("post", "how"),
    [
        (PostView("city.duty", "baoji", 1, (officer("a"), officer("b"))), How.HOLDER),
        (PostView("city.duty", "baoji", 1, (away("a"), officer("b"))), How.DEPUTY),
        (PostView("city.duty", "baoji", 1, (officer("a"),), acting=True), How.DEPUTY),
    ],
)
def test_an_answer_says_how_it_came_to_be_this_officer(post: PostView, how: How) -> None:
    assert answer("city.duty", (post,), NOON).how is how


def test_one_officer_may_hold_several_posts_on_the_path() -> None:
    both = officer("both")
    posts = (PostView("county.officer", "weibin", 1, (away("x"),)), PostView("city.duty", "baoji", 1, (both,)))
    assert answer("county.officer", posts, NOON).officer == both
    assert answer("city.duty", posts, NOON).officer == both


def test_the_enterprise_never_answers_for_an_official() -> None:
    own = PostView("enterprise.chair", "e01", 1, (officer("chairman"),))
    assert answer("township.organiser", (own,), NOON).officer is None


def test_holes_name_the_post_the_place_and_the_cure_in_both_languages() -> None:
    hole = answer("county.officer", replaced("county.officer"), NOON).holes[0]
    assert "county.officer" in hole.text
    assert "weibin" in hole.text_en
    assert "请指定责任人" in hole.text


@st.composite
def paths(draw: st.DrawFn) -> tuple[PostView, ...]:
    """Posts on a random path: any kind may have none, any post may be vacant, away or unreachable."""
    people = st.lists(
        st.builds(
            officer,
            st.sampled_from("abcdefg"),
            reach=st.booleans(),
            leave=st.sampled_from([None, (-HOUR, HOUR), (HOUR, 2 * HOUR)]),
        ),
        max_size=3,
        unique_by=lambda person: person.id,
    ).map(tuple)
    roles = st.lists(st.sampled_from(["one", "two", "three"]), unique=True, max_size=3)
    return tuple(
        PostView(f"{kind}.{role}", f"n-{kind}", draw(st.integers(1, 3)), draw(people))
        for kind in KINDS[1:]
        for role in draw(roles)
    )


codes = st.builds("{}.{}".format, st.sampled_from(KINDS[1:]), st.sampled_from(["one", "two", "three", "four"]))


@given(codes, paths())
def test_who_answers_is_there_and_reachable_and_nobody_is_passed_over_in_silence(
    code: str, posts: tuple[PostView, ...]
) -> None:
    found = answer(code, posts, NOON)
    candidates = ladder(code, posts)
    able = [post for post in candidates if any(o.contacts and not o.away(NOON) for o in post.officers)]
    assert found.post == (able[0] if able else None)
    if found.officer is not None:
        assert found.officer.contacts
        assert not found.officer.away(NOON)
    passed = candidates[: candidates.index(found.post)] if found.post else candidates
    assert {(p.node_id, p.code) for p in passed} <= {(h.node_id, h.code) for h in found.holes}
    assert any(h.reason is HoleReason.MISSING for h in found.holes) is all(p.code != code for p in posts)


@given(codes, paths())
def test_the_way_goes_only_up(code: str, posts: tuple[PostView, ...]) -> None:
    heights = [KINDS.index(post.kind) for post in ladder(code, posts)]
    assert heights == sorted(heights)
    assert all(height >= KINDS.index(code.partition(".")[0]) for height in heights)
