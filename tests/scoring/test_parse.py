"""A pack a person wrote is read exactly, or refused with the place of everything that is wrong."""

import re

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from service.errors import FileProblems
from service.rulebook.folder import read_folder
from service.scoring.pack import Condition, Level, Steps, Where
from service.scoring.parse import parse_rules, read_rules
from service.scoring.positions import LONGEST_FILE
from service.shipped import shipped

INDICATORS = """\
indicators:
  - {id: wage.days, name: 天数, name_en: Days, type: days}
  - {id: wage.people, name: 人数, applies_to: [enterprise, county, city], type: count}
  - {id: staff, name: 职工, applies_to: [enterprise, county, city], type: count}
  - {id: contract.ends, name: 到期日, type: date}
events:
  - {id: event.strike, name: 停工}
"""
HEADER = "pack: p\nversion: 1.10\nname: 试\nlevels: {blue: 10, yellow: 25, orange: 45, red: 70}\n"
RULE = "  - {id: A, name: 甲, kind: threshold, of: wage.days, at_least: {1: 6}}\n"
PLACE = "⌖"  # stands before the thing whose place must be told


def folder(pack: str, indicators: str = INDICATORS) -> dict[str, str]:
    return {"indicators.yaml": indicators, "packs/p.yaml": pack}


def rules(text: str) -> dict[str, str]:
    return folder(HEADER + "rules:\n" + text)


def marked(files: dict[str, str]) -> tuple[dict[str, str], list[str]]:
    """The files without marks, and the `file:line:column` of each mark."""
    places = []
    for name, text in files.items():
        for number, line in enumerate(text.split("\n"), 1):
            found = enumerate(re.finditer(PLACE, line))
            places += [f"{name}:{number}:{mark.start() + 1 - before}" for before, mark in found]
    return {name: text.replace(PLACE, "") for name, text in files.items()}, places


def one(fields: str) -> dict[str, str]:
    """A pack of one rule."""
    return rules(f"  - {{id: A, name: 甲, {fields}}}\n")


THRESHOLD = "kind: threshold, of: wage.days"
SUM = "kind: sum, of: wage.people"
CHANGE = "kind: change, of: wage.people, weeks: 4"

