"""Published practice elsewhere: sound folders of their own on the same indicators, in force nowhere."""

from pathlib import Path

import pytest

from service.__main__ import run
from service.rulebook.folder import read_folder
from service.scoring.parse import parse_rules
from service.shipped import shipped

OURS = parse_rules(read_folder(shipped("rules")))
FOLDERS = sorted(path for path in (shipped("rules") / "published").iterdir() if path.is_dir())


def test_there_are_the_three_that_were_published() -> None:
    assert [folder.name for folder in FOLDERS] == ["baoan", "baoying", "longgang"]
    guide = (shipped("rules") / "published" / "README.md").read_text("utf-8")
    assert [folder.name for folder in FOLDERS if f"`{folder.name}`" not in guide] == []


@pytest.mark.parametrize("folder", FOLDERS, ids=lambda folder: folder.name)
def test_a_published_pack_is_sound_and_its_cases_hold(folder: Path) -> None:
    assert run(["rules", "check", str(folder)]) == 0
    assert run(["rules", "test", str(folder)]) == 0


@pytest.mark.parametrize("folder", FOLDERS, ids=lambda folder: folder.name)
def test_it_speaks_of_the_same_indicators(folder: Path) -> None:
    pack, theirs = parse_rules(read_folder(folder))
    dictionary = OURS[1]
    assert {id_: dictionary.indicators[id_] for id_ in theirs.indicators} == theirs.indicators
    assert {id_: dictionary.events[id_] for id_ in theirs.events} == theirs.events
    assert {id_ for rule in pack.rules for id_ in rule.indicators} == set(theirs.indicators)


def test_nothing_published_elsewhere_is_read_into_our_version() -> None:
    assert [name for name in read_folder(shipped("rules")) if "published" in name] == []


def test_every_rule_of_ours_says_what_it_rests_on_and_what_to_do() -> None:
    assert [rule.id for rule in OURS[0].rules if not (rule.source and rule.advice)] == []
