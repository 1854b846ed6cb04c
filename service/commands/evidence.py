"""证据命令: `labour-watch evidence` – who knew what when about one alert, as text, HTML or PDF."""

import sys
from pathlib import Path
from typing import Annotated, Literal

import typer
from sqlmodel import Session, col, select

from service import journal
from service.alerting.tables import Alert
from service.clock import SystemClock
from service.commands.context import Dir, opened
from service.db import Database
from service.errors import Failure, WrongUse
from service.evidence.assemble import Asked, assemble
from service.evidence.dossier import Dossier, Language
from service.evidence.page import as_html
from service.evidence.pdf import as_pdf
from service.evidence.text import as_text
from service.network.tables import Node
from service.rulebook.library import Library
from service.web.access.looks import looks_at

Number = Annotated[str, typer.Argument(metavar="ALERT", help="预警编号 / number of the alert")]
Form = Annotated[Literal["text", "html", "pdf"], typer.Option("--format", help="text, html, pdf")]
Out = Annotated[
    Path | None, typer.Option("--out", help="写入文件，默认标准输出 / into a file, default standard output")
]
Lang = Annotated[Language, typer.Option(help="zh, en")]
ShowSealed = Annotated[
    bool, typer.Option("--sealed", help="显示密封指标，只限责任岗位，会登记 / show what is sealed; goes on record")
]


def evidence(
    alert: Number,
    form: Form = "text",
    out: Out = None,
    lang: Lang = "zh",
    show_sealed: ShowSealed = False,
    directory: Dir = None,
) -> None:
    """一个预警的证据：谁在何时知道什么，记录有没有被改 / who knew what when about an alert, and if it is whole."""
    if form == "pdf" and out is None and sys.stdout.isatty():
        raise WrongUse("PDF 请用 --out 写入文件", "write a PDF into a file with --out")
    with opened(directory) as (_, database):
        with database.read() as session:
            found, node = _alert(session, alert)
            shelf = Library(database).shelf(session)
            looks = looks_at(session, found.id or 0)
            now = SystemClock().now()
            dossier = assemble(session, shelf, found, node, Asked(lang, show_sealed, now, looks))
        made = _made(dossier, form)
        if show_sealed:
            _put_on_record(database, dossier)
    _write(made, out)


def _alert(session: Session, number: str) -> tuple[Alert, Node]:
    """The alert with this number. Raises WrongUse."""
    known = number.removeprefix("#")
    if known.isascii() and known.isdigit() and int(known) < 2**31:
        query = select(Alert, Node).join(Node, col(Node.id) == col(Alert.node_id)).where(Alert.id == int(known))
        found = session.exec(query).first()
        if found is not None:
            return found
    newest = session.exec(select(Alert.id).order_by(col(Alert.id).desc()).limit(1)).first()
    there = f"现有 1 到 {newest} 号" if newest else "还没有预警"
    there_en = f"there are numbers 1 to {newest}" if newest else "there are no alerts yet"
    raise WrongUse(f"没有预警 {number}，{there}", f"there is no alert {number}; {there_en}")


def _made(dossier: Dossier, form: str) -> bytes:
    if form == "pdf":
        return as_pdf(dossier)
    return (as_html(dossier) if form == "html" else as_text(dossier)).encode()


def _put_on_record(database: Database, dossier: Dossier) -> None:
    """Whoever works on the machine has no name here; that somebody looked is kept all the same."""
    with database.write() as session:
        journal.note(
            session,
            dossier.made_at,
            "sealed_seen",
            f"alert/{dossier.number}",
            f"命令行查看了预警 {dossier.number} 证据中的密封指标",
            f"sealed values of alert {dossier.number} were shown on the command line",
            alert=dossier.number,
        )


def _write(made: bytes, out: Path | None) -> None:
    if out is None:
        sys.stdout.buffer.write(made)
        sys.stdout.flush()
        return
    try:
        out.write_bytes(made)
    except OSError as error:
        raise Failure(f"无法写入 {out}", f"cannot write {out}: {error.strerror}") from error
