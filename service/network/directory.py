"""通讯录: who is where – posts on the way up, the scope of a subtree, and the tokens of nodes and officers."""

import hashlib
import secrets
from collections import defaultdict
from collections.abc import Collection, Iterable
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import ColumnElement, and_, false, or_
from sqlmodel import Session, col, select

from service.errors import WrongUse
from service.network.duty import ContactView, OfficerView, PostView
from service.network.rota import Override, Span, WorkingDay
from service.network.rota_text import rota_of
from service.network.tables import Contact, Leave, Node, Officer, Post, RotaOverride, Tenure, Token

TOKEN_PREFIX = "lw_"  # noqa: S105  # lets a leaked token be recognised and searched for


@dataclass(frozen=True)
class HeldPost:
    """A post an officer holds or is deputy of, with the path of its node."""

    code: str
    node_id: str
    path: str


@dataclass(frozen=True)
class TokenView:
    """令牌 in force: of a node (`node_id`, `kind`) or an officer (`officer_id`, `posts`); `prefixes` is its scope."""

    id: int
    node_id: str | None
    kind: str | None
    officer_id: str | None
    posts: tuple[HeldPost, ...]
    prefixes: tuple[str, ...]


def within(path_prefixes: Iterable[str]) -> ColumnElement[bool]:
    """The scope predicate: nodes whose path begins with one of these paths; true of none when there are none.
    A range and not LIKE: SQLite's LIKE is blind to case, and an id may hold `%` or `_`."""
    path = col(Node.path)
    ranges = [and_(path >= prefix, path < f"{prefix[:-1]}0") for prefix in path_prefixes]  # "0" follows "/"
    return or_(*ranges) if ranges else false()


def inside(path_prefixes: Iterable[str]) -> ColumnElement[bool]:
    """The same predicate for queries that begin at a few rows – open alerts, counts – and join their nodes: no index
    serves it, so that a planner without statistics does not walk every node of a nation to find them."""
    path = col(Node.path) + ""
    ranges = [and_(path >= prefix, path < f"{prefix[:-1]}0") for prefix in path_prefixes]
    return or_(*ranges) if ranges else false()


def posts_on_path(session: Session, node_ids: Collection[str], working: WorkingDay) -> dict[str, tuple[PostView, ...]]:
    """For every node all posts from itself up to the root, lowest rank first; seven queries for any number of nodes.
    `working` is the calendar's answer, which rotas ask."""
    paths = session.exec(select(Node.id, Node.path).where(col(Node.id).in_(node_ids)))
    above = {node: path.rstrip("/").split("/")[::-1] for node, path in paths}
    on_paths = {step for steps in above.values() for step in steps}
    posts = _posts(session, on_paths, working)
    return {node: tuple(post for step in steps for post in posts.get(step, ())) for node, steps in above.items()}


def issue_token(
    session: Session, now: datetime, *, node_id: str | None = None, officer_id: str | None = None, label: str = ""
) -> str:
    """Make a token for a node or an officer and return it; only its digest is kept, so it cannot be shown again."""
    if (node_id is None) == (officer_id is None):
        raise WrongUse("请指定一个节点或一名责任人", "name either a node or an officer")
    if node_id is not None and session.get(Node, node_id) is None:
        raise WrongUse(
            f"节点 {node_id} 不存在", f"there is no node {node_id}; `network export --format csv` lists them"
        )
    if officer_id is not None and session.get(Officer, officer_id) is None:
        raise WrongUse(f"责任人 {officer_id} 不存在", f"there is no officer {officer_id}; `network export` lists them")
    token = TOKEN_PREFIX + secrets.token_urlsafe(32)
    session.add(Token(digest=token_digest(token), node_id=node_id, officer_id=officer_id, label=label, issued_at=now))
    session.flush()
    return token


def revoke_token(session: Session, now: datetime, token_id: int) -> Token:
    """Make a token worthless from now on; revoking it again changes nothing. Raises WrongUse for an unknown id."""
    token = session.get(Token, token_id)
    if token is None:
        raise WrongUse(f"令牌 {token_id} 不存在", f"there is no token {token_id}; `token list` shows them")
    token.revoked_at = token.revoked_at or now
    session.add(token)
    session.flush()
    return token


