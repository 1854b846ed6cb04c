"""One rule and one node, told in the language of cases."""

from service.rulebook.case_text import read_cases
from service.scoring.build import build_panel
from service.scoring.parse import parse_rules
from service.scoring.score import Finding, score_panel

INDICATORS = """\
indicators:
  - {id: days, name: 天数, name_en: Days, type: days, unit: 天, applies_to: [enterprise, county]}
  - {id: people, name: 人数, name_en: People, type: count, applies_to: [enterprise, county]}
  - {id: staff.headcount, name: 职工, name_en: Staff, type: count, stock: true, applies_to: [enterprise, county]}
  - {id: ends, name: 到期日, name_en: End, type: date, stock: true, applies_to: [enterprise, county]}
events:
  - {id: event.crowd, name: 聚集, name_en: Gathering}
"""
HEADER = "pack: p\nversion: 1\nname: 试\nlevels: {blue: 10, yellow: 25, orange: 45, red: 70}\n"
Row = tuple[str, dict[str, str], str]  # fields of the rule, series, what it says


def finding(fields: str, series: dict[str, str], more: str = "") -> Finding:
    """What one rule says of the last week, told in the language of cases."""
    weeks = ", ".join(f'{indicator}: "{values}"' for indicator, values in series.items())
    case = f"cases:\n  - {{name: c, week: 2026-W20, weeks: {{{weeks}}}, expect: {{}}{more}}}\n".replace(
        "weeks: {}, ", ""
    )
    rule = f"{HEADER}rules:\n  - {{id: R, name: 甲, applies_to: [enterprise, county], {fields}}}\n"
    files = {"indicators.yaml": INDICATORS, "packs/p.yaml": rule, "cases/c.yaml": case}
    pack, dictionary = parse_rules(files)
    cases, problems = read_cases(files, pack, dictionary)
    assert not problems
    panel = build_panel(cases[0].nodes, cases[0].weeks, cases[0].reports, cases[0].events, dictionary)
    return score_panel(pack, panel, ["2026-W20"]).of(0, 0).findings[0]


def said(found: Finding) -> str:
    """`fired 6 blue`, `silent`, `unknown`, `out_of_play`."""
    floor = f" {found.floor.word}" if found.floor else ""
    return f"{found.state.value} {found.points:g}{floor}" if found.state.value == "fired" else found.state.value
