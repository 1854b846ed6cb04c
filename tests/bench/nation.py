"""A nation for benches of pages: units with scores, reports and alerts of the last weeks, written by SQL into SQLite.

Nothing went through intake or assessment; the rows are those a service would have after such weeks, so that the worker
finds nothing to do: every deadline is met, told or ahead.
"""

import json
import sqlite3
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import orjson

from service.clock import SystemClock
from service.db import Database
from service.reporting.tally import count_weeks
from service.rulebook.library import Library
from service.scoring.week import between, step, week_at
from service.web.access import sessions
from service.web.access.accounts import add_account
from service.web.access.roles import Role
from service.web.access.tables import Account
from tests.real import Real

WEEKS = 26
ROOT = "city"
PEOPLE = {"duty": ROOT, "officer-7": "k7"}  # who looks, and from where; in the town 第7县 has an alert
PASSWORD = "Wei-he 1953 bridge"  # nobody types it: sessions are made in the database
_FIRED = (
    ("W01", 2, 12.0, "拖欠工资天数 12 天，达到 8 天的标准", "Days past the agreed payday at 12 days, over 8 days"),
    ("W03", 3, 10.0, "被欠薪人数 115 人，达到 10 人的标准", "Workers unpaid at 115 people, over 10 people"),
)
_LACKING = ("L01", "L03", "H01", "S01", "S02", "V01")
# The share of units at a level is told by their number: of 1000 units 2 are red, 5 orange, 6 yellow, 7 blue.
_LEVEL = (
    "(CASE WHEN n % 500 = 7 THEN 4 WHEN n % 200 = 11 THEN 3 WHEN n % 166 = 13 THEN 2 WHEN n % 143 = 17 THEN 1"
    " ELSE 0 END)"
)


@dataclass(frozen=True)
class Size:
    """How much there is: `whole` weeks have scores of all units, all others one unit in `sample`."""

    units: int
    counties: int
    townships: int  # in a county
    alerts: int
    whole: int
    sample: int


NATION = Size(units=100_000, counties=14, townships=20, alerts=2_000, whole=5, sample=25)
TOWN = Size(units=57, counties=12, townships=1, alerts=8, whole=WEEKS, sample=1)


def found(folder: Path, size: Size) -> Real:
    """Make an instance of that size in `folder`."""
    folder.mkdir(parents=True)
    file = folder / "network.yaml"
    file.write_bytes(orjson.dumps(_network(size)))  # JSON is YAML
    real = Real(folder, settings={"LABOUR_WATCH_RATE_LIMIT": "1000000/minute"})
    real.init(file)
    with sqlite3.connect(real.folder / "labour-watch.db", isolation_level=None) as connection:
        for begin in ("PRAGMA synchronous=OFF", "PRAGMA cache_size=-200000", "PRAGMA foreign_keys=OFF", "BEGIN"):
            connection.execute(begin)
        _Filling(connection, size, real.settings_url).fill()
        connection.execute("COMMIT")
        connection.execute("PRAGMA wal_checkpoint(TRUNCATE)")
    connection.close()
    db = Database(real.settings_url)
    with db.write() as session:
        count_weeks(session, SystemClock().now())
    db.close()
    return real


def log_in(real: Real, officer: str) -> str:
    """The cookie of a new session of an officer."""
    db, now = Database(real.settings_url), SystemClock().now()
    with db.write() as session:
        if session.get(Account, officer) is None:
            add_account(session, now, officer, Role.OFFICER, PASSWORD, officer_id=officer)
        value = sessions.begin(session, officer, "own", "bench", now)
    db.close()
    return value


def _network(size: Size) -> dict[str, Any]:
    nodes: list[dict[str, Any]] = [{"node": ROOT, "kind": "city", "name": "秦川市总工会"}]
    posts = [{"node": ROOT, "role": "duty", "holder": "duty"}]
    for k in range(size.counties):
        nodes.append({"node": f"k{k}", "parent": ROOT, "kind": "county", "name": f"第{k}县总工会"})
        posts.append({"node": f"k{k}", "role": "officer", "holder": f"officer-{k}"})
        for t in range(size.townships):
            town = {"node": f"k{k}t{t}", "parent": f"k{k}", "kind": "township", "name": f"第{k}县第{t}镇"}
            nodes.append(town)
    officers = [
        {"id": post["holder"], "name": post["holder"], "contacts": [{"channel": "console", "address": post["holder"]}]}
        for post in posts
    ]
    return {"nodes": nodes, "officers": officers, "posts": posts}


