"""XLSX workbooks, read as rows of text. Formulas are not run: the values that the workbook was saved with count."""

import hashlib
import io
import zipfile
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from pathlib import Path

from python_calamine import CalamineError, CalamineWorkbook

from appliance.errors import BadFile
from appliance.student_level.sources.archive import Source, opened, seekable
from appliance.student_level.sources.csv_text import LONGEST_FIELD

ENDINGS = (".xlsx", ".xlsm")
MOST_BYTES = 512 * 1024**2
"""Unpacked. A workbook holds at most 1,048,576 rows a sheet; one of this size is read whole into memory."""
MOST_RATIO = 200
"""Unpacked to packed. XML packs better than CSV does, so a little more than for other archives."""
_RATIO_COUNTS_FROM = 10 * 1024**2
Value = int | float | str | bool | time | date | datetime | timedelta


def is_workbook(path: Source) -> bool:
    """Whether a file's name says that it is an Excel workbook."""
    return path.suffix.lower() in ENDINGS


@dataclass(frozen=True, slots=True)
class SheetTable:
    """One sheet of a workbook. The first row that is not blank is its header."""

    name: str
    sha256: str
    header: tuple[str, ...]
    first_row: int
    cells: list[list[Value]]
    encoding: str = "utf-8"

    def rows(self) -> Iterator[tuple[int, list[str]]]:
        """(row number as the spreadsheet shows it, fields) of each row that is not blank."""
        width = len(self.header)
        for number, row in enumerate(self.cells, start=self.first_row):
            fields = [as_text(value) for value in row[:width]]
            if any(fields):
                yield number, fields + [""] * (width - len(fields))


def sheets(path: Source) -> list[SheetTable]:
    """The sheets of a workbook that hold anything. Raises BadFile with one clear sentence."""
    if not path.is_file():
        raise BadFile(f"{path.name}: there is no such file. Check the path.")
    digest = _refuse_unsafe(path)
    try:
        with _open(path) as book:
            read = [(name, _rows(book, name)) for name in book.sheet_names]
    except (CalamineError, OSError, ValueError) as error:
        raise BadFile(f"{path.name} cannot be read as a workbook. Save it again as XLSX, or send it as CSV.") from error
    found = [_table(f"{path.name}/{name}", f"{digest} {name}", rows) for name, rows in read]
    tables = [table for table in found if table is not None]
    if not tables:
        raise BadFile(f"{path.name} holds no rows. Ask the sender to export it again.")
    if len(tables) == 1:  # The usual export: one sheet, which is the file.
        only = tables[0]
        return [SheetTable(path.name, digest, only.header, only.first_row, only.cells)]
    return tables


def _open(path: Source) -> CalamineWorkbook:
    source = seekable(path)
    if isinstance(source, Path):
        return CalamineWorkbook.from_path(str(source))
    with source:
        return CalamineWorkbook.from_filelike(source)


def _rows(book: CalamineWorkbook, name: str) -> tuple[int, list[list[Value]]]:
    sheet = book.get_sheet_by_name(name)
    return (sheet.start or (0, 0))[0], sheet.to_python(skip_empty_area=True)


def _table(name: str, identity: str, sheet: tuple[int, list[list[Value]]]) -> SheetTable | None:
    above, rows = sheet
    start = next((place for place, row in enumerate(rows) if any(as_text(value) for value in row)), None)
    if start is None:
        return None
    header = [as_text(value) for value in rows[start]]
    while header and not header[-1]:
        header.pop()
    digest = hashlib.sha256(identity.encode()).hexdigest()
    return SheetTable(name, digest, tuple(header), above + start + 2, rows[start + 1 :])


def as_text(value: Value) -> str:
    """A cell as a CSV export would write it: dates in ISO form, whole numbers without a point."""
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, datetime):
        return value.date().isoformat() if value.time() == time() else value.isoformat(timespec="seconds")
    if isinstance(value, date):
        return value.isoformat()
    if isinstance(value, float):
        return str(int(value)) if value.is_integer() and abs(value) < 1e15 else repr(value)
    return str(value).strip()[:LONGEST_FIELD]


def _refuse_unsafe(path: Source) -> str:
    """A workbook is a zip too. Its sizes are looked at before it is opened; the answer is the file's hash."""
    try:
        with zipfile.ZipFile(seekable(path)) as package:
            members = package.infolist()
        with io.BufferedReader(opened(path)) as file:
            digest = hashlib.file_digest(file, "sha256").hexdigest()
    except (zipfile.BadZipFile, NotImplementedError, ValueError, OSError) as error:
        raise BadFile(f"{path.name} is not a workbook, or a damaged one. Save it again as XLSX.") from error
    unpacked, packed = sum(m.file_size for m in members), sum(m.compress_size for m in members)
    if unpacked > MOST_BYTES or (unpacked > _RATIO_COUNTS_FROM and unpacked > MOST_RATIO * max(packed, 1)):
        raise BadFile(f"{path.name} would unpack to {unpacked:,} bytes, more than a workbook of rows does. Send CSV.")
    return digest
