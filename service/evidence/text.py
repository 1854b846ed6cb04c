"""文本: a dossier as plain text of 80 columns, where a Chinese character takes two. Pure."""

import unicodedata
from collections.abc import Iterator

from service.evidence.dossier import QUOTE, Dossier, Entry, Mark, Section, local
from service.notify.message import plain

WIDTH = 80
LONGEST = 20_000  # characters of one field
_MARKS = {Mark.GOOD: "✓ ", Mark.BAD: "✗ ", Mark.NONE: ""}
_NEVER_FIRST = frozenset("，。；：、）》”！？,.;:)")  # punctuation that does not begin a line


def as_text(dossier: Dossier) -> str:
    """The whole document; it holds no control character of any stored text."""
    return "\n".join(line.rstrip() for line in _lines(dossier)) + "\n"


def width(text: str) -> int:
    """How many columns a terminal gives `text`."""
    return sum(_columns(character) for character in text)


def wrapped(text: str, columns: int) -> list[str]:
    """`text` in lines of at most `columns`: broken at spaces, between Chinese characters, or where nothing else helps;
    what stands before a comma goes with it."""
    lines: list[list[str]] = [[]]
    for piece in _pieces(text, columns):
        line = lines[-1]
        if not line or width("".join(line) + piece) <= columns:
            line.append(piece)
        elif piece == " ":
            lines.append([])
        elif piece[0] in _NEVER_FIRST and len(line) > 1:
            lines.append([line.pop(), piece])
        else:
            lines.append([piece])
    joined = ["".join(line).strip() for line in lines]
    return [line for line in joined if line] or [""]


def _lines(dossier: Dossier) -> Iterator[str]:
    yield dossier.title
    yield plain(dossier.subtitle, LONGEST)
    yield "═" * WIDTH
    yield from wrapped(plain(_MARKS[Mark.GOOD if dossier.whole else Mark.BAD] + dossier.verdict, LONGEST), WIDTH)
    yield from wrapped(dossier.note, WIDTH)
    yield ""
    label_width = max((width(label) for label, _ in dossier.facts), default=0) + 2
    for label, value in dossier.facts:
        first, *rest = wrapped(plain(value, LONGEST), WIDTH - label_width)
        yield label + " " * (label_width - width(label)) + first
        yield from (" " * label_width + line for line in rest)
    for number, section in enumerate(dossier.sections, 1):
        yield from _section(section, f"{number}. ")


def _section(section: Section, number: str) -> Iterator[str]:
    yield ""
    yield f"{number}{section.title}"
    yield "─" * WIDTH
    if section.intro:
        yield from wrapped(section.intro, WIDTH)
    if not section.entries:
        yield section.empty
    refs = max((width(entry.ref) for entry in section.entries), default=0)
    before = 1
    for entry in section.entries:
        lines = list(_entry(entry, refs))
        if len(lines) > 2 or before > 2:  # what has particulars stands apart
            yield ""
        yield from lines
        before = len(lines)


def _entry(entry: Entry, refs: int) -> Iterator[str]:
    """The time, the number and what happened on one line, the particulars below it."""
    head = f"{local(entry.at)}  " if entry.at else ""
    if refs:
        head += f"{entry.ref:<{refs}}  "
    margin = width(head)
    first, *rest = wrapped(plain(_MARKS[entry.mark] + entry.what, LONGEST), WIDTH - margin)
    yield head + first
    yield from (" " * margin + line for line in rest)
    details = [*entry.details, *([entry.seal] if entry.seal else [])]
    for detail in details:
        indent = "    │ " if detail.startswith(QUOTE) else "    "
        text = plain(detail.removeprefix(QUOTE), LONGEST)
        yield from (indent + line for line in wrapped(text, WIDTH - width(indent)))


def _pieces(text: str, columns: int) -> Iterator[str]:
    """What stays together: a Chinese character alone, other characters up to the next space."""
    word = ""
    for character in text:
        if _columns(character) == 2 or character == " ":
            if word:
                yield from _cut(word, columns)
                word = ""
            yield character
        else:
            word += character
    if word:
        yield from _cut(word, columns)


def _cut(word: str, columns: int) -> Iterator[str]:
    yield from (word[at : at + columns] for at in range(0, len(word), columns))


def _columns(character: str) -> int:
    if unicodedata.combining(character):
        return 0
    return 2 if unicodedata.east_asian_width(character) in ("W", "F") else 1
