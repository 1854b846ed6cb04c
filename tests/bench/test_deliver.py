"""The delivery bench at a small size: a real `kill -9` loses nothing and doubles no more than was in flight."""

from pathlib import Path

from tests.bench.deliver import crash


def test_kill_9_half_way_loses_nothing(database_url: str, tmp_path: Path) -> None:
    found = crash(database_url, 300, tmp_path)
    assert (found.lost, found.foreign) == (0, 0)
    assert found.doubled <= found.in_flight <= 64
