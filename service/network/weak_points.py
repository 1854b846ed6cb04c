"""薄弱处: what is wrong with a post even while somebody answers for it, so that it is mended before it matters.

Pure: the posts come in as they are, and so do the instants.
"""

from collections.abc import Iterator
from datetime import datetime, timedelta

from service.clock import SHANGHAI
from service.network.duty import Hole, HoleReason, OfficerView, PostView
from service.network.rota import Span, gaps

AHEAD = timedelta(days=14)  # gaps of a rota are named this long before they come
MOST_GAPS = 3  # named in one sentence


def weak_points(post: PostView, start: datetime, end: datetime) -> Iterator[Hole]:
    """No holder, gaps of the rota within `[start, end)`, officers without a contact or with none that is verified."""
    if post.acting and post.officers and post.rota is None:
        yield _acting(post)
    if post.rota and (free := gaps(post.rota, post.overrides, start, end, post.working)):
        yield _gaps(post, free)
    for officer in post.officers:
        if not any(contact.verified for contact in officer.contacts):
            yield unverified(post, officer) if officer.contacts else _unreachable(post, officer)


def _hole(post: PostView, reason: HoleReason, text: str, text_en: str) -> Hole:
    return Hole(
        post.code,
        post.node_id,
        f"岗位 {post.code}（{post.node_id}）{text}",
        f"post {post.code} at {post.node_id} {text_en}",
        reason,
    )


def _acting(post: PostView) -> Hole:
    return _hole(
        post, HoleReason.ACTING, "没有责任人，由代理人代行，请指定责任人", "has deputies but no holder; name one"
    )


def _gaps(post: PostView, free: tuple[Span, ...]) -> Hole:
    named = ", ".join(f"{_local(span.start)} – {_local(span.end)}" for span in free[:MOST_GAPS])
    more, more_en = (f" 等 {len(free)} 处", f" and more, {len(free)} in all") if len(free) > MOST_GAPS else ("", "")
    return _hole(
        post,
        HoleReason.GAP,
        f"的轮值表无人值班：{named}{more}，请补排班次",
        f"has nobody on its rota: {named}{more_en}; add a shift",
    )


def unverified(post: PostView, officer: OfficerView) -> Hole:
    """The hole that nobody has made sure of any contact of this officer."""
    return _hole(
        post,
        HoleReason.UNVERIFIED,
        f"的{officer.name}（{officer.id}）的联系方式未经核验，核对后在组织文件中写 verified: true",
        f"has officer {officer.id}, of whom no contact is verified; make sure and write `verified: true` in the file",
    )


def _unreachable(post: PostView, officer: OfficerView) -> Hole:
    return _hole(
        post,
        HoleReason.UNREACHABLE,
        f"的{officer.name}（{officer.id}）没有可用联系方式，请补充",
        f"has officer {officer.id} without a usable contact; add one",
    )


def _local(at: datetime) -> str:
    return f"{at.astimezone(SHANGHAI):%m-%d %H:%M}"
