"""登录: one guess at a password – let in, refused, or told to wait; it costs the same for a login nobody has."""

import hashlib
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import ColumnElement
from sqlmodel import Session, col, delete, func, select

from service import journal
from service.db import Database
from service.web.access import sessions
from service.web.access.accounts import login_of
from service.web.access.lockout import KNOWN_FOR, WINDOW, Guesses, alarming, wait_until
from service.web.access.passwords import password_fits
from service.web.access.tables import Account, FailedLogin, WebSession
from service.web.access.viewer import Computer

_KEPT = timedelta(days=1)


@dataclass(frozen=True)
class Guess:
    """A login and a password as they were typed, and the digest of the address they came from."""

    login: str
    password: str
    address: str


@dataclass(frozen=True)
class Wait:
    """No guess is looked at before `until`."""

    until: datetime


@dataclass(frozen=True)
class Wrong:
    """The login or the password is wrong; which is not told."""


@dataclass(frozen=True)
class Let:
    """The password fits."""

    login: str


def guess(db: Database, made: Guess, now: datetime) -> Let | Wrong | Wait:
    """Look at a guess; call it in a thread. A failure is a row, so that every process counts the same."""
    login = login_of(made.login)
    with db.read() as session:
        account = session.get(Account, login[:64])
        until = wait_until(_guesses(session, login, made.address, now))
    if until is not None and until > now:
        return Wait(until)
    kept = account.password if account and account.disabled_at is None else None
    if password_fits(made.password, kept):
        with db.write() as session:
            session.exec(delete(FailedLogin).where(*_here(login, made.address)))
        return Let(login)
    with db.write() as session:
        _record(session, login, made.address, now)
    return Wrong()


def let_in(db: Database, login: str, address: str, computer: Computer, old: str | None, now: datetime) -> str:
    """Begin a session for whoever has just typed the right password and end the one they had; its cookie."""
    with db.write() as session:
        if old is not None:
            sessions.end(session, old, now)
        return sessions.begin(session, login, computer, address, now)


def _guesses(session: Session, login: str, address: str, now: datetime) -> Guesses:
    def failures(*which: ColumnElement[bool]) -> tuple[int, datetime | None]:
        query = select(func.count(col(FailedLogin.id)), func.max(FailedLogin.at))
        return session.exec(query.where(col(FailedLogin.at) > now - WINDOW, *which)).one()

    here, here_last = failures(*_here(login, address))
    anywhere, anywhere_last = failures(col(FailedLogin.login_digest) == _digest(login))
    visits = select(WebSession.digest).where(
        WebSession.login == login,
        WebSession.address_digest == address,
        col(WebSession.started_at) > now - KNOWN_FOR,
    )
    return Guesses(here, here_last, anywhere, anywhere_last, session.exec(visits.limit(1)).first() is not None)


def _here(login: str, address: str) -> tuple[ColumnElement[bool], ColumnElement[bool]]:
    return col(FailedLogin.login_digest) == _digest(login), col(FailedLogin.address_digest) == address


def _record(session: Session, login: str, address: str, now: datetime) -> None:
    session.exec(delete(FailedLogin).where(col(FailedLogin.at) < now - _KEPT))
    session.add(FailedLogin(at=now, login_digest=_digest(login), address_digest=address))
    session.flush()
    anywhere = _guesses(session, login, address, now).anywhere
    if alarming(anywhere) and session.get(Account, login) is not None:
        text = f"账号 {login} 一小时内登录失败 {anywhere} 次，陌生地址的登录已放慢"
        text_en = f"{anywhere} failed logins of {login} within an hour; strange addresses are slowed down"
        journal.note(session, now, "login_alarm", login, text, text_en)


def _digest(login: str) -> str:
    """What is kept of a name that failed: somebody may have typed the password there."""
    return hashlib.sha256(login.encode()).hexdigest()
