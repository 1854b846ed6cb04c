"""What a person reads of a finding: units, signs, words of a choice; of a sealed one nothing."""

import pytest

from service.rulebook.folder import read_folder
from service.scoring.pack import Rule, Steps
from service.scoring.parse import parse_rules
from service.scoring.wording import sealed, wording
from service.shipped import shipped

PACK, DICTIONARY = parse_rules(read_folder(shipped("rules")))
RULES = {rule.id: rule for rule in PACK.rules}


@pytest.mark.parametrize(
    ("rule", "value", "threshold", "said"),
    [
        ("W01", 35.0, 31.0, ("35天", "≥ 31天")),
        ("W02", 0.075, 0.02, ("7.5%", "≥ 2%")),
        ("W04", 150.0, 100.0, ("150%", "≥ 100%")),
        ("J01", 1234.0, 20.0, ("1,234人", "≥ 20人")),
        ("H01", 36.5, 36.0, ("36.5小时", "> 36小时")),
        ("R01", 4.0, 4.0, ("未经表决已实施", "≥ 未经表决已实施")),
        ("E01", 30.0, 1.0, ("30人", "≥ 1人")),
        ("Q01", 3.0, 3.0, ("3周", "≥ 3周")),
        ("W01", None, None, ("", "")),
    ],
)
def test_values_and_thresholds_are_worded(
    rule: str, value: float | None, threshold: float | None, said: tuple[str, str]
) -> None:
    found = wording(RULES[rule], DICTIONARY, value, threshold)
    assert (found.value, found.threshold, found.name) == (*said, RULES[rule].name)


@pytest.mark.parametrize("rule", ["V02", "O01"])
def test_a_rule_that_reads_anything_sealed_gives_nothing_away(rule: str) -> None:
    found = wording(RULES[rule], DICTIONARY, 12.0, 10.0)
    assert sealed(RULES[rule], DICTIONARY)
    assert (found.name, found.name_en, found.value, found.threshold) == ("其他线索", "Other lead", "", "")


def test_a_fall_is_worded_as_one() -> None:
    both = Rule(
        id="X",
        name="变化",
        name_en="Change",
        theme="wages",
        kind="change",
        steps=Steps("up", ((50.0, 4.0),)),
        falls=Steps("down", ((-30.0, 4.0),)),
        of="wage.arrears_amount",
        by="percent",
    )
    assert wording(both, DICTIONARY, -40.0, -30.0).threshold == "≤ -30%"
    assert wording(both, DICTIONARY, 60.0, 50.0).threshold == "≥ 50%"
