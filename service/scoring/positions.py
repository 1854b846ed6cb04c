"""位置: YAML text → a tree in which every key and value knows its line and column.

Only what a rules file needs is taken from YAML: mappings, lists and scalars with the core types of YAML 1.2.
Aliases, tags, several documents and deep nesting are refused, so that no file can grow or recurse while it is read.
A sound file is read by libyaml, twenty times faster; whatever it stumbles over is read again by ruamel.yaml's own
parser, whose marks and sentences are better.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from io import StringIO

from _ruamel_yaml import CParser
from ruamel.yaml import YAML
from ruamel.yaml.error import MarkedYAMLError, StreamMark, YAMLError
from ruamel.yaml.events import (
    AliasEvent,
    CollectionEndEvent,
    CollectionStartEvent,
    DocumentStartEvent,
    Event,
    MappingStartEvent,
    NodeEvent,
    ScalarEvent,
)

from service.errors import LineProblem
from service.scoring.full_width import misused

LONGEST_FILE = 512 * 1024  # characters; a pack of a thousand rules has about 300,000
_DEEPEST = 12  # the deepest field of a pack is five levels down

_WHOLE = re.compile(r"[-+]?[0-9]+")
_FLOAT = re.compile(r"[-+]?(\.[0-9]+|[0-9]+(\.[0-9]*)?)([eE][-+]?[0-9]+)?")
_CONSTANTS: dict[str, bool | float | None] = (
    dict.fromkeys(("", "~", "null", "Null", "NULL"))
    | dict.fromkeys(("true", "True", "TRUE"), True)
    | dict.fromkeys(("false", "False", "FALSE"), False)
    | dict.fromkeys((".inf", ".Inf", ".INF", "+.inf", "+.Inf", "+.INF"), float("inf"))
    | dict.fromkeys(("-.inf", "-.Inf", "-.INF"), float("-inf"))
    | dict.fromkeys((".nan", ".NaN", ".NAN"), float("nan"))
)

# What the two parsers are known to read alike: no tabs, no unusual line breaks or characters, no document marks, no
# block of text outside a field, no colon that touches a quotation mark and what follows it.
_ALIKE = re.compile("[\n\x20-\x7e\xa0-\u2027\u202a-\ud7ff\ue000-\ufefe\uff00-\ufffd]*")
_UNALIKE = re.compile(r"""^(---|\.\.\.)|^ *[|>]|[|>][-+0-9]*#|["']:\S|(^|[-{,[]) *\?\s""", re.MULTILINE)

# What ruamel.yaml says, by a part of its sentence → what a person has to do.
_CURES = (
    ("'\\t'", "不能用制表符缩进，请改用空格", "indent with spaces, not with tabs"),
    ("mapping values are not allowed", "冒号的位置不对：检查缩进，含冒号的文字要加引号", "a colon out of place"),
    ("unexpected end of stream", "引号没有闭合", "a quotation mark is never closed"),
    ("expected ',' or", "括号没有闭合，或缺少逗号", "a bracket is never closed, or a comma is missing"),
    ("expected <block end>", "缩进与上文不一致", "the indentation does not fit the lines above"),
    ("could not find expected ':'", "缺少冒号", "a colon is missing"),
)


@dataclass(frozen=True)
class Scalar:
    """One value as it stands in the file (`text`) and what YAML 1.2 reads in it (`value`)."""

    line: int
    column: int
    value: str | int | float | bool | None
    text: str


@dataclass
class Sequence:
    """A list."""

    line: int
    column: int
    items: list["Tree"] = field(default_factory=list)


@dataclass
class Mapping:
    """Keys with values in file order; a key that stands twice stands here twice."""

    line: int
    column: int
    entries: list[tuple[Scalar, "Tree"]] = field(default_factory=list)


Tree = Scalar | Sequence | Mapping


class Misplaced(Exception):
    """Something in the text that is not read further, with its place (counted from 1)."""

    def __init__(self, line: int, column: int, text: str, text_en: str) -> None:
        super().__init__(text)
        self.line, self.column, self.text, self.text_en = line, column, text, text_en


def read_tree(file: str, text: str) -> tuple[Tree | None, list[LineProblem]]:
    """The tree of one file, or the first thing that makes it unreadable."""
    try:
        return _tree(text), []
    except Misplaced as bad:
        return None, [LineProblem(file, bad.line, bad.text, bad.text_en, bad.column)]


def _tree(text: str) -> Tree:
    if len(text) > LONGEST_FILE:
        size = f"{len(text)} > {LONGEST_FILE}"
        raise Misplaced(1, 1, f"文件太大（{size} 个字符），请拆成几个", f"too long ({size} characters); split it")
    root = _quickly(text) or _carefully(text)
    if root is None:
        raise Misplaced(1, 1, "文件是空的", "the file is empty")
    return root


def _quickly(text: str) -> Tree | None:
    """The tree as libyaml reads it; None when it cannot, or might read something else than ruamel.yaml."""
    if not _ALIKE.fullmatch(text) or _UNALIKE.search(text):
        return None
    try:
        return _build(_events(CParser(text)))
    except (YAMLError, Misplaced):
        return None


