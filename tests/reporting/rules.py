"""规则: a small dictionary with every type of figure, and the deadlines of the shipped policy."""

from datetime import time

from service.reporting.calendar import Span
from service.reporting.deadline import Moment, ReportingPolicy
from service.reporting.known import IntakeRules
from service.scoring.parse import parse_rules
from tests.reporting.test_calendar import AUTUMN

INDICATORS = """\
indicators:
  - {id: staff.headcount, name: 职工人数, name_en: Employees, type: count, unit: 人, range: [1, 500000],
     usual: [5, 20000], required: true, stock: true}
  - {id: wage.arrears_days, name: 欠薪天数, name_en: Days unpaid, type: days, unit: 天, range: [0, 3650],
     usual: [0, 90], required: true, nil_ok: true}
  - {id: wage.arrears_people, name: 被欠薪人数, name_en: Workers unpaid, type: count, unit: 人, nil_ok: true}
  - {id: wage.arrears_amount, name: 欠薪金额, name_en: Unpaid wages, type: money, unit: 元, nil_ok: true}
  - {id: wage.share, name: 比例, name_en: Share, type: percent}
  - {id: hours.overtime, name: 加班小时, name_en: Overtime, type: number, range: [0, 400]}
  - {id: union.meeting, name: 是否开会, name_en: Meeting held, type: yes_no, nil_ok: true}
  - {id: plan.stage, name: 方案, name_en: Plan, type: choice, choices: {0: 无, 1: 已公布, 4: 已实施}, nil_ok: true}
  - {id: contract.expires, name: 到期日, name_en: Contract expires, type: date, stock: true}
  - {id: voice.petition, name: 集体上访, name_en: Petition, type: count, unit: 人, nil_ok: true, sealed: true}
  - {id: old.figure, name: 旧指标, name_en: Old figure, type: count, until: 2026-W40}
  - {id: county.calls, name: 热线来电, name_en: Hotline calls, type: count, unit: 件, applies_to: [county]}
events:
  - {id: event.stoppage, name: 停工, name_en: Stoppage}
  - {id: event.gathering, name: 聚集, name_en: Gathering}
"""
PACK = """\
pack: small
version: 1
name: 小规则
levels: {blue: 10, yellow: 25, orange: 45, red: 70}
rules:
  - {id: W01, name: 欠薪, name_en: Unpaid, theme: wages, kind: threshold, of: wage.arrears_days, at_least: {1: 10}}
"""
DICTIONARY = parse_rules({"indicators.yaml": INDICATORS, "packs/small.yaml": PACK})[1]
POLICY = ReportingPolicy(due=Moment(1, time(12)), closes=Moment(2, time(18)), remind_before=Span(24, "h"))
RULES = IntakeRules(DICTIONARY, AUTUMN, POLICY)
WEEK = "2026-W47"
FORM = RULES.form("enterprise", WEEK)
FINE = {"staff.headcount": 800, "wage.arrears_days": 0}
