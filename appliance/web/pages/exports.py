"""Rosters as files, CSV or XLSX: the same students and columns as on the page, and in the log as taken out.

Whoever signed in more than five minutes ago says once more who they are: a file outlives the session it came from.
"""

from collections.abc import Sequence
from dataclasses import replace
from typing import Literal

from litestar import Response, get
from litestar.di import NamedDependency
from litestar.params import FromPath, FromQuery

from appliance.actions import Action
from appliance.student_level.records import schools
from appliance.student_level.records.bands import EVERYBODY, band_chosen
from appliance.student_level.records.enrollments import enrollments
from appliance.student_level.records.roster import RosterLine, caseload, roster_lines
from appliance.web import words
from appliance.web.addresses import Kind
from appliance.web.pages.classes import ORDERS, Order, table_of
from appliance.web.pages.school import Order as SchoolOrder
from appliance.web.pages.school import chosen_students, school_of
from appliance.web.sheets import Cell, Form, Sheet
from appliance.web.visit import Visit

_COLUMNS = (
    "Student", "Grade level", "Days missed", "Days enrolled", "Share attended, last 8 weeks with school, oldest first",
    "Missing work", "Last check-in", "By",
)  # fmt: skip


@get("/classes/{address:str}/file/{form:str}", action=Action.EXPORT_SECTION, step_up=True, sync_to_thread=True)
def take_class(
    address: FromPath[str],
    form: FromPath[Literal["csv", "xlsx"]],
    visit: NamedDependency[Visit],
    sort: FromQuery[str] = "name",
) -> Response[bytes]:
    """One class, with the columns of its page."""
    with visit.reading() as reading:
        table = table_of(visit, reading, visit.key(Kind.SECTION, address), sort)
    columns = tuple(column.text for column in table.columns)
    sheet = Sheet(f"class-{words.iso_day(visit.today)}", columns, map(table.cells, table.lines), table.level_rule)
    return taken(visit, Action.EXPORT_SECTION, form, table.about.title, sheet, _keys(table.lines))


@get("/caseload/file/{form:str}", action=Action.EXPORT_SECTION, step_up=True, sync_to_thread=True)
def take_caseload(
    form: FromPath[Literal["csv", "xlsx"]], visit: NamedDependency[Visit], sort: FromQuery[Order] = "name"
) -> Response[bytes]:
    """Every student of the reader."""
    with visit.reading() as reading:
        lines = caseload(reading, today=visit.today, school_year=visit.school_year)
    lines.sort(key=ORDERS[sort])
    sheet = Sheet(f"students-{words.iso_day(visit.today)}", _COLUMNS, map(_row, lines))
    return taken(visit, Action.EXPORT_SECTION, form, "caseload", sheet, _keys(lines))


@get("/school/file/{form:str}", action=Action.EXPORT_SCHOOL, step_up=True, sync_to_thread=True)
def take_school(
    form: FromPath[Literal["csv", "xlsx"]],
    visit: NamedDependency[Visit],
    at: FromQuery[str] = "",
    grade: FromQuery[str] = "",
    missed: FromQuery[str] = EVERYBODY,
    sort: FromQuery[SchoolOrder] = "missed",
) -> Response[bytes]:
    """The students of a school whom the filter of the page chose: all of them, not only twenty."""
    with visit.reading() as reading:
        school = school_of(visit, reading, at)
        here = enrollments(reading, visit.today, school.school_key)
        days = schools.attendance_sums(reading, here, visit.school_year)
        band = band_chosen(visit.rules(reading), missed, days)
        keys = chosen_students(reading, here, days, grade, band, sort)
        found = roster_lines(reading, keys, today=visit.today, school_year=visit.school_year, here=here)
    by_key = {line.student_key: line for line in found}
    lines = [by_key[key] for key in keys]
    sheet = Sheet(f"school-{words.iso_day(visit.today)}", _COLUMNS, map(_row, lines))
    return taken(visit, Action.EXPORT_SCHOOL, form, school.name, sheet, _keys(lines))


def _row(line: RosterLine) -> tuple[Cell, ...]:
    last = line.check_in
    return (
        line.name.sorted,
        words.sentence_case(words.grade_level(line.grade_level)) if line.grade_level else None,
        line.days.days_missed if line.days else None,
        line.days.days_enrolled if line.days else None,
        " ".join(f"{share}%" for share in line.weeks) or None,
        "not loaded" if line.missing is None else line.missing,
        words.iso_day(last.day) if last else None,
        last.by_whom if last else None,
    )


def _keys(lines: Sequence[RosterLine]) -> tuple[int, ...]:
    return tuple(line.student_key for line in lines)


def taken(
    visit: Visit, action: Action, form: Form, subject: str, sheet: Sheet, students: tuple[int, ...] | None
) -> Response[bytes]:
    """The file, once the log holds that it was taken out, and with whose records. `students`: None for totals.

    Under the table stands who took it out, and then what the sheet itself notes.
    """
    number = visit.saw(action, students=students or (), subject=f"{subject}, {form}")
    frame = visit.bare_frame()
    note = (
        f"{'Totals' if students is None else 'Student records'}. Taken out by {frame.display_name}, {frame.printed}; "
        f"line {number} of the access log.{'' if students is None else ' Keep locked; delete after use.'} {sheet.note}"
    )
    return replace(sheet, note=note.rstrip()).as_file(form)


EXPORTS = [take_class, take_caseload, take_school]
