"""A town for benches that count alerts: every unit has an officer of its own, and every report raises an alert."""

from pathlib import Path
from typing import Any

import orjson

SECRET = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw"
_INDICATORS = """\
indicators:
  - {id: wage.arrears_days, name: 拖欠工资天数, name_en: Days wages are overdue, type: days, unit: 天,
     range: [0, 3650], required: true}
"""
_PACK = """\
format: 1
pack: bench
version: 2026.11.1
name: 一条规则 / one rule
levels: {blue: 10, yellow: 25, orange: 45, red: 70}
clean_reports_to_lift: {blue: 1, yellow: 2, orange: 4, red: 4}
rules:
  - {id: W01, name: 拖欠工资天数, name_en: Days wages are overdue, theme: wages, kind: threshold, of: wage.arrears_days,
     at_least: {31: 50}, level: {31: orange}}
"""
_LEVEL = "owner: county.officer, sign_within: 4h, clock: wall, lifted_by: county.officer"
_RESPONSE = f"""\
levels:
  blue:   {{{_LEVEL}, ladder: {{0min: [county.officer]}}}}
  yellow: {{{_LEVEL}, ladder: {{0min: [county.officer]}}}}
  orange: {{{_LEVEL}, ladder: {{0min: [county.officer], RUNG}}}}
  red:    {{{_LEVEL}, ladder: {{0min: [county.officer]}}}}
reports: {{due: "Tue 12:00", closes: "Wed 18:00", of: following_week, on_holiday: next_working_day, remind_before: 24h}}
"""
_CALENDAR = """\
timezone: Asia/Shanghai
working_hours: ["08:30-12:00", "14:00-18:00"]
years: {}
"""


def write_rules(folder: Path, second_rung: str = "4h") -> Path:
    """A rules folder of one rule; after `second_rung` without a signature the city's duty desk is told too."""
    (folder / "packs").mkdir(parents=True)
    (folder / "indicators.yaml").write_text(_INDICATORS, encoding="utf-8")
    (folder / "packs" / "bench.yaml").write_text(_PACK, encoding="utf-8")
    rung = f"{second_rung}: [city.duty]"
    (folder / "response.yaml").write_text(_RESPONSE.replace("RUNG", rung), encoding="utf-8")
    (folder / "calendar.yaml").write_text(_CALENDAR, encoding="utf-8")
    return folder


def write_network(file: Path, units: int, receiver: str) -> Path:
    """`units` counties, each with one enterprise and one officer, whose webhook is `receiver`/its number; the duty desk
    of the city is `receiver`/duty."""
    nodes: list[dict[str, Any]] = [{"node": "city", "kind": "city", "name": "测试市"}]
    officers = [_officer("duty", receiver)]
    posts = [{"node": "city", "role": "duty", "holder": "duty"}]
    for n in range(units):
        nodes.append({"node": f"c{n}", "parent": "city", "kind": "county", "name": f"第{n}县"})
        nodes.append({"node": f"e{n}", "parent": f"c{n}", "kind": "enterprise", "name": f"第{n}厂"})
        officers.append(_officer(f"o{n}", receiver))
        posts.append({"node": f"c{n}", "role": "officer", "holder": f"o{n}"})
    file.write_bytes(orjson.dumps({"nodes": nodes, "officers": officers, "posts": posts}))  # JSON is YAML
    return file


def _officer(id_: str, receiver: str) -> dict[str, Any]:
    contact = {"channel": "webhook", "address": f"{receiver}/{id_}", "secret": SECRET, "verified": True}
    return {"id": id_, "name": id_, "contacts": [contact]}


def reports(first: int, last: int, week: str) -> bytes:
    """NDJSON of the reports of the units `first` to `last` (exclusive), each with a key of its own."""
    return b"".join(
        orjson.dumps({"node": f"e{n}", "week": week, "key": f"k{n}", "values": {"wage.arrears_days": 35}}) + b"\n"
        for n in range(first, last)
    )
