"""One student: what they care about, what goes well, what is new, days, courses, tests, check-ins, and who looked."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Annotated, ClassVar, Literal

import msgspec
from litestar import Response, get, post
from litestar.di import NamedDependency
from litestar.params import FromPath, FromQuery
from litestar.response import Redirect

from appliance.actions import Action, may
from appliance.days import day_number
from appliance.storage.database import Event, Reading
from appliance.student_level.records import attendance, students, supports
from appliance.student_level.records.attendance import DaysSoFar
from appliance.student_level.records.cares_about import LONGEST_LINE, CaresAbout, cares_about
from appliance.student_level.records.check_ins import KINDS, LONGEST_NOTE, CheckIn, check_ins_of, record_check_in
from appliance.student_level.records.courses import CourseLine, student_courses
from appliance.student_level.records.going_well import going_well
from appliance.student_level.records.growth import Growth, growth_of_student
from appliance.student_level.records.homerooms import homeroom_of
from appliance.student_level.records.learned import learned
from appliance.student_level.records.rule_book import RuleBook, since
from appliance.student_level.records.rules import Happening
from appliance.student_level.records.student_standards import CourseStandards, student_standards
from appliance.student_level.records.supports import Support
from appliance.student_level.records.this_week import news_of, situation_of
from appliance.student_level.records.who_looked import Opening, openings_of
from appliance.web import words
from appliance.web.addresses import Kind
from appliance.web.forms import FromForm, day_of
from appliance.web.rendering import show
from appliance.web.rules_beside import level_rule
from appliance.web.visit import Frame, NoSuch, Visit
from appliance.web.weeks import on_the_list

NEWS_DAYS = 28
"""News that are older are none, and a check-in that is older is no beginning of news."""
_PROGRAM_WORDS = {
    "english_learner": "English learner",
    "bilingual": "bilingual program",
    "gifted": "gifted program",
    "career_technical": "career and technical education",
    "special_education": "has an IEP",
    "section_504": "has a 504 plan",
}


@dataclass(frozen=True, slots=True)
class StudentPage:
    """The page, in the order in which it is read."""

    template: ClassVar[str] = "pages/student.html"
    kinds: ClassVar[dict[str, str]] = KINDS
    longest_note: ClassVar[int] = LONGEST_NOTE
    longest_line: ClassVar[int] = LONGEST_LINE
    support_kinds: ClassVar[dict[str, str]] = supports.KINDS
    longest_detail: ClassVar[int] = supports.LONGEST_DETAIL
    frame: Frame
    rules: RuleBook
    today: int
    address: str
    student: students.Student
    homeroom: str
    programs: tuple[str, ...]
    cares_about: CaresAbout | None
    last_opened: int | None
    going_well: tuple[str, ...]
    news: tuple[Happening, ...]
    since: int | None
    """The reader's own last check-in in four weeks, since which the news are; None: those of four weeks."""
    days: DaysSoFar | None
    elsewhere: tuple[students.Elsewhere, ...]
    grid: students.DayGrid | None
    periods: tuple[str, ...]
    courses: tuple[CourseLine, ...]
    standards: tuple[CourseStandards, ...]
    level_rule: str
    tests: tuple[students.TestLine, ...]
    growth: tuple[tuple[str, str, Growth], ...]
    check_ins: tuple[CheckIn, ...]
    supports: tuple[Support, ...]
    openings: tuple[Opening, ...]
    is_done: bool
    may_record: bool
    may_print: bool
    who_may_see: str


@get("/students/{address:str}", action=Action.SEE_STUDENT, sync_to_thread=True)
def see_student(address: FromPath[str], visit: NamedDependency[Visit], done: FromQuery[bool] = False) -> Response[str]:
    """Read the record, write down that it was opened and why it may be, and only then send it."""
    key = visit.key(Kind.STUDENT, address)
    with visit.reading() as reading:
        record = students.student(reading, key, visit.today)
        if record is None:
            raise NoSuch("student")
        page = _page(visit, reading, record, done)
    visit.saw(Action.SEE_STUDENT, students=(key,), reason=record.name.reason)
    return show(page)


