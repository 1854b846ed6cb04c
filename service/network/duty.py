"""责任: who answers for a post – whoever is on duty, the holder, a deputy, or the next post above – and every hole.

Pure: the posts come in as they are, and so does the instant.
"""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from enum import StrEnum

from service.clock import SHANGHAI
from service.network.rota import Override, Rota, WorkingDay, weekday

KINDS = ("enterprise", "township", "county", "city")  # from the bottom to the top
REPORTING = "reporting"  # the theme of alerts about silence and about the reports themselves
ROLES = ("organiser", "officer", "deputy", "chair", "duty", "leader")  # from the bottom to the top of one node


class HoleReason(StrEnum):
    """Why a post, or one of its officers, could not answer."""

    MISSING = "missing"  # nobody on the path has such a post
    VACANT = "vacant"  # the post has no officer
    AWAY = "away"  # everybody who could answer is on leave
    UNREACHABLE = "unreachable"  # an officer is there but has no contact
    GAP = "gap"  # the rota has nobody at this hour
    ACTING = "acting"  # the post has deputies but no holder
    UNVERIFIED = "unverified"  # nobody has made sure that the officer's contacts are right


class How(StrEnum):
    """Why it is this officer of the post."""

    OVERRIDE = "override"  # 换班
    ROTA = "rota"  # 轮值
    NEXT = "next"  # 轮值人请假或无联系方式，由下一位顶班
    HOLDER = "holder"  # 责任人
    DEPUTY = "deputy"  # 代理人


@dataclass(frozen=True)
class ContactView:
    """联系方式: one address an officer can be reached at."""

    id: int
    channel: str
    address: str
    verified: bool = False


@dataclass(frozen=True)
class OfficerView:
    """责任人 with contacts in the order they are tried and leaves as half-open `[from, until)`."""

    id: str
    name: str
    contacts: tuple[ContactView, ...] = ()
    leaves: tuple[tuple[datetime, datetime], ...] = ()

    def away(self, at: datetime) -> bool:
        """Whether a leave covers `at`."""
        return any(start <= at < end for start, end in self.leaves)


@dataclass(frozen=True)
class PostView:
    """岗位 `kind.role` at a node; its officers are the holder (nobody, when it is `acting`) and then the deputies.

    Rota and overrides name officers of this post by id; a post that is `barred` answers nothing.
    """

    code: str
    node_id: str
    rank: int
    officers: tuple[OfficerView, ...] = ()
    acting: bool = False
    rota: Rota | None = None
    overrides: tuple[Override, ...] = ()
    working: WorkingDay = weekday
    barred: bool = False

    @property
    def kind(self) -> str:
        """The kind of node the post belongs to."""
        return self.code.partition(".")[0]


@dataclass(frozen=True)
class Hole:
    """A gap that a person has to fill; `node_id` is empty when no node on the path has the post."""

    code: str
    node_id: str
    text: str
    text_en: str
    reason: HoleReason


@dataclass(frozen=True)
class Answer:
    """Who answers, and how it came to be this officer; all None when nobody on the path can."""

    post: PostView | None
    officer: OfficerView | None
    holes: tuple[Hole, ...]
    how: How | None = None


def answer(code: str, posts: Sequence[PostView], at: datetime) -> Answer:
    """Find who answers for `code` at `at`; `posts` are all posts on the path, from the node up to the root."""
    candidates = ladder(code, posts)
    holes: list[Hole] = [] if any(post.code == code for post in posts) else [_missing(code)]
    for post in candidates:
        found = None if post.barred else _present(post, at, holes)
        if found is not None:
            return Answer(post, found[0], tuple(holes), found[1])
    return Answer(None, None, tuple(holes))


def for_alert(posts: Sequence[PostView], node_id: str, kind: str, theme: str) -> tuple[PostView, ...]:
    """The posts on the path of `node_id` as they answer for an alert about it. Those of an enterprise are barred
    whatever the policy says: nobody there learns of an alert, least of all of what a colleague told in confidence. A
    county's own silence is the business of the city, so its posts are barred: nobody is asked why he said nothing."""
    own = kind == "county" and theme == REPORTING
    return tuple(
        replace(post, barred=True) if post.kind == "enterprise" or (own and post.node_id == node_id) else post
        for post in posts
    )


def impossible(hole: Hole, kind: str) -> bool:
    """Whether a node of `kind` could not have the missing post on its path: a county lacks no township above it."""
    return hole.reason is HoleReason.MISSING and _standing(hole.code)[0] < _standing(kind)[0]


