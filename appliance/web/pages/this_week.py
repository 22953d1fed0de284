"""The first page of a teacher, a counselor and a coach: the few students to check in with, and why."""

from dataclasses import dataclass
from typing import ClassVar

from litestar import Response, get
from litestar.di import NamedDependency
from litestar.params import FromQuery

from appliance.actions import Action, Role
from appliance.roles import Scope
from appliance.student_level.records.check_ins import KINDS, LONGEST_NOTE
from appliance.student_level.records.rule_book import Version
from appliance.student_level.records.scope import first_end
from appliance.student_level.records.sections import Section, sections_of
from appliance.student_level.records.this_week import ThisWeek
from appliance.web.rendering import show
from appliance.web.visit import Frame, Visit
from appliance.web.weeks import keeping, rules_of_week, week_of


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
    is_granted: bool
    """Whether this reader's students are opened for a time, so that the roster need not know the reader."""
    open_until: int | None
    """The first day on which something of it ends."""
    week: ThisWeek
    week_rules: Version
    addresses: dict[int, str]
    classes: tuple[tuple[str, Section], ...]
    is_done: bool


@get("/this-week", action=Action.SEE_THIS_WEEK, sync_to_thread=True)
def see_this_week(visit: NamedDependency[Visit], done: FromQuery[bool] = False) -> Response[str]:
    """The reader's own list. Every name on it is written to the log before the page is sent, and with it, at its first
    reading, the list of the week.
    """
    account = visit.person
    is_granted = visit.role.terms.scope is Scope.GRANTED
    with visit.reading() as reading:
        week = week_of(visit, reading)
        classes = sections_of(reading, account.staff_key, visit.today) if account.staff_key is not None else []
        page = ThisWeekPage(
            frame=visit.frame(reading),
            greeting=f"{visit.part_of_day}, {account.display_name}",
            today=visit.today,
            role=visit.role,
            in_roster=account.staff_key is not None,
            is_granted=is_granted,
            open_until=first_end(reading) if is_granted else None,
            week=week,
            week_rules=rules_of_week(visit, reading),
            addresses={key: visit.student_address(key) for key in week.student_keys},
            classes=tuple((visit.section_address(section.section_key), section) for section in classes),
            is_done=done,
        )
    keeps = keeping(visit, week)
    if week.student_keys or keeps:
        visit.saw(Action.SEE_THIS_WEEK, students=week.student_keys, also=keeps)
    return show(page)