BROKEN = [
    # YAML itself
    (folder(f"{PLACE}"), "文件是空的"),
    (folder(f"{PLACE}- a\n"), "字段: 值"),
    (folder(f"pack: p\n{PLACE}\tname: x\n"), "制表符"),
    (folder(f"pack: {PLACE}{{a: 1\n"), "括号没有闭合"),
    (folder(f'pack: {PLACE}"a\n'), "引号没有闭合"),
    (folder(f"pack: a{PLACE}: b\n"), "YAML 写法有误"),
    (folder(HEADER + f"rules:\n  - {{id: A, name: {PLACE}&x 甲}}\n"), "锚点"),
    (folder(HEADER + f"rules: {PLACE}*x\n"), "锚点"),
    (folder(HEADER + f"rules: {PLACE}!!python/name:os.system\n"), "标签"),
    (folder(HEADER + f"rules: []\n{PLACE}---\npack: q\n"), "一份文档"),
    (folder(HEADER + f"rules: {'[' * 11}{PLACE}[\n"), "嵌套"),
    (folder(HEADER + f"? {PLACE}[1]\n: 2\n"), "键必须是一个词"),
    (folder(f"pack: {PLACE}\x07\n"), "控制字符"),
    (folder(f"{PLACE}pack: " + "x" * LONGEST_FILE), "文件太大"),
    # the header
    (folder(HEADER + f"{PLACE}packs: 1\nrules:\n{RULE}"), "是否想写 pack"),
    (folder(HEADER + f"{PLACE}pack: q\nrules:\n{RULE}"), "重复"),
    (folder(f"format: {PLACE}2\n" + HEADER + f"rules:\n{RULE}"), "format"),
    (
        folder(f"{PLACE}pack: p\nversion: 1\nlevels: {{blue: 1, yellow: 2, orange: 3, red: 4}}\nrules:\n{RULE}"),
        "缺少字段 name",
    ),
    (folder(HEADER.replace("{blue: 10, ", f"{PLACE}{{") + f"rules:\n{RULE}"), "缺少等级 blue"),
    (folder(HEADER.replace("{blue: 10", f"{PLACE}{{blue: 30") + f"rules:\n{RULE}"), "递增"),
    (folder(HEADER.replace("blue: 10", f"blue: 10, {PLACE}green: 5") + f"rules:\n{RULE}"), "green"),
    (folder(HEADER.replace("70", f"{PLACE}.inf") + f"rules:\n{RULE}"), "有限"),
    (folder(HEADER + f"clean_reports_to_lift: {{red: {PLACE}0}}\nrules:\n{RULE}"), "1 到 52"),
    (folder(PLACE + HEADER + "rules: []\n"), "一条规则也没有"),
    (folder(HEADER + f"rules: {PLACE}{{id: A}}\n"), "应当是列表"),
    # ids
    (rules(RULE + RULE.replace("id: A", f"id: {PLACE}A")), "重复，已见于 packs/p.yaml:6:10"),
    (rules(RULE.replace("id: A", f"id: {PLACE}1A")), "以字母开头"),
    (rules(RULE.replace("id: A", f"id: {PLACE}{'A' * 33}")), "32"),
    (rules(RULE.replace("id: A", f"id: {PLACE}score")), "保留词"),
    (rules(f"  - {{{PLACE}name: 甲, id: A, {THRESHOLD}, at_least: {{1: 6}}}}\n"), "以 id: 开头"),
    (rules(f"  - {PLACE}{{name: 甲, {THRESHOLD}, at_least: {{1: 6}}}}\n"), "缺少字段 id"),
    # kinds and fields
    (one(f"kind: {PLACE}treshold, of: wage.days"), "是否想写 threshold"),
    (rules(f"  - {PLACE}{{id: A, name: 甲}}\n"), "缺少字段 kind"),
    (rules(f"  - {PLACE}{{id: A, {THRESHOLD}, at_least: {{1: 6}}}}\n"), "缺少字段 name"),
    (one(f"{THRESHOLD}, at_least: {{1: 6}}, {PLACE}carrry: 2"), "是否想写 carry"),
    (one(f"{THRESHOLD}, at_least: {{1: 6}}, {PLACE}weeks: 2"), "不用字段 weeks"),
    (rules(f"  - {PLACE}{{id: A, name: 甲, kind: ratio, of: wage.days, at_least: {{1: 6}}}}\n"), "缺少字段 per"),
    (one(f"kind: threshold, of: {PLACE}wage.dais, at_least: {{1: 6}}"), "是否想写 wage.days"),
    (one(f"kind: threshold, of: {PLACE}contract.ends, at_least: {{1: 6}}"), "是日期"),
    (one(f"kind: event, of: {PLACE}event.strik, within_weeks: 2, at_least: {{1: 6}}"), "是否想写 event.strike"),
    (one(f"{SUM}, weeks: {PLACE}0, at_least: {{1: 6}}"), "1 到 520 的整数"),
    (one(f"{SUM}, weeks: {PLACE}1.5, at_least: {{1: 6}}"), "整数"),
    (one(f"{SUM}, weeks: 4, min_weeks: {PLACE}5, at_least: {{1: 6}}"), "1 到 4"),
    (one(f"{CHANGE}, against: {PLACE}average, by: percent, up: {{1: 6}}"), "mean median lag"),
    (one(f"{CHANGE}, against: lag, min_weeks: {PLACE}2, by: percent, up: {{1: 6}}"), "lag 不用"),
    (one(f"{CHANGE}, against: mean, by: percent, down: {PLACE}{{50: 6}}"), "负数"),
    (one(f"{CHANGE}, against: mean, by: ratio, up: {PLACE}{{1: 6}}, down: {{2: 6}}"), "两条规则"),
    (one(f"{THRESHOLD}, at_least: {{1: 6}}, carry: 2, for_weeks: {PLACE}2"), "算两次"),
    (one(f"{THRESHOLD}, at_least: {{1: 6}}, status: {PLACE}paused"), "active trial"),
    (one(f"{THRESHOLD}, at_least: {{1: 6}}, applies_to: [{PLACE}firm]"), "enterprise"),
    (one(f"{THRESHOLD}, at_least: {{1: 6}}, applies_to: {PLACE}[]"), "列表是空的"),
    (one(f"{THRESHOLD}, at_least: {{1: 6}}, since: {PLACE}2025-W53"), "不是日历上的周"),
    (one(f"{THRESHOLD}, at_least: {{1: 6}}, since: 2026-W10, until: {PLACE}2026-W09"), "早于 since"),
    (one(f"{THRESHOLD}, at_least: {{1: 6}}, where: {{{PLACE}headcont: 5}}"), "是否想写 headcount"),
    (one(f"{THRESHOLD}, at_least: {{1: 6}}, where: {{headcount: {PLACE}many}}"), ">= 1000"),
    (one(f"{THRESHOLD}, at_least: {{1: 6}}, where: {{key: {PLACE}yes}}"), "true 或 false"),
    # steps
    (rules(f"  - {PLACE}{{id: A, name: 甲, {THRESHOLD}}}\n"), "只有一种分值"),
    (rules(f"  - {PLACE}{{id: A, name: 甲, {THRESHOLD}, at_least: {{1: 6}}, above: {{1: 6}}}}\n"), "只有一种分值"),
    (one(f"{THRESHOLD}, at_least: {PLACE}{{}}"), "{键: 值}"),
    (one(f"{THRESHOLD}, at_least: {{{PLACE}.nan: 6}}"), "有限"),
    (one(f"{THRESHOLD}, at_least: {{{PLACE}{'9' * 400}: 6}}"), "有限"),
    (one(f"{THRESHOLD}, at_least: {{1: {PLACE}.inf}}"), "有限"),
    (one(f"{THRESHOLD}, at_least: {{1: {PLACE}true}}"), "应当是数字"),
    (one(f'{THRESHOLD}, at_least: {{1: {PLACE}"6"}}'), "应当是数字"),
    (one(f"{THRESHOLD}, at_least: {{1: {PLACE}-6}}"), "负数"),
    (one(f"{THRESHOLD}, at_least: {{1: 6, {PLACE}1.0: 7}}"), "阈值 1.0 重复"),
    (one(f"{THRESHOLD}, at_least: {{1: 6, {PLACE}2: 5}}"), "低于较轻阈值"),
    (one(f"{THRESHOLD}, at_most: {{2: 5, {PLACE}1: 4}}"), "低于较轻阈值"),
    (one(f"{THRESHOLD}, at_least: {{1: 6}}, level: {{1: red, {PLACE}2: blue}}"), "低于较轻阈值"),
    (one(f"{THRESHOLD}, at_least: {{1: 6}}, level: {{1: {PLACE}purple}}"), "purple"),
    (one(f"kind: missing, at_least: {PLACE}{{1000: 6}}"), "519"),
    # conditions
    (one(f'{THRESHOLD}, at_least: {{1: 6}}, only_if: {PLACE}"wage.days => 8"'), "看不懂条件"),
    (one(f'{THRESHOLD}, at_least: {{1: 6}}, only_if: {PLACE}"wage.dayz >= 8"'), "是否想写 wage.days"),
    (one(f'{THRESHOLD}, at_least: {{1: 6}}, only_if: {PLACE}"wage.days >= nan"'), "看不懂条件"),
    (one(f'{THRESHOLD}, at_least: {{1: 6}}, only_if: {PLACE}"wage.days >= 1e999"'), "有限"),
    (one(f'kind: k_of_n, k: {PLACE}3, points: 5, when: ["wage.days > 1", "staff > 1"]'), "1 到 2"),
    (one(f'kind: k_of_n, k: 2, points: 5, level: {PLACE}{{1: red}}, when: ["wage.days > 1", "staff > 1"]'), "2 到 2"),
    # indicators
    (folder(HEADER + f"rules:\n{RULE}", INDICATORS.replace("days}", f"{PLACE}dayz}}")), "是否想写 days"),
    (folder(HEADER + f"rules:\n{RULE}", INDICATORS.replace("id: staff", f"id: {PLACE}week")), "列名"),
    (folder(HEADER + f"rules:\n{RULE}", INDICATORS.replace("id: staff", f"id: {PLACE}wage.days")), "重复"),
    (
        folder(HEADER + f"rules:\n{RULE}", INDICATORS.replace("count}", f"count, range: {PLACE}[5, 1]}}", 1)),
        "大于最大值",
    ),
    (
        folder(HEADER + f"rules:\n{RULE}", INDICATORS.replace("count}", f"count, choices: {PLACE}{{0: 无}}}}", 1)),
        "choices",
    ),
    (folder(HEADER + f"rules:\n{RULE}", INDICATORS.replace("count}", f"count, until: {PLACE}2026-02-30}}", 1)), "日历"),
]


