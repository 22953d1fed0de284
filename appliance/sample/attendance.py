"""Absences and late arrivals of one student, drawn directly: no loop over the days that went well.

Where classes take attendance of their own, they agree with the day: who is absent is absent from each class, who comes
late is late to the first. Now and then somebody who is there misses one class, which makes no day of it.
"""

from bisect import bisect_right
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from random import Random

from appliance.sample.dice import dice
from appliance.sample.people import Stay, Student
from appliance.sample.stories import Story
from appliance.sample.timetable import PERIODS, Section
from appliance.sample.year import SchoolYear

EXCUSED, UNEXCUSED, TARDY = "Excused Absence", "Unexcused Absence", "Tardy"

_SPELLS, _SPELL_CHANCES = (1, 2, 3), (0.82, 0.13, 0.05)
_REGULARITY = 2.0
_MEAN_SPELL = sum(days * chance for days, chance in zip(_SPELLS, _SPELL_CHANCES, strict=True))
_CLASSES_MISSED = 0.5
"""Single classes missed for each day missed."""
_REASONS = {
    EXCUSED: ("Note from home", "Note from home", "Appointment", "Family", "School activity"),
    UNEXCUSED: ("No note", "No note", ""),
    TARDY: ("Late bus", "Traffic", "Overslept", ""),
}


@dataclass(frozen=True, slots=True)
class Mark:
    """Something other than a whole day at school. `day` is a place in `year.days`."""

    day: int
    category: str
    reason: str


def exceptions_of(stay: Stay, story: Story | None, year: SchoolYear, seed: int) -> Iterator[Mark]:
    """A student's absences and late arrivals at one school so far, in order of days.

    The draw does not depend on today: a file written tomorrow repeats today's rows, but for students with a story.
    """
    student = stay.student
    rng = dice(seed, "attendance", student.student_id)
    if story:
        missed, late = set(story.missed), set(story.late)
    else:
        missed = _missed_days(student, year, rng)
        late = set(_arrivals(student.late_rate, year, rng))
    excused = 0.82 - 2.2 * student.absence_rate
    days = stay.days_so_far(year)
    for day in sorted(missed | late):
        category = TARDY if day not in missed else EXCUSED if rng.random() < excused else UNEXCUSED
        reason = rng.choice(_REASONS[category])
        if day in days:
            yield Mark(day, category, reason)


def exceptions_by_class(
    stay: Stay, story: Story | None, classes: Sequence[Section], year: SchoolYear, seed: int
) -> Iterator[tuple[Section, Mark]]:
    """The same student's days class by class, in order of days. `classes`: those at this school.

    A student with a story misses no single class, so that the story stays the whole of what there is to see.
    """
    if not classes:
        return
    away: dict[int, list[tuple[Section, Mark]]] = {
        mark.day: [(section, mark) for section in classes if mark.category != TARDY or section.period == 1]
        for mark in exceptions_of(stay, story, year, seed)
    }
    rng, days = dice(seed, "classes missed", stay.student.student_id), stay.days_so_far(year)
    for day in () if story else _arrivals(_CLASSES_MISSED * stay.student.absence_rate, year, rng):
        period, category = rng.randint(1, PERIODS), rng.choice((EXCUSED, UNEXCUSED))
        if day in days and day not in away:
            away[day] = [(section, Mark(day, category, "")) for section in classes if section.period == period]
    for day in sorted(away):
        yield from away[day]


def _missed_days(student: Student, year: SchoolYear, rng: Random) -> set[int]:
    """Spells of one to three school days; those that overlap become one longer spell."""
    missed: set[int] = set()
    for day in _arrivals(student.absence_rate / _MEAN_SPELL, year, rng):
        missed.update(range(day, day + rng.choices(_SPELLS, _SPELL_CHANCES)[0]))
    return missed


def _arrivals(rate: float, year: SchoolYear, rng: Random) -> Iterator[int]:
    """Days on which something begins, so many a day on average, more on the days that weigh more.

    More regular than pure chance (which would push many ordinary students over a tenth of the days by bad luck alone):
    after one illness the next is some weeks away.
    """
    whole, scale = year.load[-1], 1 / (rate * _REGULARITY)
    moment = rng.random() / rate
    while moment < whole:
        yield bisect_right(year.load, moment) - 1
        moment += rng.gammavariate(_REGULARITY, scale)
