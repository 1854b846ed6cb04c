"""备份文件: a zip with `manifest.json` and one file of JSON lines a table – a line is a row, its cells in the
order of the manifest. Instants are ISO 8601 in UTC, JSON columns the database's own text: both databases write the same
bytes.
"""

import hashlib
import json
import os
import zipfile
import zlib
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from dataclasses import asdict, dataclass
from datetime import datetime
from pathlib import Path
from typing import Any

import orjson

from service.errors import Failure, WrongUse

FORMAT = 1
MANIFEST = "manifest.json"
CHUNK = 1 << 18  # bytes compressed in one go
_DAMAGE = (zipfile.BadZipFile, zlib.error, EOFError, KeyError, TypeError, ValueError, NotImplementedError)
Step = Callable[[str, int], None]  # told the table and how many more of its rows are done


@dataclass(frozen=True)
class TableNote:
    """What the manifest says of one table: its columns, the rows, and the SHA-256 over their lines."""

    columns: list[str]
    rows: int
    sha256: str


@dataclass(frozen=True)
class ChainNote:
    """The records of alerts as the backup met them; `fault` is the first change that was found, or empty."""

    alerts: int
    lines: int
    digest: str
    fault: str


@dataclass(frozen=True)
class Manifest:
    """What an archive holds; written last, so that a cut file has none."""

    program: str
    head: str
    database: str
    taken_at: datetime
    chain: ChainNote
    tables: dict[str, TableNote]

    @property
    def rows(self) -> int:
        return sum(table.rows for table in self.tables.values())


@contextmanager
def new_file(out: Path) -> Iterator[Path]:
    """A draft beside `out` that only its owner may read; it takes the name when the block has ended well. Raises
    WrongUse when the name is taken: an older backup is never written over."""
    if out.exists():
        raise WrongUse(f"{out} 已存在，请换一个文件名", f"{out} exists; name another file")
    draft = out.with_name(f".{out.name}.{os.getpid()}.part")
    try:
        draft.touch(mode=0o600)
        yield draft
        with draft.open("rb") as written:
            os.fsync(written.fileno())
        os.link(draft, out)  # unlike a renaming it fails where the name has been taken meanwhile
    except FileExistsError as error:
        raise WrongUse(f"{out} 已存在，请换一个文件名", f"{out} exists; name another file") from error
    finally:
        draft.unlink(missing_ok=True)


def write_table(
    archive: zipfile.ZipFile, name: str, columns: list[str], lines: Iterable[bytes], step: Step
) -> TableNote:
    """Write one table; what the manifest says of it."""
    sha, rows, buffer, told = hashlib.sha256(), 0, bytearray(), 0
    with archive.open(_member(name), "w", force_zip64=True) as member:
        for line in lines:
            buffer += line
            rows += 1
            if len(buffer) >= CHUNK:
                _flush(member.write, sha.update, buffer)
                step(name, rows - told)
                told = rows
        _flush(member.write, sha.update, buffer)
    step(name, rows - told)
    return TableNote(columns, rows, sha.hexdigest())


def _flush(write: Callable[[bytes], object], digest: Callable[[bytes], object], buffer: bytearray) -> None:
    chunk = bytes(buffer)
    write(chunk)
    digest(chunk)
    buffer.clear()


def write_manifest(archive: zipfile.ZipFile, manifest: Manifest) -> None:
    """The last thing in an archive."""
    said = {"format": FORMAT, **asdict(manifest), "taken_at": manifest.taken_at.isoformat()}
    archive.writestr(MANIFEST, json.dumps(said, indent=1, ensure_ascii=False))


class Archive:
    """An archive that is whole: opening reads all of it once against its manifest. Use as a context manager. Raises
    WrongUse when there is no file, Failure when it is cut, changed, or of another program."""

    def __init__(self, path: Path, head: str, columns: dict[str, list[str]]) -> None:
        if not path.is_file():
            raise WrongUse(f"没有备份文件 {path}", f"there is no backup file {path}")
        self._path = path
        try:
            self._zip = zipfile.ZipFile(path)
        except _DAMAGE as error:
            raise self._damaged() from error
        try:
            self.manifest = self._manifest(head, columns)
            for name, note in self.manifest.tables.items():
                self._check(name, note)
        except BaseException:
            self._zip.close()
            raise

    def __enter__(self) -> "Archive":
        return self

    def __exit__(self, *_: object) -> None:
        self._zip.close()

    def lines(self, name: str) -> Iterator[list[Any]]:
        """The rows of one table."""
        with self._zip.open(_member(name)) as member:
            for line in member:
                yield orjson.loads(line)

    def _manifest(self, head: str, columns: dict[str, list[str]]) -> Manifest:
        try:
            said = orjson.loads(self._zip.read(MANIFEST))
            number, other = said.pop("format"), said["head"]
        except _DAMAGE as error:
            raise self._damaged() from error
        if number != FORMAT:
            raise Failure(
                f"{self._path} 的备份格式是 {number}，本程序只读格式 {FORMAT}；请用写它的那一版程序恢复",
                f"{self._path} is of backup format {number}, this program reads {FORMAT}: restore with the program "
                "that wrote it",
            )
        if other != head:
            raise Failure(
                f"备份的数据库版本是 {other}，本程序是 {head}；请用写它的程序（{said.get('program')}）恢复，再升级",
                f"the backup is at schema {other}, this program at {head}: restore with the program that wrote it "
                f"({said.get('program')}), then upgrade",
            )
        try:
            manifest = _read(said)
        except _DAMAGE as error:
            raise self._damaged() from error
        if {name: note.columns for name, note in manifest.tables.items()} != columns:
            raise self._damaged()
        return manifest

    def _check(self, name: str, note: TableNote) -> None:
        sha, rows = hashlib.sha256(), 0
        try:
            with self._zip.open(_member(name)) as member:
                while chunk := member.read(CHUNK):
                    sha.update(chunk)
                    rows += chunk.count(b"\n")
        except _DAMAGE as error:
            raise self._damaged() from error
        if (rows, sha.hexdigest()) != (note.rows, note.sha256):
            raise self._damaged()

    def _damaged(self) -> Failure:
        return Failure(
            f"备份文件 {self._path} 不完整或已损坏，没有恢复任何内容；请换一份备份",
            f"the backup {self._path} is cut or damaged, nothing was restored; take another backup",
        )


def _read(said: dict[str, Any]) -> Manifest:
    tables = {name: TableNote(**note) for name, note in said.pop("tables").items()}
    chain, taken_at = ChainNote(**said.pop("chain")), datetime.fromisoformat(said.pop("taken_at"))
    return Manifest(taken_at=taken_at, chain=chain, tables=tables, **said)


def _member(name: str) -> str:
    return f"tables/{name}.jsonl"