@pytest.mark.parametrize(("files", "says"), BROKEN, ids=[says for _, says in BROKEN])
def test_each_mistake_is_told_at_its_place_in_both_languages(files: dict[str, str], says: str) -> None:
    sound, places = marked(files)
    problems = read_rules(sound).problems
    assert [(f"{p.file}:{p.line}:{p.column}", says in p.text) for p in problems] == [(places[0], True)], problems
    assert problems[0].text_en
    assert problems[0].text_en.isascii() or PLACE not in problems[0].text_en


def test_all_problems_of_all_files_come_at_once_under_the_id_of_their_rule() -> None:
    files = rules(RULE.replace("1: 6", "1: -6") + RULE.replace("id: A", "id: B").replace("wage.days", "wage.dais"))
    files |= {"indicators.yaml": INDICATORS + "extra: 1\n", "packs/z.yaml": "rules: [1]\n"}
    assert [str(p).split("：")[0] for p in read_rules(files).problems] == [
        "indicators.yaml:8:1 未知字段 extra / unknown field 'extra'",
        "packs/p.yaml:6:68 [A] at_least",
        "packs/p.yaml:7:43 [B] of",
        "packs/z.yaml:1:9 这里应当是“字段: 值” / fields are expected here (name: value)",
    ]
    with pytest.raises(FileProblems) as refused:
        parse_rules(files)
    assert refused.value.code == 1
    assert len(refused.value.problems) == 4


