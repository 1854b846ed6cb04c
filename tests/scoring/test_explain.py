"""A finding says in both languages why it fired or what was missing."""

import pytest

from tests.scoring.single import finding
from tests.scoring.test_kinds import AT_LEAST, CROWD, ENDS, LASTING, MEAN, MISSING, ONLY, RATIO, SAME, SUM, THREE


@pytest.mark.parametrize(
    ("fields", "series", "reason", "reason_en"),
    [
        (AT_LEAST, {"days": "9"}, "天数 9 天，达到 8 天的标准", "Days at 9 days, reaching the threshold of 8 days"),
        (AT_LEAST, {"days": "_"}, "本周没有数：天数", "no figure this week: Days"),
        (
            f"{AT_LEAST}, carry: 2",
            {"days": "_"},
            "本周和前 2 周都没有数：天数",
            "no figure this week or in the 2 before: Days",
        ),
        (
            f"{AT_LEAST}, carry: 2",
            {"days": "9 _ _"},
            "天数 9 天（2 周前的数），达到 8 天的标准",
            "Days at 9 days as of 2 weeks ago, reaching the threshold of 8 days",
        ),
        (
            LASTING,
            {"days": "8 8 8"},
            "天数 8 天，达到 8 天的标准（连续 3 周）",
            "Days at 8 days, reaching the threshold of 8 days (3 weeks in a row)",
        ),
        (LASTING, {"days": "8 _ 8"}, "前 2 周中有无法判断的周", "a week of the 2 before is unknown"),
        (
            RATIO,
            {"people": "30", "staff.headcount": "100"},
            "人数 30，占职工 100 的 30%，达到 10% 的标准",
            "People at 30, 30% of Staff (100), reaching the threshold of 10%",
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
            "人数 3 周累计 25（其中 2 周有数），达到 20 的标准",
            "People over 3 weeks at 25 (2 of them known), reaching the threshold of 20",
        ),
        (
            "kind: sum, of: people, per: staff.headcount, weeks: 2, at_least: {0.3: 4}",
            {"people": "10 23", "staff.headcount": "99 _"},
            "人数 2 周累计 33（其中 2 周有数），占职工 99（1 周前的数）的 33.33%，达到 30% 的标准",
            "People over 2 weeks at 33 (2 of them known), 33.33% of Staff (99 as of 1 week ago), reaching the "
            "threshold of 30%",
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
            "人数 20，比前 4 周均值 10 高 100%，升幅达到 100% 的标准",
            "People at 20, 100% above the mean of the 4 weeks before (10), reaching the threshold of 100%",
        ),
        (
            "kind: change, of: days, against: lag, weeks: 1, by: absolute, down: {-2: 4}",
            {"days": "10 7"},
            "天数 7 天，比 1 周前的 10 天低 3 天，降幅达到 2 天的标准",
            "Days at 7 days, 3 days below the figure of 1 week ago (10 days), reaching the threshold of 2 days",
        ),
        (
            "kind: change, of: days, against: median, weeks: 3, by: ratio, up: {1.5: 4}",
            {"days": "2 9 4 10"},
            "天数 10 天，是前 3 周中位数 4 天的 2.5 倍，达到 1.5 倍的标准",
            "Days at 10 days, 2.5 times the median of the 3 weeks before (4 days), reaching the threshold of 1.5 times",
        ),
        (
            MEAN,
            {"people": "_x3 9 20"},
            "人数可比的 4 周中只有 1 周有数，至少要 2 周",
            "People: 1 of 4 weeks to compare with are known, 2 needed",
        ),
        (MEAN, {"people": "0x4 20"}, "人数的比较基数不大于 0", "what People is compared with is not above 0"),
        (
            MISSING,
            {"days": "0 _ _"},
            "连续未报 2 周，达到 1 周的标准",
            "2 weeks in a row without a report, reaching the threshold of 1 week",
        ),
        (
            MISSING,
            {"days": "0 _x9"},
            "连续未报 5 周以上，达到 4 周的标准",
            "at least 5 weeks in a row without a report, reaching the threshold of 4 weeks",
        ),
        (
            SAME,
            {"days": "3x4"},
            "各项数字连续 4 周完全相同，达到 4 周的标准",
            "the same figures 4 weeks in a row, reaching the threshold of 4 weeks",
        ),
        (
            SAME,
            {"days": "3x9"},
            "各项数字连续 6 周以上完全相同，达到 5 周的标准",
            "the same figures at least 6 weeks in a row, reaching the threshold of 5 weeks",
        ),
        (SAME, {"days": "3 _"}, "本周没有周报", "no report this week"),
        (
            ENDS,
            {"ends": "2026-06-01"},
            "到期日 2026年6月1日，还有 15 天，不超过 30 天的标准",
            "End at 1 June 2026, 15 days left, not above the threshold of 30 days",
        ),
        (
            f"{ENDS}, carry: 1",
            {"ends": "2026-05-15 _"},
            "到期日 2026年5月15日（1 周前的数），已过 2 天，不超过 0 天的标准",
            "End at 15 May 2026 as of 1 week ago, 2 days past, not above the threshold of 0 days",
        ),
        (ENDS, {"days": "1"}, "本周没有数：到期日", "no figure this week: End"),
        (THREE, {"days": "7", "people": "1"}, "本周没有数：职工", "no figure this week: Staff"),
        (
            THREE,
            {"days": "7", "people": "2"},
            "3 项条件中 2 项成立（天数 7 天、人数 2），达到 2 项的标准",
            "2 of 3 conditions hold (Days at 7 days; People at 2), reaching the threshold of 2 conditions",
        ),
        (
            ONLY,
            {"days": "8", "people": "10"},
            "天数 8 天，达到 8 天的标准；同时人数 10（条件：至少 10）",
            "Days at 8 days, reaching the threshold of 8 days; with People at 10 (condition: at least 10)",
        ),
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
    assert found.reason == "近 2 周内聚集，6 人，达到 5 人的标准"
    assert found.reason_en == "Gathering within 2 weeks, 6 people, reaching the threshold of 5 people"
