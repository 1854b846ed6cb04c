"""字段: reads the fields of one mapping with their types, and keeps every problem instead of stopping at the first."""

import math
import re
from collections.abc import Callable, Collection, Iterable, Iterator
from collections.abc import Mapping as Table
from dataclasses import dataclass, field
from difflib import get_close_matches
from types import MappingProxyType
from typing import TypeVar

from service.errors import LineProblem
from service.scoring.full_width import cure
from service.scoring.positions import Mapping, Scalar, Sequence, Tree
from service.scoring.week import monday

T = TypeVar("T")
D = TypeVar("D")

Owners = Table[str, Collection[str]]  # field → the kinds that have it

MOST_PROBLEMS = 1000  # after so many the rest is not read: nobody reads on, and a broken file of any size ends soon

ID = "[A-Za-z][A-Za-z0-9_.-]{0,31}"
RESERVED = frozenset(("score", "level", "fired", "unknown", "trial"))  # keys of `expect` in cases


class Wrong(Exception):
    """A value that cannot be taken; `at` is its place when that is not the whole value, `more` is wrong beside it."""

    def __init__(self, text: str, text_en: str, at: Tree | None = None) -> None:
        super().__init__(text)
        self.text, self.text_en, self.at = text, text_en, at
        self.more: list[Wrong] = []

    def each(self) -> "Iterator[Wrong]":
        """This and whatever is wrong beside it, in file order."""
        yield self
        for other in self.more:
            yield from other.each()


class TooMany(Exception):
    """There are `MOST_PROBLEMS` problems, and the last of them says so."""


@dataclass
class Sheet:
    """One file being read, with the problems found so far."""

    file: str
    problems: list[LineProblem] = field(default_factory=list)

    def note(self, at: Tree, text: str, text_en: str, rule: str = "") -> None:
        """Keep one problem at the place of `at`. Raises TooMany when it is one too many."""
        if len(self.problems) >= MOST_PROBLEMS:
            text, text_en = "问题太多，其余的不再列出，请先改正以上各处", "too many problems; mend these first"
        self.problems.append(LineProblem(self.file, at.line, text, text_en, at.column, rule))
        if len(self.problems) > MOST_PROBLEMS:
            raise TooMany


class Form:
    """One mapping being read field by field; `rule` is printed with each problem."""

    def __init__(self, sheet: Sheet, node: Tree, rule: str = "") -> None:
        self.sheet, self.node, self.rule = sheet, node, rule
        self.failed: set[str] = set()  # fields whose values could not be taken
        self._before = len(sheet.problems)
        self._fields: dict[str, tuple[Scalar, Tree]] = {}
        if not isinstance(node, Mapping):
            self.note(node, "这里应当是“字段: 值”", "fields are expected here (name: value)")
            return
        for key, value in node.entries:
            if key.text in self._fields:
                self.note(key, f"字段 {key.text} 重复，请删去一个", f"duplicate key '{key.text}'; remove one")
            else:
                self._fields[key.text] = key, value

    @property
    def sound(self) -> bool:
        """Whether nothing was wrong since this form was begun."""
        return len(self.sheet.problems) == self._before

    def note(self, at: Tree, text: str, text_en: str) -> None:
        """Keep one problem, under the id of this form's rule."""
        self.sheet.note(at, text, text_en, self.rule)

    def has(self, name: str) -> bool:
        """Whether the field stands in the file."""
        return name in self._fields

    def at(self, name: str) -> Tree:
        """The place of a field's value, or of the mapping when the field is absent."""
        return self._fields[name][1] if name in self._fields else self.node

    @property
    def keys(self) -> list[Scalar]:
        """The field names with their places."""
        return [key for key, _ in self._fields.values()]

    def take(self, name: str, read: Callable[[Tree], T], default: D) -> T | D:
        """The value of an optional field; `default` when it is absent or wrong."""
        if name not in self._fields:
            return default
        key, value = self._fields[name]
        try:
            return read(value)
        except Wrong as wrong:
            self.failed.add(name)
            for each in wrong.each():
                at = each.at or value
                chinese, english = _typed(at)
                self.note(at, f"{key.text}：{each.text}{chinese}", f"{key.text}: {each.text_en}{english}")
            return default

    def need(self, name: str, read: Callable[[Tree], T], fallback: D) -> T | D:
        """The value of a required field; `fallback` (and a problem) when it is absent or wrong."""
        if name not in self._fields and isinstance(self.node, Mapping):
            self.note(self.node, f"缺少字段 {name}", f"field '{name}' is missing")
        return self.take(name, read, fallback)

    def refuse_others(self, known: Collection[str], elsewhere: Owners = MappingProxyType({}), kind: str = "") -> None:
        """Note each field that is not `known`; those of `elsewhere` belong to other kinds than `kind`."""
        for key in self.keys:
            if key.text in known:
                continue
            if key.text in elsewhere:
                owners = " ".join(elsewhere[key.text])
                chinese = f"{kind} 类规则不用字段 {key.text}（用于 {owners}）"
                self.note(key, chinese, f"kind {kind} has no field '{key.text}' (it belongs to {owners})")
            else:
                (asked, asked_en), (typed, typed_en) = guess(key.text, known), _typed(key)
                self.note(key, f"未知字段 {key.text}{asked}{typed}", f"unknown field '{key.text}'{asked_en}{typed_en}")


def _typed(at: Tree) -> tuple[str, str]:
    """What to type instead of a full-width sign in a scalar that could not be taken."""
    chinese, english = cure(at.text) if isinstance(at, Scalar) else ("", "")
    return (f"；{chinese}", f"; {english}") if chinese else ("", "")


