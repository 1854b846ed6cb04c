"""A backup is one instant of a database at work; a restore is that instant again, held, or nothing at all."""

import threading
import zipfile
from collections.abc import Callable
from pathlib import Path

import orjson
import pytest
from sqlalchemy import inspect
from sqlmodel import Session, col, func, select

from service.alerting.chain import checkpoint_chains, verify_chains
from service.alerting.tables import Alert
from service.backup.archive import MANIFEST
from service.backup.restore import restore
from service.backup.take import back_up
from service.clock import FrozenClock
from service.db import Database
from service.errors import Exit, Failure, WrongUse
from service.journal import Beat
from service.notify.tables import OutboxMessage
from service.reporting.tables import Report
from service.settings import Settings
from tests.backup.conftest import rows
from tests.builders import Town

Spoil = Callable[[Path], None]


def counts(session: Session) -> tuple[int, int]:
    reports, alerts = (session.exec(select(func.count()).select_from(table)).one() for table in (Report, Alert))
    return reports, alerts


def tables_at(settings: Settings) -> list[str]:
    """What stands where a restore was to go."""
    if not settings.database_url:
        return sorted(path.name for path in settings.dir.glob("*")) if settings.dir.exists() else []
    database = Database(settings.url())
    names = inspect(database.engine).get_table_names()
    database.close()
    return names


def test_a_restored_town_is_the_same_in_every_cell(town: Town, place: Settings, tmp_path: Path) -> None:
    with town.db.write() as session:
        checkpoint_chains(session, town.clock.now())
    before = rows(town.db)
    manifest = back_up(town.db, town.clock.now(), tmp_path / "b.zip")
    restored = restore(tmp_path / "b.zip", place, town.clock.now())
    assert restored.manifest == manifest
    assert manifest.rows == sum(map(len, before.values())) > 50
    database = Database(place.url())
    after = rows(database)
    changed = {name for name in before if before[name] != after[name]}
    assert changed == {"outbox_message", "beat"}  # held
    with database.read() as session:
        assert verify_chains(session).fault is None
        assert {m.state for m in session.exec(select(OutboxMessage))} == {"held"}
    other = Town(database, town.clock)
    other.report("paper", "2026-W47", wage__arrears_days=35, wage__arrears_people=60)  # numbers go on
    other.assess()
    assert other.alert("paper").id == max(alert.id or 0 for alert in town.alerts()) + 1
    database.close()


def test_a_backup_under_load_is_one_instant(town: Town, place: Settings, tmp_path: Path) -> None:
    """A writer goes on all the time; what is restored has the counts of its instant and whole records."""
    stop = threading.Event()

    def write() -> None:
        revision = 1
        while not stop.is_set():
            revision += 1
            town.report("gear", "2026-W47", revision, wage__arrears_days=35 + revision, wage__arrears_people=60)
            town.assess()

    writer = threading.Thread(target=write)
    writer.start()
    manifests = [back_up(town.db, town.clock.now(), tmp_path / f"{number}.zip") for number in range(3)]
    stop.set()
    writer.join()
    assert manifests[-1].tables["report"].rows > manifests[0].tables["report"].rows
    restore(tmp_path / "1.zip", place, town.clock.now())
    database = Database(place.url())
    with database.read() as session:
        assert counts(session) == (manifests[1].tables["report"].rows, manifests[1].tables["alert"].rows)
        report = verify_chains(session)
    database.close()
    assert (report.fault, report.lines) == (None, manifests[1].chain.lines)


