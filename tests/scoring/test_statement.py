"""A score in full sentences, as they are read aloud in both languages."""

import pytest

from service.scoring.advice import advised
from service.scoring.cells import Text
from service.scoring.remedy import remedy
from service.scoring.statement import Statement, statement
from service.scoring.whatif import Place
from tests.scoring.works import stoppage, works


def said(place: Place, show_sealed: bool = False) -> Statement:
    return statement(place.score(), place.pack, place.panel.dictionary, "宝鸡齿轮厂", show_sealed)


def advice(place: Place, show_sealed: bool = False) -> Text:
    return advised(remedy(place), place.pack, place.panel.dictionary, show_sealed)


def test_a_score_is_said_with_its_week_level_and_reasons() -> None:
    found = said(works({"days": 35.0, "people": 12.0}))
    assert found.head == (
        "宝鸡齿轮厂，2026年第47周（11月16日至11月22日）：橙色，35 分，满分 100 分。",
        "宝鸡齿轮厂, week 47 of 2026 (16 November to 22 November): orange, 35 points out of 100.",
    )
    assert found.level == (
        "等级由一票定级确定：D 拖欠；按得分为黄色。",
        "The level is the floor set by D Arrears; by its score it would be yellow.",
    )
    assert found.judged == ("该判断的规则都已判断。", "Every rule that counts could be judged.")
    assert [sentence.said for sentence in found.fired] == [
        (
            "第47周：欠薪天数 35 天，达到 31 天的标准，记 25 分，等级不低于橙色（D 拖欠，依据：工资条例第1条）。",
            "Week 47: Days overdue at 35 days, reaching the threshold of 31 days, adding 25 points, and the level is "
            "orange at least (D Arrears; source: 工资条例第1条).",
        ),
        (
            "第47周：欠薪人数 12 人，占职工 100 人的 12%，达到 10% 的标准，记 10 分（P 占比）。",
            "Week 47: Workers unpaid at 12 people, 12% of Staff (100 people), reaching the threshold of 10%, adding 10 "
            "points (P Share).",
        ),
    ]
    assert [sentence.said[0] for sentence in found.trial] == [
        "第47周：欠薪天数 35 天，达到 1 天的标准，试行，不计分（正式后记 7 分）（T 试行）。"
    ]
    assert (found.advice, found.false_alarms) == (("约谈企业",), ("节假日顺延",))


@pytest.mark.parametrize(
    ("figures", "level"),
    [
        ({}, ("得分未达到最低一级的 10 分。", "The score is below the 10 points of the lowest level.")),
        (
            {"people": 30.0},
            ("得分达到蓝色的 10 分。", "The score reaches the 10 points at which blue begins."),
        ),
    ],
)
def test_a_level_by_score_names_the_score_it_begins_at(figures: dict[str, float], level: Text) -> None:
    assert said(works(figures)).level == level


def test_what_could_not_be_judged_is_said_with_the_reason() -> None:
    place = works(None, events=[stoppage()])
    found = said(place)
    assert found.judged == (
        "按分值已判断 30.36%，不足一半，不能当作平稳。",
        "30.36% of the points that count could be judged, less than half: do not read it as calm.",
    )
    assert (
        "第47周：A 金额无法判断：本周没有数：欠薪金额；这条规则最多记 11 分。",
        "Week 47: A Sum could not be judged: no figure this week: Unpaid wages; it adds 11 points at most.",
    ) in [sentence.said for sentence in found.unknown]


def test_what_is_sealed_is_an_other_lead_unless_it_is_shown() -> None:
    place = works({"petition": 6.0})
    masked, shown = said(place), said(place, show_sealed=True)
    assert masked.fired[0].said == (
        "第47周：其他线索，记 30 分，等级不低于橙色（内容只有责任岗位可见）。",
        "Week 47: Other lead, adding 30 points, and the level is orange at least (only the responsible post sees it).",
    )
    assert "上访" not in repr(masked)
    assert "Petition" not in repr(masked)
    assert (masked.advice, masked.false_alarms) == ((), ())
    assert shown.fired[0].said[0] == "第47周：上访人数 6，达到 5 的标准，记 30 分，等级不低于橙色（V 上访）。"
    assert (shown.advice, shown.false_alarms) == (("接访",), ("例行走访",))
    assert "上访" not in "".join(advice(place))
    assert "V 上访" in advice(place, show_sealed=True)[0]


@pytest.mark.parametrize(
    ("place", "chinese", "english"),
    [
        (
            works({"days": 35.0}),
            "将欠薪天数从 35 天降到 30 天，等级可降为蓝色（12 分）。",
            "The level would fall to blue (12 points) by bringing Days overdue from 35 days down to 30 days.",
        ),
        (
            works({"stage": 4.0, "closed": 1.0}),
            "将方案由“已实施”改为“已审议”，并将已停缴由“是”改为“否”，等级可降为正常（3 分）。",
            "The level would fall to normal (3 points) by bringing Plan from “in force” to “discussed”, and "
            "Contributions stopped from “yes” to “no”.",
        ),
        (works({}), "等级已是正常。", "The level is normal already."),
        (
            works(None),
            "本周没有周报，先请补报。",
            "There is no report of the week; the first thing to do is to report.",
        ),
        (
            works({}, events=[stoppage(6)]),
            "本周能改变的指标降不了等级，等级由这些规则定住：E 停工（即时事件已经发生）。",
            "Nothing that can be changed this week lowers the level, which is held by: E Stoppage (the incident has "
            "happened).",
        ),
        (
            works({"people": 1.0, "orders": 3.0}, before={"people": 600.0}),
            "本周能改变的指标降不了等级，等级由这些规则定住：O 减单（所看的指标不由企业改变）；"
            "L 累计（本周的数已不够，要看以前各周）。",
            "Nothing that can be changed this week lowers the level, which is held by: O Fewer orders (it judges what "
            "an enterprise cannot change); L Together (it looks at earlier weeks too, which this week's figure cannot "
            "outweigh).",
        ),
    ],
)
def test_what_would_help_is_one_sentence(place: Place, chinese: str, english: str) -> None:
    assert advice(place) == (chinese, english)
