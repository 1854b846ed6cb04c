"""密封: secrets at rest, and the replacement of a key."""

from pathlib import Path

import pytest

from service.errors import Failure
from service.network.sealing import Sealer, instance_keys


def test_a_sealed_secret_opens_again_and_cannot_be_read_meanwhile() -> None:
    sealer = Sealer(["first"])
    sealed = sealer.seal("whsec_密")
    assert "whsec" not in sealed
    assert sealer.open(sealed) == "whsec_密"
    assert sealer.seal("whsec_密") != sealed


def test_a_new_key_opens_what_the_old_one_sealed_as_long_as_the_old_one_stands_second() -> None:
    sealed = Sealer(["old"]).seal("x")
    assert Sealer(["new", "old"]).open(sealed) == "x"
    with pytest.raises(Failure, match="LABOUR_WATCH_SECRET_KEY"):
        Sealer(["new"]).open(sealed)
    with pytest.raises(Failure):
        Sealer(["old"]).open(Sealer(["new", "old"]).seal("x"))


def test_damaged_text_does_not_open() -> None:
    with pytest.raises(Failure):
        Sealer(["k"]).open("nothing of ours")


def test_a_sealer_without_a_key_is_refused() -> None:
    with pytest.raises(ValueError, match="at least one key"):
        Sealer([])


@pytest.mark.parametrize(("configured", "keys"), [("a", ["a"]), ("a, b", ["a", "b"]), ("a,,", ["a"])])
def test_configured_keys_are_taken_and_nothing_is_written(tmp_path: Path, configured: str, keys: list[str]) -> None:
    assert instance_keys(configured, tmp_path) == keys
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize("configured", [None, "", " , "])
def test_without_one_a_key_is_made_once_for_the_instance_and_only_its_owner_reads_it(
    tmp_path: Path, configured: str | None
) -> None:
    keys = instance_keys(configured, tmp_path)
    assert keys == instance_keys(None, tmp_path)
    assert len(keys[0]) > 30
    assert [path.name for path in tmp_path.iterdir()] == ["secret.key"]
    assert (tmp_path / "secret.key").stat().st_mode & 0o777 == 0o600


def test_a_folder_that_is_not_there_is_a_failure_with_its_name(tmp_path: Path) -> None:
    with pytest.raises(Failure, match=r"secret\.key"):
        instance_keys(None, tmp_path / "nowhere")
