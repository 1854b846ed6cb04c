"""查看记录: who looked at an alert or at what is sealed in it, for its evidence."""

from collections.abc import Mapping

from sqlmodel import Session, col, select

from service.evidence.assemble import Look
from service.journal import JournalEntry
from service.network.tables import Officer, Token
from service.scoring.cells import Text
from service.web.access.tables import Account, Sighting

_WHAT: Mapping[str, Text] = {
    "case": ("查看预警", "looked at the case"),
    "sealed": ("查看密封指标", "looked at what is sealed"),
    "evidence": ("查看证据", "looked at the evidence"),
}


def looks_at(session: Session, alert_id: int) -> list[Look]:
    """Everybody who looked, in the order of time; on the command line nobody has a name."""
    query = (
        select(Sighting, Officer.name, Account.name, Token.label)
        .join(Token, col(Token.id) == col(Sighting.token_id))
        .outerjoin(Officer, col(Officer.id) == col(Sighting.officer_id))
        .outerjoin(Account, col(Account.token_id) == col(Sighting.token_id))
        .where(col(Sighting.alert_id) == alert_id)
    )
    seen = [
        Look(row.at, officer or account or label or str(row.token_id), _WHAT.get(row.what, (row.what, row.what)))
        for row, officer, account, label in session.exec(query)
    ]
    typed = select(JournalEntry).where(JournalEntry.kind == "sealed_seen", JournalEntry.subject == f"alert/{alert_id}")
    seen += [Look(row.at, "", (row.text, row.text_en)) for row in session.exec(typed)]
    return sorted(seen, key=lambda look: look.at)
