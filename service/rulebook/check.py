"""检查: everything that is wrong with a rules folder, and what is doubtful about one that is sound. Pure."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import TypeVar

from service.errors import FileProblems, LineProblem
from service.reporting.calendar import Calendar
from service.reporting.calendar_lint import lint_calendar
from service.reporting.calendar_text import FILE as CALENDAR
from service.reporting.calendar_text import parse_calendar
from service.rulebook.case_text import Case, read_cases
from service.rulebook.cases import states_shown
from service.rulebook.coverage import unshown
from service.rulebook.doubts import doubt_policy
from service.rulebook.messages import check_messages
from service.rulebook.policy import ResponsePolicy
from service.rulebook.response_text import FILE as RESPONSE
from service.rulebook.response_text import parse_policy
from service.scoring.lint import lint
from service.scoring.pack import Dictionary, Pack
from service.scoring.parse import RulesRead, read_rules
from service.scoring.places import Places
from service.scoring.week import week_of

T = TypeVar("T")


@dataclass(frozen=True)
class Sound:
    """What a folder without a problem says; response and calendar may be absent."""

    pack: Pack
    dictionary: Dictionary
    places: Places
    cases: Sequence[Case]
    policy: ResponsePolicy | None
    calendar: Calendar | None


@dataclass(frozen=True)
class Checked:
    """What was found; `sound` is None as soon as there is one problem."""

    problems: Sequence[LineProblem]
    sound: Sound | None


def check_texts(texts: Mapping[str, str], unread: Sequence[LineProblem]) -> Checked:
    """Read every text of a folder (path → text); `unread` are problems of files that are no text."""
    problems = list(unread)
    read = read_rules(texts)
    problems += _without_unread(read, unread)
    policy = _part(texts, RESPONSE, parse_policy, problems)
    calendar = _part(texts, CALENDAR, parse_calendar, problems)
    problems += check_messages(texts)
    cases: list[Case] = []
    if read.pack and read.dictionary:
        cases, wrong = read_cases(texts, read.pack, read.dictionary)
        problems += wrong
    if problems or not read.pack or not read.dictionary:
        return Checked(problems, None)
    return Checked([], Sound(read.pack, read.dictionary, read.places, cases, policy, calendar))


def doubts(texts: Mapping[str, str], sound: Sound, today: date) -> list[LineProblem]:
    """Warnings about a sound folder as it stands on `today`."""
    shown = states_shown(sound.cases, sound.pack, sound.dictionary)
    found = lint(sound.pack, sound.dictionary, sound.places, week_of(today))
    found += unshown(shown, sound.pack, sound.places)
    found += doubt_policy(texts[RESPONSE], sound.policy, sound.pack) if sound.policy else []
    return found + (lint_calendar(texts[CALENDAR], sound.calendar, today) if sound.calendar else [])


def _without_unread(read: RulesRead, unread: Sequence[LineProblem]) -> list[LineProblem]:
    """Without those that only say that a file is missing which is there and could not be read."""
    files = {problem.file for problem in unread}
    lost = bool({file for file in files if file.startswith("packs/")})
    return [p for p in read.problems if p.file not in files and not (lost and p.file == "packs/")]


def _part(texts: Mapping[str, str], name: str, parse: Callable[[str], T], problems: list[LineProblem]) -> T | None:
    try:
        return parse(texts[name]) if name in texts else None
    except FileProblems as wrong:
        problems += wrong.problems
        return None
