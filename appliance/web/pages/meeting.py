"""What is taken into a meeting: a school's week or the district's on paper, as a page and as a PDF.

Both are made from what their page is made from, so they hide what it hides and say no more than it does.
"""

from dataclasses import dataclass, replace
from typing import ClassVar

from litestar import Response, get
from litestar.di import NamedDependency
from litestar.params import FromQuery

from appliance.actions import Action
from appliance.student_level.records import schools
from appliance.student_level.records.district import SchoolLine
from appliance.student_level.records.enrollments import enrollments
from appliance.student_level.records.schools_to_ask import RULE
from appliance.web.pages.district import SCHOOLS_A_PAGE, DistrictWeek, district_week
from appliance.web.pages.paper import Paper, as_pdf
from appliance.web.pages.school import SchoolWeek, school_of, week_at
from appliance.web.rendering import html_of, show
from appliance.web.visit import Visit
from appliance.web.weeks import keeping


@dataclass(frozen=True, slots=True, kw_only=True)
class MeetingSheet(Paper):
    """A school's week: its facts, its few names with room to write, its charts with their numbers."""

    template: ClassVar[str] = "paper/meeting.html"
    told: SchoolWeek


@dataclass(frozen=True, slots=True, kw_only=True)
class DistrictSheet(Paper):
    """The district's week: totals only."""

    template: ClassVar[str] = "paper/district.html"
    rule: ClassVar[str] = RULE
    told: DistrictWeek

    @property
    def lines(self) -> tuple[SchoolLine, ...]:
        """All schools, or on a screen as many as a page of the wanted size holds."""
        return self.told.district.lines[: None if self.is_pdf else SCHOOLS_A_PAGE]


@get("/school/meeting", action=Action.PRINT_SCHOOL, sync_to_thread=True)
def see_meeting_sheet(visit: NamedDependency[Visit], at: FromQuery[str] = "") -> Response[str]:
    """The sheet of a school, to be read before it is printed."""
    page = _of_school(visit, at)
    school = f"?at={page.told.at}"
    return show(replace(page, here="/school/meeting", back=f"/school{school}", pdf=f"/school/meeting/pdf{school}"))


@get("/school/meeting/pdf", action=Action.PRINT_SCHOOL, sync_to_thread=True)
def meeting_sheet_as_pdf(visit: NamedDependency[Visit], at: FromQuery[str] = "") -> Response[bytes]:
    """The same as a PDF."""
    return as_pdf("meeting", [html_of(replace(_of_school(visit, at), is_pdf=True))])


@get("/district/meeting", action=Action.SEE_DISTRICT, sync_to_thread=True)
def see_district_sheet(visit: NamedDependency[Visit]) -> Response[str]:
    """The sheet of the district, to be read before it is printed."""
    page = _of_district(visit)
    return show(replace(page, here="/district/meeting", back="/district", pdf="/district/meeting/pdf"))


@get("/district/meeting/pdf", action=Action.SEE_DISTRICT, sync_to_thread=True)
def district_sheet_as_pdf(visit: NamedDependency[Visit]) -> Response[bytes]:
    """The same as a PDF."""
    return as_pdf("district", [html_of(replace(_of_district(visit), is_pdf=True))])


def _of_school(visit: Visit, at: str) -> MeetingSheet:
    with visit.reading() as reading:
        school = school_of(visit, reading, at)
        here = enrollments(reading, visit.today, school.school_key)
        told = week_at(visit, reading, school, here, schools.attendance_sums(reading, here, visit.school_year))
    number = visit.saw(
        Action.PRINT_SCHOOL, students=told.week.student_keys, subject=f"meeting sheet: {school.name}",
        also=keeping(visit, told.week, school.school_key),
    )  # fmt: skip
    frame = visit.bare_frame()
    return MeetingSheet(told=told, today=visit.today, signed=frame.display_name, printed=frame.printed, number=number)


def _of_district(visit: Visit) -> DistrictSheet:
    with visit.reading() as reading:
        told = district_week(visit, reading)
    number = visit.saw(Action.SEE_DISTRICT, students=(), subject="meeting sheet")
    frame = visit.bare_frame()
    return DistrictSheet(told=told, today=visit.today, signed=frame.display_name, printed=frame.printed, number=number)


MEETING_SHEETS = [see_meeting_sheet, meeting_sheet_as_pdf, see_district_sheet, district_sheet_as_pdf]
