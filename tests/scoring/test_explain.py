"""A finding says in both languages why it fired or what was missing."""

import pytest

from tests.scoring.single import finding
from tests.scoring.test_kinds import AT_LEAST, CROWD, ENDS, LASTING, MEAN, MISSING, ONLY, RATIO, SAME, SUM, THREE


@pytest.mark.parametrize(
    ("fields", "series", "reason", "reason_en"),
    [
        (AT_LEAST, {"days": "9"}, "天数 9 天，达到 8", "Days 9, reaching 8"),
        (AT_LEAST, {"days": "_"}, "本周没有数：天数", "no figure this week: Days"),
        (
            f"{AT_LEAST}, carry: 2",
            {"days": "_"},
            "本周和前 2 周都没有数：天数",
            "no figure this week or in the 2 before: Days",
        ),
        (LASTING, {"days": "8 8 8"}, "天数 8 天，达到 8（连续 3 周）", "Days 8, reaching 8 (3 weeks in a row)"),
        (LASTING, {"days": "8 _ 8"}, "前 2 周中有无法判断的周", "a week of the 2 before is unknown"),
        (
            RATIO,
            {"people": "30", "staff.headcount": "100"},
            "人数占职工 0.3，达到 0.1",
            "People / Staff 0.3, reaching 0.1",
        ),
        (
            RATIO,
            {"people": "1", "staff.headcount": "0"},
            "职工不大于 0，无法相除",
            "Staff is not above 0, so nothing can be divided by it",
        ),
        (
            SUM,
            {"people": "20 _ 5"},
            "3 周累计人数 25（2 周有数），达到 20",
            "3 weeks: People 25 (2 of them known), reaching 20",
        ),
        (
            f"{SUM}, min_weeks: 2",
            {"people": "20"},
            "3 周中人数只有 1 周有数，至少要 2 周",
            "People: 1 of 3 weeks known, 2 needed",
        ),
        (
            MEAN,
            {"people": "10x4 20"},
            "人数比前 4 周均值 +100%，升幅达到 100",
            "People against the mean of the 4 weeks before +100%, up by at least 100",
        ),
        (
            MEAN,
            {"people": "_x3 9 20"},
            "人数可比的 4 周中只有 1 周有数，至少要 2 周",
            "People: 1 of 4 weeks to compare with are known, 2 needed",
        ),
        (MEAN, {"people": "0x4 20"}, "人数的比较基数不大于 0", "what People is compared with is not above 0"),
        (MISSING, {"days": "0 _ _"}, "连续未报 2 周，达到 1", "2 weeks in a row without a report, reaching 1"),
        (
            MISSING,
            {"days": "0 _x9"},
            "连续未报 5 周以上，达到 4",
            "at least 5 weeks in a row without a report, reaching 4",
        ),
        (
            SAME,
            {"days": "3x4"},
            "各项数字连续 4 周完全相同，达到 4",
            "the same figures 4 weeks in a row, reaching 4",
        ),
        (
            SAME,
            {"days": "3x9"},
            "各项数字连续 6 周以上完全相同，达到 5",
            "the same figures at least 6 weeks in a row, reaching 5",
        ),
        (SAME, {"days": "3 _"}, "本周没有周报", "no report this week"),
        (
            ENDS,
            {"ends": "2026-06-01"},
            "到期日 2026-06-01，还有 15 天，不高于 30",
            "End 2026-06-01, 15 days left, at most 30",
        ),
        (
            f"{ENDS}, carry: 1",
            {"ends": "2026-05-15 _"},
            "到期日 2026-05-15，已过 2 天，不高于 0",
            "End 2026-05-15, 2 days past, at most 0",
        ),
        (ENDS, {"days": "1"}, "本周没有数：到期日", "no figure this week: End"),
        (THREE, {"days": "7", "people": "1"}, "本周没有数：职工", "no figure this week: Staff"),
        (THREE, {"days": "7", "people": "2"}, "3 项中 2 项成立，达到 2", "2 of 3 conditions hold, reaching 2"),
        (ONLY, {"days": "8"}, "本周没有数：人数", "no figure this week: People"),
        (AT_LEAST, {"days": "na"}, "不适用", "not applicable"),
        (
            f'{AT_LEAST}, where: {{headcount: "> 1"}}',
            {"days": "1"},
            "节点的职工人数或行业未填",
            "the node's headcount or industry is not known",
        ),
    ],
)
def test_a_finding_says_why_in_both_languages(fields: str, series: dict[str, str], reason: str, reason_en: str) -> None:
    found = finding(fields, series)
    assert (found.reason, found.reason_en) == (reason, reason_en)


def test_an_event_finding_names_the_event_and_its_people() -> None:
    found = finding(CROWD, {"days": "0"}, ", events: {event.crowd: [{week: 2026-W19, people: 6}]}")
    assert found.reason == "近 2 周内聚集，6 人，达到 5"
    assert found.reason_en == "Gathering within 2 weeks, 6 people, reaching 5"
