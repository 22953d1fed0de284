"""The steward's first page: what came in, what was held back and why, and how fresh each school's attendance is."""

from collections import defaultdict
from dataclasses import dataclass
from typing import ClassVar

from litestar import Response, get
from litestar.di import NamedDependency

from appliance.actions import Action
from appliance.jobs.student_budget import alarms
from appliance.student_level.records import imports
from appliance.student_level.records.who_is_who import number_open, reading_students
from appliance.web.rendering import show
from appliance.web.visit import Frame, Visit

STALE_DAYS = 4
"""Attendance older than a long weekend is pointed out."""
MOST_SHOWN = 10
"""Of a kind of thing to look at: more than these nobody mends in a morning."""


@dataclass(frozen=True, slots=True)
class DataPage:
    """The last import in full, the ones before it in a line each."""

    template: ClassVar[str] = "pages/data.html"
    most_shown: ClassVar[int] = MOST_SHOWN
    frame: Frame
    today: int
    batches: tuple[imports.Batch, ...]
    counts: tuple[imports.EntityCount, ...]
    problems: tuple[imports.ProblemGroup, ...]
    attendance: tuple[imports.LastAttendance, ...]
    links: tuple[tuple[str, str], ...]
    questions: int
    """About who is who, that wait for the steward."""
    alarms: int

    @property
    def fresh(self) -> list[tuple[int | None, tuple[str, ...]]]:
        """The last day loaded, newest first, each with its schools by name; last those of which none is."""
        by_day: dict[int | None, list[str]] = defaultdict(list)
        for one in self.attendance:
            by_day[one.day].append(one.school)
        return [(day, tuple(by_day[day])) for day in sorted(by_day, key=lambda day: -(day or 0))]

    @property
    def behind(self) -> tuple[imports.LastAttendance, ...]:
        """The schools whose attendance is missing or old."""
        return tuple(one for one in self.attendance if one.day is None or self.today - one.day > STALE_DAYS)

    @property
    def to_do(self) -> int:
        """How many things wait for the steward."""
        return len(self.problems) + len(self.behind) + bool(self.alarms) + bool(self.questions)


@get("/data", action=Action.SEE_DATA, sync_to_thread=True)
def see_data(visit: NamedDependency[Visit]) -> Response[str]:
    """Imports and freshness. No student stands on this page."""
    with reading_students(visit.house.database) as reading:
        questions = number_open(reading)
    with visit.reading() as reading:
        found = imports.batches(reading)
        last = found[0].batch_key if found else 0
        return show(
            DataPage(
                frame=visit.frame(reading),
                today=visit.today,
                batches=tuple(found),
                counts=tuple(imports.counts(reading, last)),
                problems=tuple(imports.problems(reading, last)),
                attendance=tuple(imports.last_attendance(reading)),
                links=tuple(imports.links(reading, last)),
                questions=questions,
                alarms=len(alarms(visit.house.database)),
            )
        )
