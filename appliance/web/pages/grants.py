"""What is open for a time at a school: a class for a coach until a day, a teacher's for a substitute until six."""

from dataclasses import dataclass
from typing import Annotated, ClassVar

import msgspec
from litestar import Response, get, post
from litestar.di import NamedDependency
from litestar.params import FromPath, FromQuery
from litestar.response import Redirect

from appliance.actions import Action, Role
from appliance.jobs import grants
from appliance.jobs.people import Person, people
from appliance.storage.database import Reading
from appliance.student_level.records import schools
from appliance.student_level.records.sections import TaughtSection, Teacher, taught_at, teachers_at
from appliance.web.addresses import Kind
from appliance.web.forms import FromForm
from appliance.web.rendering import show
from appliance.web.visit import Frame, NoSuch, Visit

MOST_LINKS = 20
"""More schools than these are chosen from a list, on a page of its own."""


@dataclass(frozen=True, slots=True)
class WhichSchoolPage:
    """The schools, each with its address, for who reaches many, or none yet."""

    template: ClassVar[str] = "pages/grants_schools.html"
    frame: Frame
    schools: tuple[tuple[str, schools.School], ...]


@dataclass(frozen=True, slots=True)
class GrantsPage:
    """One school's grants, and the two forms that give one. Addresses stand beside what they lead to."""

    template: ClassVar[str] = "pages/grants.html"
    frame: Frame
    at: str
    school: schools.School
    others: tuple[tuple[str, schools.School], ...]
    has_choice: bool
    given: tuple[tuple[str, grants.Grant, str], ...]
    codes: tuple[tuple[str, grants.RunningCode], ...]
    coaches: tuple[tuple[str, Person], ...]
    sections: tuple[tuple[str, TaughtSection], ...]
    teachers: tuple[tuple[str, Teacher], ...]
    is_past_six: bool


@dataclass(frozen=True, slots=True)
class DayCodePage:
    """A day code, shown once, to be printed."""

    template: ClassVar[str] = "pages/day_code.html"
    frame: Frame
    code: grants.DayCode


class CoachForm(msgspec.Struct, forbid_unknown_fields=True):
    """What the form for a coach sends."""

    csrf: str
    coach: Annotated[str, msgspec.Meta(max_length=40)]
    section: Annotated[str, msgspec.Meta(max_length=40)]
    until: Annotated[str, msgspec.Meta(max_length=10)]
    reason: Annotated[str, msgspec.Meta(max_length=300)]


class DayCodeForm(msgspec.Struct, forbid_unknown_fields=True):
    """What the form for a day code sends."""

    csrf: str
    teacher: Annotated[str, msgspec.Meta(max_length=40)]


class EndForm(msgspec.Struct, forbid_unknown_fields=True):
    """What the button that ends something sends."""

    csrf: str


@get("/grants", action=Action.GIVE_GRANT, sync_to_thread=True)
def see_grants(visit: NamedDependency[Visit], at: FromQuery[str] = "") -> Response[str]:
    """No student stands here: classes, coaches and days."""
    database, now = visit.house.database, visit.house.clock()
    with visit.reading() as reading:
        reach = _schools(visit, reading)
        if not at and (not reach or len(reach) > MOST_LINKS):
            choice = tuple((visit.addresses.of(Kind.SCHOOL, one.school_key), one) for one in reach)
            return show(WhichSchoolPage(visit.frame(reading), choice))
        chosen = visit.key(Kind.SCHOOL, at) if at else reach[0].school_key
        school = next((one for one in reach if one.school_key == chosen), None)
        if school is None:
            raise NoSuch("school")
        taught = taught_at(reading, chosen, visit.today)
        teachers = teachers_at(reading, chosen, visit.today)
        frame = visit.frame(reading)
    of = visit.addresses.of
    coaches = people(database, Role.COACH)
    called = {one.account_key: one.display_name for one in coaches}
    page = GrantsPage(
        frame=frame,
        at=of(Kind.SCHOOL, chosen),
        school=school,
        others=tuple(
            (of(Kind.SCHOOL, one.school_key), one) for one in reach if one != school and len(reach) <= MOST_LINKS
        ),
        has_choice=len(reach) > MOST_LINKS,
        given=tuple(
            (of(Kind.GRANT, one.coach_grant_key), one, called.get(one.account_key, "an account that is shut"))
            for one in grants.grants(database, visit.today, chosen)
        ),
        codes=tuple((of(Kind.ACCOUNT, one.account_key), one) for one in grants.running_codes(database, now, chosen)),
        coaches=tuple((of(Kind.ACCOUNT, one.account_key), one) for one in coaches),
        sections=tuple((of(Kind.SECTION, one.section_key), one) for one in taught),
        teachers=tuple((of(Kind.STAFF, one.staff_key), one) for one in teachers),
        is_past_six=now >= grants.day_code_end(now).timestamp(),
    )
    return show(page)


