"""指标: the figures in the words of Prometheus; `prometheus-rules.yaml` beside this file says which wake whom."""

from collections.abc import Iterable, Mapping
from datetime import datetime

from prometheus_client import CollectorRegistry, Gauge, generate_latest

from service.watching.figures import SWEEP_BEAT, Health
from service.watching.vital import ailments

PREFIX = "labour_watch_"


def exposition(health: Health, now: datetime) -> bytes:
    """The body of /metrics."""
    page = _Page()
    _alerts(page, health)
    _queues(page, health, now)
    _jobs(page, health, now)
    return page.text()


class _Page:
    def __init__(self) -> None:
        self._registry = CollectorRegistry()

    def one(self, name: str, text: str, value: float) -> None:
        Gauge(PREFIX + name, text, registry=self._registry).set(value)

    def many(
        self, name: str, text: str, labels: tuple[str, ...], values: Iterable[tuple[tuple[str, ...], float]]
    ) -> None:
        gauge = Gauge(PREFIX + name, text, labels, registry=self._registry)
        for label, value in values:
            gauge.labels(*label).set(value)

    def by(self, label: str, name: str, text: str, values: Mapping[str, float]) -> None:
        self.many(name, text, (label,), (((key,), value) for key, value in values.items()))

    def text(self) -> bytes:
        return generate_latest(self._registry)


def _alerts(page: _Page, health: Health) -> None:
    levels = {level.word: float(count) for level, count in health.open_alerts.items()}
    page.by("level", "alerts_open", "open alerts by level", levels)
    page.one("alerts_unsigned", "open alerts nobody has signed", health.unsigned)
    page.one("alerts_overdue", "of them past their time", health.overdue)
    page.by("kind", "audit_findings", "what the last hourly audit found", dict(health.audit))
    page.one("journal_entries", "failures and holes on record", health.journal_entries)


def _queues(page: _Page, health: Health, now: datetime) -> None:
    waiting = [health.outbox["pending"], health.outbox["sending"]]
    page.one("due_rows", "node weeks waiting to be assessed", health.due.count)
    page.one("due_oldest_seconds", "age of the oldest of them", health.due.age(now))
    page.one("due_late", "of them left lying for more than ten minutes", health.due_late)
    page.one("outbox_waiting", "messages not delivered yet", sum(queue.count for queue in waiting))
    page.one("outbox_oldest_seconds", "age of the oldest of them", max(queue.age(now) for queue in waiting))
    page.one("outbox_late", "of them due for more than ten minutes and not taken", health.outbox_late)
    states = {state: float(queue.count) for state, queue in health.outbox.items()}
    page.by("state", "outbox_messages", "messages that have not left, by state", states)
    ages = {state: queue.age(now) for state, queue in health.outbox.items()}
    page.by("state", "outbox_age_seconds", "age of the oldest of them", ages)
    page.one("on_hold", "1 after a restore until the operator releases messages", float(health.hold is not None))
    sends = ((key, float(count)) for key, count in health.sends.items())
    page.many("sends_last_hour", "sends begun within an hour", ("channel", "outcome"), sends)


def _jobs(page: _Page, health: Health, now: datetime) -> None:
    ages = {name: (now - beat.at).total_seconds() for name, beat in health.beats.items()}
    page.by("job", "beat_age_seconds", "seconds since a job last ended well", ages)
    took = {name: beat.took_ms / 1000 for name, beat in health.beats.items() if beat.took_ms}
    page.by("job", "job_seconds", "how long its last run took", took)
    leader = health.beats.get(SWEEP_BEAT)
    page.by("process", "leader", "1 for the process that ticked last", {leader.detail: 1.0} if leader else {})
    page.one("weekly_runs_missed", "weeks not opened, closed or judged in time", len(health.missed))
    found = ailments(health, now, alive=True)
    page.one("well", "1 when ticks, deliveries and assessing are well", float(not found))