class _Filling:
    """Fills the tables one after the other; `unit` are the enterprises with a number `n` from 0 on."""

    def __init__(self, connection: sqlite3.Connection, size: Size, url: str) -> None:
        self.connection, self.size = connection, size
        self.now = SystemClock().now()
        db = Database(url)
        self.book = Library(db).current()
        db.close()
        self.week = week_at(self.now)
        self.weeks = between(step(self.week, 1 - WEEKS), self.week)

    def fill(self) -> None:
        """Everything."""
        self._units()
        for week in self.weeks:
            self._week(week)
        self._alerts()
        self._letters()

    def _do(self, sql: str, **values: Any) -> None:
        self.connection.execute(sql, values)

    def _units(self) -> None:
        size = self.size
        self._do(
            "WITH RECURSIVE u(n) AS (SELECT 0 UNION ALL SELECT n + 1 FROM u WHERE n + 1 < :units),"
            " p AS (SELECT n, 'k' || (n % :k) AS county, 'k' || (n % :k) || 't' || (n / :k % :t) AS town FROM u)"
            " INSERT INTO node (id, parent_id, path, depth, kind, name, industry, headcount, key)"
            " SELECT printf('e%06d', n), town, :root || '/' || county || '/' || town || printf('/e%06d/', n), 3,"
            " 'enterprise', '第' || n || '机械制造有限公司', CASE n % 4 WHEN 0 THEN 'food' WHEN 1 THEN 'machinery'"
            " WHEN 2 THEN 'textiles' ELSE 'coal' END, 80 + n % 900, n % 50 = 0 FROM p",
            units=size.units,
            k=size.counties,
            t=size.townships,
            root=ROOT,
        )
        self._do(
            "CREATE TEMP TABLE unit AS SELECT id, row_number() OVER (ORDER BY id) - 1 AS n FROM node"
            " WHERE kind = 'enterprise'"
        )
        self._do(f"CREATE TEMP TABLE grave AS SELECT id, {_LEVEL} AS level, n FROM unit WHERE {_LEVEL} > 0 ORDER BY n")

    def _week(self, week: str) -> None:
        due = self.book.deadlines(week)
        closed = due.closes_at <= self.now
        self._do(
            "INSERT INTO reporting_week VALUES (:week, :due, :closes, :closed)",
            week=week,
            due=_at(due.due_at),
            closes=_at(due.closes_at),
            closed=_at(due.closes_at) if closed else None,
        )
        number = self.weeks.index(week)
        every = 1 if number >= WEEKS - self.size.whole else self.size.sample
        values = {"week": week, "every": every, "number": number, "due": _at(due.due_at)}
        values |= {"closes": _at(due.closes_at), "came": _at(due.due_at - timedelta(days=6)), "closed": closed}
        self._expected(values)
        self._reported(values)
        self._scored(values)

    def _expected(self, values: dict[str, Any]) -> None:
        self.connection.execute(
            "INSERT INTO expectation (node_id, week, due_at, closes_at, state, reminded_at, excused_reason)"
            " SELECT id, :week, :due, :closes, iif(n % 90 = 5, 'excused', 'due'), :came, '' FROM unit"
            " WHERE n % :every = 0",
            values,
        )

    def _reported(self, values: dict[str, Any]) -> None:
        """Of a closed week every 20th unit is silent, of the running one every second."""
        figures = {f"wage.figure_{number}": number for number in range(25)}
        self.connection.execute(
            'INSERT INTO report (id, node_id, week, source, revision, received_at, state, "values", nil, note,'
            " warnings, confirmed) SELECT printf('%08x-0000-7000-8000-%012x', :number, n), id, :week, 'own', 1, :came,"
            " 'received', :figures, 0, '', '[]', '[]' FROM unit"
            " WHERE n % :every = 0 AND n % 90 <> 5 AND n % iif(:closed, 20, 2) <> 0",
            values | {"figures": json.dumps(figures)},
        )

    def _scored(self, values: dict[str, Any]) -> None:
        fired = [_finding(rule, floor, points, *said) for rule, floor, points, *said in _FIRED]
        calm = [_finding(rule) for rule in _LACKING]
        own = {"fired": _json(fired + calm), "calm": _json(calm), "digest": self.book.digest}
        self.connection.execute(
            "INSERT INTO score (id, node_id, week, score, level, judged, reported, closed, findings, rule_version,"
            " pack_digest, revisions, computed_at, decision)"
            " SELECT printf('%08x-0000-7000-9000-%012x', :number, n), id, :week,"
            f" iif({_LEVEL} > 0, 10 + 20 * {_LEVEL} + (n + :number) % 7, (n + :number) % 9), {_LEVEL},"
            " iif(n % 20 = 0, 0.2, 0.9), n % iif(:closed, 20, 2) <> 0, :closed,"
            f" iif({_LEVEL} > 0, :fired, :calm), 1, :digest, '{{}}', :came, 'same' FROM unit"
            f" WHERE n % :every = 0 OR {_LEVEL} > 0",
            values | own,
        )

    def _alerts(self) -> None:
        """Open alerts of the most serious units, some signed; later of their steps are far ahead. As many are over."""
        issued, ahead = self.now - timedelta(days=9), self.now + timedelta(days=30)
        values = {"count": self.size.alerts, "issued": _at(issued), "ahead": _at(ahead), "now": _at(self.now)}
        values |= {"late": _at(self.now - timedelta(hours=3)), "number": WEEKS - 1, "first": self.weeks[-3]}
        values |= {"last": self.week, "half": _at(self.now - timedelta(days=2))}
        columns = (
            "INSERT INTO alert (node_id, level, state, theme, rules, first_week, last_week, score_id, raised_at,"
            " issued_at, sign_by, act_by, duty, step, next_step_at, acknowledged_at, acknowledged_by, owner_id,"
            " liftable_at, closed_at, outcome, last_seq, head, pinned_seq) SELECT id, level,"
        )
        score = "printf('%08x-0000-7000-9000-%012x', :number, n)"
        officer = "'officer-' || (n % (SELECT count(*) FROM node WHERE kind = 'county'))"
        self._do(
            f"{columns} iif(n % 3 = 0, 'acknowledged', 'raised'), 'wages', '[\"W01\",\"W03\"]', :first, :last, {score},"
            " :issued, :issued, iif(n % 5 = 0, :late, :ahead), iif(n % 3 = 0, :ahead, NULL),"
            " iif(n % 3 = 0, 'act', 'sign'), 1, :ahead, iif(n % 3 = 0, :half, NULL),"
            f" iif(n % 3 = 0, {officer}, NULL), {officer}, NULL, NULL, NULL, 3, '', 3"
            " FROM grave WHERE level > 0 LIMIT :count",
            **values,
        )
        self._do(
            f"{columns} 'archived', 'wages', '[\"W01\"]', :first, :first, {score}, :issued, :issued, :half, NULL,"
            f" 'none', 1, NULL, :half, {officer}, {officer}, :half, :half, 'resolved', 3, '', 3"
            " FROM (SELECT id, n, 2 AS level FROM unit WHERE n % 50 = 1 LIMIT :count)",
            **values,
        )
        self.connection.execute(
            "INSERT INTO alert_event (alert_id, seq, at, reason, week, level, score_id, detail, hash)"
            " SELECT alert.id, s.seq, alert.issued_at, s.reason, alert.first_week, alert.level, alert.score_id,"
            " '{\"told\":[\"duty\"]}', '' FROM alert,"
            " (SELECT 1 AS seq, 'first_risk' AS reason UNION SELECT 2, 'told' UNION SELECT 3, 'told') AS s"
        )

    def _letters(self) -> None:
        """Two messages an alert, delivered, each with its notice."""
        letter = _json(
            {"subject": "【橙色预警】", "body": "预警编号、触发依据、处置建议。" * 12, "payload": {}, "words": {}}
        )
        values = {
            "letter": letter,
            "at": _at(self.now - timedelta(days=9)),
            "body": "预警编号、触发依据、处置建议。" * 12,
        }
        self.connection.execute(
            "INSERT INTO outbox_message (id, occasion, alert_id, officer_id, post, channel, address, subject, body,"
            " payload, fallbacks, created_at, state, available_at, attempts, settled_at, remote_id)"
            " SELECT printf('%08x-0000-7000-a000-%012x', w.i, alert.id), 'alert/' || alert.id || '/' || w.i, alert.id,"
            " iif(w.i = 0, alert.owner_id, 'duty'), '', 'console', 'x', '【橙色预警】', :body, '{}', '[]', :at,"
            " 'delivered', :at, 1, :at, '' FROM alert, (SELECT 0 AS i UNION SELECT 1) AS w",
            values,
        )
        self.connection.execute(
            "INSERT INTO delivery_attempt (message_id, number, started_at, finished_at, outcome, code, detail,"
            " previous_hash, hash) SELECT id, 1, :at, :at, 'delivered', 'printed', '', '', '' FROM outbox_message",
            values,
        )
        self.connection.execute(
            "INSERT INTO notice (occasion, alert_id, officer_id, reason, asks, level, people, issued_at, duty, letter,"
            " route, held, created_at, due_at, state, settled_at, message_id)"
            " SELECT m.occasion, m.alert_id, m.officer_id, 'raised', m.officer_id <> 'duty', alert.level, 90,"
            " alert.issued_at, 'sign', :letter, '[]', 'no', :at, :at, 'sent', :at, m.id"
            " FROM outbox_message AS m JOIN alert ON alert.id = m.alert_id",
            values,
        )


def _finding(rule: str, floor: int = 0, points: float = 0.0, *said: str) -> dict[str, Any]:
    """A finding as it is stored; without words one that lacks its figure."""
    text, english = said or ("本周和前 5 周都没有数：未签劳动合同人数", "no figure this week or in the 5 before: staff")
    value = points or None
    state = "fired" if said else "unknown"
    figures = {"value": value, "threshold": value, "reason": text, "reason_en": english, "trial": False}
    return {"rule": rule, "state": state, "points": points, "floor": floor} | figures


def _json(value: Any) -> str:
    return orjson.dumps(value).decode()


def _at(instant: datetime) -> str:
    """An instant as SQLite keeps it."""
    return f"{instant.astimezone(UTC):%Y-%m-%d %H:%M:%S.%f}"
