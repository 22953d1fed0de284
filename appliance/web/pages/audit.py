"""Who looked: the access log by student, by person and by day, for the data steward and the auditor; on paper too."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from typing import Annotated, ClassVar, Literal

import msgspec
from litestar import Response, get, post
from litestar.di import NamedDependency
from litestar.params import FromPath, FromQuery
from litestar.response import Redirect

from appliance.actions import Action
from appliance.days import day_number
from appliance.errors import Trouble
from appliance.jobs.access_log import LogLine, lines_of_day, lines_of_person
from appliance.jobs.student_budget import LONGEST_NOTE, Alarm, alarms, settle
from appliance.roles import Role
from appliance.storage.database import Reading
from appliance.student_level.records.enrollments import Name, find_by_name, names
from appliance.student_level.records.who_looked import Look, Looker, lookers, looks_at
from appliance.web import words
from appliance.web.addresses import Kind
from appliance.web.forms import FromForm
from appliance.web.rendering import show
from appliance.web.sheets import Cell, Form, Sheet
from appliance.web.visit import Frame, NoSuch, Visit

MOST_SHOWN, MOST_TAKEN = 500, 100_000
"""Lines on a page, and in a file."""
_DAYS_BACK = 30
_LINE_COLUMNS = ("Line", "When (UTC)", "Who", "Name", "Role", "What", "Which", "Why", "Students", "Came to nothing")
_LOOK_COLUMNS = ("Line", "When (UTC)", "Who", "Name", "Role", "What", "Which", "Why: the student")


@dataclass(frozen=True, slots=True)
class AuditPage:
    """Where to begin: what to look into, and three questions to the log."""

    template: ClassVar[str] = "pages/audit.html"
    longest_note: ClassVar[int] = LONGEST_NOTE
    frame: Frame
    today: int
    first_day: int
    alarms: tuple[Alarm, ...]
    typed: str = ""
    found: tuple[tuple[str, Name], ...] = ()


@dataclass(frozen=True, slots=True)
class AuditLinesPage:
    """What was done on a day, or by a person. `day`: of a day; else `who`, from `first_day` to `last_day`."""

    template: ClassVar[str] = "pages/audit_lines.html"
    most: ClassVar[int] = MOST_SHOWN
    frame: Frame
    lines: tuple[LogLine, ...]
    day: int | None = None
    who: str = ""
    first_day: int = 0
    last_day: int = 0


@dataclass(frozen=True, slots=True)
class WhoLookedPage:
    """Everybody who looked at one student: a list for the family, and below it each line."""

    template: ClassVar[str] = "pages/audit_student.html"
    most: ClassVar[int] = MOST_SHOWN
    frame: Frame
    address: str
    name: Name
    today: int
    lookers: tuple[Looker, ...]
    looks: tuple[Look, ...]
    number: int


class FindForm(msgspec.Struct, forbid_unknown_fields=True):
    """What the form about a student sends."""

    csrf: str
    name: Annotated[str, msgspec.Meta(max_length=100)]


class PersonForm(msgspec.Struct, forbid_unknown_fields=True):
    """What the form about a person sends."""

    csrf: str
    who: Annotated[str, msgspec.Meta(min_length=1, max_length=100)]
    since: str
    until: str


class SettleForm(msgspec.Struct, forbid_unknown_fields=True):
    """What somebody found."""

    csrf: str
    note: Annotated[str, msgspec.Meta(max_length=LONGEST_NOTE)]


@get("/audit", action=Action.SEE_AUDIT, sync_to_thread=True)
def see_audit(visit: NamedDependency[Visit]) -> Response[str]:
    """The three forms, and what nobody has looked into yet. It shows no student."""
    with visit.reading() as reading:
        return show(_begin(visit, reading))


@post("/audit/find", action=Action.SEE_AUDIT, sync_to_thread=True, status_code=200)
def find_for_audit(visit: NamedDependency[Visit], data: FromForm[FindForm]) -> Response[str]:
    """The student of that whole name or district id."""
    typed = " ".join(data.name.split())
    with visit.reading(typed=typed) as reading:
        found, _ = find_by_name(reading, "") if typed else ({}, False)
        lines = tuple((f"/audit/students/{visit.addresses.of(Kind.STUDENT, key)}", name) for key, name in found.items())
        page = _begin(visit, reading, typed, lines)
    if found:
        visit.saw(Action.SEE_AUDIT, students=tuple(found), reason="looked up by name", subject="found by name")
    return show(page)


def _begin(visit: Visit, reading: Reading, typed: str = "", found: tuple[tuple[str, Name], ...] = ()) -> AuditPage:
    today = visit.house.wall_day
    waiting = tuple(alarms(visit.house.database))
    return AuditPage(visit.frame(reading), today, today - _DAYS_BACK, waiting, typed, found)


@get("/audit/students/{address:str}", action=Action.SEE_AUDIT, sync_to_thread=True)
def see_who_looked(address: FromPath[str], visit: NamedDependency[Visit]) -> Response[str]:
    """Everybody whom the log names with this student. Asking is a line of its own, and stands in the next answer."""
    key, name, looks, frame = _who_looked(visit, address, MOST_TAKEN)
    number = visit.saw(Action.SEE_AUDIT, students=(key,), reason=name.reason)
    everybody = tuple(lookers(looks))
    shown = tuple(looks[:MOST_SHOWN])
    return show(WhoLookedPage(frame, address, name, visit.house.wall_day, everybody, shown, number))


@get("/audit/students/{address:str}/file/{form:str}", action=Action.EXPORT_AUDIT, sync_to_thread=True)
def take_who_looked(
    address: FromPath[str], form: FromPath[Literal["csv", "xlsx"]], visit: NamedDependency[Visit]
) -> Response[bytes]:
    """The same as a file, every line. No student's name stands in it or in its name."""
    key, name, looks, _ = _who_looked(visit, address, MOST_TAKEN)
    rows = (
        (one.sequence, one.at, one.who, one.display_name, _role(one.role), one.action, one.subject, one.reason)
        for one in looks
    )
    return _taken(visit, form, "who-looked", _LOOK_COLUMNS, rows, students=(key,), reason=name.reason)


