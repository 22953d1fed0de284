"""The CSV form of a table: written by a release, read back by whoever receives it."""

import csv
import io
from collections.abc import Collection, Iterable
from typing import get_args

from appliance.aggregate import codelists, crossings
from appliance.aggregate.codelists import ALL
from appliance.aggregate.published import Area, DistrictRule, PublishedCell, PublishedTable
from appliance.aggregate.tabulation import Suppression
from appliance.errors import BadFile

MEASURES = ("n", "denominator", "suppression", "n_lower", "n_upper", "n_as_of", "denominator_as_of")
_SUPPRESSIONS: dict[str, Suppression] = {state: state for state in get_args(Suppression)}


def dimension_columns(metric: str) -> list[str]:
    """The columns that name a group, in order; `subject` or the like comes first where a table has details."""
    return codelists.columns(metric)


def columns(metric: str) -> list[str]:
    """All columns of a table, in order."""
    return ["school_year", "lea_id", "school_id", "category_set", *dimension_columns(metric), *MEASURES]


def key_columns(metric: str) -> list[str]:
    """The columns that together name one row."""
    return ["school_year", "lea_id", "school_id", "category_set", *dimension_columns(metric)]


def write(table: PublishedTable, lea_id: str) -> bytes:
    """The table as CSV: UTF-8, one header line, line feeds, empty where there is nothing to say."""
    lines: list[list[str]] = []
    detail = codelists.metric(table.metric).detail_name
    for cell in table.cells:
        groups = {detail: cell.detail} | crossings.codes(cell.dimension, cell.category)
        lines.append(
            [
                *(table.school_year, lea_id, cell.school_id, crossings.category_set(cell.dimension)),
                *(groups.get(column, "") for column in dimension_columns(table.metric)),
                *(_text(cell.n), _text(cell.denominator), cell.suppression, _text(cell.n_lower), _text(cell.n_upper)),
                *(cell.n_as_of, cell.denominator_as_of),
            ]
        )
    return csv_bytes(columns(table.metric), lines)


def csv_bytes(header: list[str], lines: Iterable[list[str]]) -> bytes:
    """Rows as CSV text, always in the same form."""
    buffer = io.StringIO()
    writer = csv.writer(buffer, lineterminator="\n")
    writer.writerow(header)
    writer.writerows(lines)
    return buffer.getvalue().encode()


def read_csv(data: bytes, name: str, header: list[str]) -> list[dict[str, str]]:
    """The rows of a CSV file with exactly this header. Raises `BadFile` with the file and the row."""
    try:
        lines = list(csv.reader(io.StringIO(data.decode(), newline=""), strict=True))
    except (UnicodeDecodeError, csv.Error):
        raise BadFile(f"{name} is not CSV text in UTF-8. The package is damaged; ask for it again.") from None
    if not lines or lines[0] != header:
        raise BadFile(f"{name}, row 1: the columns are not {', '.join(header)}.")
    for number, line in enumerate(lines[1:], start=2):
        if len(line) != len(header):
            raise BadFile(f"{name}, row {number}: there are {len(line)} columns and not {len(header)}.")
    return [dict(zip(header, line, strict=True)) for line in lines[1:]]


def read(
    data: bytes,
    metric: str,
    *,
    lea_id: str,
    school_year: str,
    snapshot: str,
    district: DistrictRule,
    schools: Collection[str],
    areas: tuple[Area, ...] = (),
    earlier: Collection[str] = (),
) -> PublishedTable:
    """Read a table back; `earlier`: labels of releases that a number may be carried forward from. Raises `BadFile`,
    with the row, for any code, number or state that is not allowed.
    """
    name = f"{metric}.csv"
    cells: list[PublishedCell] = []
    seen: set[tuple[str, ...]] = set()
    for number, row in enumerate(read_csv(data, name, columns(metric)), start=2):
        where = f"{name}, row {number}"
        if (row["school_year"], row["lea_id"]) != (school_year, lea_id):
            raise BadFile(f"{where}: the school year or the district is not that of the package.")
        if row["school_id"] and row["school_id"] not in schools:
            raise BadFile(f"{where}: school {row['school_id']!r} is not in directory.csv.")
        cell = _cell(row, metric, where)
        if (key := (cell.school_id, cell.dimension, cell.category, cell.detail)) in seen:
            raise BadFile(f"{where}: a second row for the same group.")
        seen.add(key)
        if not {cell.n_as_of, cell.denominator_as_of} <= {"", *earlier}:
            raise BadFile(f"{where}: a number is carried forward from a release that datapackage.json does not list.")
        cells.append(cell)
    return PublishedTable(metric, school_year, snapshot, district, tuple(cells), areas)


