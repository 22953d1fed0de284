"""A school's numbers to take along, on paper and as files: no name is in them, and what the page hides is hidden."""

from dataclasses import dataclass, replace
from typing import ClassVar, Literal

from litestar import Response, get
from litestar.di import NamedDependency
from litestar.params import FromPath, FromQuery

from appliance.actions import Action
from appliance.student_level.records import schools
from appliance.student_level.records.enrollments import enrollments
from appliance.web import words
from appliance.web.pages.paper import Paper, as_pdf
from appliance.web.pages.school import numbers_of, school_of
from appliance.web.rendering import html_of, show
from appliance.web.school_numbers import COLUMNS, SchoolNumbers
from appliance.web.sheets import Sheet
from appliance.web.visit import Visit


@dataclass(frozen=True, slots=True, kw_only=True)
class NumbersPaper(Paper):
    """A school's charts and tables."""

    template: ClassVar[str] = "paper/school_numbers.html"
    school: str
    numbers: SchoolNumbers
    first_days: int


@get("/school/numbers", action=Action.SEE_SCHOOL, sync_to_thread=True)
def see_numbers(visit: NamedDependency[Visit], at: FromQuery[str] = "") -> Response[str]:
    """The numbers, to be read before they are printed."""
    page = _paper(visit, at)
    return show(replace(page, here="/school/numbers", back=f"/school?at={at}", pdf=f"/school/numbers/pdf?at={at}"))


@get("/school/numbers/pdf", action=Action.SEE_SCHOOL, sync_to_thread=True)
def numbers_as_pdf(visit: NamedDependency[Visit], at: FromQuery[str] = "") -> Response[bytes]:
    """The same as a PDF."""
    return as_pdf("school", [html_of(replace(_paper(visit, at), is_pdf=True))])


@get("/school/numbers/file/{form:str}", action=Action.SEE_SCHOOL, sync_to_thread=True)
def take_numbers(
    form: FromPath[Literal["csv", "xlsx"]], visit: NamedDependency[Visit], at: FromQuery[str] = ""
) -> Response[bytes]:
    """The same as a file."""
    page = _paper(visit, at)
    note = f"Totals. Taken out by {page.signed}, {page.printed}; line {page.number} of the access log. "
    note += " ".join(page.numbers.rules)
    name = f"school-numbers-{words.iso_day(visit.today)}"
    return Sheet(name, COLUMNS, list(page.numbers.rows()), note).as_file(form)


def _paper(visit: Visit, at: str) -> NumbersPaper:
    with visit.reading() as reading:
        school = school_of(visit, reading, at)
        here = enrollments(reading, visit.today, school.school_key)
        days = schools.attendance_sums(reading, here, visit.school_year)
        numbers = numbers_of(visit, reading, school, here, days)
        first_days = visit.rules(reading).first_days
    number = visit.saw(Action.SEE_SCHOOL, students=(), subject=f"{school.name}, in numbers")
    frame = visit.bare_frame()
    return NumbersPaper(
        school=school.name,
        numbers=numbers,
        first_days=first_days,
        today=visit.today,
        signed=frame.display_name,
        printed=frame.printed,
        number=number,
    )


SCHOOL_NUMBERS = [see_numbers, numbers_as_pdf, take_numbers]
