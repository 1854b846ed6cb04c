"""导入导出: a network into the database and out again – all of a file or nothing of it."""

import csv
import io
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from ruamel.yaml import YAML
from sqlmodel import Session, col, select

from service.clock import SHANGHAI
from service.errors import FileProblems
from service.network.network_text import NetworkFile, read_network
from service.network.node_text import COLUMNS, node_cells
from service.network.sealing import Sealer
from service.network.tables import Contact, Leave, Node, Officer, Post, RotaOverride, Tenure
from service.network.tree import NodeRow, Report, check_lengths, check_tree, places, problems_to
from service.network.upsert import REMOVED, write_nodes, write_officers, write_posts


@dataclass(frozen=True)
class ImportSummary:
    """What an import did; posts and officers are those the file lists."""

    added: int
    changed: int
    officers: int
    posts: int


def import_network(
    session: Session, text: str, file_name: str, *, now: datetime, sealer: Sealer | None = None
) -> ImportSummary:
    """Lay nodes.csv or network.yaml over what is stored. Raises FileProblems with every problem, before any write.
    `sealer` encrypts the secrets of contacts; a file that has some is refused without it."""
    file, problems = read_network(text, file_name)
    report = problems_to(file_name, problems)
    stored = {node.id: node for node in session.exec(select(Node))}
    whole = check_tree({node.id: _row(node) for node in stored.values()}, file.nodes, report)
    _check_references(file, whole.keys(), set(session.exec(select(Officer.id))), report)
    _check_secrets(file, sealer, report)
    found = {} if problems else places(whole)
    check_lengths(whole, found, report)
    if problems:
        raise FileProblems(sorted(problems, key=lambda problem: problem.line))
    added, changed = write_nodes(session, stored, whole, found, now)
    write_officers(session, file.officers, now, sealer)
    write_posts(session, file.posts)
    return ImportSummary(added, changed, len(file.officers), len(file.posts))


def export_network(session: Session) -> str:
    """The whole network as YAML that imports back; secrets of contacts are never in it."""
    document = {"nodes": _nodes(session), "officers": _officers(session), "posts": _posts(session)}
    yaml = YAML()
    yaml.default_flow_style = None  # one line an innermost entry
    yaml.width = 4096
    yaml.allow_unicode = True
    out = io.StringIO()
    yaml.dump({key: value for key, value in document.items() if value}, out)
    return out.getvalue()


def export_nodes(session: Session) -> str:
    """The nodes as nodes.csv, parents before children."""
    out = io.StringIO(newline="")
    writer = csv.DictWriter(out, COLUMNS, lineterminator="\n")
    writer.writeheader()
    writer.writerows(node_cells(_row(node)) for node in _in_tree_order(session))
    return out.getvalue()


def _row(node: Node) -> NodeRow:
    return NodeRow(
        node.id, node.parent_id, node.kind, node.name, node.industry, node.headcount, node.key, node.opened, node.closed
    )


def _check_references(file: NetworkFile, nodes: Iterable[str], stored: set[str], report: Report) -> None:
    known_nodes, officers = set(nodes), {officer.id: officer.line for officer in file.officers}
    seen: set[str] = set()
    for officer in file.officers:
        if officer.id in seen:
            report(officer.line, f"责任人 {officer.id} 重复", f"officer {officer.id} stands twice")
        seen.add(officer.id)
    for post in file.posts:
        if post.node not in known_nodes:
            report(post.line, f"岗位所在节点 {post.node!r} 不存在", f"the post's node {post.node!r} is nowhere")
        for who in post.officers.values():
            if who not in officers and who not in stored:
                report(
                    post.line,
                    f"责任人 {who} 不存在，请在 officers 中添加",
                    f"officer {who} is nowhere; add it to officers",
                )


def _check_secrets(file: NetworkFile, sealer: Sealer | None, report: Report) -> None:
    if sealer is None:
        for contact in (c for officer in file.officers for c in officer.contacts or () if c.secret):
            report(contact.line, "没有密钥，不能保存 secret", "there is no key to encrypt the secret with")


def _in_tree_order(session: Session) -> Iterable[Node]:
    return session.exec(select(Node).order_by(col(Node.depth), col(Node.path)))


def _nodes(session: Session) -> list[dict[str, Any]]:
    rows = (_row(node) for node in _in_tree_order(session))
    return [{column: getattr(row, column, text) for column, text in node_cells(row).items() if text} for row in rows]


def _officers(session: Session) -> list[dict[str, Any]]:
    found: dict[str, dict[str, Any]] = {}
    for officer in session.exec(select(Officer).order_by(col(Officer.id))):
        found[officer.id] = {"id": officer.id, "name": officer.name, "contacts": [], "leaves": []}
    for contact in session.exec(select(Contact).order_by(col(Contact.officer_id), col(Contact.position))):
        if contact.disabled_reason != REMOVED:
            verified = {"verified": "true"} if contact.verified_at else {}
            entry = {"channel": contact.channel, "address": contact.address} | verified
            found[contact.officer_id]["contacts"].append(entry)
    for leave in session.exec(select(Leave).order_by(col(Leave.officer_id), col(Leave.from_at), col(Leave.id))):
        found[leave.officer_id]["leaves"].append(_leave(leave))
    return list(found.values())


def _leave(leave: Leave | RotaOverride) -> dict[str, str]:
    entry = {"from": _local(leave.from_at), "until": _local(leave.until_at)}
    return entry | ({"reason": leave.reason} if leave.reason else {})


def _local(at: datetime) -> str:
    return at.astimezone(SHANGHAI).isoformat()


def _posts(session: Session) -> list[dict[str, Any]]:
    query = select(Post).join(Node).order_by(col(Node.depth), col(Node.path), col(Post.rank), col(Post.role))
    entries: dict[int | None, dict[str, Any]] = {}
    for post in session.exec(query):
        rota = {"rota": post.rota} if post.rota else {}
        entries[post.id] = {"node": post.node_id, "role": post.role, "rank": post.rank} | rota
    for tenure in session.exec(select(Tenure).order_by(col(Tenure.post_id), col(Tenure.position))):
        entry = entries[tenure.post_id]
        if tenure.position == 0:
            entry["holder"] = tenure.officer_id
        else:
            entry.setdefault("deputies", []).append(tenure.officer_id)
    overrides = select(RotaOverride).order_by(col(RotaOverride.from_at), col(RotaOverride.id))
    for override in session.exec(overrides):
        entry = entries[override.post_id]
        entry.setdefault("overrides", []).append({"officer": override.officer_id} | _leave(override))
    return list(entries.values())
