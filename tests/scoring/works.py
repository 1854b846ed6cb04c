"""厂: one works with a small pack whose rules read everything an advice can and cannot touch."""

from collections.abc import Mapping, Sequence

from service.scoring.build import build_panel
from service.scoring.panel import PanelEvent, PanelNode, PanelReport
from service.scoring.parse import parse_rules
from service.scoring.week import between
from service.scoring.whatif import Place

INDICATORS = """\
indicators:
  - {id: staff, name: 职工, name_en: Staff, type: count, unit: 人, stock: true}
  - {id: days, name: 欠薪天数, name_en: Days overdue, type: days, unit: 天, range: [0, 400], actionable: true}
  - {id: people, name: 欠薪人数, name_en: Workers unpaid, type: count, unit: 人, actionable: true}
  - {id: amount, name: 欠薪金额, name_en: Unpaid wages, type: money, unit: 元, actionable: true}
  - {id: hours, name: 加班小时, name_en: Overtime, type: number, unit: 小时, range: [0, 100], actionable: true}
  - {id: stage, name: 方案, name_en: Plan, type: choice, actionable: true,
     choices: {0: 无 / none, 2: 已审议 / discussed, 4: 已实施 / in force}}
  - {id: closed, name: 已停缴, name_en: Contributions stopped, type: yes_no, actionable: true}
  - {id: ends, name: 合同到期日, name_en: Contract expires, type: date, stock: true, actionable: true}
  - {id: petition, name: 上访人数, name_en: Petitioners, type: count, sealed: true}
  - {id: orders, name: 订单, name_en: Orders, type: count}
events:
  - {id: stoppage, name: 停工, name_en: Stoppage}
"""
PACK = """\
pack: works
version: 1
name: 厂
levels: {blue: 10, yellow: 25, orange: 45, red: 70}
rules:
  - {id: D, name: 拖欠, name_en: Arrears, kind: threshold, of: days, at_least: {8: 12, 31: 25}, level: {31: orange},
     source: 工资条例第1条, advice: 约谈企业, false_alarms: [节假日顺延]}
  - {id: P, name: 占比, name_en: Share, kind: ratio, of: people, per: staff, at_least: {0.1: 10, 0.3: 20}}
  - {id: A, name: 金额, name_en: Sum, kind: threshold, of: amount, above: {50000: 11}}
  - {id: H, name: 加班, name_en: Hours, kind: threshold, of: hours, above: {36: 10}}
  - {id: S, name: 改制, name_en: Restructuring, kind: threshold, of: stage, at_least: {2: 3, 4: 12}, level: {4: yellow}}
  - {id: C, name: 停缴, name_en: Stopped, kind: threshold, of: closed, at_least: {1: 12}, level: {1: yellow}}
  - {id: X, name: 到期, name_en: Expiry, kind: expiry, of: ends, at_most: {30: 10}}
  - {id: V, name: 上访, name_en: Petition, kind: threshold, of: petition, at_least: {5: 30}, level: {5: orange},
     advice: 接访, false_alarms: [例行走访]}
  - {id: O, name: 减单, name_en: Fewer orders, kind: threshold, of: orders, at_most: {10: 26}}
  - {id: L, name: 累计, name_en: Together, kind: sum, of: people, weeks: 4, at_least: {1000: 26}}
  - {id: E, name: 停工, name_en: Stoppage, kind: event, of: stoppage, within_weeks: 2, at_least: {1: 40},
     level: {1: red}}
  - {id: Q, name: 未报, name_en: No report, kind: missing, at_least: {1: 2}, level: {1: blue}}
  - {id: T, name: 试行, name_en: On trial, kind: threshold, of: days, at_least: {1: 7}, level: {1: red}, status: trial}
"""
CALM: Mapping[str, float] = {
    "staff": 100.0,
    "days": 0.0,
    "people": 0.0,
    "amount": 0.0,
    "hours": 30.0,
    "stage": 0.0,
    "closed": 0.0,
    "ends": 750_000.0,
    "petition": 0.0,
    "orders": 50.0,
}
WEEKS = between("2026-W40", "2026-W47")
RULES = {"indicators.yaml": INDICATORS, "packs/works.yaml": PACK}


def works(
    figures: Mapping[str, float] | None, before: Mapping[str, float] = CALM, events: Sequence[PanelEvent] = ()
) -> Place:
    """The works in week 2026-W47, with these figures in place of calm ones; without a report where they are None."""
    pack, dictionary = parse_rules(RULES)
    reports = [PanelReport("works", week, {**CALM, **before}) for week in WEEKS[:-1]]
    if figures is not None:
        reports.append(PanelReport("works", WEEKS[-1], {**CALM, **figures}))
    panel = build_panel([PanelNode("works", "enterprise", "mining", 100)], WEEKS, reports, events, dictionary)
    return Place(pack, panel, 0, len(WEEKS) - 1)


def stoppage(people: float | None = None) -> PanelEvent:
    """A stoppage in the judged week."""
    return PanelEvent("works", WEEKS[-1], "stoppage", people)
