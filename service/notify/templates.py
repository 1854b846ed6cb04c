"""消息模板: letters worded by the rulebook's own templates – Jinja2 in its sandbox, and of it only what always ends.

A template may show values, choose and walk through lists; it calls nothing, computes nothing and defines nothing. So no
template can run for ever, and whatever else goes wrong with one is a `BrokenTemplate`: then the plain text is sent.
"""

import traceback
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

from jinja2 import StrictUndefined, Template, TemplateError, TemplateSyntaxError, nodes
from jinja2.sandbox import ImmutableSandboxedEnvironment

from service.notify.message import LONGEST_BODY, LONGEST_SUBJECT, clip, plain, unsafe

LONGEST_TEMPLATE = 20_000  # characters
LONGEST_TEXT = 4 * LONGEST_BODY  # what is longer than this nobody can have meant; up to it the end is cut off
_DEEPEST_LOOP = 2
_PLAIN = (nodes.Template, nodes.Output, nodes.TemplateData, nodes.Name, nodes.Const, nodes.If, nodes.Getattr)
_LOGIC = (nodes.Getitem, nodes.Compare, nodes.Operand, nodes.And, nodes.Or, nodes.Not, nodes.CondExpr, nodes.Filter)
_FILTERS = frozenset({"default", "first", "last", "length", "lower", "trim", "upper"})
_SANDBOX = ImmutableSandboxedEnvironment(
    undefined=StrictUndefined, autoescape=False, trim_blocks=True, lstrip_blocks=True, keep_trailing_newline=True
)


@dataclass(frozen=True)
class Fault:
    """What is wrong with a template, and in which line."""

    line: int
    text: str
    text_en: str


class BrokenTemplate(Exception):
    """A template that cannot be used, at least not with these words."""

    def __init__(self, fault: Fault) -> None:
        super().__init__(f"{fault.text} / {fault.text_en}")
        self.fault = fault


def choose(names: Mapping[str, str], level: str, channel: str) -> str | None:
    """The name of the template for a level and channel, the closest first; None where there is none."""
    pairs = ((level, channel), (level, "any"), ("any", channel), ("any", "any"))
    return next((name for one, way in pairs if (name := f"messages/{one}.{way}.j2") in names), None)


def render(source: str, words: Mapping[str, Any]) -> tuple[str, str]:
    """Subject (the first line) and body of a letter. Raises BrokenTemplate."""
    try:
        text = _rendered(_template(source), words)
    except TemplateError as error:
        raise BrokenTemplate(Fault(_line(error), *_said(error))) from error
    except (TypeError, ValueError, LookupError, RecursionError, ArithmeticError) as error:
        name = type(error).__name__
        raise BrokenTemplate(Fault(_line(error), f"出错：{name}", f"fails: {name}")) from error
    first, _, rest = text.partition("\n")
    subject, body = plain(first, LONGEST_SUBJECT), clip("\n".join(_lines(rest)), LONGEST_BODY)
    if not subject or not body:
        raise BrokenTemplate(Fault(1, "第一行应为标题，其后为正文", "the first line is the subject, the body follows"))
    return subject, body


def _rendered(template: Template, words: Mapping[str, Any]) -> str:
    parts, length = [], 0
    for part in template.generate(words):
        parts.append(part)
        length += len(part)
        if length > LONGEST_TEXT:
            raise BrokenTemplate(Fault(1, f"超过 {LONGEST_TEXT} 字", f"longer than {LONGEST_TEXT} characters"))
    return "".join(parts)


@lru_cache(maxsize=256)
def _template(source: str) -> Template:
    if len(source) > LONGEST_TEMPLATE:
        fault = Fault(1, f"模板超过 {LONGEST_TEMPLATE} 字", f"the template has over {LONGEST_TEMPLATE} characters")
        raise BrokenTemplate(fault)
    try:
        tree = _SANDBOX.parse(source)
    except RecursionError as error:
        raise BrokenTemplate(Fault(1, "嵌套过深", "nested too deeply")) from error
    for fault in _forbidden(tree, 0):
        raise BrokenTemplate(fault)
    return _SANDBOX.from_string(source)


def _forbidden(node: nodes.Node, loops: int) -> Iterator[Fault]:
    """What a template may not do."""
    if isinstance(node, nodes.For):
        loops += 1
        if loops > _DEEPEST_LOOP or node.recursive:
            yield Fault(node.lineno, f"循环不得超过 {_DEEPEST_LOOP} 层", f"loops go at most {_DEEPEST_LOOP} deep")
    elif isinstance(node, nodes.Filter):
        if node.name not in _FILTERS:
            allowed = "、".join(sorted(_FILTERS))
            yield Fault(node.lineno, f"不能用 |{node.name}；可用：{allowed}", f"no |{node.name}; there are {allowed}")
    elif not isinstance(node, _PLAIN + _LOGIC):
        name = type(node).__name__.lower()
        text = f"模板里只能显示、判断和循环，不能用 {name}"
        yield Fault(node.lineno, text, f"a template shows, chooses and loops; it has no {name}")
    for inner in node.iter_child_nodes():
        yield from _forbidden(inner, loops)


def _said(error: TemplateError) -> tuple[str, str]:
    message = plain(error.message or type(error).__name__)
    kind = "语法错误" if isinstance(error, TemplateSyntaxError) else "没有这个值"
    return f"{kind}：{message}", message


def _line(error: BaseException) -> int:
    if isinstance(error, TemplateSyntaxError):
        return error.lineno
    places = [frame.lineno for frame in traceback.extract_tb(error.__traceback__) if frame.filename == "<template>"]
    return places[-1] or 1 if places else 1


def _lines(text: str) -> list[str]:
    """Without blank lines at either end, spaces at the end of a line, and what a terminal would obey."""
    cleaned = ("".join(c for c in line if c == "\t" or not unsafe(c)).rstrip() for line in text.split("\n"))
    return "\n".join(cleaned).strip("\n").split("\n")
