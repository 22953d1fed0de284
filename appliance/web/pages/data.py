"""The steward's first page: what came in, what was held back and why, and how fresh each kind of record is."""

from collections import defaultdict
from dataclasses import dataclass
from itertools import takewhile
from typing import ClassVar

from litestar import Response, get
from litestar.di import NamedDependency

from appliance.actions import Action, Role
from appliance.jobs import policy
from appliance.jobs.people import number_without_roster
from appliance.jobs.student_budget import alarms
from appliance.roles import Scope
from appliance.student_level.records import imports
from appliance.student_level.records.newest import KindOfRecord, kinds_of_record
from appliance.student_level.records.quarantine import WAITING
from appliance.student_level.records.who_is_who import number_open, reading_students
from appliance.web.rendering import show
from appliance.web.visit import Frame, Visit

STALE_DAYS = 4
"""Attendance older than a long weekend is pointed out."""
_OF_THE_ROSTER = {Scope.OWN_CLASSES, Scope.CASELOAD, Scope.SCHOOL}
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
    """Of every import, as long as their rows wait."""
    kinds: tuple[KindOfRecord, ...]
    attendance: tuple[imports.LastAttendance, ...]
    links: tuple[tuple[str, str], ...]
    questions: int
    """About who is who, that wait for the steward."""
    alarms: int
    held_because: dict[int, str]
    """Why batches are held, by their numbers."""
    not_in_roster: int
    """People whose role has students and whose account is tied to nobody in the roster."""
    unsigned: int
    """Rules of releases that wait for a second signature."""

    @property
    def held(self) -> list[tuple[imports.Batch, str]]:
        """The batches that came after the last that was loaded, and are held: nothing of them is here."""
        newest = takewhile(lambda one: one.status == "held", self.batches)
        return [(one, self.held_because.get(one.batch_key, "")) for one in newest]

    @property
    def changed(self) -> list[imports.EntityCount]:
        """The kinds of things to which the last import did something."""
        return [one for one in self.counts if one.added or one.changed or one.ended or one.refused]

    @property
    def untouched(self) -> list[imports.EntityCount]:
        """The kinds of which everything stayed as it was."""
        return [one for one in self.counts if one not in self.changed]

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
        once = (self.alarms, self.questions, self.not_in_roster, self.unsigned)
        return len(self.held) + len(self.problems) + len(self.behind) + sum(map(bool, once))


@get("/data", action=Action.SEE_DATA, sync_to_thread=True)
def see_data(visit: NamedDependency[Visit]) -> Response[str]:
    """Imports and freshness. No student stands on this page."""
    with reading_students(visit.house.database) as reading:
        questions = number_open(reading)
    with visit.reading() as reading, visit.house.database.reading(WAITING) as waiting:
        found = imports.batches(reading)
        last = found[0].batch_key if found else 0
        return show(
            DataPage(
                frame=visit.frame(reading),
                today=visit.today,
                batches=tuple(found),
                counts=tuple(imports.counts(reading, last)),
                problems=tuple(imports.still_held_back(waiting, imports.problems(reading, last), last)),
                kinds=tuple(kinds_of_record(reading)),
                attendance=tuple(imports.last_attendance(reading)),
                links=tuple(imports.links(reading, last)),
                questions=questions,
                alarms=len(alarms(visit.house.database)),
                held_because=imports.reasons(reading),
                not_in_roster=_not_in_roster(visit) if found else 0,
                unsigned=len(policy.waiting(visit.house.database)),
            )
        )


def _not_in_roster(visit: Visit) -> int:
    return number_without_roster(visit.house.database, [role for role in Role if role.terms.scope in _OF_THE_ROSTER])
