"""Kind unusual: what it says of the last week, and in which words; missing is never zero."""

import re
from pathlib import Path

import pytest

from service.scoring.detectors import quiet
from service.scoring.detectors.measured import MEASURED
from service.scoring.detectors.methods import METHODS
from service.scoring.pack import Detector, Dictionary, Indicator, Rule, Steps
from service.scoring.particulars import METHODS as NAMES
from service.scoring.wording import Wording, wording
from tests.bench.detectors import counts
from tests.scoring.single import Row, finding, said

RULE = "kind: unusual, of: people, points: 6, level: blue, method: "
C1, C2, C3 = RULE + "ears_c1", RULE + "ears_c2", RULE + "ears_c3"
EARS: list[Row] = [
    (C1, {"people": "3 4 5 3 4 6 4 20"}, "fired 6 blue"),
    (C1, {"people": "3 4 5 3 4 6 4 5"}, "silent"),
    (C2, {"people": "3 4 5 3 4 6 4 90 90 20"}, "fired 6 blue"),
    (C2, {"people": "3 4 5 3 4 6 4 90 90 5"}, "silent"),
    (C3, {"people": "3 4 3 4 5 3 4 6 4 9 9 5"}, "fired 6 blue"),
    (C3, {"people": "3 4 3 4 5 3 4 6 4 4 4 5"}, "silent"),
    (f"{C1}, baseline: 3", {"people": "3 4 5 20"}, "fired 6 blue"),
    (f"{C1}, alpha: 0.4", {"people": "3 4 5 3 4 6 4 5"}, "fired 6 blue"),
]
GAPS: list[Row] = [
    # Two thirds of the baseline, rounded up: five weeks of seven; a gap counts as nothing, not as 0.
    (C1, {"people": "3 _ 5 3 na 6 4 20"}, "fired 6 blue"),
    (C1, {"people": "3 _ 5 3 na 6 _ 20"}, "unknown"),
    (C1, {"people": "9 _ 9 8 _ 9 9 11"}, "fired 6 blue"),
    (C1, {"people": "4 5 3 20"}, "unknown"),
    (C1, {"people": "3 4 5 3 4 6 4 _"}, "unknown"),
    (C1, {"people": "3 4 5 3 4 6 4 na"}, "out_of_play"),
    # C3 remembers nothing of a week without a figure.
    (C3, {"people": "3 4 3 4 5 3 4 6 4 _ _ 5"}, "silent"),
]
FLAT: list[Row] = [
    (C1, {"people": "0x7 20"}, "unknown"),
    (C1, {"people": "5x7 20"}, "unknown"),
    (f"{C1}, min_sigma: 1", {"people": "0x7 4"}, "fired 6 blue"),
    (f"{C1}, min_sigma: 1", {"people": "5x7 8"}, "silent"),
    (C3, {"people": "5x9 3 4 6 9 2 7 4 20"}, "fired 6 blue"),
    (C3, {"people": "5x9 6 5 20"}, "unknown"),
]
CUSUM = f"{RULE}cusum"
CALM = (
    "3 4 5 3x7 4x7 5x7 3 4 5 3 4 5 3 4 5 3 4 5 3 4 5 3 4 5 3 4 5 3 4 5 3 4 5 3 4 5 3 4 5 3 4 5 3 4 5 3 4 5 3 4 5 3 4 5"
)
SUMS: list[Row] = [
    (CUSUM, {"people": f"{CALM} 20"}, "fired 6 blue"),
    (CUSUM, {"people": f"{CALM} 8"}, "silent"),
    (CUSUM, {"people": f"{CALM} 8 _ 8 _ 8"}, "fired 6 blue"),  # a gap leaves the sum as it is
    (CUSUM, {"people": f"{CALM} 20 4"}, "silent"),
    (f"{CUSUM}, reset: false", {"people": f"{CALM} 20 4"}, "fired 6 blue"),
    (CUSUM, {"people": "4 5 20"}, "unknown"),
    (CUSUM, {"people": "0x77 20"}, "unknown"),
    (CUSUM, {"people": f"-1x20 {CALM} 20"}, "unknown"),
]
YEARS = "3 5 4 6 2 5 4 3 6 5 4 7 3 " * 12
REGRESSIONS: list[Row] = [
    (f"{RULE}{method}, years_back: 2", {"people": f"{YEARS}{now}".strip()}, wanted)
    for method in ("farrington", "noufaily")
    for now, wanted in (("30", "fired 6 blue"), ("6", "silent"), ("_", "unknown"), ("0 0 0 1", "unknown"))
]