@pytest.mark.parametrize(
    ("files", "said"),
    [
        ({}, ["indicators.yaml:1", "packs/:1"]),
        ({"indicators.yaml": INDICATORS, "packs/old/p.yaml": HEADER}, ["packs/:1"]),
        ({"indicators.yaml": INDICATORS, "packs/p.yaml": f"rules:\n{RULE}"}, ["packs/p.yaml:1"]),
        ({"packs/p.yaml": HEADER + f"rules:\n{RULE}"}, ["indicators.yaml:1"]),
        (folder(HEADER + f"rules:\n{RULE}") | {"packs/q.yaml": "name: zwei\n"}, ["packs/q.yaml:1:1"]),
    ],
)
def test_a_missing_file_or_header_is_told(files: dict[str, str], said: list[str]) -> None:
    read = read_rules(files)
    assert [str(p).split()[0] for p in read.problems] == said
    assert read.pack is None


def test_files_of_a_pack_are_read_in_byte_order_and_rules_in_file_order() -> None:
    def rule(rule_id: str) -> str:
        return f"rules:\n{RULE.replace('id: A', f'id: {rule_id}')}"

    files = {"indicators.yaml": INDICATORS, "packs/b.yaml": rule("third"), "packs/é.yaml": rule("last")}
    files |= {"packs/B.yaml": rule("second"), "packs/10.yaml": rule("first"), "packs/a.yaml": HEADER}
    pack, _ = parse_rules(files)
    assert [r.id for r in pack.rules] == ["first", "second", "third", "last"]


def test_a_pack_is_read_with_its_defaults() -> None:
    pack, dictionary = parse_rules(rules(RULE))
    assert (pack.name, pack.version, pack.title) == ("p", "1.10", "试")
    assert pack.clean_reports_to_lift == dict.fromkeys(list(Level)[1:], 1)
    assert pack.levels == {Level.BLUE: 10, Level.YELLOW: 25, Level.ORANGE: 45, Level.RED: 70}
    rule = pack.rules[0]
    assert (rule.applies_to, rule.trial, rule.for_weeks, rule.carry) == (("enterprise",), False, 1, 0)
    assert (rule.name_en, rule.theme, rule.where, rule.only_if) == ("甲", "other", Where(), None)
    assert dictionary.indicators["wage.people"].name_en == "人数"
    assert dictionary.indicators["staff"].worse == "up"


