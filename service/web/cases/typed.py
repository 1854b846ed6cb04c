"""表单的内容: what was typed into the forms of an alert, as the bodies that the API takes: one reader reads both.

Pure. What is empty was not said; a figure that is none stays as it was typed, and the model says what is wrong with it.
"""

import unicodedata
from collections.abc import Callable, Mapping
from typing import Any

from starlette.datastructures import FormData

from service.response.actions import ActionKind
from service.web.cases.action_fields import FIELDS, FormField, Input

Body = dict[str, Any]
FINDING = "finding."  # before the id of a finding in the verify form


def text(form: FormData, name: str) -> str:
    """One field, without the spaces around it and with lines ended in one way."""
    value = form.get(name, "")
    return value.replace("\r\n", "\n").strip() if isinstance(value, str) else ""


def body(move: str, form: FormData) -> Body:
    """The body that a move's form stands for."""
    return _BODIES[move](form)


def _said(form: FormData, *names: str) -> Body:
    return {name: value for name in names if (value := text(form, name))}


def _note(form: FormData) -> Body:
    return _said(form, "note")


def _verify(form: FormData) -> Body:
    names = [name for name in form if name.startswith(FINDING)]
    given = {name.removeprefix(FINDING): text(form, name) for name in names if text(form, name)}
    return _note(form) | {"findings": given}


def _act(form: FormData) -> Body:
    kind = text(form, "kind")
    fields = FIELDS[ActionKind(kind)] if kind in set(ActionKind) else ()
    detail = {field.name: value for field in fields if (value := _field(form, field)) not in ("", [])}
    return _said(form, "kind", "done_at", "note") | {"detail": detail}


def _field(form: FormData, field: FormField) -> Any:
    name = f"detail.{field.name}"
    if field.input is Input.SOME_OF:
        return [value for value in form.getlist(name) if isinstance(value, str) and value]
    typed = text(form, name)
    if field.input in (Input.WHOLE, Input.YUAN) and typed:
        return _figure(typed, whole=field.input is Input.WHOLE)
    return typed


def _figure(typed: str, whole: bool) -> Any:
    """A number as people type it, full width and with commas; anything else stays a text, which is refused."""
    plain = unicodedata.normalize("NFKC", typed).replace(",", "").replace("，", "").strip()
    try:
        return int(plain) if whole else float(plain)
    except ValueError:
        return typed


def _call(form: FormData) -> Body:
    answered = {"yes": True, "no": False}.get(text(form, "answered"))
    return _said(form, "officer", "called_at", "note") | ({} if answered is None else {"answered": answered})


def _mute(form: FormData) -> Body:
    rules = [value for value in form.getlist("rules") if isinstance(value, str) and value]
    return _said(form, "until", "reason", "wake_if") | ({"rules": rules} if rules else {})


_BODIES: Mapping[str, Callable[[FormData], Body]] = {
    "acknowledge": _note,
    "call": _call,
    "verify": _verify,
    "act": _act,
    "reply": lambda form: _said(form, "reply", "replied_at"),
    "contain": _note,
    "lift": lambda form: _said(form, "outcome", "disputed_on", "note"),
    "level": lambda form: _said(form, "level", "reason"),
    "decide": _note,
    "mute": _mute,
    "mutes": _note,
    "note": _note,
    "archive": _note,
}
