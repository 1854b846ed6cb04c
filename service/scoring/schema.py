"""模式: a JSON Schema of packs/*.yaml for editors, made from the same table of kinds that the reader uses. Pure.

It says what can be said without comparing values with each other; `rules check` says the rest.
"""

import re
from collections.abc import Callable, Sequence
from typing import Any

from service.scoring.consistency import LONGEST_WINDOW
from service.scoring.fields import ID
from service.scoring.forms import SHAPES, Shape
from service.scoring.indicators import NODE_KINDS
from service.scoring.pack import Dictionary, Level
from service.scoring.parse import HEADER, LONGEST_RUN, MOST_RULES
from service.scoring.particulars import (
    GROUPS,
    LONGEST_BASELINE,
    METHODS,
    OF_METHOD,
    PARAMETERS,
    SILENT,
    TRANSFORMATIONS,
)
from service.scoring.steps import MOST_CONDITIONS, MOST_STEPS, NUMBER, OPERATOR

Schema = dict[str, Any]  # a JSON Schema, or a part of one

DIALECT = "https://json-schema.org/draft/2020-12/schema"
LEVELS = [level.word for level in Level if level]

_TEXT: Schema = {"type": ["string", "number", "boolean"]}
_POINTS: Schema = {"type": "number", "minimum": 0}
_LEVEL: Schema = {"enum": LEVELS}
_WEEK: Schema = {"type": "string", "pattern": r"^\d{4}-W\d{2}$"}
_FLAG: Schema = {"type": "boolean"}
_NOT_NEGATIVE: Schema = {"type": "number", "minimum": 0}
_SHARE: Schema = {"type": "number", "exclusiveMinimum": 0, "exclusiveMaximum": 0.5}


def _whole(least: int, most: int) -> Schema:
    return {"type": "integer", "minimum": least, "maximum": most}


def _words(words: Sequence[str], names: Sequence[str] = ()) -> Schema:
    """One of some words; editors show their names beside them."""
    return {"enum": list(words)} | ({"enumDescriptions": list(names)} if names else {})


def _some(item: Schema) -> Schema:
    """One, or a list of at least one, each once."""
    return {"anyOf": [item, {"type": "array", "items": item, "minItems": 1, "uniqueItems": True}]}


def _by_threshold(value: Schema) -> Schema:
    return {
        "type": "object",
        "propertyNames": {"pattern": f"^{NUMBER}$"},
        "additionalProperties": value,
        "minProperties": 1,
        "maxProperties": MOST_STEPS,
    }


def _listed(entries: dict[str, str]) -> Schema:
    """The ids of a dictionary with their names."""
    return _words(list(entries), list(entries.values()))


class _Fields:
    """The schema of each field of a rule, by the name of the field."""

    def __init__(self, dictionary: Dictionary) -> None:
        indicators = dictionary.indicators.values()
        self.figures = {i.id: i.name for i in indicators if i.type != "date"}
        self.dates = {i.id: i.name for i in indicators if i.type == "date"}
        self.events = {event.id: event.name for event in dictionary.events.values()}
        self._of: dict[str, Schema] = {
            "event": _listed(self.events),
            "expiry": _listed(self.dates),
            "children": _words(("children", "subtree")),
        }

    def of(self, kind: str) -> Schema:
        """Every field of a kind."""
        return {name: _FIELDS[name](self, kind) for name in SHAPES[kind].fields}

    def condition(self) -> Schema:
        """`indicator op number`."""
        ids = "|".join(map(re.escape, self.figures))
        return {"type": "string", "pattern": rf"^\s*({ids})\s*({OPERATOR})\s*{NUMBER}\s*$"}

    def indicator(self, kind: str) -> Schema:
        """What `of` names."""
        return self._of.get(kind) or _listed(self.figures)

    def per(self, kind: str) -> Schema:
        """What `per` names."""
        return _words(("children",)) if kind == "children" else _listed(self.figures)


def _where() -> Schema:
    headcount = {"type": "string", "pattern": rf"^\s*({OPERATOR})\s*{NUMBER}\s*$"}
    fields = {"industry": _some(_TEXT), "headcount": headcount, "key": _FLAG}
    return {"type": "object", "properties": fields, "additionalProperties": False, "minProperties": 1}


def _level(kind: str) -> Schema:
    """Floors by threshold; an alarm of kind unusual has no degrees, so one word will do."""
    floors = _by_threshold(_LEVEL)
    return {"anyOf": [_LEVEL, floors]} if kind == "unusual" else floors


