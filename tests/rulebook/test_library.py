"""Versions of the rules are immutable, numbered, hashed, and each week is judged by the one that was in force."""

from datetime import timedelta

import pytest
from sqlmodel import select

from service.clock import FrozenClock
from service.db import Database
from service.errors import Failure, FileProblems
from service.rulebook.folder import read_folder
from service.rulebook.library import Library, digest, store
from service.rulebook.tables import RuleVersion
from service.shipped import shipped

FILES = read_folder(shipped("rules"))
PACK = "packs/default.yaml"  # has the header
OTHER = FILES | {PACK: FILES[PACK].replace("version: 2026.11.2", "version: 2026.12.1")}


def test_the_same_texts_are_one_version(db: Database, clock: FrozenClock) -> None:
    with db.write() as session:
        first = store(session, FILES, "admin", clock.now())
        again = store(session, dict(reversed(FILES.items())), "somebody else", clock.now())
    assert (first.version, again) == (1, first)
    with db.read() as session:
        (row,) = session.exec(select(RuleVersion)).all()
    assert (row.digest, row.published_by, row.files) == (digest(FILES), "admin", FILES)


def test_what_is_in_force_is_told_by_the_instant(db: Database, clock: FrozenClock) -> None:
    library, start = Library(db), clock.now()
    with db.write() as session:
        store(session, FILES, "admin", start)
    assert library.current().version == 1
    with db.write() as session:
        store(session, OTHER, "admin", start + timedelta(days=7))
    assert library.current().pack.version == "2026.12.1"
    with db.read() as session:
        shelf = library.shelf(session)
    in_force = {days: shelf.at(start + timedelta(days=days)).version for days in (-900, 0, 6, 7, 900)}
    assert in_force == {-900: 1, 0: 1, 6: 1, 7: 2, 900: 2}
    assert shelf.version(1).digest == digest(FILES) != shelf.version(2).digest


def test_a_broken_folder_leaves_the_version_in_force_untouched(db: Database, clock: FrozenClock) -> None:
    with db.write() as session:
        store(session, FILES, "admin", clock.now())

    def publish_broken() -> None:
        with db.write() as session:
            store(session, FILES | {PACK: "rules: ["}, "admin", clock.now())

    with pytest.raises(FileProblems, match=PACK):
        publish_broken()
    assert Library(db).current().version == 1


def test_a_database_without_rules_says_what_to_do(db: Database) -> None:
    with pytest.raises(Failure, match="init"):
        Library(db).current()


@pytest.mark.parametrize("change", ["rename", "text", "drop"])
def test_any_difference_gives_another_digest(change: str) -> None:
    files = dict(FILES)
    text = files.pop("calendar.yaml")
    changed = {"rename": files | {"calender.yaml": text}, "text": files | {"calendar.yaml": text + " "}, "drop": files}
    assert digest(changed[change]) != digest(FILES)
