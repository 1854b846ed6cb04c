"""响应办法: what each level asks of people – `response.yaml` read into frozen values."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from ruamel.yaml import YAML
from ruamel.yaml.error import MarkedYAMLError, YAMLError

from service.errors import FileProblems, LineProblem
from service.reporting.calendar import Span, parse_span
from service.reporting.deadline import ReportingPolicy, reporting_policy
from service.rulebook.night import Night, parse_hours
from service.scoring.pack import Level

FILE = "response.yaml"
CLOCKS = ("wall", "working")
PHASES = ("open", "contained", "watching")  # of an alert that somebody handles: 处置中, 已稳控, 观察期


@dataclass(frozen=True)
class LadderStep:
    """One rung: who is told when nobody has signed `after` the level was issued."""

    after: Span
    posts: tuple[str, ...]


@dataclass(frozen=True)
class LevelPolicy:
    """What one level asks: who must sign by when, and the ladder, earliest rung first; `update_every` has an entry for
    every one of PHASES."""

    owner: str
    copy: tuple[str, ...]
    sign_within: Span
    act_within: Span
    update_every: Mapping[str, Span]
    clock: str
    lifted_by: str
    ladder: tuple[LadderStep, ...]
    two_people: bool = False  # to lift it: whoever proposes, and a holder of `lifted_by`
    quiet_before_lift: Span | None = None  # since it is contained and nothing worse has come


@dataclass(frozen=True)
class Lifting:
    """解除办法: who lifts an alert, whether a second person is needed, and how long it has to have been quiet."""

    by: str
    two_people: bool
    quiet: Span | None


@dataclass(frozen=True)
class ResponsePolicy:
    """The whole file; `theme_clocks` overrides the clock of every level for alerts of a theme; a level that is not in
    `repeat_at_top_every` does not repeat."""

    levels: Mapping[Level, LevelPolicy]
    theme_clocks: Mapping[str, str]
    repeat_at_top_every: Mapping[Level, Span]
    night: Night | None
    reports: ReportingPolicy
    theme_lifting: Mapping[str, tuple[str | None, bool | None]]  # lifted_by and two_people where a theme has its own

    def lifting(self, level: Level, theme: str) -> Lifting:
        """How an alert of this level and theme is lifted."""
        own = self.levels[level]
        by, two_people = self.theme_lifting.get(theme, (None, None))
        return Lifting(by or own.lifted_by, own.two_people if two_people is None else two_people, own.quiet_before_lift)

    def clock(self, level: Level, theme: str) -> str:
        """`wall` or `working`: on which clock an alert of this level and theme runs."""
        return self.theme_clocks.get(theme, self.levels[level].clock)


def parse_policy(text: str) -> ResponsePolicy:
    """Read `response.yaml`. Raises FileProblems with every problem and its line."""
    try:
        root = YAML(typ="rt").load(text)
    except MarkedYAMLError as error:
        line = error.problem_mark.line + 1 if error.problem_mark else 1
        raise _problems(line, "不是合法的 YAML", f"not YAML: {error.problem}") from error
    except YAMLError as error:
        raise _problems(1, "不是合法的 YAML", "not YAML") from error
    if not isinstance(root, dict):
        raise _problems(1, "应为键值结构", "must be a mapping")
    reader = _Reader()
    levels = reader.levels(root)
    clocks, lifting = reader.themes(root.get("themes") or {})
    repeats = reader.attempt(root, "repeat_at_top_every", lambda: _repeats(root.get("repeat_at_top_every") or {}))
    night = reader.attempt(root, "night", lambda: _night(root.get("night")))
    reports = reader.attempt(root, "reports", lambda: reporting_policy(root.get("reports") or {}))
    if reader.problems or reports is None:
        raise FileProblems(reader.problems)
    return ResponsePolicy(levels, clocks, repeats, night, reports, lifting)


def _problems(line: int, text: str, text_en: str) -> FileProblems:
    return FileProblems([LineProblem(FILE, line, text, text_en)])


class _Reader:
    """Collects problems instead of stopping at the first."""

    def __init__(self) -> None:
        self.problems: list[LineProblem] = []

    def attempt(self, parent: Any, key: str, read: Any) -> Any:
        """The value that `read` makes, or None and a problem at the line of `key`."""
        try:
            return read()
        except (ValueError, TypeError, AttributeError) as error:
            place = parent.lc.key(key)[0] + 1 if key in parent else parent.lc.line + 1
            self.problems.append(LineProblem(FILE, place, f"{key} 写法不对", f"cannot read {key!r}: {error}"))
            return None

    def levels(self, root: Any) -> dict[Level, LevelPolicy]:
        found: dict[Level, LevelPolicy] = {}
        given = root.get("levels") or {}
        for level in list(Level)[1:]:
            if not isinstance(given.get(level.word), dict):
                line = root.lc.key("levels")[0] + 1 if "levels" in root else 1
                self.problems.append(
                    LineProblem(FILE, line, f"缺少等级 {level.word}", f"level {level.word!r} is missing")
                )
                continue
            entry = given[level.word]
            read = self.attempt(given, level.word, lambda e=entry: _level(e))
            if read is not None:
                found[level] = read
        return found

    def themes(self, themes: Any) -> tuple[dict[str, str], dict[str, tuple[str | None, bool | None]]]:
        clocks: dict[str, str] = {}
        lifting: dict[str, tuple[str | None, bool | None]] = {}
        for theme in themes:
            read = self.attempt(themes, theme, lambda t=theme: _theme(themes[t]))
            if read is not None:
                clocks[str(theme)], lifting[str(theme)] = read
        return clocks, lifting


def _level(entry: Any) -> LevelPolicy:
    ladder = (
        tuple(
            sorted(
                (LadderStep(parse_span(str(after)), _posts(posts)) for after, posts in entry["ladder"].items()),
                key=lambda step: step.after.sort_key,
            )
        )
        if isinstance(entry.get("ladder"), dict)
        else ()
    )
    for key in ("owner", "sign_within", "lifted_by"):
        if not isinstance(entry.get(key), str):
            raise ValueError(f"{key} is missing")
    if not ladder:
        raise ValueError("ladder is missing or empty")
    return LevelPolicy(
        owner=_posts([entry["owner"]])[0],
        copy=_posts(entry.get("copy") or []),
        sign_within=parse_span(entry["sign_within"]),
        act_within=parse_span(str(entry.get("act_within", entry["sign_within"]))),
        update_every=_updates(entry.get("update_every", "7d")),
        clock=_clock(entry.get("clock", "wall")),
        lifted_by=_posts([entry["lifted_by"]])[0],
        ladder=ladder,
        two_people=_flag(entry.get("two_people", False)),
        quiet_before_lift=parse_span(str(entry["quiet_before_lift"])) if "quiet_before_lift" in entry else None,
    )


def _theme(entry: Any) -> tuple[str, tuple[str | None, bool | None]]:
    by = _posts([entry["lifted_by"]])[0] if "lifted_by" in entry else None
    two_people = _flag(entry["two_people"]) if "two_people" in entry else None
    return _clock(entry.get("clock", "wall")), (by, two_people)


def _flag(value: Any) -> bool:
    if not isinstance(value, bool):
        raise ValueError(f"two_people is true or false, not {value!r}")
    return value


def _updates(given: Any) -> dict[str, Span]:
    """One span for all phases, or a span by phase; a phase that is not named has that of the one before."""
    if not isinstance(given, dict):
        return dict.fromkeys(PHASES, parse_span(str(given)))
    if "open" not in given or any(phase not in PHASES for phase in given):
        raise ValueError(f"update_every is one span, or names open and perhaps contained and watching: {dict(given)}")
    found: dict[str, Span] = {}
    for phase in PHASES:
        found[phase] = parse_span(str(given[phase])) if phase in given else list(found.values())[-1]
    return found


def _repeats(given: Any) -> dict[Level, Span]:
    words = {level.word: level for level in list(Level)[1:]}
    spans = {words.get(str(word)): parse_span(str(span)) for word, span in given.items()}
    if None in spans or any(not span.amount for span in spans.values()):
        raise ValueError(f"repeat_at_top_every maps a level to a span: {dict(given)}")
    return {level: span for level, span in spans.items() if level is not None}


def _night(given: Any) -> Night | None:
    if given is None:
        return None
    return Night(parse_hours(given.get("from"), given.get("to")), _posts(given.get("red_from_score_alone") or []))


def _clock(value: Any) -> str:
    if value not in CLOCKS:
        raise ValueError(f"clock must be wall or working, not {value!r}")
    return str(value)


def _posts(values: Any) -> tuple[str, ...]:
    if not isinstance(values, list) or not all(isinstance(v, str) and v.count(".") == 1 for v in values):
        raise ValueError("posts are a list of `kind.role`")
    return tuple(str(v) for v in values)