def list_tokens(session: Session) -> list[Token]:
    """All tokens, revoked ones too, in the order they were issued."""
    return list(session.exec(select(Token).order_by(col(Token.id))))


def token_digest(token: str) -> str:
    """What is stored of a token: the SHA-256 of its 256 random bits, in hex."""
    return hashlib.sha256(token.encode()).hexdigest()


def find_token(session: Session, digest: str) -> TokenView | None:
    """The token with this digest, None when it is unknown or revoked."""
    query = select(Token, Node).join(Node, isouter=True).where(col(Token.digest) == digest)
    row = session.exec(query.where(col(Token.revoked_at).is_(None))).first()
    if row is None:
        return None
    token, node = row
    if token.officer_id is None:
        return TokenView(token.id or 0, node.id, node.kind, None, (), (node.path,))
    posts = held_posts(session, token.officer_id)
    return TokenView(token.id or 0, None, None, token.officer_id, posts, tuple(sorted({post.path for post in posts})))


def held_posts(session: Session, officer_id: str) -> tuple[HeldPost, ...]:
    """The posts an officer holds or is deputy of, from the top of the tree down."""
    query = select(Node, Post.role).join(Post).join(Tenure).where(col(Tenure.officer_id) == officer_id)
    rows = session.exec(query.order_by(col(Node.depth), col(Node.path), col(Post.rank)))
    return tuple(HeldPost(f"{node.kind}.{role}", node.id, node.path) for node, role in rows)


def _posts(session: Session, node_ids: Collection[str], working: WorkingDay) -> dict[str, list[PostView]]:
    query = select(Post, Node.kind).join(Node).where(col(Post.node_id).in_(node_ids))
    rows = session.exec(query.order_by(col(Post.rank), col(Post.role))).all()
    tenures: dict[int, list[Tenure]] = defaultdict(list)
    post_ids = [post.id for post, _ in rows]
    held = select(Tenure).where(col(Tenure.post_id).in_(post_ids))
    for tenure in session.exec(held.order_by(col(Tenure.position))):
        tenures[tenure.post_id].append(tenure)
    officers = _officers(session, {tenure.officer_id for held in tenures.values() for tenure in held})
    overrides = _overrides(session, post_ids)
    found: dict[str, list[PostView]] = defaultdict(list)
    for post, kind in rows:
        here = tenures[post.id or 0]
        view = PostView(
            code=f"{kind}.{post.role}",
            node_id=post.node_id,
            rank=post.rank,
            officers=tuple(officers[tenure.officer_id] for tenure in here),
            acting=all(tenure.position for tenure in here),
            rota=rota_of(post.rota) if post.rota else None,
            overrides=tuple(overrides[post.id or 0]),
            working=working,
        )
        found[post.node_id].append(view)
    return found


def _overrides(session: Session, post_ids: Collection[int | None]) -> dict[int, list[Override]]:
    found: dict[int, list[Override]] = defaultdict(list)
    query = select(RotaOverride).where(col(RotaOverride.post_id).in_(post_ids))
    for row in session.exec(query.order_by(col(RotaOverride.id))):
        found[row.post_id].append(Override(row.officer_id, Span(row.from_at, row.until_at), row.reason))
    return found


def _officers(session: Session, ids: Collection[str]) -> dict[str, OfficerView]:
    contacts: dict[str, list[ContactView]] = defaultdict(list)
    leaves: dict[str, list[tuple[datetime, datetime]]] = defaultdict(list)
    usable = select(Contact).where(col(Contact.officer_id).in_(ids), col(Contact.disabled_at).is_(None))
    for contact in session.exec(usable.order_by(col(Contact.position), col(Contact.id))):
        verified = contact.verified_at is not None
        contacts[contact.officer_id].append(ContactView(contact.id or 0, contact.channel, contact.address, verified))
    for leave in session.exec(select(Leave).where(col(Leave.officer_id).in_(ids)).order_by(col(Leave.from_at))):
        leaves[leave.officer_id].append((leave.from_at, leave.until_at))
    names = session.exec(select(Officer.id, Officer.name).where(col(Officer.id).in_(ids)))
    return {who: OfficerView(who, name, tuple(contacts[who]), tuple(leaves[who])) for who, name in names}
