"""写入组织: rows of a checked file into the tables; what the file does not name stays as it is."""

from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import asdict
from datetime import datetime
from typing import Any, TypeVar

from sqlalchemy import insert, update
from sqlmodel import Session, col, select

from service.network.network_text import ContactRow, OfficerRow, PostRow
from service.network.rota_text import rota_words
from service.network.sealing import Sealer
from service.network.tables import Contact, Leave, Node, Officer, Post, RotaOverride, Tenure
from service.network.tree import NodeRow, Place

Owned = TypeVar("Owned", Contact, Leave)
REMOVED = "removed by import"  # why a contact is off that a later file may bring back


def write_nodes(
    session: Session,
    stored: Mapping[str, Node],
    whole: Mapping[str, NodeRow],
    found: Mapping[str, Place],
    now: datetime,
) -> tuple[int, int]:
    """Insert and change nodes, with the paths of every moved subtree; returns how many of each."""
    rows = sorted((_node_columns(node, found[node.id]) for node in whole.values()), key=lambda row: row["depth"])
    added = [row for row in rows if row["id"] not in stored]
    changed = [row for row in rows if row["id"] in stored and _differs(stored[row["id"]], row)]
    marked = {"changed_at": now}
    if added:
        session.execute(insert(Node), [row | marked for row in added])
    if changed:
        session.execute(update(Node), [row | marked for row in changed])
    return len(added), len(changed)


def write_officers(session: Session, rows: Iterable[OfficerRow], now: datetime, sealer: Sealer | None) -> None:
    """Insert and change officers; contacts and leaves become those of the file where the file lists them."""
    stored = {officer.id: officer for officer in session.exec(select(Officer))}
    contacts = _by_officer(session.exec(select(Contact)))
    leaves = _by_officer(session.exec(select(Leave)))
    for row in rows:
        officer = stored.get(row.id) or Officer(id=row.id, name=row.name)
        officer.name = row.name
        session.add(officer)
    session.flush()
    for row in rows:
        if row.contacts is not None:
            _write_contacts(session, row.id, contacts[row.id], row.contacts, now, sealer)
        if row.leaves is not None:
            for leave in leaves[row.id]:
                session.delete(leave)
            session.add_all(Leave(officer_id=row.id, **asdict(leave)) for leave in row.leaves)
    session.flush()


def write_posts(session: Session, rows: Iterable[PostRow]) -> None:
    """Insert and change posts; who holds a listed post, and when, becomes what the file says."""
    stored = {(post.node_id, post.role): post for post in session.exec(select(Post))}
    tenures: dict[int | None, list[Tenure]] = defaultdict(list)
    for tenure in session.exec(select(Tenure)):
        tenures[tenure.post_id].append(tenure)
    listed = [(row, _post(session, stored.get((row.node, row.role)), row)) for row in rows]
    session.flush()
    refilled = [(row, post) for row, post in listed if row.officers != _held(tenures[post.id])]
    for _, post in refilled:
        for tenure in tenures[post.id]:
            session.delete(tenure)
    session.flush()  # a unit of work inserts before it deletes, and the old positions are still taken
    for row, post in refilled:
        session.add_all(
            Tenure(post_id=post.id or 0, officer_id=officer, position=position)
            for position, officer in row.officers.items()
        )
    _write_overrides(session, listed)
    session.flush()


def _node_columns(node: NodeRow, place: Place) -> dict[str, Any]:
    columns = dict(vars(node))
    del columns["line"]
    return columns | {"parent_id": columns.pop("parent"), "path": place.path, "depth": place.depth}


def _differs(node: Node, row: Mapping[str, Any]) -> bool:
    return any(getattr(node, column) != value for column, value in row.items())


def _by_officer(rows: Iterable[Owned]) -> dict[str, list[Owned]]:
    found: dict[str, list[Owned]] = defaultdict(list)
    for row in rows:
        found[row.officer_id].append(row)
    return found


def _write_contacts(
    session: Session,
    officer: str,
    stored: Iterable[Contact],
    listed: Iterable[ContactRow],
    now: datetime,
    sealer: Sealer | None,
) -> None:
    left = {(contact.channel, contact.address): contact for contact in stored}
    for position, row in enumerate(listed):
        contact = left.pop((row.channel, row.address), None) or Contact(
            officer_id=officer, position=position, channel=row.channel, address=row.address
        )
        contact.position = position
        if row.secret and sealer:
            contact.secret = sealer.seal(row.secret)
        if row.verified is not None:
            contact.verified_at = (contact.verified_at or now) if row.verified else None
        if contact.disabled_reason == REMOVED or row.verified:  # what somebody made sure of is tried again
            contact.disabled_at, contact.disabled_reason = None, ""
        session.add(contact)
    for gone in left.values():  # kept, because messages that were sent name it
        if gone.disabled_at is None:
            gone.disabled_at, gone.disabled_reason = now, REMOVED


def _post(session: Session, stored: Post | None, row: PostRow) -> Post:
    post = stored or Post(node_id=row.node, role=row.role, rank=row.rank)
    post.rank, post.rota = row.rank, rota_words(row.rota) if row.rota else None
    session.add(post)
    return post


def _write_overrides(session: Session, listed: Iterable[tuple[PostRow, Post]]) -> None:
    rows = {post.id: row.overrides for row, post in listed}
    for stored in session.exec(select(RotaOverride).where(col(RotaOverride.post_id).in_(rows))):
        session.delete(stored)
    session.add_all(
        RotaOverride(
            post_id=post or 0, officer_id=o.officer, from_at=o.span.start, until_at=o.span.end, reason=o.reason
        )
        for post, overrides in rows.items()
        for o in overrides
    )


def _held(tenures: Iterable[Tenure]) -> dict[int, str]:
    return {tenure.position: tenure.officer_id for tenure in tenures}