_FIELDS: dict[str, Callable[[_Fields, str], Schema]] = {
    "id": lambda f, kind: {"type": "string", "pattern": f"^{ID}$"},
    "kind": lambda f, kind: {"const": kind},
    **dict.fromkeys(("name", "name_en", "theme", "source", "advice"), lambda f, kind: _TEXT),
    "false_alarms": lambda f, kind: _some(_TEXT),
    "applies_to": lambda f, kind: _some(_words(NODE_KINDS)),
    "where": lambda f, kind: _where(),
    "only_if": lambda f, kind: f.condition(),
    "for_weeks": lambda f, kind: _whole(1, LONGEST_WINDOW),
    "level": lambda f, kind: _level(kind),
    "status": lambda f, kind: _words(("active", "trial")),
    **dict.fromkeys(("since", "until"), lambda f, kind: _WEEK),
    "of": lambda f, kind: f.indicator(kind),
    "per": lambda f, kind: f.per(kind),
    "carry": lambda f, kind: _whole(0, LONGEST_WINDOW),
    **dict.fromkeys(("weeks", "min_weeks", "within_weeks"), lambda f, kind: _whole(1, LONGEST_WINDOW)),
    **dict.fromkeys(("at_least", "above", "at_most", "up", "down"), lambda f, kind: _by_threshold(_POINTS)),
    "points": lambda f, kind: _POINTS,
    "against": lambda f, kind: _words(("mean", "median", "lag")),
    "by": lambda f, kind: _words(("absolute", "percent", "ratio")),
    "k": lambda f, kind: _whole(1, MOST_CONDITIONS) if kind == "k_of_n" else _NOT_NEGATIVE,
    "when": lambda f, kind: _some(f.condition()),
    "method": lambda f, kind: _words(METHODS),
    "alpha": lambda f, kind: _SHARE,
    "baseline": lambda f, kind: _whole(3, LONGEST_BASELINE),
    **dict.fromkeys(("min_sigma", "h"), lambda f, kind: _NOT_NEGATIVE),
    "trans": lambda f, kind: _words(TRANSFORMATIONS),
    "reset": lambda f, kind: _FLAG,
    "years_back": lambda f, kind: _whole(1, 9),
    "stop_after": lambda f, kind: _whole(0, 3650),
    "group_by": lambda f, kind: _words(GROUPS),
    "min_group": lambda f, kind: _whole(1, 100_000),
    "count_at": lambda f, kind: _words((SILENT, *LEVELS)),
    "min_count": lambda f, kind: _whole(0, 100_000),
}


def pack_schema(dictionary: Dictionary) -> Schema:
    """The schema of one file of packs/; any of them may have the header, or only rules."""
    runs = _whole(1, LONGEST_RUN)
    scores: Schema = {"type": "number", "exclusiveMinimum": 0}
    header: dict[str, Schema] = {
        "format": {"const": 1},
        **dict.fromkeys(("pack", "version", "name"), _TEXT),
        "levels": _by_level(scores) | {"required": LEVELS},
        "clean_reports_to_lift": {"anyOf": [runs, _by_level(runs)]},
    }
    return {
        "$schema": DIALECT,
        "title": "规则包 / rule pack",
        "type": "object",
        "properties": {name: header[name] for name in HEADER}
        | {"rules": {"type": ["array", "null"], "items": _rule(dictionary), "maxItems": MOST_RULES}},
        "additionalProperties": False,
    }


def _by_level(value: Schema) -> Schema:
    return {"type": "object", "properties": dict.fromkeys(LEVELS, value), "additionalProperties": False}


def _rule(dictionary: Dictionary) -> Schema:
    """A rule: its kind says which fields it has."""
    fields = _Fields(dictionary)
    kinds = [
        {
            "if": {"properties": {"kind": {"const": kind}}, "required": ["kind"]},
            "then": _of_kind(shape, fields.of(kind)),
        }
        for kind, shape in SHAPES.items()
    ]
    return {
        "type": "object",
        "properties": {"kind": _words(list(SHAPES))},
        "required": ["id", "name", "kind"],
        "allOf": kinds,
    }


def _of_kind(shape: Shape, fields: dict[str, Schema]) -> Schema:
    found: Schema = {"properties": fields, "required": list(shape.needs), "additionalProperties": False}
    if shape.steps:
        either: list[Schema] = [{"required": [name]} for name in shape.steps]
        found["anyOf" if shape.steps == ("up", "down") else "oneOf"] = either
    if "carry" in fields:  # one report would count twice
        found["not"] = {
            "properties": {"carry": {"minimum": 1}, "for_weeks": {"minimum": 2}},
            "required": ["carry", "for_weeks"],
        }
    if "method" in fields:
        found["allOf"] = [
            {
                "if": {"properties": {"method": {"const": method}}},
                "then": {"properties": dict.fromkeys(_not_of(method), False)},
            }
            for method in METHODS
        ]
    return found


def _not_of(method: str) -> list[str]:
    """The parameters that only other methods have."""
    return [name for name in PARAMETERS if name not in OF_METHOD[method]]
