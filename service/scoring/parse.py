"""规则解析: the texts of a rules folder → a frozen pack and dictionary, or every problem with its place.

All files directly in packs/ are one pack, read in byte order of their names; exactly one of them has the header.
"""

import os
from collections.abc import Mapping
from dataclasses import dataclass, field
from itertools import pairwise
from typing import TypeVar

from service.errors import FileProblems, LineProblem
from service.scoring.fields import (
    Form,
    Sheet,
    TooMany,
    Wrong,
    begins_with_id,
    items_of,
    number,
    table,
    text,
    whole,
    word,
)
from service.scoring.forms import read_rule
from service.scoring.indicators import read_dictionary
from service.scoring.pack import Dictionary, Level, Pack, Rule
from service.scoring.places import Places, ids_of, keys_of, note_rules, value_of
from service.scoring.positions import Scalar, Tree, read_tree

N = TypeVar("N", int, float)

INDICATORS = "indicators.yaml"
HEADER = ("format", "pack", "version", "name", "levels", "clean_reports_to_lift")
_LEVELS = tuple(level.word for level in Level if level)
MOST_RULES = 2000
LONGEST_RUN = 52  # clean reports a pack may ask for


@dataclass(frozen=True)
class RulesRead:
    """What could be read; `pack` and `dictionary` are None as soon as one problem touches them. `places` says where
    the parts stand that could be found."""

    pack: Pack | None
    dictionary: Dictionary | None
    problems: list[LineProblem]
    places: Places = field(default_factory=Places)


@dataclass
class _Draft:
    """The pack while its files are read."""

    places: Places
    header: Form | None = None
    unread: bool = False  # a file could not be read, so it may be the one with the header
    rules: list[Rule] = field(default_factory=list)
    seen: dict[str, str] = field(default_factory=dict)


def parse_rules(files: Mapping[str, str]) -> tuple[Pack, Dictionary]:
    """The pack and its dictionary. Raises FileProblems with every problem at its place."""
    read = read_rules(files)
    if read.pack is None or read.dictionary is None:
        raise FileProblems(read.problems)
    return read.pack, read.dictionary


def read_rules(files: Mapping[str, str]) -> RulesRead:
    """Read `indicators.yaml` and `packs/*` out of `files` (path in the rules folder → text); never raises."""
    problems: list[LineProblem] = []
    places = Places()
    try:
        dictionary = _dictionary(files, problems, places)
        sound = dictionary if not problems else None
        pack = _read_packs(files, dictionary, problems, places)
    except TooMany:
        return RulesRead(None, None, problems, places)
    return RulesRead(pack if not problems else None, sound, problems, places)


def _read_packs(
    files: Mapping[str, str], dictionary: Dictionary | None, problems: list[LineProblem], places: Places
) -> Pack | None:
    draft = _Draft(places=places)
    names = sorted((name for name in files if _in_packs(name)), key=os.fsencode)
    for name in names:
        if len(draft.seen) <= MOST_RULES:
            _read_pack_file(name, files[name], dictionary, draft, problems)
    if not names:
        problems.append(
            LineProblem("packs/", 1, "没有规则文件，请放入 packs/*.yaml", "no rules; put them in packs/*.yaml")
        )
    return _pack(draft, names, problems)


def _in_packs(name: str) -> bool:
    return name.startswith("packs/") and name.count("/") == 1


def read_indicators(files: Mapping[str, str]) -> tuple[Dictionary | None, list[LineProblem]]:
    """Only the dictionary, or its problems: what an editor needs while the packs are being written."""
    problems: list[LineProblem] = []
    try:
        dictionary = _dictionary(files, problems, Places())
    except TooMany:
        dictionary = None
    return dictionary if not problems else None, problems


