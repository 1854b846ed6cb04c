"""措辞: the letter in the words of the rulebook's template for its level and channel; a broken one never stops it."""

from dataclasses import replace
from datetime import datetime

from sqlmodel import Session, select

from service import journal
from service.journal import JournalEntry
from service.notify.message import Letter
from service.notify.templates import BrokenTemplate, choose, render
from service.rulebook.library import Rulebook
from service.rulebook.messages import fault_at
from service.scoring.pack import Level

BROKEN = "broken_template"


def reword(session: Session, now: datetime, book: Rulebook, letter: Letter, level: Level, channel: str) -> Letter:
    """The letter as it is sent by `channel`: with a template that works in its words, otherwise as it is – and what is
    wrong with the template is a row, once a version."""
    name = choose(book.messages, level.word, channel)
    if name is None or not letter.words:
        return replace(letter, words={})
    try:
        subject, body = render(book.messages[name], letter.words)
    except BrokenTemplate as broken:
        _note(session, now, book, name, broken)
        return replace(letter, words={})
    return replace(letter, subject=subject, body=body, words={})


def _note(session: Session, now: datetime, book: Rulebook, name: str, broken: BrokenTemplate) -> None:
    subject, problem = f"{book.version}/{name}", fault_at(name, broken)
    known = select(JournalEntry.id).where(JournalEntry.kind == BROKEN, JournalEntry.subject == subject)
    if session.exec(known.limit(1)).first() is None:
        text = f"规则第 {book.version} 版的消息模板有误，已按默认文字发送，请修正：{name}:{problem.line} {problem.text}"
        english = f"a template of rules version {book.version} is broken, the plain text was sent; mend it: "
        journal.note(session, now, BROKEN, subject, text, f"{english}{name}:{problem.line} {problem.text_en}")
