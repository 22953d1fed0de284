"""Measures to take along, as files and on paper: the columns of their pages, and nothing that those hide.

What names students asks for the right to take a school's students out, and for whoever takes them to say once more who
they are; the log keeps whom the file names.
"""

from dataclasses import dataclass
from typing import ClassVar, Literal

from litestar import Response, get
from litestar.di import NamedDependency
from litestar.params import FromPath, FromQuery
from litestar.response import Redirect

from appliance.actions import Action
from appliance.web import words
from appliance.web.measure_table import (
    Column,
    MeasureTable,
    district_cells,
    school_cells,
    schools_columns,
    subject_of,
)
from appliance.web.pages.exports import taken
from appliance.web.pages.measure_students import StudentsBehind, students_behind, well_of
from appliance.web.pages.measures import (
    MeasureSchoolsPage,
    measures_of_district,
    measures_of_school,
    schools_of_measure,
)
from appliance.web.pages.paper import Paper, as_pdf
from appliance.web.rendering import html_of
from appliance.web.sheets import Cell, Sheet
from appliance.web.visit import Visit

_Form = Literal["csv", "xlsx"]
_File = Response[bytes] | Redirect
"""Where nothing has been counted there is nothing to take along, and one is led back to the page that says so."""


@dataclass(frozen=True, slots=True)
class Table:
    """One table of a paper."""

    head: tuple[str, ...]
    rows: tuple[tuple[Cell, ...], ...]
    title: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class TablePaper(Paper):
    """Tables on paper, as their files have them. `keeping`: what to do with it; `rules`: those its numbers stand on."""

    template: ClassVar[str] = "paper/tables.html"
    place: str
    title: str
    about: str
    tables: tuple[Table, ...]
    keeping: str
    rules: tuple[str, ...]


@get("/school/measures/file/{form:str}", action=Action.SEE_SCHOOL, sync_to_thread=True)
def take_school_measures(form: FromPath[_Form], visit: NamedDependency[Visit], at: FromQuery[str] = "") -> _File:
    """The measures of a school, each month in a column of its own."""
    page = measures_of_school(visit, at)
    return taken(visit, Action.SEE_SCHOOL, form, f"measures of {page.place}", _sheet(visit, page.table), None)


@get("/school/measures/pdf", action=Action.SEE_SCHOOL, sync_to_thread=True)
def school_measures_as_pdf(visit: NamedDependency[Visit], at: FromQuery[str] = "") -> _File:
    """The same on paper."""
    page = measures_of_school(visit, at)
    if page.table.day is None:
        return _back(f"/school/measures?at={at}")
    return _measures_on_paper(visit, Action.SEE_SCHOOL, page.place, page.table, page.table.day)


@get("/district/measures/file/{form:str}", action=Action.SEE_DISTRICT, sync_to_thread=True)
def take_district_measures(form: FromPath[_Form], visit: NamedDependency[Visit]) -> _File:
    """The district's measures, totals only."""
    page = measures_of_district(visit)
    return taken(visit, Action.SEE_DISTRICT, form, "measures", _sheet(visit, page.table), None)


@get("/district/measures/pdf", action=Action.SEE_DISTRICT, sync_to_thread=True)
def district_measures_as_pdf(visit: NamedDependency[Visit]) -> _File:
    """The same on paper."""
    page = measures_of_district(visit)
    if page.table.day is None:
        return _back("/district/measures")
    return _measures_on_paper(visit, Action.SEE_DISTRICT, page.place, page.table, page.table.day)


@get("/district/measures/schools/file/{form:str}", action=Action.SEE_DISTRICT, sync_to_thread=True)
def take_measure_schools(
    form: FromPath[_Form], visit: NamedDependency[Visit], measure: FromQuery[str], detail: FromQuery[str] = ""
) -> _File:
    """One measure school by school."""
    told = _by_school(visit, measure, detail)
    if told is None:
        return _back("/district/measures")
    table, page = told
    sheet = Sheet(f"measure-{words.iso_day(visit.today)}", table.head, table.rows, " ".join(page.rules))
    return taken(visit, Action.SEE_DISTRICT, form, f"{page.line.measure.called}, by school", sheet, None)


@get("/district/measures/schools/pdf", action=Action.SEE_DISTRICT, sync_to_thread=True)
def measure_schools_as_pdf(
    visit: NamedDependency[Visit], measure: FromQuery[str], detail: FromQuery[str] = ""
) -> _File:
    """The same on paper."""
    told = _by_school(visit, measure, detail)
    if told is None:
        return _back("/district/measures")
    table, page = told
    called = page.line.measure.called
    number = visit.saw(Action.SEE_DISTRICT, students=(), subject=f"{called}, by school, on paper")
    about = _counted(page.line.now.day, page.subject, "totals only")
    return _on_paper(visit, number, "The district", f"{called}, by school", about, (table,), "Totals.", page.rules)


