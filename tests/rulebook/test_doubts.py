"""Warnings about response.yaml: a theme that no rule has, a post with an unusual role."""

import pytest

from service.rulebook.doubts import doubt_policy
from service.rulebook.folder import read_folder
from service.rulebook.response_text import parse_policy
from service.scoring.parse import parse_rules
from service.shipped import shipped

FILES = read_folder(shipped("rules"))
PACK, _ = parse_rules(FILES)
RESPONSE = FILES["response.yaml"]


@pytest.mark.parametrize(
    ("old", "new", "says"),
    [
        ("", "", None),
        ("reporting: {clock", "reportin: {clock", "did you mean 'reporting'?"),
        ("lifted_by: city.leader", "lifted_by: city.boss", "'boss' is not a usual role"),
        ("[county.deputy, county.chair]", "[county.depty]", "did you mean 'deputy'?"),
        ("red_from_score_alone: [city.duty]", "red_from_score_alone: [city.night]", "'night'"),
    ],
)
def test_what_is_probably_a_slip_is_told_at_its_place(old: str, new: str, says: str | None) -> None:
    text = RESPONSE.replace(old, new, 1)
    found = [str(line) for line in doubt_policy(text, parse_policy(text), PACK)]
    assert len(found) == (says is not None)
    if says:
        place = text.index(new) + next(i for i in range(len(new)) if new[i:] and new[i] != old[i])
        line = text.count("\n", 0, place) + 1
        assert found[0].startswith(f"response.yaml:{line}:")
        assert says in found[0]