def _who_looked(visit: Visit, address: str, most: int) -> tuple[int, Name, list[Look], Frame]:
    key = visit.key(Kind.STUDENT, address)
    with visit.reading(named=key) as reading:
        name = names(reading, [key]).get(key)
        if name is None:
            raise NoSuch("student")
        return key, name, looks_at(reading, key, most), visit.frame(reading)


@get("/audit/day", action=Action.SEE_AUDIT, sync_to_thread=True)
def see_day(visit: NamedDependency[Visit], day: FromQuery[str]) -> Response[str]:
    """What was done on a day."""
    number = _day(day)
    with visit.reading() as reading:
        frame = visit.frame(reading)
    found = tuple(lines_of_day(visit.house.database, number, MOST_SHOWN))
    visit.saw(Action.SEE_AUDIT, students=(), subject=f"day {words.iso_day(number)}")
    return show(AuditLinesPage(frame, found, day=number))


@get("/audit/day/file/{form:str}", action=Action.EXPORT_AUDIT, step_up=True, sync_to_thread=True)
def take_day(
    form: FromPath[Literal["csv", "xlsx"]], visit: NamedDependency[Visit], day: FromQuery[str]
) -> Response[bytes]:
    """The same as a file."""
    number = _day(day)
    found = lines_of_day(visit.house.database, number, MOST_TAKEN)
    return _taken(visit, form, f"access-log-{words.iso_day(number)}", _LINE_COLUMNS, map(_row, found))


@post("/audit/person", action=Action.SEE_AUDIT, sync_to_thread=True, status_code=200)
def see_person(visit: NamedDependency[Visit], data: FromForm[PersonForm]) -> Response[str]:
    """What a person did."""
    first, last = _day(data.since), _day(data.until)
    with visit.reading() as reading:
        frame = visit.frame(reading)
    found = tuple(lines_of_person(visit.house.database, data.who.strip(), first, last, MOST_SHOWN))
    visit.saw(Action.SEE_AUDIT, students=(), subject="a person", reason=_whose(found))
    return show(AuditLinesPage(frame, found, who=data.who.strip(), first_day=first, last_day=last))


@post(
    "/audit/person/file", action=Action.EXPORT_AUDIT, step_up=True, step_up_from="/audit", sync_to_thread=True,
    status_code=200,
)  # fmt: skip
def take_person(visit: NamedDependency[Visit], data: FromForm[PersonForm]) -> Response[bytes]:
    """The same as a file."""
    found = lines_of_person(visit.house.database, data.who.strip(), _day(data.since), _day(data.until), MOST_TAKEN)
    return _taken(visit, "csv", "access-log-of-a-person", _LINE_COLUMNS, map(_row, found), reason=_whose(found))


@post("/audit/alarms/{line:int}", action=Action.SETTLE_ALARM, sync_to_thread=True)
def settle_alarm(line: FromPath[int], visit: NamedDependency[Visit], data: FromForm[SettleForm]) -> Redirect:
    """Somebody has looked into it."""
    if not any(one.sequence == line for one in alarms(visit.house.database)):
        raise NoSuch("alarm")
    settle(visit.house.database, line, note=data.note, by=visit.session.account.username)
    return Redirect("/audit", status_code=303)


def _whose(found: Iterable[LogLine]) -> str:
    """Who is looked into, as the log calls them; what was typed may be anything."""
    return next((f"lines of {one.who}" for one in found), "lines of nobody")


def _day(text: str) -> int:
    try:
        return day_number(date.fromisoformat(text))
    except ValueError:
        raise Trouble("A day is written like 2026-11-20.") from None


def _role(role: str) -> str:
    return Role(role).terms.word if role else ""


def _row(one: LogLine) -> tuple[Cell, ...]:
    nothing = "yes" if one.came_to_nothing else ""
    return (
        one.sequence, one.at, one.who, one.display_name, _role(one.role), one.action, one.subject, one.reason,
        one.students, nothing,
    )  # fmt: skip


def _taken(
    visit: Visit,
    form: Form,
    name: str,
    columns: tuple[str, ...],
    rows: Iterable[tuple[Cell, ...]],
    *,
    students: tuple[int, ...] = (),
    reason: str = "",
) -> Response[bytes]:
    """The file, once the log holds that it was taken out."""
    number = visit.saw(Action.EXPORT_AUDIT, students=students, subject=f"{name}, {form}", reason=reason)
    frame = visit.bare_frame()
    note = f"Taken out by {frame.display_name}, {frame.printed}; line {number} of the access log. Keep locked."
    return Sheet(name, columns, rows, note).as_file(form)


AUDIT_PAGES = [
    see_audit, find_for_audit, see_who_looked, take_who_looked, see_day, take_day, see_person, take_person,
    settle_alarm,
]  # fmt: skip