@get("/school/measures/students/file/{form:str}", action=Action.EXPORT_SCHOOL, step_up=True, sync_to_thread=True)
def take_measure_students(
    form: FromPath[_Form], visit: NamedDependency[Visit], at: FromQuery[str], measure: FromQuery[str],
    detail: FromQuery[str] = "", sort: FromQuery[str] = "",
) -> _File:  # fmt: skip
    """Every student behind a measure, of all its pages, in the page's order."""
    found = _students(visit, at, measure, detail, sort)
    if found is None:
        return _back(f"/school/measures?at={at}")
    told, table = found
    note = " ".join((f"Listed are {told.line.measure.listed}", *told.rules))
    sheet = Sheet(f"measure-students-{words.iso_day(visit.today)}", table.head, table.rows, note)
    return taken(visit, Action.EXPORT_SCHOOL, form, _behind(told), sheet, _keys(told))


@get("/school/measures/students/pdf", action=Action.PRINT_SCHOOL, step_up=True, sync_to_thread=True)
def measure_students_as_pdf(
    visit: NamedDependency[Visit], at: FromQuery[str], measure: FromQuery[str], detail: FromQuery[str] = "",
    sort: FromQuery[str] = "",
) -> _File:  # fmt: skip
    """The same on paper."""
    found = _students(visit, at, measure, detail, sort)
    if found is None:
        return _back(f"/school/measures?at={at}")
    told, table = found
    number = visit.saw(Action.PRINT_SCHOOL, students=_keys(told), subject=_behind(told))
    title = told.line.measure.called
    about = _counted(told.line.now.day, subject_of(told.line), words.plural(len(table.rows), "student"))
    keeping = "Student records. Keep locked; shred after use."
    rules = (f"Listed are {told.line.measure.listed}", *told.rules)
    return _on_paper(visit, number, told.school.name, title, about, (table,), keeping, rules)


def _sheet(visit: Visit, table: MeasureTable) -> Sheet:
    note = "" if table.day is None else f"Counted for {words.day_and_year(table.day)}."
    return Sheet(f"measures-{words.iso_day(visit.today)}", table.head, table.rows(), note)


def _measures_on_paper(visit: Visit, action: Action, place: str, table: MeasureTable, day: int) -> _File:
    number = visit.saw(action, students=(), subject=f"measures of {place}, on paper")
    # Of the file's columns those before the months, which have a table of their own: paper is not that wide.
    width = len(table.head) - len(table.months)
    shown = Table(tuple(table.head[:width]), tuple(row[:width] for row in table.rows()))
    by_month = Table(tuple(table.month_head), tuple(table.month_rows), "By month")
    tables = (shown, by_month) if table.months else (shown,)
    return _on_paper(visit, number, place, "Measures", _counted(day, "totals only"), tables, "Totals.")


def _by_school(visit: Visit, measure: str, detail: str) -> tuple[Table, MeasureSchoolsPage] | None:
    page = schools_of_measure(visit, measure, detail)
    if page is None:
        return None
    rows = (*(school_cells(one, page.line) for one in page.schools), district_cells(page.line, page.district))
    return Table(_head(schools_columns(page.line)), rows), page


def _students(visit: Visit, at: str, measure: str, detail: str, order: str) -> tuple[StudentsBehind, Table] | None:
    with visit.reading() as reading:
        told = students_behind(visit, reading, at, measure, detail, order)
        if told is None:
            return None
        table, well = told.table, well_of(visit, reading, told.table.lines)
    rows = tuple(table.cells(line, well[line.student_key]) for line in table.lines)
    return told, Table(table.head, rows)


def _keys(told: StudentsBehind) -> tuple[int, ...]:
    return tuple(line.student_key for line in told.table.lines)


def _back(page: str) -> Redirect:
    return Redirect(page, status_code=303)


def _behind(told: StudentsBehind) -> str:
    return f"{told.line.measure.called}: {told.school.name}"


def _head(columns: tuple[Column, ...]) -> tuple[str, ...]:
    return tuple(name for column in columns for name in column.told)


def _counted(day: int, *more: str) -> str:
    return " · ".join(filter(None, (f"counted for {words.day_and_year(day)}", *more)))


def _on_paper(
    visit: Visit,
    number: int,
    place: str,
    title: str,
    about: str,
    tables: tuple[Table, ...],
    keeping: str,
    rules: tuple[str, ...] = (),
) -> _File:
    frame = visit.bare_frame()
    page = TablePaper(
        today=visit.today, signed=frame.display_name, printed=frame.printed, number=number, is_pdf=True, place=place,
        title=title, about=about, tables=tables, keeping=keeping, rules=rules,
    )  # fmt: skip
    return as_pdf("measures", [html_of(page)])


MEASURE_FILES = (
    take_school_measures, school_measures_as_pdf, take_district_measures, district_measures_as_pdf,
    take_measure_schools, measure_schools_as_pdf, take_measure_students, measure_students_as_pdf,
)  # fmt: skip