@post("/grants/classes", action=Action.GIVE_GRANT, sync_to_thread=True)
def give_class(visit: NamedDependency[Visit], data: FromForm[CoachForm]) -> Redirect:
    """Open a class of the giver's own school to a coach, until a day."""
    database = visit.house.database
    coach_key, section_key = visit.key(Kind.ACCOUNT, data.coach), visit.key(Kind.SECTION, data.section)
    coach = next((one for one in people(database, Role.COACH) if one.account_key == coach_key), None)
    if coach is None:
        raise NoSuch("person")
    school_key = _school_of(visit, section_key)
    if school_key is None:
        raise NoSuch("class")
    grants.give_to_coach(
        database, coach, section=section_key, today=visit.today, until_day=grants.read_day(data.until),
        reason=data.reason, by=visit.session.account.username,
    )  # fmt: skip
    return Redirect(f"/grants?at={visit.addresses.of(Kind.SCHOOL, school_key)}", status_code=303)


@post("/grants/{grant:str}/end", action=Action.END_GRANT, sync_to_thread=True)
def end_class(grant: FromPath[str], visit: NamedDependency[Visit], data: FromForm[EndForm]) -> Redirect:
    """End a grant of the giver's own school, at once."""
    key, database = visit.key(Kind.GRANT, grant), visit.house.database
    with visit.reading() as reading:
        reach = _schools(visit, reading)
    for school in reach:
        if any(one.coach_grant_key == key for one in grants.grants(database, visit.today, school.school_key)):
            grants.end_grant(database, key, today=visit.today, by=visit.session.account.username)
            return Redirect(f"/grants?at={visit.addresses.of(Kind.SCHOOL, school.school_key)}", status_code=303)
    raise NoSuch("grant")


@post("/grants/day-codes", action=Action.GIVE_GRANT, sync_to_thread=True, status_code=200)
def give_day_code(visit: NamedDependency[Visit], data: FromForm[DayCodeForm]) -> Response[str]:
    """Make a day code and show it, once."""
    staff_key = visit.key(Kind.STAFF, data.teacher)
    with visit.reading() as reading:
        if not any(
            one.staff_key == staff_key
            for school in _schools(visit, reading)
            for one in teachers_at(reading, school.school_key, visit.today)
        ):
            raise NoSuch("person")
        frame = visit.frame(reading)
    code = grants.give_day_code(
        visit.house.database, absent_staff=staff_key, today=visit.today, now=visit.house.clock(),
        by=visit.session.account.username,
    )  # fmt: skip
    return show(DayCodePage(frame, code))


@post("/grants/day-codes/{account:str}/end", action=Action.END_GRANT, sync_to_thread=True)
def end_day_code(account: FromPath[str], visit: NamedDependency[Visit], data: FromForm[EndForm]) -> Redirect:
    """End a day code before six."""
    key, house = visit.key(Kind.ACCOUNT, account), visit.house
    with visit.reading() as reading:
        reach = _schools(visit, reading)
    for school in reach:
        running = grants.running_codes(house.database, house.clock(), school.school_key)
        if any(one.account_key == key for one in running):
            grants.end_day_code(house.database, key, now=house.clock(), by=visit.session.account.username)
            return Redirect(f"/grants?at={visit.addresses.of(Kind.SCHOOL, school.school_key)}", status_code=303)
    raise NoSuch("person")


def _school_of(visit: Visit, section_key: int) -> int | None:
    with visit.reading() as reading:
        for school in _schools(visit, reading):
            if any(one.section_key == section_key for one in taught_at(reading, school.school_key, visit.today)):
                return school.school_key
    return None


def _schools(visit: Visit, reading: Reading) -> list[schools.School]:
    """The schools for which the reader may give something: those they lead; for a data steward, all."""
    return schools.all_schools(reading) if visit.role is Role.DATA_STEWARD else schools.schools_led(reading)


GRANT_PAGES = (see_grants, give_class, end_class, give_day_code, end_day_code)
