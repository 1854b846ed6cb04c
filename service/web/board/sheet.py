"""表: the figures behind a picture as rows, shown as a table or saved as CSV that a spreadsheet opens safely; pure."""

import csv
import io
from collections.abc import Sequence
from dataclasses import dataclass

Value = str | int | float | None
_FORMULA = ("=", "+", "-", "@", "\t", "\r")


@dataclass(frozen=True)
class Sheet:
    """A title, the names of the columns, and rows as long as they; None is an empty cell."""

    title: str
    columns: Sequence[str]
    rows: Sequence[Sequence[Value]]


def as_csv(sheet: Sheet) -> bytes:
    """The sheet as CSV in UTF-8 with a mark for Excel; no text of it is a formula."""
    out = io.StringIO()
    writer = csv.writer(out, lineterminator="\r\n")
    writer.writerow([safe(column) for column in sheet.columns])
    writer.writerows([[safe(value) for value in row] for row in sheet.rows])
    return b"\xef\xbb\xbf" + out.getvalue().encode()


def safe(value: Value) -> str:
    """A cell as it is written: numbers as they are read, texts that begin like a formula behind an apostrophe."""
    if value is None:
        return ""
    if isinstance(value, float):
        return f"{value:.1f}".removesuffix(".0")
    text = str(value)
    return f"'{text}" if isinstance(value, str) and text.lstrip(" ").startswith(_FORMULA) else text
