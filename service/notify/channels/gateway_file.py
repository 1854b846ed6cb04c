"""网关文件: `gateways.yaml` – how the platforms for text messages and calls are asked and what their answers mean."""

import re
from collections.abc import Mapping
from datetime import timedelta
from typing import Any

from service.network.tree import Report
from service.network.yaml_text import Block, read_block
from service.notify.channels import Outcome, Pace
from service.notify.channels.calling import web_address
from service.notify.channels.gateway import DIGESTS, IN_HEADERS, VARIABLES, Gateway, Sign, variables
from service.notify.channels.reading import Reading

SECTIONS = ("sms", "voice")
_FORMS = ("json", "form", "query")
_TEXTS = (
    *("url", "method", "form", "template", "longest"),
    *("code", "message", "id", "burst", "every"),
)
_GROUPS = ("headers", "body", "other", "as_json", "sign", "accepted", "refused", "gone", "busy")
_WHOLE = re.compile(r"[1-9]\d{0,5}", re.ASCII)


def read_gateways(text: str, secrets: Mapping[str, str], report: Report) -> dict[str, Gateway]:
    """The gateways by section, with their secrets; whatever is wrong is reported with its line."""
    root = read_block(text, report)
    if root is None:
        return {}
    root.check(SECTIONS, SECTIONS, report)
    found: dict[str, Gateway] = {}
    for name in SECTIONS:
        entry = root.values.get(name)
        if isinstance(entry, Block):
            found[name] = _gateway(entry, secrets.get(name, ""), report)
        elif entry is not None:
            report(root.line, f"{name} 应为映射", f"{name} must be a map")
    return found


def _gateway(entry: Block, secret: str, report: Report) -> Gateway:
    entry.check((*_TEXTS, *_GROUPS), _GROUPS, report)
    url, form = entry.text("url"), _one_of(entry, "form", _FORMS, "json", report)
    if web_address(url) is None:
        report(entry.line, "url 应为 http(s) 网址", "url must be an http(s) address")
    for name in ("code", "accepted", "body"):
        if name not in entry.values:
            report(entry.line, f"缺少字段 {name}", f"field {name} is missing")
    body = _map(entry, "body", VARIABLES, report)
    return Gateway(
        url=url,
        reading=_reading(entry, report),
        body=body,
        other=_map(entry, "other", VARIABLES, report) or body,
        method=_one_of(entry, "method", ("POST", "GET"), "GET" if form == "query" else "POST", report),
        form=form,
        headers={name: str(value) for name, value in _map(entry, "headers", IN_HEADERS, report).items()},
        template=entry.text("template"),
        as_json=tuple(entry.texts("as_json", report)),
        sign=_sign(entry, report),
        longest=_whole(entry, "longest", 200, report),
        pace=_pace(entry, report),
        secret=secret,
    )


def _reading(entry: Block, report: Report) -> Reading:
    return Reading(
        code=entry.text("code"),
        accepted=frozenset(entry.texts("accepted", report)),
        text=entry.text("message"),
        remote_id=entry.text("id"),
        wait=_wait(entry, report),
        refused=frozenset(entry.texts("refused", report)),
        gone=frozenset(entry.texts("gone", report)),
        taken=Outcome.ACCEPTED,
    )


def _wait(entry: Block, report: Report) -> dict[str, timedelta]:
    """`busy` maps an error code to the seconds after which it is worth another try."""
    busy = entry.values.get("busy")
    if busy is None:
        return {}
    if not isinstance(busy, Block):
        report(entry.line, "busy 应为“错误码: 秒数”", "busy must map error codes to seconds")
        return {}
    return {code: timedelta(seconds=_whole(busy, code, 60, report)) for code in busy.values}


def _sign(entry: Block, report: Report) -> Sign | None:
    sign = entry.values.get("sign")
    if sign is None:
        return None
    if not isinstance(sign, Block):
        report(entry.line, "sign 应为映射", "sign must be a map")
        return None
    sign.check(("text", "by", "as"), (), report)
    _known(sign.text("text"), VARIABLES, sign.line, report)
    by = _one_of(sign, "by", DIGESTS, "hmac-sha256", report)
    return Sign(sign.text("text"), by, _one_of(sign, "as", ("hex", "base64"), "hex", report) == "base64")


def _pace(entry: Block, report: Report) -> Pace | None:
    """`burst` at once to one number, then one each `every` seconds."""
    every = timedelta(seconds=_whole(entry, "every", 20, report))
    return Pace(_whole(entry, "burst", 5, report), every)


def _map(entry: Block, key: str, known: tuple[str, ...], report: Report) -> dict[str, Any]:
    value = entry.values.get(key)
    if value is None:
        return {}
    if isinstance(value, Block):
        return {name: _leaf(inner, known, value.line, report) for name, inner in value.values.items()}
    report(entry.line, f"{key} 应为映射", f"{key} must be a map")
    return {}


def _leaf(value: Any, known: tuple[str, ...], line: int, report: Report) -> Any:
    if isinstance(value, Block):
        return {name: _leaf(inner, known, value.line, report) for name, inner in value.values.items()}
    if isinstance(value, list):
        return [_leaf(inner, known, line, report) for inner in value]
    _known(value, known, line, report)
    return value


def _known(text: str, known: tuple[str, ...], line: int, report: Report) -> None:
    for name in variables(text):
        if name not in known:
            listed = " ".join(known)
            report(line, f"没有变量 {{{name}}}；可用：{listed}", f"there is no {{{name}}} here; there are: {listed}")


def _one_of(entry: Block, key: str, words: tuple[str, ...], default: str, report: Report) -> str:
    found = entry.text(key) or default
    if found not in words:
        report(entry.line, f"{key} 只能是 {'、'.join(words)}", f"{key} must be one of {', '.join(words)}")
    return found


def _whole(entry: Block, key: str, default: int, report: Report) -> int:
    found = entry.text(key) or str(default)
    if not _WHOLE.fullmatch(found):
        report(entry.line, f"{key} 应为正整数，不是 {found!r}", f"{key} must be a positive whole number, not {found!r}")
        return default
    return int(found)
