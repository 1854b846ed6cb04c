"""Data that travels with the program is found in the repository and in a wheel."""

from pathlib import Path

import pytest

from service import shipped


def test_in_the_repository_it_is_the_folder_of_the_top_level() -> None:
    assert (shipped.shipped("alembic") / "versions").is_dir()


def test_in_a_wheel_it_is_the_folder_packed_beside_the_program(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    packed = tmp_path / "_shipped" / "rules"
    packed.mkdir(parents=True)
    monkeypatch.setattr(shipped, "_HERE", tmp_path)
    assert shipped.shipped("rules") == packed
