"""The quick reader of YAML and the careful one read the same, and a full-width sign is found where it is."""

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from service.rulebook.folder import read_texts
from service.scoring import positions
from service.scoring.full_width import cure, half_width, misused
from service.scoring.positions import Mapping, Scalar, read_tree
from service.shipped import shipped

TEXTS = [text for name, text in read_texts(shipped("rules"))[0].items() if name.endswith(".yaml")]
PIECES = (
    *("{", "}", "[", "]", ": ", ":", ",", "- ", "-", "? ", "?", "\n", "  ", "#", " #", '"', "'", "|\n", ">", "%", "!"),
    *("&a ", "*a", "@", "`", "...", "---", "---\n", "1", "：", "\\x41", "~", "<<", "|-\n  a", "''", "!!str ", ": :"),
)


@st.composite
def garbled(draw: st.DrawFn) -> str:
    """Some lines of a shipped file with pieces of YAML thrown in."""
    lines = draw(st.sampled_from(TEXTS)).split("\n")
    begin = draw(st.integers(0, len(lines) - 1))
    text = "\n".join(lines[begin : begin + draw(st.integers(1, 6))])[:600]
    for _ in range(draw(st.integers(1, 4))):
        at = draw(st.integers(0, len(text)))
        text = text[:at] + draw(st.sampled_from(PIECES)) + text[at + draw(st.sampled_from((0, 0, 1, 2, 8))) :]
    return text


@settings(max_examples=150, deadline=None)
@given(garbled())
@example("a: #x\nb: 1")
@example('working_hours: ["08:30-12:00":, 1]')
@example("? \n")
@example("|\n#")
@example("---\n")
@example("- \n- a\n")
@example("a:\n  b:\n\nc: ''\n")
def test_what_is_read_quickly_is_what_is_read_carefully(text: str) -> None:
    quick = positions._quickly(text)
    assert quick is None or quick == positions._carefully(text)


@pytest.mark.parametrize("text", TEXTS)
def test_every_shipped_file_is_read_quickly(text: str) -> None:
    assert positions._quickly(text) is not None


def test_nothing_stands_where_its_key_does() -> None:
    tree, _ = read_tree("f", "a: 1\nb:   # nothing\nc: 2\n")
    assert isinstance(tree, Mapping)
    assert tree.entries[1] == (Scalar(2, 1, "b", "b"), Scalar(2, 1, None, ""))


def test_a_full_width_sign_has_a_half_width_one() -> None:
    written = "，：“”’（）［｛＞＝１９Ａ　－。甲a"
    assert [half_width(sign) for sign in written] == [*',:""\'()[{>=19A -.', "", ""]


@pytest.mark.parametrize(
    ("line", "column", "says"),
    [
        ("  kind：threshold", 7, "half-width colon"),
        ("  - id：W01", 7, "half-width colon"),
        ("    　of: a", 5, "a full-width space"),
        ("  － id: W01", 3, "type -"),
        ("  when: [a，b]", 11, "type ,"),
        ("  where: ｛key: true}", 10, "type {"),
        ("  kind:threshold", 7, "a space after it"),
        ('  name: "甲：乙，丙"', None, ""),
        ("  name: 甲：乙，丙", None, ""),
        ("  name: a # 甲：[乙，丙]", None, ""),
        ("  source: 《工会法》（2021 年修正）第二十八条", None, ""),
    ],
)
def test_the_sign_that_keeps_a_line_from_being_yaml_is_found(line: str, column: int | None, says: str) -> None:
    found = misused(["甲: 乙", line, ""], 1, 3)
    assert (found.column if found else None) == column
    assert found is None or (found.line == 2 and says in found.text_en)


def test_there_is_nothing_to_cure_where_no_full_width_sign_stands() -> None:
    assert cure("wage.days >= 8") == ("", "")
