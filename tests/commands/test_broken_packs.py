"""Broken rules folders: `rules check` tells each mistake at its place, in Chinese and English, and ends with 1."""

import re
from pathlib import Path

import pytest

from service.__main__ import run

from .folder import FILES, changed, write

A, B = "packs/a.yaml", "packs/b.yaml"
OF, STEPS = "    of: wage.days\n", "    at_least: {1: 10, 8: 40}\n"
RULE = "  - {id: B01, name: 合同到期, kind: expiry, of: contract.ends, at_most: {30: 5}}\n"

BROKEN = {
    # what a Chinese keyboard does
    "full-width colon": (changed(A, "kind: threshold", "kind⌖：threshold"), "全角冒号", "half-width colon"),
    "full-width colon in the header": (changed(A, "levels: {", "levels⌖：{"), "全角冒号", "half-width colon"),
    "full-width comma": (changed(A, "{1: 10, 8: 40}", "{1: 10⌖，8: 40}"), "请改用 ,", "type ,"),
    "full-width quotes": (changed(A, '"wage.days >= 8"', "⌖“wage.days >= 8”"), '请改用 "', 'type "'),
    "full-width digit": (changed(A, "{1: 10, 8", "{⌖１: 10, 8"), "请改用 1", "type 1"),
    "full-width operator": (changed(A, '"wage.days >= 8"', '⌖"wage.days ＞= 8"'), "请改用 >", "type >"),
    "full-width brackets": (changed(A, "{1: 10, 8: 40}", "⌖｛1: 10, 8: 40｝"), "请改用 {", "type {"),
    "full-width space": (changed(A, OF, "⌖　　of: wage.days\n"), "全角空格", "a full-width space"),
    "no space after the colon": (changed(A, OF, "    of⌖:wage.days\n"), "一个空格", "a space after it"),
    "tab": (changed(A, OF, "⌖\tof: wage.days\n"), "制表符", "not with tabs"),
    # YAML
    "alias": (changed(A, OF, "    of: ⌖&a wage.days\n"), "锚点", "aliases"),
    "bomb": (FILES | {B: "a: ⌖&a [x, x]\nb: &b [*a, *a]\nc: [*b, *b]\n"}, "锚点", "aliases"),
    "deep": (FILES | {B: "rules: " + "[" * 11 + "⌖[" + "[" * 9000}, "嵌套", "nested deeper"),
    "not closed": (changed(A, "{1: 10, 8: 40}", "⌖{1: 10, 8: 40"), "括号没有闭合", "never closed"),
    "duplicate key": (changed(A, STEPS, STEPS + "    ⌖of: wage.people\n"), "字段 of 重复", "duplicate key 'of'"),
    # ids, fields and kinds
    "duplicate id": (changed(B, "id: B01", "id: ⌖W01"), "已见于 packs/a.yaml:7:9", "duplicate id 'W01'"),
    "unknown field": (changed(A, OF, "    ⌖off: wage.days\n" + OF), "是否想写 of", "did you mean 'of'"),
    "field of another kind": (changed(A, OF, OF + "    ⌖weeks: 4\n"), "用于 sum change", "belongs to sum change"),
    "unknown kind": (changed(A, "kind: ratio", "kind: ⌖ration"), "是否想写 ratio", "did you mean 'ratio'"),
    "unknown indicator": (changed(A, OF, "    of: ⌖wage.dayz\n"), "是否想写 wage.days", "did you mean 'wage.days'"),
    "unreadable condition": (
        changed(A, '"wage.days >= 8"', '⌖"wage.days => 8"'),
        "看不懂条件",
        "cannot read condition",
    ),
    "date outside expiry": (changed(A, OF, "    of: ⌖contract.ends\n"), "是日期", "is a date"),
    # numbers and times
    "NaN": (changed(A, "{1: 10, 8", "{⌖.nan: 10, 8"), "有限", "must be finite"),
    "infinite points": (changed(A, "8: 40", "8: ⌖.inf"), "有限", "must be finite"),
    "fewer points": (changed(A, "8: 40", "⌖8: 4"), "低于较轻阈值", "milder threshold"),
    "retired indicator": (changed(A, OF, "    of: ⌖old.days\n"), "停用", "retired since 2026-W10"),
    "ends before it begins": (
        changed(A, OF, OF + "    since: 2026-W10\n    until: ⌖2026-W09\n"),
        "早于 since",
        "before since",
    ),
    "carry with for_weeks": (changed(A, OF, OF + "    carry: 2\n    for_weeks: ⌖2\n"), "算两次", "count twice"),
    "not reported by that kind": (changed(A, OF, "    of: ⌖county.calls\n"), "不填报", "do not report"),
    "children below an enterprise": (
        FILES | {B: "rules:\n  - ⌖{id: C, name: 甲, kind: children, count_at: silent, at_least: {1: 1}}\n"},
        "有下级",
        "others below",
    ),
    "headcount": (changed(A, STEPS, STEPS + '    where: {headcount: ⌖"< 0"}\n'), "等于没有写", "the same of every"),
    "empty where": (changed(A, STEPS, STEPS + "    where: ⌖{}\n"), "where 是空的", "where is empty"),
    # the other files
    "working holiday": (changed("calendar.yaml", "[2026-10-10]", "[⌖2026-10-01]"), "又是调休", "both a holiday"),
    "wrong date": (changed("calendar.yaml", "2026-10-02", "⌖2026-13-02"), "不是日历上的日子", "is no day"),
    "wrong post": (
        changed("response.yaml", "owner: town", "owner: ⌖twon"),
        "是否想写 township",
        "did you mean 'township'",
    ),
    "wrong span": (changed("response.yaml", "sign_within: 48h", "sign_within: ⌖48小时"), "48h", "written 30min"),
    "wrong night": (changed("response.yaml", 'at: "08:30"', 'at: ⌖"8点半"'), "时刻写作", "a time is written"),
    "wrong case": (changed("cases/c.yaml", "{W01: 40", "{⌖W10: 40"), "没有规则 W10", "no rule 'W10'"),
    "a series nobody can read": (changed("cases/c.yaml", '"9"', '⌖"9y3"'), "看不懂序列", "cannot read '9y3'"),
}