def _cell(row: dict[str, str], metric: str, where: str) -> PublishedCell:
    dimension = codelists.dimension_of(metric, row["category_set"])
    if dimension is None:
        raise BadFile(f"{where}: {row['category_set']!r} is not a category set of this table.")
    detail_name = codelists.metric(metric).detail_name
    names = crossings.families(dimension)
    filled = {column for column in dimension_columns(metric) if row[column] and column != detail_name}
    if filled != set(names):
        raise BadFile(f"{where}: the filled group columns are not those of category set {row['category_set']}.")
    if row["school_id"] and dimension in codelists.metric(metric).in_district:
        raise BadFile(f"{where}: the category set {row['category_set']} stands in the district's rows alone.")
    category = crossings.CROSS.join(row[name] for name in names) or ALL
    if not crossings.is_known(dimension, category):
        raise BadFile(f"{where}: {category!r} is not a code of {dimension}.")
    detail = row.get(detail_name, "")
    if detail not in codelists.metric(metric).details:
        raise BadFile(f"{where}: {detail!r} is not a {detail_name}.")
    if row["suppression"] not in _SUPPRESSIONS:
        raise BadFile(f"{where}: {row['suppression']!r} is not a state of suppression.")
    state = _SUPPRESSIONS[row["suppression"]]
    n, denominator, lower, upper = (_number(row, name, where) for name in ("n", "denominator", "n_lower", "n_upper"))
    where_it_is = (row["school_id"], dimension, category, detail)
    dates = (row["n_as_of"], row["denominator_as_of"])
    cell = PublishedCell(*where_it_is, n, denominator, state, lower, upper, *dates)
    _check_state(cell, codelists.metric(metric).rate, where)
    return cell


def _check_state(cell: PublishedCell, rate: bool, where: str) -> None:
    """What is filled must fit what the row says about itself."""
    if cell.suppression == "none":
        fits = cell.n is not None and (cell.denominator is not None) == rate
        fits = fits and cell.n_lower == cell.n == cell.n_upper
        of_one_day = cell.n_as_of == cell.denominator_as_of
        fits = fits and (cell.denominator is None or cell.n is None or cell.n <= cell.denominator or not of_one_day)
    elif cell.suppression == "coded":
        fits = rate and cell.n is None and None not in (cell.denominator, cell.n_lower, cell.n_upper)
        fits = fits and (cell.n_lower or 0) < (cell.n_upper or 0) <= (cell.denominator or 0)
    elif cell.suppression == "hidden":
        fits = cell.n is None and cell.n_lower is not None and (rate or cell.denominator is None)
    else:
        fits = cell.n is None and cell.denominator is None and cell.n_lower is None and cell.n_upper is None
    fits = fits and not (cell.n_as_of and cell.suppression == "hidden")
    fits = fits and not (cell.denominator_as_of and cell.denominator is None)
    if not fits:
        raise BadFile(f"{where}: the numbers do not fit the state {cell.suppression!r}.")


def _number(row: dict[str, str], name: str, where: str) -> int | None:
    text = row[name]
    if text == "":
        return None
    if not (text.isascii() and text.isdigit() and len(text) <= 9 and text == str(int(text))):
        raise BadFile(f"{where}: {name} is not a whole number.")
    return int(text)


def _text(number: int | None) -> str:
    return "" if number is None else str(number)
