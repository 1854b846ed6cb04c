"""责任: who answers for a post – the holder, a deputy, or the next post above, with every hole on the way.

Pure: the posts come in as they are, and so does the instant.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

KINDS = ("enterprise", "township", "county", "city")  # from the bottom to the top
ROLES = ("organiser", "officer", "deputy", "chair", "duty", "leader")  # from the bottom to the top of one node


class HoleReason(StrEnum):
    """Why a post, or one of its officers, could not answer."""

    MISSING = "missing"  # nobody on the path has such a post
    VACANT = "vacant"  # the post has no officer
    AWAY = "away"  # everybody who could answer is on leave
    UNREACHABLE = "unreachable"  # an officer is there but has no contact


@dataclass(frozen=True)
class ContactView:
    """联系方式: one address an officer can be reached at."""

    id: int
    channel: str
    address: str


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
    """岗位 `kind.role` at a node; its officers are the holder and then the deputies."""

    code: str
    node_id: str
    rank: int
    officers: tuple[OfficerView, ...] = ()

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
    """Who answers; both None when nobody on the path can."""

    post: PostView | None
    officer: OfficerView | None
    holes: tuple[Hole, ...]


def answer(code: str, posts: Sequence[PostView], at: datetime) -> Answer:
    """Find who answers for `code` at `at`; `posts` are all posts on the path, from the node up to the root."""
    candidates = ladder(code, posts)
    holes: list[Hole] = [] if any(post.code == code for post in posts) else [_missing(code)]
    for post in candidates:
        officer = _present(post, at, holes)
        if officer is not None:
            return Answer(post, officer, tuple(holes))
    return Answer(None, None, tuple(holes))


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


def _present(post: PostView, at: datetime, holes: list[Hole]) -> OfficerView | None:
    here = [officer for officer in post.officers if not officer.away(at)]
    if not here:
        holes.append(_away(post) if post.officers else _vacant(post))
    for officer in here:
        if officer.contacts:
            return officer
        holes.append(_unreachable(post, officer))
    return None


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
