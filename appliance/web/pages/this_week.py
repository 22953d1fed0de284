"""The first page of a teacher and of a counselor: the few students to check in with, and why."""

from dataclasses import dataclass
from typing import ClassVar

from litestar import Response, get
from litestar.di import NamedDependency
from litestar.params import FromQuery

from appliance.actions import Action, Role
from appliance.student_level.records.check_ins import KINDS, LONGEST_NOTE
from appliance.student_level.records.sections import Section, sections_of
from appliance.student_level.records.this_week import ThisWeek
from appliance.web.rendering import show
from appliance.web.visit import Frame, Visit


@dataclass(frozen=True, slots=True)
class ThisWeekPage:
    """The list, its good news, and the reader's classes."""

    template: ClassVar[str] = "pages/this_week.html"
    kinds: ClassVar[dict[str, str]] = KINDS
    longest_note: ClassVar[int] = LONGEST_NOTE
    frame: Frame
    greeting: str
    today: int
    role: Role
    in_roster: bool
    week: ThisWeek
    addresses: dict[int, str]
    classes: tuple[tuple[str, Section], ...]
    is_done: bool


@get("/this-week", action=Action.SEE_THIS_WEEK, sync_to_thread=True)
def see_this_week(visit: NamedDependency[Visit], done: FromQuery[bool] = False) -> Response[str]:
    """The reader's own list. Every name on it is written to the log before the page is sent."""
    account = visit.person
    with visit.reading() as reading:
        week = visit.this_week(reading)
        classes = sections_of(reading, account.staff_key, visit.today) if account.staff_key is not None else []
        page = ThisWeekPage(
            frame=visit.frame(reading),
            greeting=f"{visit.part_of_day}, {account.display_name}",
            today=visit.today,
            role=visit.role,
            in_roster=account.staff_key is not None,
            week=week,
            addresses={key: visit.student_address(key) for key in week.student_keys},
            classes=tuple((visit.section_address(section.section_key), section) for section in classes),
            is_done=done,
        )
    if week.student_keys:
        visit.saw(Action.SEE_THIS_WEEK, students=week.student_keys)
    return show(page)
