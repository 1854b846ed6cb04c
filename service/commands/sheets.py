"""表格文件: rows in and out of CSV (`-` = standard output) or, with the extra `parquet`, Parquet, as the name ends."""

import csv
import importlib
import io
import os
from collections.abc import Iterable, Iterator, Sequence
from contextlib import ExitStack, suppress
from datetime import date
from pathlib import Path
from types import ModuleType, TracebackType
from typing import Any, Protocol, Self

import typer

from service.errors import Failure, WrongUse
from service.scoring.cells import shortest
from service.scoring.files import Row, Table, csv_rows

STANDARD_OUTPUT = Path("-")
Cell = str | float


def read_rows(path: Path, table: Table) -> Iterator[Row]:
    """The rows of a file, header first. Raises WrongUse without a file; a broken one is noted in `table`."""
    if not path.exists() or path.is_dir():
        raise WrongUse(f"没有这个文件：{path}", f"no such file: {path}")
    return _parquet_rows(path, table) if path.suffix == ".parquet" else csv_rows(table, _lines(path, table))


def read_standard_rows(table: Table) -> Iterator[Row]:
    """The rows of a CSV text on standard input, header first; a broken one is noted in `table`."""
    return csv_rows(table, _decoded(typer.get_binary_stream("stdin"), table))


def _lines(path: Path, table: Table) -> Iterator[str]:
    with path.open("rb") as file:
        yield from _decoded(file, table)


def _decoded(file: Iterable[bytes], table: Table) -> Iterator[str]:
    for number, raw in enumerate(file, 1):
        try:
            yield raw.decode("utf-8-sig" if number == 1 else "utf-8")
        except UnicodeDecodeError:
            table.note(number, "不是 UTF-8 编码，请另存为 UTF-8", "not UTF-8; save the file as UTF-8")
            return


def _parquet_rows(path: Path, table: Table) -> Iterator[Row]:
    parquet = _pyarrow("pyarrow.parquet")
    try:
        file = parquet.ParquetFile(path)
    except (_pyarrow("pyarrow").ArrowException, OSError) as error:
        table.note(1, "不是合格的 Parquet 文件", f"not a Parquet file: {error}")
        return
    with file:
        yield 1, list(file.schema_arrow.names)
        line = 1
        for batch in file.iter_batches():
            columns = [column.to_pylist() for column in batch.columns]
            for cells in zip(*columns, strict=True):
                line += 1
                yield line, [_written(value) for value in cells]


def _written(value: object) -> str:
    """A Parquet value as the same cell of a CSV has it; a NaN is how data frames say missing."""
    if value is None or value != value:
        return ""
    if isinstance(value, bool):
        return str(int(value))
    return value.isoformat() if isinstance(value, date) else str(value)


def _pyarrow(name: str) -> ModuleType:
    try:
        return importlib.import_module(name)
    except ImportError as error:
        raise WrongUse(
            "读写 Parquet 需要 pyarrow，请安装 labour-watch[parquet]",
            "Parquet needs pyarrow; install labour-watch[parquet]",
        ) from error


class Sheet(Protocol):
    """A table being written."""

    def write(self, rows: Iterable[Sequence[Cell]]) -> None:
        """Append rows."""

    def close(self) -> None:
        """Write what is left; nothing may be written afterwards."""


class _CsvSheet:
    def __init__(self, file: io.TextIOBase, columns: Sequence[str]) -> None:
        self._file = file
        self._writer = csv.writer(file, lineterminator="\n")
        self._writer.writerow(columns)

    def write(self, rows: Iterable[Sequence[Cell]]) -> None:
        self._writer.writerows([[c if isinstance(c, str) else shortest(c) for c in row] for row in rows])

    def close(self) -> None:
        self._file.flush()


class _ParquetSheet:
    def __init__(self, path: Path, columns: Sequence[str], numbers: Sequence[str]) -> None:
        self._arrow: Any = _pyarrow("pyarrow")
        types = [(name, self._arrow.float64() if name in numbers else self._arrow.string()) for name in columns]
        self._schema = self._arrow.schema(types)
        self._writer: Any = _pyarrow("pyarrow.parquet").ParquetWriter(path, self._schema)

    def write(self, rows: Iterable[Sequence[Cell]]) -> None:
        columns = list(zip(*rows, strict=True)) or [()] * len(self._schema)
        self._writer.write_table(self._arrow.table(columns, schema=self._schema))

    def close(self) -> None:
        self._writer.close()


class Outputs:
    """Tables that appear under their names all together and complete, or not at all."""

    def __init__(self) -> None:
        self._parts: list[tuple[Path, Path]] = []
        self._sheets: list[Sheet] = []
        self._files = ExitStack()

    def open(self, path: Path, columns: Sequence[str], numbers: Sequence[str]) -> Sheet:
        """Begin a table; `numbers` are its columns of numbers. Raises WrongUse where no file can be made."""
        if path == STANDARD_OUTPUT:
            stream = io.TextIOWrapper(typer.get_binary_stream("stdout"), encoding="utf-8", newline="")
            self._files.callback(stream.detach)
            return self._begin(_CsvSheet(stream, columns))
        target = path.resolve()
        # A device or a pipe is written to as it is: renaming a file over it would remove it.
        special = target.exists() and not target.is_file()
        part = target if special else target.with_name(f".{target.name}.{os.getpid()}.part")
        try:
            file = self._files.enter_context(part.open("w", encoding="utf-8", newline=""))
        except OSError as error:
            raise WrongUse(f"写不了 {path}：{error.strerror}", f"cannot write {path}: {error.strerror}") from error
        if not special:
            self._parts.append((part, target))
        if path.suffix == ".parquet":
            return self._begin(_ParquetSheet(part, columns, numbers))
        return self._begin(_CsvSheet(file, columns))

    def _begin(self, sheet: Sheet) -> Sheet:
        self._sheets.append(sheet)
        return sheet

    def __enter__(self) -> Self:
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, _: TracebackType | None) -> None:
        try:
            if error is None:
                self._finish()
        except OSError as broken:
            raise Failure(f"写入失败：{broken.strerror}", f"writing failed: {broken.strerror}") from broken
        finally:
            with suppress(OSError):
                self._files.close()
            for part, _path in self._parts:
                part.unlink(missing_ok=True)

    def _finish(self) -> None:
        for sheet in self._sheets:
            sheet.close()
        self._files.close()
        for part, path in self._parts:
            part.replace(path)
