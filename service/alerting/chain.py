"""记录的核对: checkpoints over the heads of all records, and the search for the first line that was tampered with."""

import hashlib
from collections.abc import Generator, Iterable, Mapping, Sequence
from contextlib import closing
from dataclasses import dataclass
from datetime import datetime, timedelta
from itertools import groupby

from sqlalchemy import func, update
from sqlmodel import Session, col, select

from service.alerting.record import canonical, seal
from service.alerting.tables import Alert, AlertEvent, ChainCheckpoint

EVERY = timedelta(hours=1)
Pins = Mapping[int, Mapping[int, str]]  # alert → line → hash, as checkpoints hold them


@dataclass(frozen=True)
class Fault:
    """The first place where a record is not what was written; `seq` 0 is the alert itself, `alert` 0 a checkpoint."""

    alert: int
    seq: int
    text: str
    text_en: str


@dataclass(frozen=True)
class ChainReport:
    """What was read; `unsealed` lines are from before the chain and vouched for by nothing."""

    alerts: int
    lines: int
    unsealed: int
    digest: str  # of the newest checkpoint; empty when there is none
    taken_at: datetime | None
    fault: Fault | None


def checkpoint_chains(session: Session, now: datetime) -> bool:
    """Take a checkpoint when the last one is an hour old and some record has grown since; whether one was taken."""
    last = _newest(session)
    if last is not None and abs(now - last.at) < EVERY:  # a clock that was set back must not stop it for ever
        return False
    grown = session.exec(
        select(Alert.id, Alert.last_seq, Alert.head)
        .where(col(Alert.last_seq) != col(Alert.pinned_seq))
        .order_by(col(Alert.id))
    ).all()
    if not grown:
        return False
    heads: list[list[object]] = [[id_, seq, head] for id_, seq, head in grown]
    session.execute(update(Alert), [{"id": id_, "pinned_seq": seq} for id_, seq, _ in heads])
    alerts = session.exec(select(func.count()).select_from(Alert)).one()
    digest = digest_of(last.digest if last else "", alerts, heads)
    session.add(ChainCheckpoint(at=now, alerts=alerts, heads=heads, digest=digest))
    session.flush()
    return True


def digest_of(before: str, alerts: int, heads: list[list[object]]) -> str:
    """SHA-256, in hex, over the digest before and what a checkpoint holds."""
    return hashlib.sha256(f"{before}\n{canonical([alerts, heads])}".encode()).hexdigest()


def verify_chains(session: Session) -> ChainReport:
    """Read every record from its beginning; stops at the first line that is not as it was written."""
    checkpoints = session.exec(select(ChainCheckpoint).order_by(col(ChainCheckpoint.id))).all()
    pins, fault = _pins(checkpoints, "")
    reader = _Reader(session, pins)
    with closing(reader.faults()) as faults:
        found = fault or next(faults, None)
    return _report(reader, checkpoints, found)


def verify_record(session: Session, alert: Alert) -> ChainReport:
    """Read one record, with the checkpoints taken since it was begun."""
    query = select(AlertEvent).where(AlertEvent.alert_id == alert.id).order_by(col(AlertEvent.seq))
    lines = session.exec(query).all()
    begun = min((line.at for line in lines), default=alert.raised_at) - EVERY
    since = select(func.min(ChainCheckpoint.id)).where(col(ChainCheckpoint.at) >= begun)
    points = select(ChainCheckpoint).where(col(ChainCheckpoint.id) >= since.scalar_subquery())
    checkpoints = session.exec(points.order_by(col(ChainCheckpoint.id))).all()
    pins, fault = _pins(checkpoints, _digest_before(session, checkpoints))
    reader = _Reader(session, pins)
    found = reader.record(alert.id or 0, lines, (alert.last_seq, alert.head))
    return _report(reader, checkpoints, found or fault)


def _digest_before(session: Session, checkpoints: Sequence[ChainCheckpoint]) -> str:
    """What the first of these stands on."""
    if not checkpoints:
        return ""
    query = select(ChainCheckpoint.digest).where(col(ChainCheckpoint.id) < checkpoints[0].id)
    return session.exec(query.order_by(col(ChainCheckpoint.id).desc()).limit(1)).first() or ""


