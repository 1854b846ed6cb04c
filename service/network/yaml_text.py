"""YAML 文本: a YAML file as maps, lists and text with their lines; nothing is guessed to be a number or a date.

Pure: text in, blocks and problems out.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from itertools import accumulate
from typing import Any

from ruamel.yaml import YAML
from ruamel.yaml.error import MarkedYAMLError, YAMLError
from ruamel.yaml.nodes import MappingNode, ScalarNode, SequenceNode

from service.network.tree import Report

DEEPEST = 50  # brackets in each other; at hundreds the slower reader takes seconds to fail


@dataclass(frozen=True)
class Block:
    """A map and the line it begins on; a value is text, a Block, or a list of them. Empty values are left out."""

    line: int
    values: dict[str, Any]

    def text(self, key: str) -> str:
        """The text under `key`, empty when there is none."""
        value = self.values.get(key, "")
        return value if isinstance(value, str) else ""

    def blocks(self, key: str, report: Report) -> list["Block"]:
        """The maps listed under `key`; anything else there is reported."""
        value = self.values.get(key, [])
        entries = value if isinstance(value, list) else [value]
        if not isinstance(value, list) or not all(isinstance(entry, Block) for entry in entries):
            report(self.line, f"{key} 应为条目列表", f"{key} must be a list of entries")
        return [entry for entry in entries if isinstance(entry, Block)]

    def texts(self, key: str, report: Report) -> list[str]:
        """The texts listed under `key`; anything else there is reported."""
        value = self.values.get(key, [])
        if isinstance(value, list) and all(isinstance(entry, str) for entry in value):
            return value
        report(self.line, f"{key} 应为文字列表", f"{key} must be a list of texts")
        return []

    def check(self, known: Iterable[str], lists: Iterable[str], report: Report) -> None:
        """Report keys that are not `known`, and maps or lists under keys that are not `lists`."""
        for key, value in self.values.items():
            if key not in known:
                report(self.line, f"未知的字段 {key}；可用：{', '.join(known)}", f"unknown field {key}")
            elif not isinstance(value, str) and key not in lists:
                report(self.line, f"{key} 应为文字", f"{key} must be a text")


def read_block(text: str, report: Report) -> Block | None:
    """Read the map a YAML file consists of; None after reporting why it cannot be read."""
    try:
        node = _compose(text.removeprefix("\ufeff"))
        if not isinstance(node, MappingNode):
            report(1, "文件内容应为 YAML 映射", "the file must be a YAML map")
            return None
        return _map(node, set(), report)
    except MarkedYAMLError as error:
        mark = error.problem_mark or error.context_mark
        report(
            mark.line + 1 if mark else 1, f"YAML 格式错误：{error.problem}", f"not readable as YAML: {error.problem}"
        )
    except YAMLError as error:
        report(1, "YAML 中有不可用的字符", f"not readable as YAML: {str(error).splitlines()[0]}")
    except RecursionError:
        report(1, "YAML 嵌套过深", "YAML is nested too deeply")
    return None


def _compose(text: str) -> Any:
    """The tree of a text by libyaml, twenty times faster; what that refuses is read again for its better words."""
    try:
        return YAML(typ="safe").compose(text)
    except YAMLError:
        if _depth(text) > DEEPEST:
            raise RecursionError from None
        return YAML().compose(text)


def _depth(text: str) -> int:
    """How deep brackets stand in each other at most, whatever they mean."""
    steps = (1 if character in "[{" else -1 for character in text if character in "[{]}")
    return max(accumulate(steps), default=0)


def _map(node: MappingNode, seen: set[int], report: Report) -> Block:
    line = node.start_mark.line + 1
    values: dict[str, Any] = {}
    for key_node, value_node in node.value:
        key, at = str(key_node.value), key_node.start_mark.line + 1
        if key in values:
            report(at, f"字段 {key} 重复", f"field {key} stands twice")
        elif (value := _value(value_node, seen, report)) is not None:
            values[key] = value
    return Block(line, values)


def _value(node: Any, seen: set[int], report: Report) -> Any:
    # An alias hands out the same node again; a few lines of them unfold into millions of entries.
    if id(node) in seen:
        report(node.start_mark.line + 1, "不支持 YAML 引用（* 与 &）", "YAML aliases are not supported; write it out")
        return None
    seen.add(id(node))
    if isinstance(node, MappingNode):
        return _map(node, seen, report)
    if isinstance(node, SequenceNode):
        return [value for entry in node.value if (value := _value(entry, seen, report)) is not None]
    return _scalar(node)


def _scalar(node: ScalarNode) -> str | None:
    null = str(node.tag) == "tag:yaml.org,2002:null"
    return None if null else str(node.value)
