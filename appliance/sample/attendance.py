"""Absences and late arrivals of one student, drawn directly: no loop over the days that went well."""

from bisect import bisect_right
from collections.abc import Iterator
from dataclasses import dataclass
from random import Random

from appliance.sample.dice import dice
from appliance.sample.people import Stay, Student
from appliance.sample.stories import Story
from appliance.sample.year import SchoolYear

EXCUSED, UNEXCUSED, TARDY = "Excused Absence", "Unexcused Absence", "Tardy"

_SPELLS, _SPELL_CHANCES = (1, 2, 3), (0.82, 0.13, 0.05)
_REGULARITY = 2.0
_MEAN_SPELL = sum(days * chance for days, chance in zip(_SPELLS, _SPELL_CHANCES, strict=True))
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
