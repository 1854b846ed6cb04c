"""账号: people who log in – a password in front of a token of a node or an officer that nobody ever sees."""

import re
import unicodedata
from datetime import datetime

from sqlmodel import Session, col, select

from service.errors import WrongUse
from service.network.directory import issue_token, token_digest
from service.network.tables import Node, Officer, Token
from service.web.access import sessions
from service.web.access.passwords import hash_password, weakness
from service.web.access.roles import HANDLERS, Role
from service.web.access.tables import Account

_LOGIN = re.compile(r"[\w.@-]{2,64}")


def login_of(text: str) -> str:
    """A login as it is kept: whatever the case and the width it was typed in."""
    return unicodedata.normalize("NFKC", text).strip().lower()


def add_account(
    session: Session,
    now: datetime,
    login: str,
    role: Role,
    password: str,
    *,
    officer_id: str | None = None,
    node_id: str | None = None,
    name: str | None = None,
) -> Account:
    """Make an account. Raises WrongUse with the cure for a login that is taken, a role that does not fit, a place or
    person that does not exist, and a weak password."""
    login = login_of(login)
    if not _LOGIN.fullmatch(login):
        raise WrongUse("登录名为 2–64 个字母、数字或 . _ - @", "a login has 2 to 64 letters, digits or . _ - @")
    refuse_taken(session, login)
    officer_id, node_id, known_as = _stand(session, role, officer_id, node_id)
    refuse_weak(password, login)
    digest = token_digest(issue_token(session, now, node_id=node_id, officer_id=officer_id, label=f"user {login}"))
    account = Account(
        login=login,
        name=name or known_as,
        role=role,
        officer_id=officer_id,
        node_id=node_id,
        token_id=session.exec(select(Token.id).where(Token.digest == digest)).one() or 0,
        password=hash_password(password),
        created_at=now,
        password_changed_at=now,
    )
    session.add(account)
    session.flush()
    return account


def refuse_taken(session: Session, login: str) -> None:
    """Raises WrongUse when there is an account of this login."""
    if session.get(Account, login) is not None:
        raise WrongUse(f"登录名 {login} 已存在", f"the login {login} is taken; `user list` shows all")


def _stand(
    session: Session, role: Role, officer_id: str | None, node_id: str | None
) -> tuple[str | None, str | None, str]:
    """Where an account stands, an officer or a node, and the name known there."""
    if role in HANDLERS:
        if officer_id is None or node_id is not None:
            raise WrongUse(f"角色 {role} 须用 --officer 指定责任人", f"the role {role} is an officer's: name --officer")
        officer = session.get(Officer, officer_id)
        if officer is None:
            raise WrongUse(f"责任人 {officer_id} 不存在", f"there is no officer {officer_id}; see `network export`")
        return officer_id, None, officer.name
    if officer_id is not None:
        raise WrongUse(f"角色 {role} 用 --node 指定节点", f"the role {role} stands at a node: name --node")
    if node_id is None and role is Role.REPORTER:
        raise WrongUse("填报员须用 --node 指定企业或县区", "a reporter needs --node, an enterprise or county")
    node = (
        session.get(Node, node_id) if node_id else session.exec(select(Node).order_by(col(Node.depth)).limit(1)).first()
    )
    if node is None:
        raise WrongUse(f"节点 {node_id or ''} 不存在", f"there is no node {node_id or ''}; see `network export`")
    return None, node.id, node.name


def refuse_weak(password: str, login: str) -> None:
    """Raises WrongUse for a password that is easily guessed."""
    wrong = weakness(password, login)
    if wrong is not None:
        raise WrongUse(*wrong)


def find_account(session: Session, login: str) -> Account:
    """The account of a login. Raises WrongUse when there is none."""
    account = session.get(Account, login_of(login))
    if account is None:
        raise WrongUse(f"登录名 {login} 不存在", f"there is no login {login}; `user list` shows all")
    return account


def list_accounts(session: Session) -> list[Account]:
    """All accounts, disabled ones too, by login."""
    return list(session.exec(select(Account).order_by(col(Account.login))))


def disable(session: Session, login: str, now: datetime) -> int:
    """Close an account at once; how many sessions ended. Doing it again changes nothing."""
    account = find_account(session, login)
    account.disabled_at = account.disabled_at or now
    session.add(account)
    return sessions.end_all(session, account.login, now)


def enable(session: Session, login: str) -> None:
    """Open a closed account again."""
    account = find_account(session, login)
    account.disabled_at = None
    session.add(account)
    session.flush()


def set_password(session: Session, login: str, password: str, now: datetime) -> int:
    """Give an account another password; how many sessions ended. Raises WrongUse for a weak one."""
    account = find_account(session, login)
    refuse_weak(password, account.login)
    account.password, account.password_changed_at = hash_password(password), now
    session.add(account)
    return sessions.end_all(session, account.login, now)
