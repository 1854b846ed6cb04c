"""会话: kept on the server – begun by a login, ended by idleness, the hour, logging out or the command line."""

import secrets
from datetime import datetime, timedelta

from sqlmodel import Session, col, select, update

from service.db import Database
from service.network.directory import find_token, token_digest
from service.network.tables import Token
from service.web.access.roles import Role
from service.web.access.tables import Account, WebSession
from service.web.access.viewer import Computer, Viewer

IDLE = {"own": timedelta(minutes=30), "public": timedelta(minutes=10)}
ABSOLUTE = timedelta(hours=12)
_SEEN_EVERY = timedelta(seconds=20)  # how exact the idle time is; a page is not a write


def begin(session: Session, login: str, computer: Computer, address_digest: str, now: datetime) -> str:
    """Begin a session and return the value of its cookie, which is kept nowhere; each login has a new one."""
    value = secrets.token_urlsafe(32)
    row = WebSession(
        digest=token_digest(value),
        login=login,
        csrf=secrets.token_urlsafe(24),
        computer=computer,
        address_digest=address_digest,
        started_at=now,
        seen_at=now,
        password_at=now,
        ends_at=now + ABSOLUTE,
    )
    session.add(row)
    session.flush()
    return value


def find_viewer(db: Database, value: str, now: datetime) -> Viewer | None:
    """Who holds the cookie `value`, None when its session has ended; a constant number of queries."""
    digest = token_digest(value)
    with db.read() as session:
        query = select(WebSession, Account, Token.digest).select_from(WebSession).join(Account).join(Token)
        query = query.where(
            col(WebSession.digest) == digest,
            col(WebSession.revoked_at).is_(None),
            col(WebSession.ends_at) > now,
            col(Account.disabled_at).is_(None),
        )
        row = session.exec(query).first()
        if row is None or now - row[0].seen_at >= IDLE[row[0].computer]:
            return None
        found, account, bearer = row
        token = find_token(session, bearer)
    if token is None:
        return None
    if now - found.seen_at >= _SEEN_EVERY:
        _see(db, digest, now)
    return Viewer(
        login=account.login,
        name=account.name,
        role=Role(account.role),
        token=token,
        digest=bearer,
        language=account.language,
        computer="own" if found.computer == "own" else "public",
        csrf=found.csrf,
        password_at=found.password_at,
    )


def whose(db: Database, value: str) -> str | None:
    """The login of a session that may have ended."""
    with db.read() as session:
        return session.exec(select(WebSession.login).where(WebSession.digest == token_digest(value))).first()


def confirm(session: Session, value: str, now: datetime) -> None:
    """The password has been typed again."""
    session.exec(update(WebSession).where(col(WebSession.digest) == token_digest(value)).values(password_at=now))


def end(session: Session, value: str, now: datetime) -> None:
    """End one session; ending it again changes nothing."""
    _revoke(session, now, col(WebSession.digest) == token_digest(value))


def end_all(session: Session, login: str, now: datetime) -> int:
    """End every session of an account and say how many there were."""
    return _revoke(session, now, col(WebSession.login) == login, col(WebSession.ends_at) > now)


def _revoke(session: Session, now: datetime, *which: object) -> int:
    running = col(WebSession.revoked_at).is_(None)
    done = session.exec(update(WebSession).where(running, *which).values(revoked_at=now))  # type: ignore[arg-type]
    return done.rowcount


def _see(db: Database, digest: str, now: datetime) -> None:
    with db.write() as session:
        session.exec(update(WebSession).where(col(WebSession.digest) == digest).values(seen_at=now))
