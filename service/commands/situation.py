"""设想: an imagined alert as a person names it on the command line – node, level, theme, instant."""

from datetime import datetime

from sqlmodel import Session

from service.clock import SystemClock, shanghai
from service.errors import WrongUse
from service.network.duty import REPORTING
from service.network.tables import Node
from service.rulebook.library import Rulebook
from service.scoring.pack import Level

FIRST_YEAR, LAST_YEAR = 1900, 2999


def level_of(word: str) -> Level:
    """A level by its word in either language. Raises WrongUse for `normal` and anything unknown."""
    for level in list(Level)[1:]:
        if word in (level.word, level.chinese, level.chinese[0]):
            return level
    known = ", ".join(level.word for level in list(Level)[1:])
    raise WrongUse(f"没有等级 {word!r}，可用：{known}", f"there is no level {word!r}; there are: {known}")


def instant_of(text: str | None) -> datetime:
    """The instant of `--at`, now when there is none; without an offset it is Asia/Shanghai. Raises WrongUse, also for
    a year that deadlines cannot be counted from."""
    if text is None:
        return SystemClock().now()
    try:
        at = shanghai(text)
    except (ValueError, OverflowError):
        at = None
    if at is None or not FIRST_YEAR <= at.year <= LAST_YEAR:
        raise WrongUse(
            f"--at 写作 2026-10-01T02:00（北京时间），不是 {text!r}",
            f"--at is written 2026-10-01T02:00 (Asia/Shanghai), not {text!r}",
        )
    return at


def node_of(session: Session, id_: str) -> Node:
    """The node with this id. Raises WrongUse."""
    node = session.get(Node, id_)
    if node is None:
        raise WrongUse(
            f"节点 {id_} 不存在，`network export --format csv` 可列出",
            f"there is no node {id_}; `network export --format csv` lists them",
        )
    return node


def theme_of(word: str, book: Rulebook) -> str:
    """A theme that rules or the policy name; empty for none in particular. Raises WrongUse."""
    known = {rule.theme for rule in book.pack.rules} | set(book.policy.theme_clocks) | {REPORTING}
    if word and word not in known:
        listed = ", ".join(sorted(known - {""}))
        raise WrongUse(f"没有主题 {word!r}，可用：{listed}", f"there is no theme {word!r}; there are: {listed}")
    return word