def cut(file: Path) -> None:
    file.write_bytes(file.read_bytes()[: file.stat().st_size // 2])


def flip(file: Path) -> None:
    content = bytearray(file.read_bytes())
    content[len(content) // 3] ^= 0xFF
    file.write_bytes(content)


def _edited(file: Path, **changes: object) -> None:
    with zipfile.ZipFile(file) as archive:
        members = {name: archive.read(name) for name in archive.namelist()}
    members[MANIFEST] = orjson.dumps(orjson.loads(members[MANIFEST]) | changes)
    with zipfile.ZipFile(file, "w") as archive:
        for name, content in members.items():
            archive.writestr(name, content)


def of_another_program(file: Path) -> None:
    _edited(file, head="0001", program="0.0.1")


def of_another_format(file: Path) -> None:
    _edited(file, format=99)


def row_taken_out(file: Path) -> None:
    with zipfile.ZipFile(file) as archive:
        members = {name: archive.read(name) for name in archive.namelist()}
    members["tables/report.jsonl"] = members["tables/report.jsonl"].partition(b"\n")[2]
    with zipfile.ZipFile(file, "w") as archive:
        for name, content in members.items():
            archive.writestr(name, content)


def not_a_backup(file: Path) -> None:
    file.write_text("SQLite format 3")


@pytest.mark.parametrize(
    ("spoil", "said"),
    [
        (cut, "cut or damaged"),
        (flip, "cut or damaged"),
        (row_taken_out, "cut or damaged"),
        (not_a_backup, "cut or damaged"),
        (of_another_program, "at schema 0001.*restore with the program that wrote it \\(0.0.1\\)"),
        (of_another_format, "format 99"),
    ],
)
def test_what_is_not_a_whole_backup_of_this_program_restores_nothing(
    spoil: Spoil, said: str, clock: FrozenClock, sqlite_town: Town, tmp_path: Path
) -> None:
    file, place = tmp_path / "b.zip", Settings(dir=tmp_path / "new")
    back_up(sqlite_town.db, clock.now(), file)
    spoil(file)
    with pytest.raises(Failure, match=said):
        restore(file, place, clock.now())
    assert tables_at(place) == []


@pytest.fixture
def sqlite_town(sqlite_template: Path, tmp_path: Path, clock: FrozenClock) -> Town:
    path = tmp_path / "labour-watch.db"
    path.write_bytes(sqlite_template.read_bytes())
    town = Town.found(Database(f"sqlite:///{path}"), clock)
    town.report("gear", "2026-W47")
    return town


def test_a_restore_that_breaks_off_leaves_nothing(
    sqlite_town: Town, place: Settings, tmp_path: Path, clock: FrozenClock
) -> None:
    back_up(sqlite_town.db, clock.now(), tmp_path / "b.zip")

    def break_off(table: str, _rows: int) -> None:
        if table == "report":
            raise OSError(28, "No space left on device")

    with pytest.raises(OSError, match="No space"):
        restore(tmp_path / "b.zip", place, clock.now(), break_off)
    assert tables_at(place) == []


def test_a_place_with_something_in_it_is_refused(
    sqlite_town: Town, place: Settings, tmp_path: Path, clock: FrozenClock
) -> None:
    file = tmp_path / "b.zip"
    back_up(sqlite_town.db, clock.now(), file)
    restore(file, place, clock.now())
    there = tables_at(place)
    with pytest.raises(WrongUse, match="new folder or an empty database"):
        restore(file, place, clock.now())
    assert tables_at(place) == there


def test_a_backup_never_replaces_a_file_and_leaves_no_draft(
    sqlite_town: Town, tmp_path: Path, clock: FrozenClock
) -> None:
    folder = tmp_path / "backups"
    folder.mkdir()
    back_up(sqlite_town.db, clock.now(), folder / "b.zip")
    assert (folder / "b.zip").stat().st_mode & 0o077 == 0
    with pytest.raises(WrongUse, match="exists"):
        back_up(sqlite_town.db, clock.now(), folder / "b.zip")

    def break_off(_table: str, _rows: int) -> None:
        raise OSError(28, "No space left on device")

    with pytest.raises(OSError, match="No space"):
        back_up(sqlite_town.db, clock.now(), folder / "c.zip", break_off)
    assert [path.name for path in folder.iterdir()] == ["b.zip"]


def test_a_changed_record_is_said_in_the_backup(sqlite_town: Town, tmp_path: Path, clock: FrozenClock) -> None:
    town = sqlite_town
    town.report("mill", "2026-W47", wage__arrears_days=35, wage__arrears_people=60)
    town.assess()
    with town.db.write() as session:
        session.connection().exec_driver_sql("UPDATE alert_event SET level = 1")
    manifest = back_up(town.db, clock.now(), tmp_path / "b.zip")
    assert manifest.chain.fault.startswith("1/1: ")
    assert restore(tmp_path / "b.zip", Settings(dir=tmp_path / "new"), clock.now()).manifest.chain == manifest.chain


def test_the_newest_backup_is_on_record(sqlite_town: Town, tmp_path: Path, clock: FrozenClock) -> None:
    back_up(sqlite_town.db, clock.now(), tmp_path / "b.zip")
    with sqlite_town.db.read() as session:
        beat = session.exec(select(Beat).where(col(Beat.name) == "backup")).one()
    assert beat.at == clock.now()
    assert str(tmp_path / "b.zip") in beat.detail


def test_no_file_is_wrong_use(tmp_path: Path, clock: FrozenClock) -> None:
    with pytest.raises(Exit) as refused:
        restore(tmp_path / "none.zip", Settings(dir=tmp_path / "new"), clock.now())
    assert refused.value.code == 2
