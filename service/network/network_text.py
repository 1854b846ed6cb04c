"""组织文件: nodes, officers and posts as network.yaml holds them.

Pure: text in, rows and problems out.
"""

import re
from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

from service.clock import shanghai
from service.errors import LineProblem
from service.network.node_text import COLUMNS, read_node, read_nodes_csv
from service.network.rota import Override, Rota
from service.network.rota_text import check_members, read_override, read_rota
from service.network.tree import NodeRow, Report, is_id, problems_to
from service.network.yaml_text import Block, read_block

CHANNELS = ("console", "webhook", "email", "sms", "voice", "wecom", "dingtalk", "feishu")  # notify.channels has them
_WORD = re.compile(r"[a-z][a-z0-9_]*")
_CONTROL = re.compile(r"[\x00-\x1f\x7f]")
_VERIFIED = {"": None, "true": True, "false": False}
_RANK = re.compile(r"[1-9]\d{0,3}", re.ASCII)


@dataclass(frozen=True)
class ContactRow:
    """One address; `secret` None keeps what is stored."""

    channel: str
    address: str
    secret: str | None
    line: int
    verified: bool | None = None  # None keeps what is stored


@dataclass(frozen=True)
class LeaveRow:
    """One leave `[from_at, until_at)`."""

    from_at: datetime
    until_at: datetime
    reason: str


@dataclass(frozen=True)
class OfficerRow:
    """One officer; contacts or leaves that are None are not in the file and stay as they are stored."""

    id: str
    name: str
    contacts: tuple[ContactRow, ...] | None
    leaves: tuple[LeaveRow, ...] | None
    line: int


@dataclass(frozen=True)
class PostRow:
    """One post; without a holder it is vacant, and deputies may still act in it. Whoever is on the rota or overrides it
    belongs to the post."""

    node: str
    role: str
    rank: int
    holder: str | None
    deputies: tuple[str, ...]
    line: int
    rota: Rota | None = None
    overrides: tuple[Override, ...] = ()

    @property
    def officers(self) -> dict[int, str]:
        """Ids of its officers by position: 0 for the holder, then the deputies."""
        holder = {0: self.holder} if self.holder else {}
        return holder | dict(enumerate(self.deputies, 1))


@dataclass(frozen=True)
class NetworkFile:
    """What one file says, in file order."""

    nodes: tuple[NodeRow, ...] = ()
    officers: tuple[OfficerRow, ...] = ()
    posts: tuple[PostRow, ...] = ()


def read_network(text: str, file: str) -> tuple[NetworkFile, list[LineProblem]]:
    """Read nodes.csv or network.yaml, told apart by the file name."""
    if file.lower().endswith(".csv"):
        nodes, problems = read_nodes_csv(text, file)
        return NetworkFile(tuple(nodes)), problems
    found: list[LineProblem] = []
    report = problems_to(file, found)
    block = read_block(text, report)
    return (_network(block, report) if block else NetworkFile()), found


def _network(block: Block, report: Report) -> NetworkFile:
    known = ("nodes", "officers", "posts")
    block.check(known, known, report)
    return NetworkFile(
        tuple(node for entry in block.blocks("nodes", report) if (node := _node(entry, report))),
        tuple(officer for entry in block.blocks("officers", report) if (officer := _officer(entry, report))),
        _posts(block.blocks("posts", report), report),
    )


def _node(entry: Block, report: Report) -> NodeRow | None:
    entry.check(COLUMNS, (), report)
    return read_node({key: entry.text(key) for key in COLUMNS}, entry.line, report)


def _officer(entry: Block, report: Report) -> OfficerRow | None:
    entry.check(("id", "name", "contacts", "leaves"), ("contacts", "leaves"), report)
    who, name = entry.text("id"), entry.text("name")
    if not is_id(who):
        text = f"责任人编号 {who!r} 无效：1–64 个字符，不含斜杠、空格和控制字符"
        report(
            entry.line, text, f"officer id {who!r} is not 1–64 characters without slash, space or control characters"
        )
        return None
    if not 0 < len(name) <= 200:
        report(entry.line, f"责任人 {who} 的姓名须为 1–200 字", f"the name of officer {who} must have 1–200 characters")
    contacts = [_contact(c, report) for c in entry.blocks("contacts", report)] if "contacts" in entry.values else None
    leaves = [_leave(b, report) for b in entry.blocks("leaves", report)] if "leaves" in entry.values else None
    _no_repeats([(f"{c.channel}\n{c.address}", c.line) for c in contacts or ()], "联系方式", "contact", report)
    return OfficerRow(
        who,
        name,
        None if contacts is None else tuple(contacts),
        None if leaves is None else tuple(leave for leave in leaves if leave),
        entry.line,
    )


