"""模式: a JSON Schema of packs/*.yaml for editors, made from the same table of kinds that the reader uses. Pure.

It says what can be said without comparing values with each other; `rules check` says the rest.
"""

import re
from collections.abc import Callable, Sequence
from typing import Any

from service.scoring.consistency import LONGEST_WINDOW
from service.scoring.fields import ID, RESERVED
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
_TITLE = ["pack", "version", "name", "levels"]
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


def _definitions(dictionary: Dictionary) -> dict[str, Schema]:
    """What packs name of the dictionary; conditions are `indicator op number`."""
    indicators = dictionary.indicators.values()
    figures = {i.id: i.name for i in indicators if i.type != "date"}
    ids = "|".join(map(re.escape, figures))
    return {
        "indicator": _listed(figures),
        "date": _listed({i.id: i.name for i in indicators if i.type == "date"}),
        "event": _listed({event.id: event.name for event in dictionary.events.values()}),
        "condition": {"type": "string", "pattern": rf"^\s*({ids})\s*({OPERATOR})\s*{NUMBER}\s*$"},
    }


def _defined(name: str) -> Schema:
    return {"$ref": f"#/$defs/{name}"}


def _of(kind: str) -> Schema:
    """What `of` names."""
    if kind == "children":
        return _words(("children", "subtree"))
    return _defined({"event": "event", "expiry": "date"}.get(kind, "indicator"))


def _where() -> Schema:
    headcount = {"type": "string", "pattern": rf"^\s*({OPERATOR})\s*{NUMBER}\s*$"}
    fields = {"industry": _some(_TEXT), "headcount": headcount, "key": _FLAG}
    return {"type": "object", "properties": fields, "additionalProperties": False, "minProperties": 1}


def _level(kind: str) -> Schema:
    """Floors by threshold; an alarm of kind unusual has no degrees, so one word will do."""
    floors = _by_threshold(_LEVEL)
    return {"anyOf": [_LEVEL, floors]} if kind == "unusual" else floors


_FIELDS: dict[str, Callable[[str], Schema]] = {
    "id": lambda kind: {"type": "string", "pattern": f"^{ID}$", "not": {"enum": sorted(RESERVED)}},
    "kind": lambda kind: {"const": kind},
    **dict.fromkeys(("name", "name_en", "theme", "source", "advice"), lambda kind: _TEXT),
    "false_alarms": lambda kind: _some(_TEXT),
    "applies_to": lambda kind: _some(_words(NODE_KINDS)),
    "where": lambda kind: _where(),
    "only_if": lambda kind: _defined("condition"),
    "for_weeks": lambda kind: _whole(1, LONGEST_WINDOW),
    "level": lambda kind: _level(kind),
    "status": lambda kind: _words(("active", "trial")),
    **dict.fromkeys(("since", "until"), lambda kind: _WEEK),
    "of": lambda kind: _of(kind),
    "per": lambda kind: _words(("children",)) if kind == "children" else _defined("indicator"),
    "carry": lambda kind: _whole(0, LONGEST_WINDOW),
    **dict.fromkeys(("weeks", "min_weeks", "within_weeks"), lambda kind: _whole(1, LONGEST_WINDOW)),
    **dict.fromkeys(("at_least", "above", "at_most", "up", "down"), lambda kind: _by_threshold(_POINTS)),
    "points": lambda kind: _POINTS,
    "against": lambda kind: _words(("mean", "median", "lag")),
    "by": lambda kind: _words(("absolute", "percent", "ratio")),
    "k": lambda kind: _whole(1, MOST_CONDITIONS) if kind == "k_of_n" else _NOT_NEGATIVE,
    "when": lambda kind: _some(_defined("condition")),
    "method": lambda kind: _words(METHODS),
    "alpha": lambda kind: _SHARE,
    "baseline": lambda kind: _whole(3, LONGEST_BASELINE),
    **dict.fromkeys(("min_sigma", "h"), lambda kind: _NOT_NEGATIVE),
    "trans": lambda kind: _words(TRANSFORMATIONS),
    "reset": lambda kind: _FLAG,
    "years_back": lambda kind: _whole(1, 9),
    "stop_after": lambda kind: _whole(0, 3650),
    "group_by": lambda kind: _words(GROUPS),
    "min_group": lambda kind: _whole(1, 100_000),
    "count_at": lambda kind: _words((SILENT, *LEVELS)),
    "min_count": lambda kind: _whole(0, 100_000),
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
        "$defs": _definitions(dictionary),
        "type": "object",
        "properties": {name: header[name] for name in HEADER}
        | {"rules": {"type": ["array", "null"], "items": _rule(), "maxItems": MOST_RULES}},
        "additionalProperties": False,
        "dependentRequired": dict.fromkeys(HEADER, _TITLE),  # the file that has one of them is the one with the header
    }


def _by_level(value: Schema) -> Schema:
    return {"type": "object", "properties": dict.fromkeys(LEVELS, value), "additionalProperties": False}


def _rule() -> Schema:
    """A rule: its kind says which fields it has."""
    kinds = [
        {
            "if": {"properties": {"kind": {"const": kind}}, "required": ["kind"]},
            "then": _of_kind(shape, {name: _FIELDS[name](kind) for name in shape.fields}),
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
