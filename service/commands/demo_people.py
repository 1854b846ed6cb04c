"""演示账号: one login a role, made by `demo` alone; the password stands in the demo's folder and on its screen."""

import secrets
from datetime import datetime
from pathlib import Path

from sqlmodel import Session, col, select

from service.network.tables import Node, Post, Tenure
from service.web.access.accounts import add_account
from service.web.access.roles import HANDLERS, NAMES, Role

_WHERE = {  # role: kind of node, and the post there of those who handle cases
    Role.REPORTER: ("enterprise", ""),
    Role.ORGANISER: ("township", "organiser"),
    Role.OFFICER: ("county", "officer"),
    Role.LEADER: ("city", "leader"),
    Role.RULE_ADMIN: ("city", ""),
    Role.AUDITOR: ("city", ""),
    Role.OPERATOR: ("city", ""),
}


def make_logins(session: Session, now: datetime, example: str, password: str) -> list[tuple[str, str]]:
    """Make one account for every role that the network has a place for; logins and what they are. `example` is the
    enterprise of the reporter."""
    made = []
    for role, (kind, post) in _WHERE.items():
        stands = _holder(session, kind, post) if role in HANDLERS else _node(session, kind, example)
        if stands is None:
            continue
        login = f"demo-{role.replace('_', '-')}"
        where = {"officer_id": stands} if role in HANDLERS else {"node_id": stands}
        account = add_account(session, now, login, role, password, **where)
        made.append((login, f"{NAMES[role][0]} {NAMES[role][1]} · {account.name}"))
    return made


def demo_password(folder: Path) -> str:
    """The password of the demo's logins, made anew for each demo and kept in its folder alone."""
    path = folder / "demo.password"
    if not path.exists():
        path.touch(mode=0o600)
        path.write_text(f"demo-{secrets.token_hex(5)}\n", encoding="utf-8")
    return path.read_text(encoding="utf-8").strip()


def _node(session: Session, kind: str, example: str) -> str | None:
    if kind == "enterprise":
        return example
    return session.exec(select(Node.id).where(Node.kind == kind).order_by(col(Node.path)).limit(1)).first()


def _holder(session: Session, kind: str, role: str) -> str | None:
    """The holder of a post on the way up from nowhere in particular: the first by the path."""
    query = select(Tenure.officer_id).join(Post).join(Node).where(Node.kind == kind, Post.role == role)
    return session.exec(query.order_by(col(Tenure.position), col(Node.path)).limit(1)).first()
