"""规则库: immutable versions of the rules, and which of them was in force when."""

import hashlib
import threading
from bisect import bisect_right
from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import datetime
from functools import lru_cache

from sqlmodel import Session, col, select

from service.db import Database
from service.errors import Failure
from service.reporting.calendar import Calendar
from service.reporting.calendar_text import parse_calendar
from service.reporting.deadline import Deadlines, deadlines
from service.rulebook.messages import message_texts
from service.rulebook.policy import ResponsePolicy
from service.rulebook.response_text import parse_policy
from service.rulebook.tables import RuleVersion
from service.scoring.pack import Dictionary, Pack
from service.scoring.parse import parse_rules


@dataclass(frozen=True)
class Rulebook:
    """One version, read: everything that decides scores, deadlines and alerts, swapped as one value."""

    version: int
    digest: str
    pack: Pack
    dictionary: Dictionary
    policy: ResponsePolicy
    calendar: Calendar
    messages: Mapping[str, str]  # templates by file name; a broken one is told when it is used

    def deadlines(self, week: str) -> Deadlines:
        """When reports of `week` are due and when the week closes."""
        return deadlines(week, self.policy.reports, self.calendar)


@dataclass(frozen=True)
class Shelf:
    """All versions as of one moment, oldest first."""

    since: tuple[datetime, ...]
    books: tuple[Rulebook, ...]

    @property
    def newest(self) -> Rulebook:
        return self.books[-1]

    def version(self, number: int) -> Rulebook:
        """The version with this number, which some stored row names."""
        return next(book for book in self.books if book.version == number)

    def at(self, instant: datetime) -> Rulebook:
        """The version in force at `instant`; before the first there is only the first."""
        return self.books[max(bisect_right(self.since, instant) - 1, 0)]


def read_rulebook(files: Mapping[str, str], version: int) -> Rulebook:
    """Parse one version's texts. Raises FileProblems with every problem and its place."""
    return replace(_parsed(tuple(sorted(files.items()))), version=version)


@lru_cache(maxsize=64)
def _parsed(texts: tuple[tuple[str, str], ...]) -> Rulebook:
    # YAML with positions is slow to read, and the same texts always say the same.
    files = dict(texts)
    pack, dictionary = parse_rules(files)
    policy = parse_policy(files["response.yaml"])
    calendar = parse_calendar(files["calendar.yaml"])
    return Rulebook(0, digest(files), pack, dictionary, policy, calendar, message_texts(files))


def digest(files: Mapping[str, str]) -> str:
    """SHA-256 over names and texts; equal folders have equal digests whatever wrote them."""
    whole = hashlib.sha256()
    for name in sorted(files):
        text = files[name].encode()
        whole.update(f"{name}\0{len(text)}\0".encode() + text)
    return whole.hexdigest()


def store(session: Session, files: Mapping[str, str], published_by: str, now: datetime) -> Rulebook:
    """Add `files` as the next version, in force from `now`; the same texts as the newest version add nothing."""
    last = session.exec(select(RuleVersion).order_by(col(RuleVersion.version).desc()).limit(1)).first()
    book = read_rulebook(files, last.version + 1 if last else 1)
    if last and last.digest == book.digest:
        return read_rulebook(files, last.version)
    session.add(
        RuleVersion(
            version=book.version,
            digest=book.digest,
            name=f"{book.pack.name} {book.pack.version}",
            published_at=now,
            published_by=published_by,
            files=dict(files),
        )
    )
    session.flush()
    return book


class Library:
    """The versions of one database; each is read once and kept, because versions never change."""

    def __init__(self, db: Database) -> None:
        self._db = db
        self._books: dict[int, Rulebook] = {}
        self._lock = threading.Lock()

    def shelf(self, session: Session) -> Shelf:
        """All versions that `session` can see. Raises Failure when there is none."""
        known = session.exec(
            select(RuleVersion.version, RuleVersion.published_at).order_by(col(RuleVersion.version))
        ).all()
        if not known:
            raise Failure("库里没有规则，请先运行 labour-watch init", "no rules stored; run `labour-watch init` first")
        with self._lock:
            self._read(session, [version for version, _ in known if version not in self._books])
            books = tuple(self._books[version] for version, _ in known)
        return Shelf(tuple(at for _, at in known), books)

    def current(self) -> Rulebook:
        """The newest version."""
        with self._db.read() as session:
            return self.shelf(session).newest

    def _read(self, session: Session, versions: list[int]) -> None:
        if not versions:
            return
        for row in session.exec(select(RuleVersion).where(col(RuleVersion.version).in_(versions))):
            self._books[row.version] = read_rulebook(row.files, row.version)