@pytest.mark.parametrize(
    ("fields", "window"),
    [
        (f"{THRESHOLD}, at_least: {{1: 6}}", 0),
        (f"{THRESHOLD}, at_least: {{1: 6}}, carry: 3", 3),
        (f"{SUM}, weeks: 13, at_least: {{1: 6}}", 12),
        (f"{CHANGE}, against: mean, by: percent, up: {{1: 6}}", 4),
        ("kind: missing, at_least: {1: 2, 3: 4}, level: {5: red}", 5),
        ("kind: event, of: event.strike, within_weeks: 4, at_least: {1: 6}, for_weeks: 2", 4),
    ],
)
def test_a_rule_knows_how_far_back_it_looks(fields: str, window: int) -> None:
    pack, _ = parse_rules(one(fields))
    assert pack.window == window


@pytest.mark.parametrize(("weeks", "least"), [(1, 1), (4, 2), (5, 3)])
def test_half_of_the_weeks_must_be_known_for_a_change_unless_it_says_otherwise(weeks: int, least: int) -> None:
    pack, _ = parse_rules(one(f"kind: change, of: staff, weeks: {weeks}, against: mean, by: ratio, up: {{2: 1}}"))
    assert pack.rules[0].min_weeks == least


def test_every_field_of_a_rule_arrives() -> None:
    fields = (
        "name_en: N, theme: wages, kind: change, of: wage.people, weeks: 4, min_weeks: 3, against: median, "
        "by: percent, "
        'up: {100: 8, 50: 4}, down: {-50: 4}, only_if: "staff >= 1e2", for_weeks: 2, status: trial, since: 2026-W01, '
        "until: 2026-W53, source: 法, advice: 劝, applies_to: [county, city], "
        'where: {industry: [mining, "建筑"], headcount: "< 2000", key: true}'
    )
    rule = parse_rules(one(fields))[0].rules[0]
    assert rule.steps == Steps("up", ((50.0, 4.0), (100.0, 8.0)))
    assert rule.falls == Steps("down", ((-50.0, 4.0),))
    assert rule.only_if == Condition("staff", ">=", 100.0)
    assert rule.where == Where(("mining", "建筑"), Condition("headcount", "<", 2000.0), True)
    assert (rule.since, rule.until, rule.trial, rule.for_weeks) == ("2026-W01", "2026-W53", True, 2)
    assert (rule.against, rule.by, rule.weeks, rule.min_weeks) == ("median", "percent", 4, 3)
    assert (rule.source, rule.advice, rule.applies_to, rule.name_en) == ("法", "劝", ("county", "city"), "N")
    assert rule.indicators == ("wage.people", "staff")


def test_one_number_of_clean_reports_is_for_all_levels() -> None:
    pack, _ = parse_rules(folder(HEADER + f"clean_reports_to_lift: 3\nrules:\n{RULE}"))
    assert set(pack.clean_reports_to_lift.values()) == {3}


SHIPPED = read_folder(shipped("rules"))


@settings(max_examples=60, deadline=None)
@given(data=st.data())
def test_whatever_a_file_holds_it_is_read_or_refused_and_never_crashes(data: st.DataObject) -> None:
    """Cut, doubled and garbled pieces of the shipped rules."""
    name = data.draw(st.sampled_from(["indicators.yaml", "packs/default.yaml", "packs/wages.yaml"]))
    text = SHIPPED[name]
    begin = data.draw(st.integers(0, len(text)))
    end = data.draw(st.integers(begin, min(begin + 40, len(text))))
    junk = data.draw(st.text(max_size=8) | st.sampled_from(["&a ", "*a", "<<: ", "- ", "\t", "{", "1e999", ": ", "\n"]))
    read = read_rules(SHIPPED | {name: text[:begin] + junk + text[end:]})
    assert (read.pack is None) == bool(read.problems)
    assert all(p.line >= 1 and p.text and p.text_en for p in read.problems)
