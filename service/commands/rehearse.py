"""演练: leads simulated weeks through the real intake, assessment, sweep and delivery, on a clock that steps on."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from zlib import crc32

from sqlmodel import col, select

from service.alerting.outcome import Outcome
from service.alerting.tables import Alert, AlertEvent
from service.app import Instance
from service.clock import SHANGHAI, FrozenClock
from service.errors import Refusal
from service.network.directory import posts_on_path, token_digest
from service.notify.deliver import Deliverer
from service.reporting.submission import EventSubmission, ReportSubmission, Submission
from service.response.act import Done, act
from service.response.actions import ActionKind
from service.response.desk import Office
from service.response.handle import acknowledge, contain, note
from service.response.lift import lift
from service.response.lifting import Wish
from service.scoring.week import monday
from service.simulation.generate import SimulatedReport, Simulation

CLOSED_AFTER = timedelta(days=14)
LEFT_OVERDUE = 2  # shown on purpose: what an alert looks like that nobody signed in time
# When a week's reports come in: day of the following week, hour, share in percent.
_ARRIVALS = ((0, time(10), 75), (1, time(10), 22), (3, time(9), 3))
_LOOKS = ((0, time(12, 1)), (1, time(14, 30)), (2, time(18, 1)), (3, time(16)))


@dataclass(frozen=True)
class Moment:
    """What is reported at an instant; the clock is looked at in any case."""

    at: datetime
    submissions: Sequence[Submission]


class Rehearsal:
    """One run; `tokens` by node are those that the enterprises and counties would use themselves."""

    def __init__(
        self,
        instance: Instance,
        clock: FrozenClock,
        deliverer: Deliverer,
        simulation: Simulation,
        tokens: Mapping[str, str],
    ) -> None:
        self._instance = instance
        self._clock = clock
        self._deliverer = deliverer
        self._simulation = simulation
        self._digests = {node: token_digest(token) for node, token in tokens.items()}
        self._assessor = instance.assessor()
        self._sweeper = instance.sweeper()
        self._office = Office(instance.db, instance.library, instance.settings.base_url)

    def run(self, weeks: Sequence[str], until: datetime, done: Callable[[], None]) -> None:
        """Live through `weeks` up to the instant `until`; `done` is called after each."""
        for week in weeks:
            for moment in self._moments(week):
                if self._clock.now() < moment.at <= until:
                    self._clock.set(moment.at)
                    self._submit(moment.submissions)
                    self._settle()
            self._tend()
            done()
        self._clock.set(until)
        self._settle()
        self._tend()
        self._sign_overdue()
        self._keep_up()

    def _moments(self, week: str) -> Iterator[Moment]:
        """What happens when: incidents at once, reports in the following week, and looks at the clock in between."""
        following = monday(week) + timedelta(days=7)
        moments = [
            Moment(
                _at(event.day, time(16)), [self._event(event.node, event.event, event.people, _at(event.day, time(15)))]
            )
            for event in self._simulation.events
            if event.week == week
        ]
        moments += [Moment(_at(following + timedelta(days=day), hour), []) for day, hour in _LOOKS]
        reports = [report for report in self._simulation.reports if report.week == week]
        reached = 0
        for day, hour, share in _ARRIVALS:
            chosen = [self._report(r) for r in reports if reached <= _lot(r) < reached + share]
            moments.append(Moment(_at(following + timedelta(days=day), hour), chosen))
            reached += share
        return iter(sorted(moments, key=lambda moment: moment.at))

    def _report(self, report: SimulatedReport) -> ReportSubmission:
        return ReportSubmission(self._digests[report.node], report.week, report.values)

    def _event(self, node: str, event: str, people: int | None, at: datetime) -> EventSubmission:
        return EventSubmission(self._digests[node], event, at, people)

    def _submit(self, submissions: Sequence[Submission]) -> None:
        for answer in [self._instance.intake.submit(submission) for submission in submissions]:
            answer.result()

    def _settle(self) -> None:
        self._assessor.assess_due()
        self._keep_up()
        self._sweeper.sweep()
        self._assessor.assess_due()
        self._deliverer.deliver_due()

    def _tend(self) -> None:
        """The cast does its work: what is two weeks old is signed, visited, calmed, and lifted once it is quiet."""
        now = self._clock.now()
        for alert in self._open():
            if alert.raised_at <= now - CLOSED_AFTER:
                officer = self._responsible(alert)
                if acknowledge(self._office, _id(alert), officer, now).contained_at is None:
                    visit = Done(ActionKind.VISIT, note="走访企业，与行政方、职工代表座谈（演示）")
                    act(self._office, _id(alert), officer, now, done=visit)
                    contain(self._office, _id(alert), officer, now)
                if alert.liftable_at is not None:
                    self._lift(alert, officer, now)

    def _keep_up(self) -> None:
        """Whoever has signed an alert acts, and says how it stands, when the time for it has come."""
        now = self._clock.now()
        for alert in self._open():
            officer = alert.owner_id
            if officer and alert.duty == "act" and alert.act_by and alert.act_by <= now:
                call = Done(ActionKind.PHONE_CALL, note="致电企业工会了解情况（演示）")
                act(self._office, _id(alert), officer, now, done=call)
            elif officer and alert.duty == "update" and alert.update_by and alert.update_by <= now:
                note(self._office, _id(alert), officer, now, text="情况平稳，继续跟踪（演示）")

    def _lift(self, alert: Alert, officer: str, now: datetime) -> None:
        """Whoever handled it lifts it, with a second person from the path where the level asks for one."""
        for person in dict.fromkeys([officer, *self._people(alert)]):
            try:
                if lift(self._office, _id(alert), person, now, wish=self._wish(alert, now)).closed_at is not None:
                    return
            except Refusal:  # not this person, or not yet
                continue

    def _people(self, alert: Alert) -> list[str]:
        """Everybody with a post on the path, from the node up."""
        with self._instance.db.read() as session:
            working = self._instance.library.shelf(session).newest.calendar.is_working_day
            posts = posts_on_path(session, [alert.node_id], working)[alert.node_id]
        return [officer.id for post in posts for officer in post.officers]

    def _sign_overdue(self) -> None:
        now = self._clock.now()
        overdue = [alert for alert in self._open() if alert.acknowledged_at is None and alert.sign_by <= now]
        for alert in overdue[: max(len(overdue) - LEFT_OVERDUE, 0)]:
            acknowledge(self._office, _id(alert), self._responsible(alert), now)

    def _open(self) -> Sequence[Alert]:
        """Open alerts, the mildest and oldest first."""
        with self._instance.db.read() as session:
            query = select(Alert).where(col(Alert.closed_at).is_(None))
            return session.exec(query.order_by(col(Alert.level), col(Alert.issued_at))).all()

    def _responsible(self, alert: Alert) -> str:
        """Who was told of it first."""
        with self._instance.db.read() as session:
            events = session.exec(
                select(AlertEvent).where(AlertEvent.alert_id == alert.id).order_by(col(AlertEvent.seq))
            )
            return next(str(name) for event in events for name in event.detail.get("told", ()))

    def _wish(self, alert: Alert, now: datetime) -> Wish:
        """How it ended: what the simulation planted broke out in its week, otherwise nothing did."""
        planted = [o.week for o in self._simulation.outcomes if o.node == alert.node_id]
        happened = [monday(week) for week in planted if alert.first_week <= week <= alert.last_week]
        if happened and happened[0] <= now.astimezone(SHANGHAI).date():
            return Wish(Outcome.DISPUTE, happened[0], "")
        return Wish(Outcome.NO_DISPUTE, None, "走访后未发生争议（演示）")


def _at(day: date, hour: time) -> datetime:
    return datetime.combine(day, hour, SHANGHAI)


def _lot(report: SimulatedReport) -> int:
    """A number from 0 to 99 that is always the same for a node's week."""
    return crc32(f"{report.node} {report.week}".encode()) % 100


def _id(alert: Alert) -> int:
    assert alert.id is not None  # it was read from the database
    return alert.id