def _page(visit: Visit, reading: Reading, record: students.Student, done: bool) -> StudentPage:
    key, today, book = record.student_key, visit.today, visit.rules(reading)
    days: DaysSoFar | None = None
    elsewhere: tuple[students.Elsewhere, ...] = ()
    grid, seen, listed = None, None, None
    if record.place:
        days, elsewhere = students.days_of(reading, key, record.place.school_key, visit.school_year)
        grid = students.day_grid(reading, record.place, key, today, visit.first_day_of_school_year)
        seen = situation_of(reading, record.place, today=today, school_year=visit.school_year)
        listed = on_the_list(visit, reading, key, record.place.school_key)
    shown = learned(reading, [key], today, book.levels)[key]
    periods, courses = student_courses(reading, key, today)
    talked = tuple(check_ins_of(reading, key, today))
    talked_on = _own_last(talked, visit.session.account.display_name, today)
    opened = students.last_opened(reading, key, Action.SEE_STUDENT, visit.session.account.username)
    return StudentPage(
        frame=visit.frame(reading),
        rules=book,
        today=today,
        address=visit.student_address(key),
        student=record,
        homeroom=homeroom_of(reading, key, today),
        programs=tuple(_PROGRAM_WORDS[program] for program in students.programs_of(reading, key, today)),
        cares_about=cares_about(reading, key),
        last_opened=day_number(opened.astimezone().date()) if opened else None,
        going_well=tuple(words.sentence_case(text) for text in going_well(seen, shown)) if seen else (),
        news=tuple(one for one in news_of(seen, book, today, listed) if one.day > (talked_on or 0)) if seen else (),
        since=talked_on,
        days=days,
        elsewhere=elsewhere,
        grid=grid,
        periods=periods,
        courses=tuple(courses),
        standards=student_standards(reading, key, today, book.levels),
        level_rule=level_rule(book.levels, since(reading, today, lambda book: book.levels)),
        tests=tuple(students.tests_of(reading, key, today)),
        growth=tuple(growth_of_student(reading, key, today)),
        check_ins=talked,
        supports=_supports(visit, reading, record),
        openings=tuple(openings_of(reading, key, visit.house.wall_day)),
        is_done=done,
        may_record=may(visit.role, Action.RECORD_CHECK_IN) and visit.looks_as is None,
        may_print=may(visit.role, Action.PRINT_STUDENT),
        who_may_see=f"/who-may-see/{visit.addresses.of(Kind.STUDENT, key)}"
        if may(visit.role, Action.SEE_WHO_MAY_SEE)
        else "",
    )


def _own_last(talked: Sequence[CheckIn], name: str, today: int) -> int | None:
    mine = (one.day for one in talked if one.by_whom == name and one.day > today - NEWS_DAYS)
    return next(mine, None)


def _supports(visit: Visit, reading: Reading, record: students.Student) -> tuple[Support, ...]:
    since = visit.first_day_of_school_year - supports.MOST_DAYS_COMPARED * 2
    schools = [record.place.school_key] if record.place else []
    days = [day for taken in attendance.days_taken(reading, schools, since, visit.today).values() for day in taken]
    away = attendance.exceptions(reading, since, visit.today, [record.student_key])
    missed = away.get(record.student_key, attendance.NONE).missed
    return tuple(supports.supports_of(reading, record.student_key, visit.today, days, missed))


class CheckInForm(msgspec.Struct, forbid_unknown_fields=True):
    """What the form sends. `back`: the page on which it stood. `not_needed`: which of its two buttons was pressed."""

    csrf: str
    kind: Literal["talked", "family", "plan"]
    not_needed: Literal["", "yes"] = ""
    note: Annotated[str, msgspec.Meta(max_length=LONGEST_NOTE)] = ""
    back: Literal["student", "this-week"] = "this-week"
    look_again: Annotated[str, msgspec.Meta(pattern=r"^(\d{4}-\d{2}-\d{2})?$")] = ""


@post("/students/{address:str}/check-ins", action=Action.RECORD_CHECK_IN, sync_to_thread=True)
def add_check_in(
    address: FromPath[str],
    visit: NamedDependency[Visit],
    data: FromForm[CheckInForm],
) -> Redirect:
    """Keep a check-in about a student whom the writer may see, and go back to where the form stood."""
    key = visit.key(Kind.STUDENT, address)
    with visit.reading() as reading:
        record = students.student(reading, key, visit.today)
    if record is None:
        raise NoSuch("student")
    kind = "not_needed" if data.not_needed else data.kind
    event = Event(visit.session.account.username, Action.RECORD_CHECK_IN, kind, record.name.reason, (key,))
    record_check_in(
        visit.house.database,
        event,
        student_key=key,
        account_key=visit.session.account.account_key,
        day=visit.today,
        kind=kind,
        note=" ".join(data.note.split()),
        follow_up_day=day_of(data.look_again),
    )
    back = visit.student_address(key) if data.back == "student" else "/this-week"
    return Redirect(f"{back}?done=true", status_code=303)
