"""一次性链接: lets the officer a message is addressed to sign its alert from a phone, without a password, once.

The link is made when the message is sent and stands in no row: kept are the SHA-256 of its token, whom it is for and
until when. The token is the message's id under our signature, so every attempt carries the same one.
"""

import base64
import binascii
import hashlib
import re
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from uuid import UUID

from sqlalchemy.dialects import postgresql, sqlite
from sqlmodel import Session, select

from service.network.sealing import Sealer
from service.notify.channels import Outgoing
from service.notify.outbox import Claimed
from service.notify.tables import MessageLink

PERSONAL = frozenset({"email", "sms", "webhook"})  # channels on which only the officer reads
_PURPOSE = "message link"
_SIGNATURE_BYTES = 16
_TOKEN = re.compile(r"[\w-]{43}", re.ASCII)
_LINK = MessageLink.__table__  # type: ignore[attr-defined]
_INSERT = {
    name: dialect.insert(_LINK).on_conflict_do_nothing(index_elements=["digest"])
    for name, dialect in (("postgresql", postgresql), ("sqlite", sqlite))
}


@dataclass(frozen=True)
class Links:
    """Makes links below `base_url` that work for `lifetime` after their message was written."""

    sealer: Sealer
    base_url: str
    lifetime: timedelta

    def attach(self, session: Session, claimed: Sequence[Claimed]) -> list[Claimed]:
        """Give every message that asks an officer to sign one alert its link, in the transaction that claims it."""
        made = {one.outgoing.message_id: self._row(one) for one in claimed if _asks_to_sign(one)}
        if not made:
            return list(claimed)
        session.connection().execute(_INSERT[session.get_bind().dialect.name], [row for _, row in made.values()])
        return [
            replace(one, outgoing=replace(one.outgoing, link=f"{self.base_url.rstrip('/')}/l/{made[id_][0]}"))
            if (id_ := one.outgoing.message_id) in made
            else one
            for one in claimed
        ]

    def _row(self, one: Claimed) -> tuple[str, dict[str, object]]:
        """The token of a message's link and what is kept of it."""
        outgoing, expires_at = one.outgoing, one.created_at + self.lifetime
        said = _said(outgoing.message_id, one.alert_id, outgoing.officer_id, expires_at)
        raw = UUID(outgoing.message_id).bytes + self.sealer.sign(_PURPOSE, said)[:_SIGNATURE_BYTES]
        token = base64.urlsafe_b64encode(raw).decode().rstrip("=")
        return token, {
            "digest": _digest(token),
            "message_id": outgoing.message_id,
            "alert_id": one.alert_id,
            "officer_id": outgoing.officer_id,
            "expires_at": expires_at,
        }


def find_link(session: Session, sealer: Sealer, token: str, *, lock: bool = False) -> MessageLink | None:
    """The row of a link; None for whatever is not one of ours."""
    if not _TOKEN.fullmatch(token):
        return None
    query = select(MessageLink).where(MessageLink.digest == _digest(token))
    link = session.exec(query.with_for_update() if lock else query).first()
    if link is None:
        return None
    try:
        signature = base64.urlsafe_b64decode(f"{token}=")[-_SIGNATURE_BYTES:]
    except binascii.Error:
        return None
    said = _said(link.message_id, link.alert_id, link.officer_id, link.expires_at)
    return link if sealer.signed(_PURPOSE, said, signature) else None


def with_link(channel: str, outgoing: Outgoing) -> Outgoing:
    """What is sent: the link to sign in the place of the bare one in the text, and beside it in the payload."""
    if not outgoing.link:
        return outgoing
    data = outgoing.payload["data"]
    if channel == "webhook":
        return replace(outgoing, payload={**outgoing.payload, "data": {**data, "sign_link": outgoing.link}})
    body = re.sub(re.escape(data["link"]) + r"(?!\d)", lambda _found: outgoing.link, outgoing.body)
    return replace(outgoing, body=body)


def _asks_to_sign(one: Claimed) -> bool:
    data = one.outgoing.payload.get("data", {})
    named = one.alert_id is not None and one.outgoing.officer_id is not None
    return named and one.channel in PERSONAL and bool(data.get("sign_by")) and bool(data.get("link"))


def _said(message_id: str, alert_id: int | None, officer_id: str | None, expires_at: datetime) -> str:
    return f"{message_id}|{alert_id}|{officer_id}|{expires_at.timestamp():.6f}"


def _digest(token: str) -> str:
    return hashlib.sha256(token.encode()).hexdigest()
