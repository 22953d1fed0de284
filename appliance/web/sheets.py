"""A table as a file: CSV and XLSX with the columns that the page has, and nothing that a spreadsheet would run."""

import csv
import io
import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Literal, TypeAlias

import xlsxwriter
from litestar import Response

from appliance.wording import plain

Cell: TypeAlias = str | int | float | None
Form: TypeAlias = Literal["csv", "xlsx"]
_TYPES = {"csv": "text/csv; charset=utf-8", "xlsx": "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"}
# Signs by which a spreadsheet takes a cell for a formula, their full-width forms too, and what it skips before them.
_RUNS = re.compile(r"[\s\u200b-\u200d\u2060\ufeff]*[\t\r\n=+\-@|%＝＋－＠]")


@dataclass(frozen=True, slots=True)
class Sheet:
    """One table. `name` becomes the file's name, so no student stands in it; `note` is the line under the table that
    says who took it out and when.
    """

    name: str
    columns: Sequence[str]
    rows: Iterable[Sequence[Cell]]
    note: str = ""

    def as_file(self, form: Form) -> Response[bytes]:
        """The table as a download that no browser opens in place."""
        content = _csv(self) if form == "csv" else _xlsx(self)
        headers = {"Content-Disposition": f'attachment; filename="{self.name}.{form}"'}
        return Response(content, media_type=_TYPES[form], headers=headers)


def harmless(text: str) -> str:
    """The text as a spreadsheet shows it and does not run it: what could begin a formula gets a leading apostrophe.

    To have the text back, take one leading apostrophe away. OWASP ASVS 5.0, V1.2.10.
    """
    return f"'{text}" if text[:1] == "'" or _RUNS.match(text) else text


def _safe(cell: Cell) -> Cell:
    return harmless(plain(cell)) if isinstance(cell, str) else "" if cell is None else cell


def _csv(sheet: Sheet) -> bytes:
    out = io.StringIO()
    writer = csv.writer(out, lineterminator="\r\n")
    writer.writerow(map(_safe, sheet.columns))
    for row in sheet.rows:
        writer.writerow(map(_safe, row))
    if sheet.note:
        writer.writerow([])
        writer.writerow([_safe(sheet.note)])
    # The mark at the beginning is what makes Excel read the file as UTF-8.
    return out.getvalue().encode("utf-8-sig")


def _xlsx(sheet: Sheet) -> bytes:
    out = io.BytesIO()
    options = {"in_memory": True, "strings_to_formulas": False, "strings_to_urls": False, "strings_to_numbers": False}
    book = xlsxwriter.Workbook(out, options)
    page = book.add_worksheet()
    bold = book.add_format({"bold": True})
    page.write_row(0, 0, list(map(plain, sheet.columns)), bold)
    page.freeze_panes(1, 1)
    last = 0
    for last, row in enumerate(sheet.rows, start=1):
        for column, cell in enumerate(row):
            if isinstance(cell, str):
                # Always as text: Excel runs no formula that is stored as one.
                page.write_string(last, column, plain(cell))
            elif cell is not None:
                page.write_number(last, column, cell)
    if sheet.note:
        page.write_string(last + 2, 0, plain(sheet.note))
    page.autofit()
    book.close()
    return out.getvalue()