@pytest.mark.parametrize(("fields", "series", "wanted"), EARS + GAPS + FLAT + SUMS + REGRESSIONS)
def test_last_week(fields: str, series: dict[str, str], wanted: str) -> None:
    assert said(finding(fields, series)) == wanted


def test_an_alarm_tells_figure_expectation_bound_method_history_and_how_often_it_errs() -> None:
    found = finding(C1, {"people": "3 _ 5 3 na 6 4 20"})
    alarms, weeks = MEASURED["ears_c1"][2]
    assert found.value == 20
    assert found.threshold == pytest.approx(8.2292, abs=1e-4)
    assert found.reason == (
        "人数 20，按其过去应在 4.2 左右，界限 8.23（近期比较 EARS C1，5 周历史；"
        f"同类平稳数据中约 100 周误报 {100 * alarms / weeks:.0f} 次（实测））"
    )
    assert found.reason_en == (
        "People at 20; its past makes one expect about 4.2, the bound is 8.23 (EARS C1, 5 weeks of history; "
        f"on quiet data of its class it errs in about {100 * alarms / weeks:.0f} of 100 weeks, as measured)"
    )


UNKNOWN = [
    ("3 4 20", "只有 2 周有数，至少要 5 周", "2 of the 7 weeks to compare with are known and 5 are needed"),
    ("0x7 20", "以前各周全是 0", "the weeks before were all 0"),
    ("5x7 20", "以前各周完全相同", "the weeks before did not vary"),
    ("3 4 5 3 4 6 4 _", "本周没有数", "no figure this week"),
]


@pytest.mark.parametrize(("series", "chinese", "english"), UNKNOWN)
def test_why_it_cannot_judge(series: str, chinese: str, english: str) -> None:
    found = finding(C1, {"people": series})
    assert chinese in found.reason
    assert english in found.reason_en
    assert (found.value, found.threshold) == (None, None)


OWN = [
    ("ears_c1", True),
    ("ears_c1, alpha: 0.001", True),
    ("ears_c1, alpha: 0.01", False),
    ("ears_c1, min_sigma: 0.5", True),
    ("ears_c1, min_sigma: 2", False),
]


@pytest.mark.parametrize(("method", "measured"), OWN)
def test_only_the_methods_own_parameters_were_measured(method: str, measured: bool) -> None:
    found = finding(RULE + method, {"people": "3 4 5 3 4 6 4 20"})
    assert ("（实测）" in found.reason, "误报率未实测" in found.reason) == (measured, not measured)


def test_a_page_shows_the_bound_as_the_threshold() -> None:
    indicator = Indicator("people", "人数", "People", "count", unit="人")
    dictionary = Dictionary({"people": indicator}, {})
    for method, shown in (("ears_c1", "> 8.5人"), ("cusum", "≥ 8.5人")):
        steps = Steps("at_least", ((1.0, 6.0),))
        rule = Rule("R", "甲", "A", "other", "unusual", steps, of="people", detector=Detector(method))
        assert wording(rule, dictionary, 20, 8.5) == Wording("甲", "A", "20人", shown)


def test_the_measured_table_is_what_the_simulation_gives() -> None:
    assert METHODS.keys() == set(NAMES)
    assert MEASURED.keys() == quiet.settings().keys()
    assert {len(cells) for cells in MEASURED.values()} == {quiet.CLASSES}
    again = counts(Detector("ears_c1"), 10)  # series of each scenario, a tenth
    for (alarms, weeks), (few, seen) in zip(MEASURED["ears_c1"], again, strict=True):
        assert few / seen == pytest.approx(alarms / weeks, abs=0.02)
        assert seen == pytest.approx(weeks / 10, rel=0.2)


def test_the_readme_tells_the_measured_rates_and_the_history() -> None:
    text = (Path(__file__).parents[2] / "rules" / "README.md").read_text()
    rows = re.findall(r"^\| `(\w+)` \|[^|]+\| [^|]*?(\d+)[^|]* \|.*\| ([\d.]+) \|$", text, re.MULTILINE)
    totals = {method: [sum(part) for part in zip(*MEASURED[method], strict=True)] for method in NAMES}
    assert {method: (int(weeks), rate) for method, weeks, rate in rows} == {
        method: (Detector(method).reach, f"{100 * alarms / weeks:.1f}") for method, (alarms, weeks) in totals.items()
    }
