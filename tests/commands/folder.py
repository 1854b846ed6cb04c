"""规则目录: a small sound rules folder to break, and marks that say where a mistake must be told."""

from pathlib import Path

from service.shipped import shipped

MARK = "⌖"  # stands before the thing whose place must be told

INDICATORS = """\
indicators:
  - {id: staff.headcount, name: 职工, name_en: Staff, type: count, stock: true}
  - {id: wage.days, name: 欠薪天数, name_en: Days unpaid, type: days}
  - {id: wage.people, name: 欠薪人数, name_en: People unpaid, type: count}
  - {id: old.days, name: 旧指标, name_en: Old figure, type: days, until: 2026-W10}
  - {id: contract.ends, name: 到期日, name_en: End of contract, type: date, stock: true}
  - {id: county.calls, name: 来电, name_en: Calls, type: count, applies_to: [county]}
events:
  - {id: event.strike, name: 停工, name_en: Strike}
"""
PACK = """\
format: 1
pack: small
version: 1
name: 小规则包
levels: {blue: 10, yellow: 20, orange: 30, red: 40}
rules:
  - id: W01
    name: 欠薪天数
    kind: threshold
    of: wage.days
    at_least: {1: 10, 8: 40}
  - id: W02
    name: 欠薪人数占比
    kind: ratio
    of: wage.people
    per: staff.headcount
    at_least: {0.1: 5, 0.3: 10}
    level: {0.3: yellow}
    only_if: "wage.days >= 8"
"""
MORE = """\
rules:
  - {id: B01, name: 合同到期, kind: expiry, of: contract.ends, at_most: {30: 5}}
  - {id: C01, name: 热线, applies_to: [county], kind: threshold, of: county.calls, at_least: {1: 10, 9: 40}}
  - {id: E01, name: 停工, theme: reporting, kind: event, of: event.strike, within_weeks: 2, at_least: {1: 30}}
"""
CASES = """\
cases:
  - name: 欠薪八天
    week: 2026-W20
    weeks: {staff.headcount: "100", wage.days: "8", wage.people: "30", contract.ends: "2026-05-20"}
    events: {event.strike: [{week: 2026-W19, people: 3}]}
    expect: {W01: 40, W02: 10, B01: 5, E01: 30, level: red}
  - name: 欠薪一天
    week: 2026-W20
    weeks: {staff.headcount: "100", wage.days: "1", wage.people: "0", contract.ends: "2027-05-20"}
    expect: {score: 10, level: blue}
  - name: 正常
    week: 2026-W20
    weeks: {staff.headcount: "100", wage.days: "0"}
    expect: {score: 0, W02: 0, unknown: [B01]}
  - name: 一成职工
    week: 2026-W20
    weeks: {staff.headcount: "100", wage.days: "8", wage.people: "10"}
    expect: {W02: 5}
  - {name: 热线一件, week: 2026-W20, weeks: {county.calls: "1"}, expect: {C01: 10}}
  - {name: 热线九件, week: 2026-W20, weeks: {county.calls: "9"}, expect: {C01: 40}}
  - {name: 没有热线, week: 2026-W20, weeks: {county.calls: "0"}, expect: {C01: 0}}
"""
CALENDAR = """\
timezone: Asia/Shanghai
working_hours: ["08:30-12:00", "14:00-18:00"]
years:
  2026:
    holidays: [2026-10-01, 2026-10-02]
    makeup_workdays: [2026-10-10]
"""
FILES = {
    "indicators.yaml": INDICATORS,
    "packs/a.yaml": PACK,
    "packs/b.yaml": MORE,
    "cases/c.yaml": CASES,
    "calendar.yaml": CALENDAR,
    "response.yaml": (shipped("rules") / "response.yaml").read_text("utf-8"),
}


def write(folder: Path, files: dict[str, str]) -> list[str]:
    """Write the files without their marks; the `file:line:column` of each mark in file order."""
    places = []
    for name, text in files.items():
        for number, line in enumerate(text.split("\n"), 1):
            *before, _ = line.split(MARK)
            places += [f"{name}:{number}:{len(''.join(before[: n + 1])) + 1}" for n in range(len(before))]
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        (folder / name).write_text(text.replace(MARK, ""), "utf-8")
    return places


def changed(name: str, old: str, new: str) -> dict[str, str]:
    """The sound folder with one replacement in one file."""
    assert old in FILES[name], (name, old)
    return FILES | {name: FILES[name].replace(old, new, 1)}
