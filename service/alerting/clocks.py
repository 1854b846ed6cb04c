"""时限: winds the clocks of a stored alert – from its row to the pure decision of `escalate` and back."""

from dataclasses import replace
from datetime import datetime

from service.alerting.escalate import Clocks, ClockView, Duty, Ladder, Origin, clocks, running
from service.alerting.tables import Alert
from service.rulebook.library import Rulebook
from service.scoring.pack import Level


def wind(
    alert: Alert,
    book: Rulebook,
    now: datetime,
    first_action_at: datetime | None = None,
    last_update_at: datetime | None = None,
) -> None:
    """Set what is owed after a move by whoever holds the alert's lock; the two instants are those of its record."""
    _set(alert, clocks(book.policy, book.calendar, clock_view(alert, first_action_at, last_update_at), now))


def start(alert: Alert, book: Rulebook, now: datetime) -> None:
    """Begin anew with signing, when a level has been issued: whatever ran before is over."""
    alert.duty, alert.contained_at = str(Duty.SIGN), None
    _set(alert, clocks(book.policy, book.calendar, replace(clock_view(alert), stored=None), now))


def _set(alert: Alert, found: Clocks) -> None:
    alert.duty, alert.step, alert.next_step_at = str(found.duty), found.step, found.next_step_at
    alert.sign_by, alert.act_by, alert.update_by = found.sign_by, found.act_by, found.update_by


def ladder_of(alert: Alert, book: Rulebook, origin: Origin) -> Ladder:
    """The ladder of the duty that runs, by the newest version of the policy."""
    return running(book.policy, book.calendar, clock_view(alert), origin)


def clock_view(
    alert: Alert, first_action_at: datetime | None = None, last_update_at: datetime | None = None
) -> ClockView:
    """A stored alert as its clocks see it."""
    return ClockView(
        level=Level(alert.level),
        theme=alert.theme,
        state=alert.state,
        issued_at=alert.issued_at,
        acknowledged_at=alert.acknowledged_at,
        first_action_at=first_action_at,
        last_update_at=last_update_at,
        contained_at=alert.contained_at,
        liftable_at=alert.liftable_at,
        stored=Clocks(Duty(alert.duty), alert.sign_by, alert.act_by, alert.update_by, alert.step, alert.next_step_at),
    )
