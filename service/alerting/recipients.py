"""收件人: who is written to for which posts, and the addresses tried in turn. Pure: posts come in as they are."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from service.alerting.escalate import Duty, Telling, Why
from service.network import duty
from service.network.duty import Hole, OfficerView, PostView
from service.network.weak_points import unverified
from service.notify.outbox import Address
from service.scoring.pack import Level

OPERATOR = "operator"
Asked = dict[str, tuple[PostView, list[str]]]  # by officer: the post through which he is reached, the posts asked for
# Where a message goes when nobody on the path can be reached: the console of the operator, who sees it in the log.
NOBODY = Address(officer_id=None, post="", channel="console", address=OPERATOR, contact_id=None)


@dataclass(frozen=True)
class Recipient:
    """One person (or the operator, without a post), the posts that were asked for, and where the message goes first."""

    officer_id: str
    codes: tuple[str, ...]
    post: PostView | None
    route: tuple[Address, ...]


@dataclass(frozen=True)
class Recipients:
    """Everybody who is written to, each once, and the holes that were met on the way."""

    people: tuple[Recipient, ...]
    holes: tuple[Hole, ...]


def of_step(
    owed: Duty, telling: Telling, posts: Sequence[PostView], at: datetime, owner_id: str | None, level: Level
) -> Recipients:
    """Who is written to at a step of the ladder. Whoever has signed hears first of what he still owes: alone at the
    reminder, and with the first rung once it is missed."""
    if owed is Duty.SIGN or not (telling.why is Why.REMINDER or 0 in telling.rungs):
        return recipients(telling.posts, posts, at, level=level)
    alone = telling.why is Why.REMINDER and _at_work(owner_id, posts, at) is not None
    return recipients(() if alone else telling.posts, posts, at, owner_id, level)


def recipients(
    codes: Sequence[str],
    posts: Sequence[PostView],
    at: datetime,
    owner_id: str | None = None,
    level: Level = Level.NORMAL,
) -> Recipients:
    """Who answers for `codes` among `posts` (all on the path, node to root); the owner comes first where there is one,
    unless he is away: then whoever answers for the posts hears of it. An officer without a verified contact does not
    count where somebody above has one: that one is told at once, and of a red alert both."""
    answers = {code: duty.answer(code, posts, at) for code in codes}
    asked: Asked = {}
    owner = _at_work(owner_id, posts, at)
    if owner_id is not None and owner is not None:
        asked[owner_id] = (owner, [])
    for code, found in answers.items():
        if found.officer and found.post:
            asked.setdefault(found.officer.id, (found.post, []))[1].append(code)
    sure, doubts = _sure(asked, posts, at, level)
    people = [
        Recipient(officer, tuple(wanted), post, _route(officer, post, posts, at))
        for officer, (post, wanted) in sure.items()
    ]
    return Recipients(
        tuple(people) or (Recipient(OPERATOR, tuple(codes), None, (NOBODY,)),),
        tuple(dict.fromkeys([*(hole for found in answers.values() for hole in found.holes), *doubts])),
    )


def _sure(asked: Asked, posts: Sequence[PostView], at: datetime, level: Level) -> tuple[Asked, list[Hole]]:
    """Those who are told instead of, or of red beside, officers of whom nobody has verified a contact; and the holes.
    Where nobody above is surer it stays with the officer: better there than nowhere."""
    told: Asked = {}
    holes: list[Hole] = []
    for id_, (post, codes) in asked.items():
        officer = next(officer for officer in post.officers if officer.id == id_)
        above = None if _verified(officer) else _verified_above(post, posts, at)
        if above is not None:
            holes.append(unverified(post, officer))
            told.setdefault(above[0].id, (above[1], []))[1].extend(codes)
        if above is None or level is Level.RED:
            told.setdefault(id_, (post, []))[1].extend(codes)
    return told, holes


def _verified_above(post: PostView, posts: Sequence[PostView], at: datetime) -> tuple[OfficerView, PostView] | None:
    candidates = duty.ladder(post.code, posts)
    for candidate in candidates[next(i for i, p in enumerate(candidates) if p == post) + 1 :]:
        officer = duty.answer(candidate.code, [candidate], at).officer
        if officer is not None and _verified(officer):
            return officer, candidate
    return None


def _verified(officer: OfficerView) -> bool:
    return any(contact.verified for contact in officer.contacts)


def addresses(post: PostView, at: datetime) -> list[Address]:
    """Where whoever answers for `post` at `at` is reached, the preferred address first."""
    officer = duty.answer(post.code, [post], at).officer
    return _of(officer, post) if officer else []


def _of(officer: OfficerView, post: PostView) -> list[Address]:
    return [
        Address(
            officer_id=officer.id,
            post=f"{post.node_id}/{post.code}",
            channel=contact.channel,
            address=contact.address,
            contact_id=contact.id,
        )
        for contact in sorted(officer.contacts, key=lambda contact: not contact.verified)
    ]


def _at_work(officer_id: str | None, posts: Sequence[PostView], at: datetime) -> PostView | None:
    """A post through which this officer can be reached now."""
    for post in posts:
        for officer in post.officers:
            if officer.id == officer_id and officer.contacts and not officer.away(at):
                return post
    return None


def _route(officer_id: str, post: PostView, posts: Sequence[PostView], at: datetime) -> tuple[Address, ...]:
    """Every address in the order they are tried: of the officer at `post`, then of whoever answers for it and above."""
    own = [address for officer in post.officers if officer.id == officer_id for address in _of(officer, post)]
    candidates = duty.ladder(post.code, posts)
    above = candidates[next(i for i, p in enumerate(candidates) if p == post) :]
    return (*dict.fromkeys([*own, *(a for p in above for a in addresses(p, at))]), NOBODY)