def _dictionary(files: Mapping[str, str], problems: list[LineProblem], places: Places) -> Dictionary | None:
    if INDICATORS not in files:
        problems.append(LineProblem(INDICATORS, 1, "缺少这个文件", "the file is missing"))
        return None
    tree, broken = read_tree(INDICATORS, files[INDICATORS])
    problems += broken
    places.indicators.update(ids_of(INDICATORS, value_of(tree, "indicators")))
    places.events.update(ids_of(INDICATORS, value_of(tree, "events")))
    return read_dictionary(Sheet(INDICATORS, problems), tree) if tree else None


def _read_pack_file(
    name: str, content: str, dictionary: Dictionary | None, draft: _Draft, problems: list[LineProblem]
) -> None:
    tree, broken = read_tree(name, content)
    problems += broken
    if tree is None:
        draft.unread = True
        return
    sheet = Sheet(name, problems)
    form = Form(sheet, tree)
    draft.unread |= not form.keys
    form.refuse_others((*HEADER, "rules"))
    titles = [key for key in form.keys if key.text in HEADER]
    if titles and draft.header is not None:
        first = draft.header.sheet.file
        form.note(titles[0], f"只能有一个文件写包头，已见于 {first}", f"only one file has the header; {first} has it")
    elif titles:
        draft.header = form
    note_rules(name, value_of(tree, "rules"), draft.places)
    draft.places.levels.update({key.text: place for key, place in keys_of(name, value_of(tree, "levels"))})
    for item in items_of(form, "rules"):
        if len(draft.seen) > MOST_RULES:
            sheet.note(
                item, f"规则超过 {MOST_RULES} 条，其余不再读", f"more than {MOST_RULES} rules; the rest is not read"
            )
            break
        rule = _rule(Form(sheet, item), draft.seen, dictionary)
        if rule:
            draft.rules.append(rule)


def _rule(form: Form, seen: dict[str, str], dictionary: Dictionary | None) -> Rule | None:
    form.rule = form.take("id", text, "")
    found = begins_with_id(form, seen)
    return read_rule(form, found, dictionary) if form.keys else None


def _pack(draft: _Draft, names: list[str], problems: list[LineProblem]) -> Pack | None:
    header = draft.header
    if header is None:
        if names and not draft.unread:
            problems.append(
                LineProblem(names[0], 1, "没有文件写包头 pack version name levels", "no file has the header")
            )
        return None
    header.take("format", whole(1, 1), 1)
    if not draft.rules and not problems:
        header.note(header.node, "一条规则也没有", "there is not one rule")
    return Pack(
        name=header.need("pack", text, ""),
        version=header.need("version", text, ""),
        title=header.need("name", text, ""),
        levels=header.need("levels", _levels, {}),
        clean_reports_to_lift=dict.fromkeys(list(Level)[1:], 1) | header.take("clean_reports_to_lift", _runs, {}),
        rules=tuple(draft.rules),
    )


def _levels(node: Tree) -> dict[Level, float]:
    """The score at which each level begins; all four, rising."""
    found = _by_level(table(number)(node))
    missing = [word_ for word_ in _LEVELS if Level[word_.upper()] not in found]
    if missing:
        raise Wrong(f"缺少等级 {' '.join(missing)}", f"levels missing: {' '.join(missing)}")
    ordered = dict(sorted(found.items()))
    if min(ordered.values()) <= 0 or any(higher <= lower for lower, higher in pairwise(ordered.values())):
        raise Wrong("分数须大于 0，并由 blue 到 red 递增", "scores must be above 0 and rise from blue to red")
    return ordered


def _runs(node: Tree) -> dict[Level, int]:
    """Clean reports by level; one number is for all."""
    if isinstance(node, Scalar):
        return dict.fromkeys(list(Level)[1:], whole(1, LONGEST_RUN)(node))
    return _by_level(table(whole(1, LONGEST_RUN))(node))


def _by_level(entries: tuple[tuple[Scalar, N], ...]) -> dict[Level, N]:
    found: dict[Level, N] = {}
    for key, value in entries:
        level = Level[word(_LEVELS)(key).upper()]
        if level in found:
            raise Wrong(f"等级 {key.text} 重复", f"level {key.text} stands twice", key)
        found[level] = value
    return found
