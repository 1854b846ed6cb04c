"""请求体: bytes into a JSON object, strictly – what a parser lets pass but nobody can have meant is refused."""

import hashlib
import json
import re
from collections.abc import Iterator
from typing import Any, NoReturn, TypeVar

from pydantic import TypeAdapter, ValidationError

from service.errors import Malformed, Stale
from service.web import problems

T = TypeVar("T")
_KEY = re.compile(r"[\x21-\x7e]{1,200}", re.ASCII)
_REVISION = re.compile(r'(?:W/)?("?)(\d{1,9})\1', re.ASCII)


def read_object(raw: bytes) -> dict[str, Any]:
    """The JSON object in `raw`. Raises Malformed for another encoding, bad or too deep JSON, doubled keys, NaN, NUL."""
    try:
        text = raw.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        raise Malformed(
            "not_utf8",
            f"请求体不是 UTF-8 编码（第 {error.start} 字节），请转为 UTF-8",
            f"the body is not UTF-8 (byte {error.start}); convert it",
        ) from error
    try:
        body = _DECODER.decode(text)
    except json.JSONDecodeError as error:
        place = f"第 {error.lineno} 行第 {error.colno} 列"
        place_en = f"line {error.lineno} column {error.colno}"
        raise Malformed("bad_json", f"不是合法的 JSON（{place}）", f"not JSON ({place_en})") from error
    except RecursionError as error:
        raise _too_deep() from error
    except ValueError as error:
        raise Malformed("bad_number", "数字过长", "a number is too long") from error
    if not isinstance(body, dict):
        raise Malformed("not_an_object", "请求体应为 JSON 对象", "the body must be a JSON object")
    if "\\u" in text:
        _check_texts(body)
    return body


def validated(adapter: TypeAdapter[T], body: dict[str, Any]) -> T:
    """`body` as the input model. Raises FieldProblems with every wrong field."""
    try:
        return adapter.validate_python(body)
    except ValidationError as error:
        raise problems.fields(error.errors(include_url=False, include_input=False, include_context=False)) from error


def body_digest(kind: str, body: dict[str, Any]) -> str:
    """SHA-256 of what is said, whatever the order of keys and the spaces. Raises Malformed."""
    try:
        said = json.dumps(body, sort_keys=True, ensure_ascii=False, separators=(",", ":"))
    except RecursionError as error:
        raise _too_deep() from error
    return hashlib.sha256(f"{kind}\n{said}".encode()).hexdigest()


def idempotency_key(value: str | None) -> str | None:
    """The value of an Idempotency-Key. Raises Malformed unless it is 1–200 visible ASCII characters."""
    if value is None or _KEY.fullmatch(value):
        return value
    raise Malformed(
        "bad_idempotency_key",
        "Idempotency-Key 应为 1–200 个可见的 ASCII 字符",
        "an Idempotency-Key has 1–200 visible ASCII characters",
    )


def if_match(value: str | None) -> int | None:
    """The revision an If-Match names, `1` or `"1"`. Raises Stale for anything that cannot be one."""
    if value is None:
        return None
    found = _REVISION.fullmatch(value.strip())
    if not found:
        raise Stale("bad_if_match", 'If-Match 应为版本号，如 "1"', 'If-Match is a revision like "1"')
    return int(found[2])


def _no_doubles(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    """An object; of two values for one key nobody knows which was meant."""
    found = dict(pairs)
    if len(found) == len(pairs):
        return found
    seen: set[str] = set()
    double = next(key for key, _ in pairs if key in seen or seen.add(key))  # type: ignore[func-returns-value]
    shown = double[:64].encode(errors="replace").decode()
    raise Malformed("duplicate_key", f"{shown} 出现了两次，请只留一个", f"{shown} is there twice; keep one")


def _no_constant(name: str) -> NoReturn:
    raise Malformed(
        "not_a_number", f"JSON 中不能有 {name}；缺少的数字请不填或填 null", f"JSON has no {name}; leave the figure out"
    )


def _too_deep() -> Malformed:
    return Malformed("too_deep", "JSON 嵌套过深", "the JSON is nested too deeply")


def _check_texts(body: Any) -> None:
    """Refuse what an escape can smuggle in: half a character and NUL, neither of which a database stores."""
    for text in _texts(body):
        if "\0" in text or any("\ud800" <= c <= "\udfff" for c in text):
            raise Malformed(
                "bad_text",
                "文本含有 \\u0000 或不成对的代理字符，请去掉",
                "a text holds \\u0000 or half a surrogate pair",
            )


def _texts(body: Any) -> Iterator[str]:
    waiting = [body]
    while waiting:
        item = waiting.pop()
        if isinstance(item, str):
            yield item
        elif isinstance(item, dict):
            waiting += [*item.keys(), *item.values()]
        elif isinstance(item, list):
            waiting += item


_DECODER = json.JSONDecoder(object_pairs_hook=_no_doubles, parse_constant=_no_constant)