def guess(word: str, known: Iterable[str]) -> tuple[str, str]:
    """A question for a misspelt word in both languages, or two empty texts."""
    options = list(known)
    near = get_close_matches(word, options, 1, 0.6) or [name for name in options if name.lower() == word.lower()][:1]
    return (f"；是否想写 {near[0]}？", f"; did you mean '{near[0]}'?") if near else ("", "")


def text(node: Tree) -> str:
    """Any text that is not empty."""
    if not isinstance(node, Scalar):
        raise Wrong("应当是文字", "should be text")
    if node.value is None or not node.text.strip():
        raise Wrong("不能为空", "must not be empty")
    return node.text


def identifier(node: Tree) -> str:
    """An id as rules, indicators and events have it."""
    word = text(node)
    if not re.fullmatch(ID, word):
        raise Wrong(
            f"编号 {word!r} 不合规则：以字母开头，只含字母、数字和 _ . -，至多 32 个字符",
            f"id {word!r} must begin with a letter and hold at most 32 letters, digits, _ . -",
        )
    if word in RESERVED:
        raise Wrong(f"编号 {word} 是保留词，请换一个", f"id {word} is a reserved word; choose another")
    return word


def number(node: Tree) -> float:
    """A finite number."""
    if not isinstance(node, Scalar):
        raise Wrong("应当是数字", "should be a number", node)
    value = node.value
    if isinstance(value, bool) or not isinstance(value, int | float):
        raise Wrong(f"应当是数字，而不是 {node.text!r}", f"should be a number, not {node.text!r}", node)
    if not math.isfinite(value):
        raise Wrong(f"必须是有限的数，不能是 {node.text}", f"must be finite, not {node.text}", node)
    return float(value)


def whole(least: int, most: int) -> Callable[[Tree], int]:
    """Reads a whole number from `least` to `most`."""

    def read(node: Tree) -> int:
        value = number(node)
        if value != int(value) or not least <= value <= most:
            raise Wrong(f"应当是 {least} 到 {most} 的整数", f"should be a whole number from {least} to {most}", node)
        return int(value)

    return read


def flag(node: Tree) -> bool:
    """true or false."""
    if not isinstance(node, Scalar) or not isinstance(node.value, bool):
        raise Wrong("应当是 true 或 false", "should be true or false")
    return node.value


def word(options: Collection[str]) -> Callable[[Tree], str]:
    """Reads one of the words of `options`."""

    def read(node: Tree) -> str:
        found = text(node)
        if found not in options:
            chinese, english = guess(found, options)
            listed = " ".join(options)
            raise Wrong(f"{found} 不在 {listed} 之中{chinese}", f"'{found}' is none of {listed}{english}", node)
        return found

    return read


def several(read: Callable[[Tree], T]) -> Callable[[Tree], tuple[T, ...]]:
    """Reads a list with at least one item, each of them once; one item may stand without brackets."""

    def read_all(node: Tree) -> tuple[T, ...]:
        items = node.items if isinstance(node, Sequence) else [node]
        if not items:
            raise Wrong("列表是空的", "the list is empty")
        found = _each(read, items)
        for n, item in enumerate(items):
            if found[n] in found[:n]:
                raise Wrong("这一项在列表里重复", "this stands twice in the list", item)
        return tuple(found)

    return read_all


def week(node: Tree) -> str:
    """An ISO week of the calendar."""
    found = text(node)
    try:
        monday(found)
    except ValueError:
        raise Wrong(f"{found} 不是日历上的周，写法如 2026-W47", f"{found} is no ISO week, such as 2026-W47") from None
    return found


def table(read: Callable[[Tree], T]) -> Callable[[Tree], tuple[tuple[Scalar, T], ...]]:
    """Reads a mapping with at least one entry into keys (with their places) and values."""

    def read_all(node: Tree) -> tuple[tuple[Scalar, T], ...]:
        if not isinstance(node, Mapping) or not node.entries:
            raise Wrong("应当是 {键: 值}", "should be {key: value}")
        values = _each(read, [value for _, value in node.entries])
        return tuple(zip((key for key, _ in node.entries), values, strict=True))

    return read_all


def _each(read: Callable[[Tree], T], nodes: Iterable[Tree]) -> list[T]:
    """What is read from each node. Raises Wrong with everything that is wrong, each at its place."""
    found: list[T] = []
    wrongs: list[Wrong] = []
    for node in nodes:
        try:
            found.append(read(node))
        except Wrong as wrong:
            wrong.at = wrong.at or node
            wrongs.append(wrong)
    if wrongs:
        wrongs[0].more += wrongs[1:]
        raise wrongs[0]
    return found


def items_of(form: Form, name: str) -> list[Tree]:
    """The items of a list field; an empty list when it is absent or no list."""
    node = form.at(name) if form.has(name) else None
    if node is None or (isinstance(node, Scalar) and node.value is None):
        return []
    if isinstance(node, Sequence):
        return node.items
    form.note(node, f"{name} 应当是列表，每项以“- ”开头", f"{name} should be a list, each item beginning with “- ”")
    return []


def begins_with_id(form: Form, seen: dict[str, str]) -> str:
    """The id of a list item, unique in `seen` (id → where it stood); an id must come first."""
    found = form.need("id", identifier, "")
    if form.has("id") and form.keys[0].text != "id":
        form.note(form.keys[0], "每一项必须以 id: 开头", "each item must begin with id:")
    place = f"{form.sheet.file}:{form.at('id').line}:{form.at('id').column}"
    if found and seen.setdefault(found, place) != place:
        form.note(
            form.at("id"), f"编号 {found} 重复，已见于 {seen[found]}", f"duplicate id '{found}', see {seen[found]}"
        )
    return found
