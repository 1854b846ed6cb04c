"""所问: what the address of a board asks for – area, week, and as known when; pure."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Literal

from service.errors import FieldProblem, FieldProblems
from service.scoring.week import between, monday, step

WEEKS = 26  # how far back the pictures look
Known = Literal["now", "then"]
_LONGEST = 64


@dataclass(frozen=True)
class Asked:
    """A board's filters; None is all. `after` is the path that ended the page of the heat map before this."""

    week: str
    known: Known = "now"
    county: str | None = None
    industry: str | None = None
    theme: str | None = None
    after: str = ""

    @property
    def weeks(self) -> list[str]:
        """The weeks of the pictures, the asked one last."""
        return between(step(self.week, 1 - WEEKS), self.week)

    def query(self, **changes: str | None) -> dict[str, str | None]:
        """These filters as the query of an address, with some of them changed; what is usual is left out."""
        one = replace(self, **changes)  # type: ignore[arg-type]  # the fields' own names
        known = None if one.known == "now" else one.known
        return {"week": one.week, "known": known} | {
            "county": one.county,
            "industry": one.industry,
            "theme": one.theme,
            "after": one.after,
        }


def read_asked(query: Mapping[str, str], usual: str, newest: str) -> Asked:
    """The filters of an address; `usual` is the week without one and `newest` the last that has begun. Raises
    FieldProblems that say what is wrong with which."""
    week = query.get("week") or usual
    problems = [problem for problem in (_week(week, newest), _known(query), *_texts(query)) if problem]
    if problems:
        raise FieldProblems(problems)
    given = {name: query.get(name) or None for name in ("county", "industry", "theme")}
    return Asked(week, "then" if query.get("known") == "then" else "now", **given, after=query.get("after") or "")


def _week(week: str, newest: str) -> FieldProblem | None:
    try:
        monday(week)
    except ValueError:
        return _problem("week", f"日历上没有 {week[:12]} 这一周", f"there is no week {week[:12]} in the calendar")
    if week > newest:
        return _problem("week", f"{week} 还没有到，最新是 {newest}", f"{week} is yet to come; the newest is {newest}")
    if week < "2000-W01":
        return _problem("week", f"{week} 太早，没有数据", f"{week} is too early: there are no figures")
    return None


def _known(query: Mapping[str, str]) -> FieldProblem | None:
    if query.get("known", "now") in ("now", "then", ""):
        return None
    return _problem("known", "known 应为 now 或 then", "known must be now or then")


def _texts(query: Mapping[str, str]) -> list[FieldProblem]:
    wrong = [n for n in ("county", "industry", "theme") if not _sound(query.get(n, ""), _LONGEST)]
    wrong += [] if _sound(query.get("after", ""), 1000) else ["after"]
    return [
        _problem(name, f"{name} 过长或含控制字符", f"{name} is too long or holds control characters") for name in wrong
    ]


def _sound(text: str, longest: int) -> bool:
    return len(text) <= longest and text.isprintable()


def _problem(name: str, text: str, text_en: str) -> FieldProblem:
    return FieldProblem("bad_filter", f"/{name}", text, text_en)
