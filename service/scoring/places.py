"""出处: where the parts of a rules folder stand, for warnings and coverage; a pack itself knows no files."""

from collections.abc import Iterator
from dataclasses import dataclass, field

from service.errors import LineProblem
from service.scoring.positions import Mapping, Scalar, Sequence, Tree


@dataclass(frozen=True)
class Place:
    """A place in a file of the folder; line and column count from 1."""

    file: str
    line: int
    column: int

    def says(self, text: str, text_en: str, rule: str = "") -> LineProblem:
        """Something to be told at this place."""
        return LineProblem(self.file, self.line, text, text_en, self.column, rule)


@dataclass(frozen=True)
class Places:
    """Where each part stands; what could not be read is absent.

    `rules`, `indicators`, `events` by id, `levels` by word, `floors` by rule and threshold (1.0 when there is none).
    """

    rules: dict[str, Place] = field(default_factory=dict)
    indicators: dict[str, Place] = field(default_factory=dict)
    events: dict[str, Place] = field(default_factory=dict)
    levels: dict[str, Place] = field(default_factory=dict)
    floors: dict[tuple[str, float], Place] = field(default_factory=dict)


def value_of(tree: Tree | None, name: str) -> Tree | None:
    """The value of the first field `name` of a mapping; None where there is none."""
    entries = tree.entries if isinstance(tree, Mapping) else []
    return next((value for key, value in entries if key.text == name), None)


def keys_of(file: str, tree: Tree | None) -> Iterator[tuple[Scalar, Place]]:
    """The keys of a mapping, each with its place."""
    for key, _ in tree.entries if isinstance(tree, Mapping) else []:
        yield key, Place(file, key.line, key.column)


def ids_of(file: str, tree: Tree | None) -> dict[str, Place]:
    """The first place of every `id` in a list of mappings."""
    found: dict[str, Place] = {}
    for item in tree.items if isinstance(tree, Sequence) else []:
        id_ = value_of(item, "id")
        if isinstance(id_, Scalar):
            found.setdefault(id_.text, Place(file, id_.line, id_.column))
    return found


def note_rules(file: str, rules: Tree | None, places: Places) -> None:
    """Add where the rules of one file and their floors stand."""
    for item in rules.items if isinstance(rules, Sequence) else []:
        id_, level = value_of(item, "id"), value_of(item, "level")
        if not isinstance(id_, Scalar):
            continue
        places.rules.setdefault(id_.text, Place(file, id_.line, id_.column))
        if isinstance(level, Scalar):
            places.floors.setdefault((id_.text, 1.0), Place(file, level.line, level.column))
        for key, place in keys_of(file, level):
            if isinstance(key.value, int | float):
                places.floors.setdefault((id_.text, float(key.value)), place)
