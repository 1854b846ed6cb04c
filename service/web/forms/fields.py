"""栏目: the questions of a sheet as they are shown – text, last figure, what is wrong, what others wrote. Pure."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from service.reporting.questions import Question, Section
from service.scoring.pack import Indicator
from service.scoring.panel import NA
from service.scoring.week import step
from service.web.forms.entry import Entry, question_token
from service.web.forms.sheet import Sheet
from service.web.forms.submit import Outcome
from service.web.forms.typed import read_one
from service.web.pages.i18n import Words, mark

THEMES = {
    "staff": mark("人员"),
    "wage": mark("工资"),
    "insurance": mark("社会保险"),
    "jobs": mark("岗位"),
    "restructuring": mark("改制"),
    "hours": mark("工时"),
    "heat": mark("高温"),
    "safety": mark("安全"),
    "contracts": mark("劳动合同与民主管理"),
    "bargaining": mark("集体协商"),
    "voice": mark("诉求"),
    "operations": mark("经营"),
    "sites": mark("工地"),
    "county": mark("县区工会"),
}
_UNITS = {
    "人": mark("人"),
    "天": mark("天"),
    "元": mark("元"),
    "月": mark("月"),
    "个": mark("个"),
    "件": mark("件"),
    "项": mark("项"),
    "小时": mark("小时"),
    "例": mark("例"),
    "次": mark("次"),
    "户": mark("户"),
}


@dataclass(frozen=True)
class FormField:
    """One question in one language. `theirs` is what stands in the newest revision where it differs from the text."""

    id: str
    label: str
    unit: str
    help: str
    type: str
    required: bool
    monthly: bool
    choices: tuple[tuple[str, str], ...]
    text: str
    not_applicable: bool
    last: str
    last_when: str
    error: str
    doubts: tuple[str, ...]
    theirs: str | None
    kept: bool  # a stored figure that only the unit itself sees; it stays when nothing is typed


@dataclass(frozen=True)
class FormSection:
    """The fields of one theme; `open` when there is something that has to be seen."""

    title: str
    fields: tuple[FormField, ...]
    open: bool


def form_sections(sheet: Sheet, entry: Entry, outcome: Outcome, said: Words) -> tuple[FormSection, ...]:
    """Everything that is asked, in the words of the reader."""
    return tuple(_section(section, sheet, entry, outcome, said) for section in sheet.sections)


def asked_back(outcome: Outcome, entry: Entry) -> list[str]:
    """Names of what is asked back, to be sent with the confirmation."""
    return [question_token(doubt["code"], doubt["indicator"], entry) for doubt in outcome.doubts]


def told(indicator: Indicator, value: Any, said: Words) -> str:
    """A stored figure in words."""
    if value == NA:
        return said("不适用")
    if isinstance(value, bool):
        return said("是") if value else said("否")
    if indicator.type == "choice" and not isinstance(value, str):
        return _choice(indicator.choices.get(value, str(value)), said)
    text = f"{value:,.15g}" if isinstance(value, int | float) else str(value)
    return f"{text} {unit_of(indicator, said)}".strip()


def unit_of(indicator: Indicator, said: Words) -> str:
    """The unit of an indicator in the reader's language."""
    return said(_UNITS.get(indicator.unit, indicator.unit))


def _section(section: Section, sheet: Sheet, entry: Entry, outcome: Outcome, said: Words) -> FormSection:
    fields = tuple(_field(question, sheet, entry, outcome, said) for question in section.questions)
    seen = any(f.required or f.error or f.doubts or f.text or f.not_applicable or f.theirs is not None for f in fields)
    return FormSection(said(THEMES.get(section.theme, mark("其他"))), fields, seen)


def _field(question: Question, sheet: Sheet, entry: Entry, outcome: Outcome, said: Words) -> FormField:
    indicator = question.indicator
    text = entry.texts.get(indicator.id, "")
    problem = outcome.problems.get(indicator.id)
    return FormField(
        id=indicator.id,
        label=said.either(indicator.name, indicator.name_en),
        unit=unit_of(indicator, said),
        help=indicator.help,
        type=indicator.type,
        required=indicator.required,
        monthly=indicator.every == "month",
        choices=tuple((str(key), _choice(name, said)) for key, name in indicator.choices.items()),
        text="" if text == NA else text,
        not_applicable=text == NA,
        last="" if question.last is None else told(indicator, question.last, said),
        last_when=_when(question.last_week, sheet.week, said),
        error=said.either(*problem) if problem else "",
        doubts=tuple(_about(indicator.id, outcome.doubts, said)),
        theirs=_theirs(indicator, sheet, entry, said) if outcome.conflict else None,
        kept=indicator.id in sheet.hidden(),
    )


def _choice(name: str, said: Words) -> str:
    """A choice is named in one language, or in both as 无 / none."""
    chinese, _, english = name.partition(" / ")
    return said.either(chinese, english or chinese)


def _when(last: str | None, week: str, said: Words) -> str:
    if last is None:
        return ""
    return said("上周") if last == step(week, -1) else said("第 %(number)s 周", number=int(last[-2:]))


def _about(id_: str, doubts: Iterable[Mapping[str, str]], said: Words) -> Iterable[str]:
    return (said.either(doubt["text"], doubt["text_en"]) for doubt in doubts if doubt["indicator"] == id_)


def note_doubts(outcome: Outcome, said: Words) -> list[str]:
    """What is asked back about the note."""
    return list(_about("", outcome.doubts, said))


def _theirs(indicator: Indicator, sheet: Sheet, entry: Entry, said: Words) -> str | None:
    """What the newest revision says where the entry says something else."""
    if sheet.newest is None or indicator.id in sheet.hidden():
        return None
    stored = sheet.newest.values.get(indicator.id)
    if stored == read_one(indicator, entry.texts.get(indicator.id, "")):
        return None
    return said("没有填") if stored is None else told(indicator, stored, said)