def _contact(entry: Block, report: Report) -> ContactRow:
    entry.check(("channel", "address", "secret", "verified"), (), report)
    channel, address = entry.text("channel"), entry.text("address")
    if channel not in CHANNELS:
        text = f"没有渠道 {channel[:40]!r}；可用：{'、'.join(CHANNELS)}"
        report(entry.line, text, f"there is no channel {channel[:40]!r}; there are: {', '.join(CHANNELS)}")
    if not 0 < len(address) <= 1000:
        report(entry.line, "联系地址须为 1–1000 字", "the address must have 1–1000 characters")
    if _CONTROL.search(address):
        report(entry.line, "联系地址不得含换行或控制字符", "the address may hold no line break or control character")
    verified = entry.text("verified")
    if verified not in _VERIFIED:
        report(entry.line, f"verified {verified!r} 应为 true 或 false", f"verified is true or false, not {verified!r}")
    return ContactRow(channel, address, entry.text("secret") or None, entry.line, _VERIFIED.get(verified))


def _leave(entry: Block, report: Report) -> LeaveRow | None:
    entry.check(("from", "until", "reason"), (), report)
    try:
        leave = LeaveRow(shanghai(entry.text("from")), shanghai(entry.text("until")), entry.text("reason"))
    except (ValueError, OverflowError):
        text = "请假起止时间无效，例如 2026-11-18 或 2026-11-18T09:00"
        report(entry.line, text, "from and until of a leave must be times such as 2026-11-18 or 2026-11-18T09:00")
        return None
    if leave.until_at <= leave.from_at:
        report(entry.line, "请假结束时间须晚于开始时间", "a leave must end after it begins")
    return leave


def _posts(entries: Iterable[Block], report: Report) -> tuple[PostRow, ...]:
    rows: list[PostRow] = []
    listed: Counter[str] = Counter()
    for entry in entries:
        listed[entry.text("node")] += 1
        rows.append(_post(entry, listed[entry.text("node")], report))
    _no_repeats([(f"{row.node} {row.role}", row.line) for row in rows], "岗位", "post", report)
    return tuple(rows)


def _post(entry: Block, place: int, report: Report) -> PostRow:
    lists = ("deputies", "rota", "overrides")
    entry.check(("node", "role", "rank", "holder", *lists), lists, report)
    role, rank = entry.text("role"), entry.text("rank")
    if not _WORD.fullmatch(role) or len(role) > 40:
        text = f"岗位名 {role!r} 无效，应为小写英文单词，例如 officer"
        report(entry.line, text, f"role {role!r} is not a lower-case word such as officer")
    if rank and not _RANK.fullmatch(rank):
        report(entry.line, f"岗位级别 {rank!r} 应为正整数", f"rank {rank!r} is not a positive whole number")
        rank = ""
    deputies = entry.texts("deputies", report)
    overrides = [read_override(block, report) for block in entry.blocks("overrides", report)]
    post = PostRow(
        entry.text("node"),
        role,
        int(rank) if rank else place,
        entry.text("holder") or None,
        tuple(deputies),
        entry.line,
        _rota(entry, report),
        tuple(override for override in overrides if override),
    )
    _no_repeats([(officer, entry.line) for officer in post.officers.values()], "责任人", "officer", report)
    check_members(post.rota, post.overrides, post.officers.values(), post.line, report)
    return post


def _rota(entry: Block, report: Report) -> Rota | None:
    given = entry.values.get("rota")
    if given is None or isinstance(given, Block):
        return read_rota(given, report) if given else None
    report(entry.line, "rota 应为 {from, every, order}", "rota must be a map of from, every and order")
    return None


def _no_repeats(shown: Iterable[tuple[str, int]], word: str, word_en: str, report: Report) -> None:
    seen: set[str] = set()
    for text, line in shown:
        if text in seen:
            # Of an address only the channel is said: it may carry a secret.
            name = text.partition("\n")[0]
            report(line, f"{word} {name} 重复", f"{word_en} {name} stands twice")
        seen.add(text)
