"""What puts a name on *This week*: one table, from which the list is made and the page that explains it is printed.

Each rule states something that happened, on a day. None of them is a score, none looks at who a student is, and none
guesses what will happen.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from appliance.days import from_day_number
from appliance.student_level.records.marks import Mark, fell_far

MOST_NAMES = 10
LEAVES_AFTER_DAYS = 28
"""A name leaves so many days after what happened, even if nobody recorded anything."""
QUIET_DAYS = {"talked": 14, "family": 14, "plan": 14, "not_needed": 28}
"""After a check-in of this kind a name stays away for so long."""
MISSING_WORK = 5
"""Assignments missing in one class."""
FIRST_DAYS = 20
"""On so few school days a share says nothing: the pages show counts, and the rule of a tenth waits."""


@dataclass(frozen=True, slots=True)
class CourseNow:
    """One course of one student: the last two grading periods' grades and the work that is missing."""

    title: str
    now: Mark | None = None
    before: Mark | None = None
    before_period: str = ""
    graded_day: int = 0
    missing: int = 0
    missing_day: int = 0


@dataclass(frozen=True, slots=True)
class Situation:
    """What the rules look at. `days`: the school days on which attendance was taken while the student was enrolled,
    newest first, of about nine weeks. `days_enrolled` and `days_missed` are of the whole school year.
    """

    days: Sequence[int]
    missed: frozenset[int]
    late: frozenset[int]
    days_enrolled: int
    days_missed: int
    takes_part_in_attendance: bool = True
    courses: Sequence[CourseNow] = ()


@dataclass(frozen=True, slots=True)
class Happening:
    """Something that happened, as a sentence without its subject, and the day it became true."""

    day: int
    text: str


@dataclass(frozen=True, slots=True)
class Rule:
    """One line of the table. `text` is printed with its numbers filled in."""

    name: str
    text: str
    at_least: int
    window: int
    find: Callable[["Rule", Situation], list[Happening]]

    @property
    def meaning(self) -> str:
        """The rule as a sentence, with the numbers now in force."""
        return self.text.format(at_least=self.at_least, window=self.window)


def _missed_most(rule: Rule, seen: Situation) -> list[Happening]:
    recent = seen.days[: rule.window]
    missed = [day for day in recent if day in seen.missed]
    if len(recent) < rule.window or len(missed) < rule.at_least:
        return []
    earlier = seen.days_missed - len(missed)
    since = f"; had missed {earlier} before that this year" if 0 <= earlier <= 3 else ""
    return [
        Happening(missed[0], f"missed {len(missed)} of the last {rule.window} school days ({_span(recent)}){since}.")
    ]


def _mondays(rule: Rule, seen: Situation) -> list[Happening]:
    if len(seen.missed) < rule.at_least:
        return []
    # Day 0 was a Thursday.
    mondays = [day for day in seen.days if (day + 3) % 7 == 0][: rule.at_least]
    if len(mondays) < rule.at_least or not seen.missed.issuperset(mondays):
        return []
    return [Happening(mondays[0], f"absent three Mondays in a row ({_dates(mondays)}).")]


def _late(rule: Rule, seen: Situation) -> list[Happening]:
    recent = seen.days[: rule.window]
    late = [day for day in recent if day in seen.late]
    if len(recent) < rule.window or len(late) < rule.at_least:
        return []
    return [Happening(late[0], f"late on {len(late)} of the last {rule.window} school days.")]


def _crossed_a_tenth(rule: Rule, seen: Situation) -> list[Happening]:
    enrolled, missed = seen.days_enrolled, seen.days_missed
    if enrolled < FIRST_DAYS or missed * rule.at_least < enrolled:
        return []
    # Walk back day by day until the share was still under a tenth: the day after that is when the line was crossed.
    for day in seen.days[: rule.window]:
        enrolled, missed = enrolled - 1, missed - (day in seen.missed)
        if missed * rule.at_least < enrolled:
            when = f"{from_day_number(day):%A}"
            now = f"{seen.days_missed} of {seen.days_enrolled}"
            return [Happening(day, f"reached 10% of days missed on {when} (now {now}).")]
    return []


def _grade_fell(rule: Rule, seen: Situation) -> list[Happening]:
    return [
        Happening(
            course.graded_day,
            f"{course.title} went from {course.before.shown} in {course.before_period} to {course.now.shown}"
            + (f"; {course.missing} assignments missing." if course.missing else "."),
        )
        for course in seen.courses
        if course.now and course.before and fell_far(course.before, course.now, rule.at_least)
    ]


def _missing_work(rule: Rule, seen: Situation) -> list[Happening]:
    many = [course for course in seen.courses if course.missing >= rule.at_least and not _fell(course)]
    if not many:
        return []
    rest = "".join(f", and {course.missing} in {course.title}" for course in many[1:])
    first = f"{many[0].missing} assignments missing in {many[0].title}"
    return [Happening(max(course.missing_day for course in many), f"{first}{rest}.")]


RULES = (
    Rule("missed_most_of_a_week", "Missed {at_least} or more of the last {window} school days.", 4, 5, _missed_most),
    Rule("mondays", "Was absent {at_least} Mondays in a row.", 3, 3, _mondays),
    Rule(
        "reached_a_tenth",
        "Reached 10% of days missed within the last {window} school days: exactly one day in {at_least} counts. "
        f"Looked at from the {FIRST_DAYS}th day of enrollment on.",
        10,
        5,
        _crossed_a_tenth,
    ),
    Rule("late", "Was late on {at_least} or more of the last {window} school days.", 5, 8, _late),
    Rule(
        "grade_fell",
        "A course grade fell by two letters, or by {at_least} points or more, since the grading period before.",
        20,
        1,
        _grade_fell,
    ),
    Rule("missing_work", "Has {at_least} or more assignments missing in one class.", MISSING_WORK, 1, _missing_work),
)
"""Every rule in force, in the order in which a student's happenings are told."""


def _fell(course: CourseNow) -> bool:
    points = next(rule.at_least for rule in RULES if rule.name == "grade_fell")
    return bool(course.now and course.before and fell_far(course.before, course.now, points))


def happenings(seen: Situation, today: int) -> list[Happening]:
    """What happened to a student that is not older than four weeks."""
    found = [happening for rule in RULES if _applies(rule, seen) for happening in rule.find(rule, seen)]
    return [happening for happening in found if today - happening.day < LEAVES_AFTER_DAYS]


def _applies(rule: Rule, seen: Situation) -> bool:
    return seen.takes_part_in_attendance or rule.name in ("grade_fell", "missing_work")


def _span(newest_first: Sequence[int]) -> str:
    first, last = from_day_number(newest_first[-1]), from_day_number(newest_first[0])
    end = str(last.day) if first.month == last.month else f"{last:%b} {last.day}"
    return f"{first:%b} {first.day} to {end}"


def _dates(newest_first: Sequence[int]) -> str:
    return ", ".join(f"{day:%b} {day.day}" for day in map(from_day_number, reversed(newest_first)))
