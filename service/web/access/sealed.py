"""密封内容给谁看: the responsible post of a node, and whoever has signed for its alert; for all others 其他线索."""

from collections.abc import Iterable, Sequence

from sqlmodel import Session

from service.alerting.tables import Alert
from service.network import duty
from service.network.directory import posts_on_path
from service.network.duty import PostView
from service.network.tables import Node
from service.rulebook.library import Shelf
from service.rulebook.policy import ResponsePolicy
from service.scoring.pack import Level


def responsible(codes: Iterable[str], posts: Sequence[PostView]) -> frozenset[str]:
    """The officers of the posts that answer for `codes` among `posts` on the path, deputies too; where a post is not
    there or nobody holds it, those of the next above."""
    found: set[str] = set()
    for code in codes:
        manned = (post for post in duty.ladder(code, posts) if post.officers and not post.barred)
        post = next(manned, None)
        if post is not None:
            found |= {officer.id for officer in post.officers}
    return frozenset(found)


def owners(policy: ResponsePolicy, level: Level | None) -> frozenset[str]:
    """Codes of the posts that own alerts of a level; of any level without one."""
    return frozenset(own.owner for at, own in policy.levels.items() if level in (None, at))


def sees_sealed(session: Session, shelf: Shelf, officer_id: str | None, node: Node, alert: Alert | None = None) -> bool:
    """Whether an officer may see sealed names and values of `node`, or of an alert about it. Whoever comes as a node,
    as auditors do, may not. The officer's scope has been checked before; seven queries, none for a node."""
    if officer_id is None:
        return False
    if alert is not None and officer_id in (alert.owner_id, alert.acknowledged_by):
        return True
    on_path = posts_on_path(session, [node.id], shelf.newest.calendar.is_working_day)[node.id]
    posts = duty.for_alert(on_path, node.id, node.kind, alert.theme if alert else "")
    level = Level(alert.level) if alert else None
    return officer_id in responsible(owners(shelf.newest.policy, level), posts)