def _pins(checkpoints: Sequence[ChainCheckpoint], before: str) -> tuple[Pins, Fault | None]:
    """What the checkpoints hold, the first of which stands on `before`; and the first that is not as it was taken."""
    pins: dict[int, dict[int, str]] = {}
    fault = None
    for point in checkpoints:
        if fault is None and point.digest != digest_of(before, point.alerts, point.heads):
            fault = Fault(
                0, point.id or 0, "校验点被改动，或前一校验点被删", "a checkpoint was changed, or one before it deleted"
            )
        before = point.digest
        for alert, seq, hash_ in point.heads:
            pins.setdefault(alert, {})[seq] = hash_
    return pins, fault


def _report(reader: "_Reader", checkpoints: Sequence[ChainCheckpoint], fault: Fault | None) -> ChainReport:
    newest = checkpoints[-1] if checkpoints else None
    return ChainReport(
        reader.alerts,
        reader.lines,
        reader.unsealed,
        newest.digest if newest else "",
        newest.at if newest else None,
        fault,
    )


@dataclass
class _Reader:
    """Walks the records in order of their alerts, and counts."""

    session: Session
    pins: Pins
    alerts: int = 0
    lines: int = 0
    unsealed: int = 0

    def faults(self) -> Generator[Fault, None, None]:
        """Every record's first fault."""
        rows = self.session.exec(select(Alert.id, Alert.last_seq, Alert.head))
        heads = {id_: (seq, head) for id_, seq, head in rows if id_ is not None}
        named = set(self.session.exec(select(AlertEvent.alert_id).distinct()))
        query = select(AlertEvent).order_by(col(AlertEvent.alert_id), col(AlertEvent.seq))
        with closing(self.session.exec(query.execution_options(yield_per=1000))) as stream:
            groups = groupby(stream, lambda line: line.alert_id)
            for alert in sorted(named | heads.keys() | self.pins.keys()):
                lines = next(groups)[1] if alert in named else ()
                fault = self.record(alert, lines, heads.get(alert))
                if fault is not None:
                    yield fault

    def record(self, alert: int, lines: Iterable[AlertEvent], head: tuple[int, str] | None) -> Fault | None:
        """The first line of one record that is not as it was written; or its end, which the alert and the checkpoints
        hold."""
        if head is None:
            return Fault(alert, 0, "预警被删除", "the alert was deleted")
        self.alerts += 1
        pins = self.pins.get(alert, {})
        last, before = 0, ""
        for line in lines:
            self.lines += 1
            fault = self._line(line, last, before, pins.get(line.seq))
            if fault is not None:
                return fault
            last, before = line.seq, line.hash
        if last == 0 or max([head[0], *pins]) > last:
            return Fault(alert, last + 1, "这一条及其后的记录被删除", "this line and those after it were deleted")
        if (last, before) != head:
            return Fault(alert, last, "这一条是后来添上的，或被改动", "this line was added or changed afterwards")
        return None

    def _line(self, line: AlertEvent, last: int, before: str, pinned: str | None) -> Fault | None:
        if line.seq != last + 1:
            return Fault(line.alert_id, last + 1, "这一条被删除", "this line was deleted")
        if not line.hash and not before:
            self.unsealed += 1
        elif line.hash != seal(before, line):
            return Fault(
                line.alert_id, line.seq, "这一条被改动、添上或前后调换", "this line was changed, added or moved"
            )
        if pinned is not None and pinned != line.hash:
            return Fault(line.alert_id, line.seq, "这一条与校验点不符", "this line is not the one the checkpoint holds")
        return None


def _newest(session: Session) -> ChainCheckpoint | None:
    """The last checkpoint, locked: only one may stand on it."""
    return session.exec(
        select(ChainCheckpoint).order_by(col(ChainCheckpoint.id).desc()).limit(1).with_for_update()
    ).first()