def ladder(code: str, posts: Sequence[PostView]) -> list[PostView]:
    """The nearest post with this code and then all that stand above it: same node by rank, then node by node."""
    ordered = _node_by_node(posts)
    place = next((i for i, post in enumerate(ordered) if post.code == code), None)
    if place is None:
        # At the very top nothing stands above: whoever is there is better than nobody.
        peers = [post for post in ordered if _standing(post.code)[0] >= _standing(code)[0]]
        return [post for post in peers if _standing(post.code) > _standing(code)] or peers[-1:]
    own = ordered[place]
    return [own] + [p for p in ordered[place + 1 :] if p.node_id != own.node_id or p.rank > own.rank]


def _node_by_node(posts: Iterable[PostView]) -> list[PostView]:
    nodes = {node: place for place, node in enumerate(dict.fromkeys(post.node_id for post in posts))}
    return sorted(posts, key=lambda post: (nodes[post.node_id], post.rank, post.code))


def _standing(code: str) -> tuple[int, int]:
    """How high a post stands; unknown roles stand below the known ones of their kind of node."""
    kind, _, role = code.partition(".")
    # A kind nobody knows is looked for among officials: an enterprise must never answer by accident.
    height = KINDS.index(kind) if kind in KINDS else 1
    return height, ROLES.index(role) if role in ROLES else -1


def _present(post: PostView, at: datetime, holes: list[Hole]) -> tuple[OfficerView, How] | None:
    if _in_gap(post, at):
        holes.append(_gap(post, at))
    here = [(officer, how) for officer, how in _line_up(post, at) if not officer.away(at)]
    if not here:
        holes.append(_away(post) if post.officers else _vacant(post))
    for officer, how in here:
        if officer.contacts:
            return officer, how
        holes.append(_unreachable(post, officer))
    return None


def _in_gap(post: PostView, at: datetime) -> bool:
    if post.rota is None or at < post.rota.begins or any(override.span.holds(at) for override in post.overrides):
        return False
    return not post.rota.turns(at, post.working)


def _line_up(post: PostView, at: datetime) -> list[tuple[OfficerView, How]]:
    """The officers of the post in the order in which they are asked, each once."""
    people = {officer.id: officer for officer in post.officers}
    asked: dict[str, How] = {}
    for id_, how in _named(post, at):
        asked.setdefault(id_, how)
    return [(people[id_], how) for id_, how in asked.items() if id_ in people]


def _named(post: PostView, at: datetime) -> Iterator[tuple[str, How]]:
    in_force = [override for override in post.overrides if override.span.holds(at)]
    for override in sorted(in_force, key=lambda o: o.span.start, reverse=True):
        yield override.officer, How.OVERRIDE
    turns = post.rota.turns(at, post.working) if post.rota else ()
    for order in turns:
        yield order[0], How.ROTA
    for order in turns:
        yield from ((id_, How.NEXT) for id_ in order[1:])
    for place, officer in enumerate(post.officers):
        yield officer.id, How.DEPUTY if place or post.acting else How.HOLDER


def _missing(code: str) -> Hole:
    return Hole(code, "", f"未设岗位 {code}，请增设", f"no post {code} on the path; add one", HoleReason.MISSING)


def _vacant(post: PostView) -> Hole:
    return Hole(
        post.code,
        post.node_id,
        f"岗位 {post.code}（{post.node_id}）空缺，请指定责任人",
        f"post {post.code} at {post.node_id} is vacant; name a holder",
        HoleReason.VACANT,
    )


def _away(post: PostView) -> Hole:
    return Hole(
        post.code,
        post.node_id,
        f"岗位 {post.code}（{post.node_id}）人员均在请假，请指定代理人",
        f"everybody at post {post.code} at {post.node_id} is on leave; name a deputy",
        HoleReason.AWAY,
    )


def _unreachable(post: PostView, officer: OfficerView) -> Hole:
    return Hole(
        post.code,
        post.node_id,
        f"岗位 {post.code}（{post.node_id}）的{officer.name}没有可用联系方式，请补充",
        f"officer {officer.id} at post {post.code} at {post.node_id} has no usable contact; add one",
        HoleReason.UNREACHABLE,
    )


def _gap(post: PostView, at: datetime) -> Hole:
    when = f"{at.astimezone(SHANGHAI):%Y-%m-%d %H:%M}"
    return Hole(
        post.code,
        post.node_id,
        f"岗位 {post.code}（{post.node_id}）的轮值表在 {when} 无人值班，请补排班次",
        f"the rota of post {post.code} at {post.node_id} has nobody at {when}; add a shift",
        HoleReason.GAP,
    )
