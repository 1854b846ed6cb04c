"""凭链接签收: the officer a message was written to signs its alert by the link in it – shown as often as you like,
signed once."""

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from sqlmodel import Session

from service.alerting.tables import Alert
from service.errors import Conflict, NotFound
from service.network.sealing import Sealer
from service.notify.links import find_link
from service.notify.receipts import Kind, mark
from service.notify.tables import MessageLink, OutboxMessage
from service.response.desk import Office, on_desk
from service.response.handle import sign
from service.scoring.pack import Level


class Worthless(StrEnum):
    """Why a link does nothing."""

    UNKNOWN = "unknown"  # forged, cut off, or of somebody who has left
    EXPIRED = "expired"
    USED = "used"
    CLOSED = "closed"  # the alert is over


class BadLink(Exception):
    """A link that does nothing; nothing is told of the alert."""

    def __init__(self, why: Worthless) -> None:
        super().__init__(why)
        self.why = why


@dataclass(frozen=True)
class Summary:
    """What a link shows of its alert: as much as a text message does. `signed` when somebody has signed it."""

    number: int
    level: Level
    county: str
    theme: str
    sign_by: datetime
    signed: bool


def look(office: Office, sealer: Sealer, token: str, now: datetime) -> Summary:
    """What the link is about; that it was opened is written down the first time. Raises BadLink."""
    with office.db.read() as session:
        link = _usable(find_link(session, sealer, token), now)
        found = _summary(session, link)
    if link.opened_at is None:
        _note_opened(office, link.digest, now)
    return found


def sign_by_link(office: Office, sealer: Sealer, token: str, now: datetime) -> Summary:
    """Sign the link's alert as its officer; the link is used up with it, or not at all. Raises BadLink."""
    with office.db.read() as session:
        link = _usable(find_link(session, sealer, token), now)
    try:
        with on_desk(office, link.alert_id, link.officer_id, now) as case:
            held = _usable(find_link(case.session, sealer, token, lock=True), now)
            sign(case, by="link")
            held.used_at = now
            case.session.add(held)
            mark(case.session, held.message_id, Kind.ACKNOWLEDGED, now, "链接 / link")
            return _summary(case.session, held)
    except NotFound as error:
        raise BadLink(Worthless.UNKNOWN) from error
    except Conflict as error:
        raise BadLink(Worthless.CLOSED) from error


def _usable(link: MessageLink | None, now: datetime) -> MessageLink:
    if link is None:
        raise BadLink(Worthless.UNKNOWN)
    if link.used_at is not None:
        raise BadLink(Worthless.USED)
    if now >= link.expires_at:
        raise BadLink(Worthless.EXPIRED)
    return link


def _note_opened(office: Office, digest: str, now: datetime) -> None:
    with office.db.write() as session:
        link = session.get_one(MessageLink, digest)
        link.opened_at = link.opened_at or now
        session.add(link)
        mark(session, link.message_id, Kind.OPENED, now)


def _summary(session: Session, link: MessageLink) -> Summary:
    alert = session.get_one(Alert, link.alert_id)
    data = session.get_one(OutboxMessage, link.message_id).payload["data"]  # what the letter itself said, masked
    if alert.closed_at is not None:
        raise BadLink(Worthless.CLOSED)
    return Summary(
        number=link.alert_id,
        level=Level(alert.level),
        county=data.get("county", ""),
        theme=data.get("theme", ""),
        sign_by=alert.sign_by,
        signed=alert.acknowledged_at is not None,
    )
