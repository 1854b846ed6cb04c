"""成卷: puts the evidence of one alert together, in the words of one language and for eyes that may or may not see what
is sealed."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlmodel import Session

from service.alerting.chain import verify_record
from service.alerting.tables import Alert
from service.evidence.acts import act_entries, record_entries
from service.evidence.detail import Reader
from service.evidence.dossier import Dossier, Entry, Language, Mark, Section, Tongue, local
from service.evidence.facts import facts
from service.evidence.figures import report_entries, score_entries
from service.evidence.post import knowers, message_entries, moments
from service.evidence.proofs import broken_lines, proofs
from service.evidence.stored import Stored, read_stored
from service.network.tables import Node
from service.rulebook.library import Rulebook, Shelf
from service.scoring.cells import Text
from service.scoring.pack import Level
from service.scoring.wording import sealed


@dataclass(frozen=True)
class Look:
    """查看: somebody looked at the case or at what is sealed in it."""

    at: datetime
    who: str
    what: Text


@dataclass(frozen=True)
class Asked:
    """What is wanted: the language, whether sealed values are shown, who looked (None: not told here), and when."""

    language: Language
    show_sealed: bool
    now: datetime
    looks: Sequence[Look] | None = None


def assemble(session: Session, shelf: Shelf, alert: Alert, node: Node, asked: Asked) -> Dossier:
    """The evidence of `alert`, which stands at `node`; the caller has made sure that it may be seen."""
    stored = read_stored(session, shelf, alert, node)
    tongue = Tongue(asked.language)
    reader = _reader(stored, shelf, tongue, asked.show_sealed)
    report = verify_record(session, alert)
    checks = proofs(stored, report, tongue)
    faults = [entry.what for entry in checks if entry.mark is Mark.BAD]
    record = broken_lines(report, record_entries(stored, reader), tongue)
    reports = report_entries(stored, shelf.newest, reader, asked.show_sealed)
    scores = score_entries(stored, reader, asked.show_sealed)
    parts = {
        "proofs": checks,
        "knowers": knowers(stored, reader),
        "course": _course([row for row in reports if row.details], scores, record, moments(stored, reader)),
        "reports": reports,
        "scores": scores,
        "messages": message_entries(stored, reader),
        "record": record,
        "acts": act_entries(stored, reader),
    }
    if asked.looks is not None:
        parts["looks"] = [Entry(look.at, f"{look.who} {tongue.of(look.what)}") for look in asked.looks]
    name = tongue.say(Level(alert.level).chinese, Level(alert.level).word)
    return Dossier(
        number=alert.id or 0,
        level=Level(alert.level).word,
        title=tongue.say(f"预警证据 第 {alert.id} 号", f"Evidence of alert No. {alert.id}"),
        subtitle=tongue.say(f"{node.name} · {name}预警", f"{node.name} · {name} alert"),
        language=asked.language,
        facts=facts(stored, reader),
        whole=not faults,
        verdict=_verdict(faults, tongue),
        made_at=asked.now,
        sealed_shown=asked.show_sealed,
        note=_note(asked, tongue),
        sections=tuple(_section(key, entries, tongue) for key, entries in parts.items()),
    )


def _reader(stored: Stored, shelf: Shelf, tongue: Tongue, show_sealed: bool) -> Reader:
    """Names of rules as of every version that judged anything here; a rule that any of them seals is hidden."""
    books = {book.version: book for book in (*(told.book for _, told in stored.scores), shelf.newest)}
    names = {rule.id: (rule.name, rule.name_en) for book in books.values() for rule in book.pack.rules}
    hidden = frozenset() if show_sealed else frozenset(id_ for book in books.values() for id_ in _sealed(book))
    return Reader(tongue, stored.officers, names, hidden)


def _sealed(book: Rulebook) -> set[str]:
    return {rule.id for rule in book.pack.rules if sealed(rule, book.dictionary)}


def _course(*parts: Collection[Entry]) -> list[Entry]:
    """Everything in the order of time, without particulars; at one instant in the order of cause: what was reported,
    how it was judged, what was decided, who was told."""
    entries = [Entry(e.at, e.what, e.ref, mark=e.mark) for part in parts for e in part if e.at is not None]
    return sorted(entries, key=lambda entry: entry.at.timestamp() if entry.at else 0.0)


def _verdict(faults: Sequence[str], tongue: Tongue) -> str:
    if faults:
        said = tongue.say("；", "; ").join(faults)
        return tongue.say(f"记录已被改动：{said}", f"The records were tampered with: {said}")
    return tongue.say("记录完整，未见改动", "The records are whole; nothing was changed")


def _note(asked: Asked, tongue: Tongue) -> str:
    made = tongue.say(f"制作于 {local(asked.now)}", f"Made at {local(asked.now)}")
    hours = tongue.say("时间均为北京时间", "all times are Asia/Shanghai")
    if asked.show_sealed:
        secret = tongue.say("含密封指标，仅限责任岗位", "what is sealed is shown: for the responsible post only")
    else:
        secret = tongue.say("密封指标只称“其他线索”", "what is sealed is only called an other lead")
    address = tongue.say("收件地址已遮盖", "addresses are masked")
    return tongue.say("；", "; ").join((made, hours, secret, address)) + tongue.say("。", ".")


_SECTIONS: dict[str, tuple[Text, Text, Text]] = {
    "proofs": (
        ("核对", "Checks"),
        ("每条记录、每次投递都以哈希接在前一条之后，改动、添加或删除任何一条都会被发现。",
         "Every line and every attempt is sealed over the one before: a change, an addition or a deletion is found."),
        ("无", "nothing"),
    ),
    "knowers": (
        ("谁在何时知道", "Who knew, since when"),
        ("每人首次确知的时刻：通知送达，或本人已在办理。没有时刻的，没有证据表明其知道。",
         "When each is first known to have known: a message arrived, or they acted. Without a time there is no proof."),
        ("没有告知任何人", "nobody was told"),
    ),
    "course": (
        ("经过", "Course of events"),
        ("R 周报与事件，S 评分，L 预警记录，M 通知；详情见后文同一编号。此前各周的周报只列于后文。",
         "R reports and incidents, S scores, L record, M messages; particulars, and earlier reports, follow below."),
        ("无", "nothing"),
    ),
    "reports": (
        ("所读的周报与事件", "Reports and incidents that were read"),
        ("评分所读的各版本；判断周列出数值，此前各周只列收到与否。",
         "The revisions that scores read; figures of the weeks judged, of earlier weeks only that they came."),
        ("没有周报", "no reports"),
    ),
    "scores": (
        ("评分", "Scores"),
        ("按当时所知，逐次列出。", "As known then, one by one."),
        ("没有评分", "no scores"),
    ),
    "messages": (
        ("通知与投递", "Messages and attempts"),
        ("“送达”指对方系统已收下，并不表示有人读过。", "Delivered: the receiver took it; not: somebody read it."),
        ("没有通知", "no messages"),
    ),
    "record": (
        ("预警记录", "Record of the alert"),
        ("只增不改，逐条编号。", "Append-only, numbered without gaps."),
        ("没有记录", "no record"),
    ),
    "acts": (
        ("核实、处置、提议与暂缓", "Verifications, actions, proposals, mutes"),
        ("", ""),
        ("尚无", "none yet"),
    ),
    "looks": (
        ("查看记录", "Who looked"),
        ("查看橙色、红色预警和密封指标的登记。", "Looks at orange and red cases and at what is sealed."),
        ("无人查看", "nobody looked"),
    ),
}  # fmt: skip


def _section(key: str, entries: Sequence[Entry], tongue: Tongue) -> Section:
    title, intro, empty = _SECTIONS[key]
    return Section(key, tongue.of(title), tongue.of(intro), tuple(entries), tongue.of(empty))
