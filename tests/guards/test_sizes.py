"""Nothing grows beyond what one can hold in mind (findings: the best code bases differ from the rest in the tail)."""

from statistics import median

from .repository import ROOT, functions, tracked

FILE_LINES, FUNCTION_LINES, MEDIAN_LINES = 300, 40, 10


def test_no_file_is_longer_than_a_few_screens() -> None:
    lengths = {
        str(path.relative_to(ROOT)): path.read_text().count("\n") for path in tracked("service/*.py", "tests/*.py")
    }
    assert {name: lines for name, lines in lengths.items() if lines > FILE_LINES} == {}


def test_no_function_is_longer_than_one_screen() -> None:
    found = [item for path in tracked("service/*.py", "tests/*.py") for item in functions(path)]
    assert [f"{name}: {lines}" for name, lines in found if lines > FUNCTION_LINES] == []


def test_most_functions_are_a_few_lines() -> None:
    lengths = [lines for path in tracked("service/*.py") for _, lines in functions(path)]
    assert median(lengths) <= MEDIAN_LINES