def _events(parser: CParser) -> Iterator[Event]:
    while parser.check_event():
        yield parser.get_event()


def _carefully(text: str) -> Tree | None:
    """The tree as ruamel.yaml reads it; None when there is nothing in the text."""
    try:
        return _build(YAML(typ="safe", pure=True).parse(StringIO(text)))
    except MarkedYAMLError as error:
        raise _unreadable(error, text) from error
    except YAMLError as error:  # a character that YAML does not allow; it has an offset, not a mark
        before = text[: getattr(error, "position", 0)]
        place = before.count("\n") + 1, len(before) - before.rfind("\n")
        raise Misplaced(*place, "文件里有不允许的控制字符", "a control character is not allowed here") from error


def _unreadable(error: MarkedYAMLError, text: str) -> Misplaced:
    said = str(error.problem)
    line, column = _mark(error.problem_mark) or (1, 1)
    begun = _mark(error.context_mark) or (line, column)
    endless = "end of stream" in said or "stream end" in said
    if endless or ("expected ',' or" in said and begun[0] < line):
        line, column = begun  # what is not closed is told where it begins
    found = (
        None
        if "'\\t'" in said
        else misused(text.split("\n"), max(begun[0] - 2, 1), (_mark(error.problem_mark) or begun)[0])
    )
    if found:
        return Misplaced(found.line, found.column, f"YAML 写法有误：{found.text}", f"not YAML: {found.text_en}")
    for part, cure, cure_en in _CURES:
        if part in said:
            return Misplaced(line, column, f"YAML 写法有误：{cure}", f"not YAML: {cure_en} ({said})")
    return Misplaced(line, column, "YAML 写法有误", f"not YAML: {said}")


def _mark(mark: object) -> tuple[int, int] | None:
    return (mark.line + 1, mark.column + 1) if isinstance(mark, StreamMark) else None


def _build(events: Iterator[Event]) -> Tree | None:
    """Build without recursion, so that depth is a number to check and never a crash."""
    root: Tree | None = None
    open_: list[_Growing] = []
    documents = 0
    for event in events:
        documents += isinstance(event, DocumentStartEvent)
        if documents > 1:
            raise _misplaced(
                event, "一个文件只能有一份文档，请删去多余的 ---", "one document a file; remove the second ---"
            )
        if isinstance(event, CollectionEndEvent):
            grown = open_.pop()
            root = _put(open_, grown.node)
        elif isinstance(event, CollectionStartEvent):
            _refuse(event)
            if len(open_) == _DEEPEST:
                raise _misplaced(event, f"嵌套超过 {_DEEPEST} 层", f"nested deeper than {_DEEPEST}")
            kind = Mapping if isinstance(event, MappingStartEvent) else Sequence
            open_.append(_Growing(kind(*_place(event))))
        elif isinstance(event, NodeEvent):
            root = _put(open_, _scalar(event))
    return root


@dataclass
class _Growing:
    node: Mapping | Sequence
    key: Scalar | None = None


def _put(open_: list[_Growing], node: Tree) -> Tree:
    """Give `node` to the innermost open collection; the outermost node so far comes back."""
    if not open_:
        return node
    top = open_[-1]
    if isinstance(top.node, Sequence):
        top.node.items.append(node)
    elif top.key is not None:
        # The two parsers do not agree on where nothing stands: it stands where its key does.
        nowhere = isinstance(node, Scalar) and not node.text and node.value is None
        top.node.entries.append((top.key, replace(node, line=top.key.line, column=top.key.column) if nowhere else node))
        top.key = None
    elif isinstance(node, Scalar):
        top.key = node
    else:
        raise Misplaced(node.line, node.column, "键必须是一个词", "a key must be one word")
    return open_[0].node


def _scalar(event: NodeEvent) -> Scalar:
    _refuse(event)
    if not isinstance(event, ScalarEvent):
        raise _misplaced(event, "无法识别", "not understood")
    value = event.value
    return Scalar(*_place(event), _plain(value) if event.implicit[0] else value, value)


def _refuse(event: NodeEvent) -> None:
    if isinstance(event, AliasEvent) or event.anchor:
        raise _misplaced(event, "不支持 & 锚点和 * 引用，请写出全文", "no anchors (&) and aliases (*); write it out")
    if getattr(event, "ctag", None):
        raise _misplaced(event, "不支持 ! 标签", "tags (!) are not taken")


def _plain(text: str) -> str | int | float | bool | None:
    """What YAML 1.2 reads in an unquoted scalar; a number with too many digits for a float is infinite."""
    if text in _CONSTANTS:
        return _CONSTANTS[text]
    if _WHOLE.fullmatch(text) and len(text) <= 15:
        return int(text)
    return float(text) if _FLOAT.fullmatch(text) else text


def _place(event: Event) -> tuple[int, int]:
    return event.start_mark.line + 1, event.start_mark.column + 1


def _misplaced(event: Event, text: str, text_en: str) -> Misplaced:
    return Misplaced(*_place(event), text, text_en)