@pytest.mark.parametrize("name", BROKEN)
def test_a_broken_folder_is_told_at_its_place_and_fails(
    name: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    files, chinese, english = BROKEN[name]
    (place,) = write(tmp_path, files)
    assert run(["rules", "check", str(tmp_path)]) == 1
    (line,) = capsys.readouterr().out.splitlines()
    assert line.startswith(f"{tmp_path}/{place} ")
    said = re.sub(r"^(\[\w+\] )?", "", line.removeprefix(f"{tmp_path}/{place} "))
    assert chinese in said
    assert english in said


def test_the_folder_that_is_broken_above_is_sound(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    write(tmp_path, FILES)
    assert run(["rules", "check", str(tmp_path)]) == 0
    assert run(["rules", "test", str(tmp_path), "--coverage"]) == 0
    assert "all 7 cases hold, every rule and threshold is covered" in capsys.readouterr().out


def test_everything_that_is_wrong_comes_at_once_in_the_order_of_the_files(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    files = changed(A, OF, "    of: ⌖wage.dayz\n    ⌖weeks: 3\n")
    files |= {"calendar.yaml": changed("calendar.yaml", "2026-10-02", "⌖2025-10-02")["calendar.yaml"]}
    files |= {"indicators.yaml": changed("indicators.yaml", "stock: true", "⌖stokc: true")["indicators.yaml"]}
    places = write(tmp_path, files)
    assert run(["rules", "check", str(tmp_path)]) == 1
    lines = capsys.readouterr().out.splitlines()
    assert sorted(line.split()[0] for line in lines) == sorted(f"{tmp_path}/{place}" for place in places)


@pytest.mark.parametrize("rules", [2_000, 10_000])
def test_a_pack_of_very_many_rules_is_read_or_refused_at_the_one_too_many(
    rules: int, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    files = {"indicators.yaml": INDICATORS_OF_MANY, A: HEADER_OF_MANY}
    for first in range(0, rules, 2_000):
        files[f"packs/m{first:05}.yaml"] = "rules:\n" + "".join(
            f"  - {{id: R{n}, name: 甲, kind: missing, at_least: {{1: 1}}}}\n" for n in range(first, first + 2_000)
        )
    write(tmp_path, files)
    assert run(["rules", "test", str(tmp_path)]) == (0 if rules == 2_000 else 1)
    told = capsys.readouterr().out.splitlines()
    if rules > 2_000:
        assert told[0].startswith(f"{tmp_path}/packs/m02000.yaml:3:5 ")
        assert "more than 2000 rules" in told[0]


INDICATORS_OF_MANY = "indicators:\n  - {id: a, name: 甲, type: count}\n"
HEADER_OF_MANY = "pack: many\nversion: 1\nname: 很多\nlevels: {blue: 10, yellow: 20, orange: 30, red: 40}\n"
