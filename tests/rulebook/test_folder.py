"""A rules folder on disk becomes texts, or problems at their places."""

from pathlib import Path

import pytest

from service.errors import FileProblems, WrongUse
from service.rulebook.folder import read_folder, read_texts


def test_without_a_folder_there_is_nothing_to_read(tmp_path: Path) -> None:
    with pytest.raises(WrongUse, match="no such rules folder"):
        read_texts(tmp_path / "gone")


def test_a_version_of_the_rules_has_no_cases_and_borrows_what_is_missing(tmp_path: Path) -> None:
    (tmp_path / "cases").mkdir()
    (tmp_path / "cases" / "c.yaml").write_bytes(b"cases: \xff")
    assert sorted(read_folder(tmp_path)) == ["calendar.yaml", "response.yaml"]


def test_a_folder_is_read_with_a_problem_for_each_file_that_is_no_yaml_text(tmp_path: Path) -> None:
    packs = tmp_path / "packs"
    (packs / "old").mkdir(parents=True)
    (packs / ".hidden").write_text("x")
    (packs / "a.yaml").write_bytes("\ufeffpack: a\n".encode())
    (packs / "b.yaml").write_bytes(b"pack: a\nname: \xb1\xa6\n")
    (packs / "c.txt").write_text("x")
    (packs / "d.yaml").write_bytes(b"#" * 3_000_000)
    files, problems = read_texts(tmp_path)
    assert files == {"packs/a.yaml": "pack: a\n"}
    assert [f"{p.file}:{p.line}" for p in problems] == ["packs/b.yaml:2", "packs/c.txt:1", "packs/d.yaml:1"]
    with pytest.raises(FileProblems):
        read_folder(tmp_path)
