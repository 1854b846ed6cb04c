"""填写内容: one form as it was sent – text by question, note, key and the revision it was filled in on."""

import hashlib
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field

from service.reporting.questions import asked_of
from service.scoring.panel import NA
from service.web.forms.sheet import Sheet
from service.web.forms.typed import shown

TEXT, NOT_APPLICABLE = "v.", "na."  # before the id of an indicator in names of fields
_LONGEST_TEXT = 4000  # of one field as it is shown again


@dataclass(frozen=True)
class Entry:
    """What stands in the fields. `revision` is the newest when the form was shown, 0 for none; `confirmed` are the
    questions asked back whose answer was confirmed."""

    texts: Mapping[str, str]
    note: str = ""
    key: str = ""
    revision: int = 0
    nil: bool = False
    confirmed: frozenset[str] = field(default_factory=frozenset)


def entry_of(fields: Iterable[tuple[str, str]]) -> Entry:
    """The entry in the fields of a form, whatever else stands in them."""
    given = list(fields)
    single = dict(given)
    texts = {name[len(TEXT) :]: text[:_LONGEST_TEXT] for name, text in given if name.startswith(TEXT)}
    texts |= {name[len(NOT_APPLICABLE) :]: NA for name, _ in given if name.startswith(NOT_APPLICABLE)}
    revision = single.get("revision", "")
    return Entry(
        texts=texts,
        note=single.get("note", ""),
        key=single.get("key", ""),
        revision=int(revision) if revision.isascii() and revision.isdigit() and len(revision) < 10 else 0,
        nil="nil" in single,
        confirmed=frozenset(text for name, text in given if name == "asked") if "confirmed" in single else frozenset(),
    )


def stored_entry(sheet: Sheet, key: str) -> Entry:
    """The entry that the newest stored revision stands for, empty where nothing has been reported."""
    newest = sheet.newest
    if newest is None:
        return Entry({}, key=key)
    asked = asked_of(sheet.sections)
    texts = {id_: shown(asked[id_], value) for id_, value in sheet.visible(newest.values).items() if id_ in asked}
    return Entry(texts, newest.note, key, newest.revision, newest.nil)


def question_token(code: str, indicator: str, entry: Entry) -> str:
    """Names a question asked back together with the text it was asked about: another text is asked about anew."""
    text = entry.texts.get(indicator, "") if indicator else entry.note
    return f"{code}:{indicator}={hashlib.sha256(text.encode()).hexdigest()[:12]}"
