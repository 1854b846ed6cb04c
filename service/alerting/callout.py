"""值守: who is told of an alert at a node, when, and how it came to be them – and every hole on the way.

Pure: policy, calendar and posts come in as they are, and so does the instant at which the level is issued.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime

from service.alerting.escalate import Origin, ladder
from service.network import duty
from service.network.duty import Answer, Hole, PostView
from service.network.weak_points import AHEAD, weak_points
from service.reporting.calendar import Calendar, deadline
from service.rulebook.policy import ResponsePolicy
from service.scoring.pack import Level


@dataclass(frozen=True)
class Subject:
    """What the alert is about."""

    node_id: str
    kind: str
    level: Level
    theme: str


@dataclass(frozen=True)
class Call:
    """One post that is told at `at`, and who answers for it then; `code` is the post that was asked for."""

    code: str
    at: datetime
    answer: Answer


@dataclass(frozen=True)
class Callout:
    """Everybody who is told, in the order of time. `night` is told instead of the rungs when figures alone make a red
    alert at night; it is empty when that cannot be at the instant asked about."""

    clock: str
    sign_by: datetime
    act_by: datetime
    owner: Call
    copies: tuple[Call, ...]
    rungs: tuple[tuple[Call, ...], ...]
    night: tuple[Call, ...]
    holes: tuple[Hole, ...]


def callout(
    subject: Subject, posts: Sequence[PostView], policy: ResponsePolicy, calendar: Calendar, at: datetime
) -> Callout:
    """Who is told when a level is issued at `at` and nobody signs; `posts` are all on the path, from node to root."""
    answering = duty.for_alert(posts, subject.node_id, subject.kind, subject.theme)
    rules = policy.levels[subject.level]
    steps = ladder(policy, subject.level, subject.theme, at, calendar)
    asleep = ladder(policy, subject.level, subject.theme, at, calendar, origin=Origin.SCORE).night

    def calls(codes: Iterable[str], when: datetime) -> tuple[Call, ...]:
        return tuple(Call(code, when, duty.answer(code, answering, when)) for code in codes)

    (owner,) = calls([rules.owner], at)
    copies = calls(rules.copy, at)
    rungs = tuple(calls(step.posts, steps.rung_at(number) or at) for number, step in enumerate(rules.ladder))
    night = calls(asleep.posts, at) if asleep and asleep.hours.cover(at) else ()
    return Callout(
        clock=steps.clock,
        sign_by=steps.sign_by,
        act_by=deadline(at, rules.act_within, steps.clock, calendar),
        owner=owner,
        copies=copies,
        rungs=rungs,
        night=night,
        holes=_holes([owner, *copies, *(call for rung in rungs for call in rung), *night], answering, subject),
    )


def _holes(calls: Sequence[Call], posts: Sequence[PostView], subject: Subject) -> tuple[Hole, ...]:
    """What was met on the way, then what is weak about the posts that were asked or answer; each once."""
    codes, answering = {call.code for call in calls}, [call.answer.post for call in calls]
    asked = [post for post in posts if not post.barred and (post.code in codes or post in answering)]
    start = min(call.at for call in calls)
    weak = [hole for post in asked for hole in weak_points(post, start, start + AHEAD)]
    said = {(hole.node_id, hole.code, hole.reason) for hole in weak}
    met = [hole for call in calls for hole in call.answer.holes if not duty.impossible(hole, subject.kind)]
    new = [hole for hole in met if (hole.node_id, hole.code, hole.reason) not in said]
    return tuple(dict.fromkeys([*new, *weak]))
