"""The students for whom something changed this week: known changes, so that a page or a test can look for them."""

from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum
from random import Random

from appliance.sample.people import Stay
from appliance.sample.timetable import Section
from appliance.sample.year import LEAST_DAYS_FOR_A_GRADE, SchoolYear


class Kind(StrEnum):
    """What changed. The numbers hold on the last school day with data."""

    MISSED_FOUR_OF_FIVE = "missed 4 of the last 5 days, at most 1 before"
    GRADE_FELL = "a grade fell from B to D, with 5 of the last 6 assignments missing"
    THREE_MONDAYS = "absent on the last three Mondays, hardly otherwise"
    LATE = "late on 5 of the last 8 days, never before"
    CROSSED_TENTH = "reached 10 % of days missed within the last 5 days"
    RECOVERED = "no absence for four weeks, after many"
    GRADE_ROSE = "a grade rose from C to B+"


# How many school days must be over before a change of the kind can be told from an ordinary start.
_LEAST_DAYS = {
    Kind.MISSED_FOUR_OF_FIVE: 10,
    Kind.LATE: 10,
    Kind.THREE_MONDAYS: 20,
    Kind.CROSSED_TENTH: 20,
    Kind.RECOVERED: 40,
}


@dataclass(frozen=True, slots=True)
class Story:
    """What is true of one student. `missed` and `late` are places in `year.days`; `section` matters for grades."""

    kind: Kind
    missed: frozenset[int]
    late: frozenset[int]
    section: Section

    @property
    def is_about_a_grade(self) -> bool:
        """Whether the change is to be seen in `section`, not in the days."""
        return self.kind in (Kind.GRADE_FELL, Kind.GRADE_ROSE)


def choose_stories(sections: Sequence[Section], year: SchoolYear, rng: Random) -> dict[str, Story]:
    """One student of each kind that the year is old enough for, by student id; at most half of the students.

    Only students who are there all year, all day. `sections` are where the changes of grades happen.
    """
    seats: dict[str, tuple[Stay, Section]] = {}
    for section in sections:
        for stay in section.stays:
            if stay.settled:
                seats.setdefault(stay.student.student_id, (stay, section))
    kinds = [kind for kind in Kind if _is_possible(kind, year)]
    chosen = rng.sample(sorted(seats), min(len(kinds), len(seats) // 2))
    return {student: _tell(kind, seats[student][1], year, rng) for student, kind in zip(chosen, kinds, strict=False)}


def _is_possible(kind: Kind, year: SchoolYear) -> bool:
    quarters = year.quarters()
    if kind in (Kind.GRADE_FELL, Kind.GRADE_ROSE):
        return len(quarters) >= 2 and year.past - quarters[-1][1].start >= LEAST_DAYS_FOR_A_GRADE
    return year.past >= _LEAST_DAYS[kind]


def _tell(kind: Kind, section: Section, year: SchoolYear, rng: Random) -> Story:
    past = year.past
    once = {rng.randrange(past // 3)}
    missed: set[int] = set()
    late: set[int] = set()
    match kind:
        case Kind.MISSED_FOUR_OF_FIVE:
            missed = once | set(range(past - 4, past))
        case Kind.THREE_MONDAYS:
            missed = set([day for day in range(past) if year.days[day].weekday() == 0][-3:])
        case Kind.LATE:
            late = set(rng.sample(range(past - 8, past), 5))
        case Kind.CROSSED_TENTH:
            missed = _days_that_reach_a_tenth(past, rng)
        case Kind.RECOVERED:
            missed = set(rng.sample(range(past - 22), max(5, (past - 22) // 5)))
        case Kind.GRADE_FELL | Kind.GRADE_ROSE:
            missed = once
    return Story(kind, frozenset(missed), frozenset(late), section)


def _days_that_reach_a_tenth(past: int, rng: Random) -> set[int]:
    """Just under a tenth of the days on each day until five days ago, and a tenth at last."""
    before = {min(day + rng.randrange(4), past - 6) for day in range(10, past - 5, 10)}
    needed = -(-past // 10) - len(before)
    return before | set(range(past - 1 - needed, past - 1))
