"""What puts a name on *This week*: one table, from which the list is made and the page that explains it is printed.

The numbers here are those that were shipped; the ones in force are a `RuleBook`.

Each rule states something that happened, on a day. None of them is a score, none looks at who a student is, and none
guesses what will happen.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace

from appliance.days import from_day_number
from appliance.student_level.records.marks import Mark, fell_far

_WORDS = "no one two three four five six".split()
FIRST_DAYS = 20
"""As shipped: on so few school days a share says nothing, and the rule of a tenth waits."""


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
    rule: str = ""
    """By which rule it was found."""


@dataclass(frozen=True, slots=True)
class Rule:
    """One line of the table. `text` is printed with its numbers filled in.

    `unit`: what the first number counts, as a form says it. `may_be` and `windows` are the least and most that the two
    numbers can be; `within`: the first counts days among the second. `first_days` and `fall` are numbers of the whole
    book that the rule heeds (`fall`: the points of `grade_fell`, None when that rule is off).
    """

    name: str
    text: str
    find: Callable[["Rule", Situation], list[Happening]]
    at_least: int
    unit: str
    may_be: tuple[int, int]
    window: int = 1
    windows: tuple[int, int] = (1, 1)
    within: bool = False
    is_about_days: bool = True
    first_days: int = FIRST_DAYS
    fall: int | None = 20

    @property
    def meaning(self) -> str:
        """The rule as a sentence, with the numbers now in force."""
        return self.text.format(at_least=self.at_least, window=self.window, first_days=self.first_days)

    def what_hinders(self, at_least: int, window: int) -> str:
        """Why a person cannot mean these numbers; empty when they can."""
        for number, (least, most) in ((at_least, self.may_be), (window, self.windows)):
            if not least <= number <= most:
                return f"{number} is not from {least} to {most}" if least < most else f"it is always {least}"
        if self.within and at_least > window:
            return f"{at_least} of {window} days cannot be"
        return ""


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
    return [Happening(mondays[0], f"absent {_WORDS[rule.at_least]} Mondays in a row ({_dates(mondays)}).")]


def _late(rule: Rule, seen: Situation) -> list[Happening]:
    recent = seen.days[: rule.window]
    late = [day for day in recent if day in seen.late]
    if len(recent) < rule.window or len(late) < rule.at_least:
        return []
    return [Happening(late[0], f"late on {len(late)} of the last {rule.window} school days.")]


def _crossed_a_tenth(rule: Rule, seen: Situation) -> list[Happening]:
    enrolled, missed = seen.days_enrolled, seen.days_missed
    if enrolled < rule.first_days or missed * rule.at_least < enrolled:
        return []
    # Walk back day by day until the share was still under a tenth: the day after that is when the line was crossed.
    for day in seen.days[: rule.window]:
        enrolled, missed = enrolled - 1, missed - (day in seen.missed)
        if missed * rule.at_least < enrolled:
            when = f"{from_day_number(day):%A, %b} {from_day_number(day).day}"
            until = from_day_number(seen.days[0])
            so_far = f"{seen.days_missed} of {seen.days_enrolled} by {until:%b} {until.day}"
            return [Happening(day, f"reached 10% of days missed on {when} ({so_far}).")]
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
    many = [course for course in seen.courses if course.missing >= rule.at_least and not _fell(rule, course)]
    if not many:
        return []
    rest = "".join(f", and {course.missing} in {course.title}" for course in many[1:])
    first = f"{many[0].missing} assignments missing in {many[0].title}"
    return [Happening(max(course.missing_day for course in many), f"{first}{rest}.")]


def _fell(rule: Rule, course: CourseNow) -> bool:
    """Whether `grade_fell` tells of this course already, with its missing work."""
    return bool(rule.fall and course.now and course.before and fell_far(course.before, course.now, rule.fall))


RULES = (
    Rule(
        "missed_most_of_a_week",
        "Missed {at_least} or more of the last {window} school days.",
        _missed_most,
        at_least=4,
        unit="days missed, at least",
        may_be=(2, 20),
        window=5,
        windows=(2, 20),
        within=True,
    ),
    Rule(
        "mondays",
        "Was absent {at_least} Mondays in a row.",
        _mondays,
        at_least=3,
        unit="Mondays in a row",
        may_be=(2, 6),
    ),
    Rule(
        "reached_a_tenth",
        "Reached 10% of days missed within the last {window} school days: exactly one day in {at_least} counts. "
        "Looked at from the {first_days}th day of enrollment on.",
        _crossed_a_tenth,
        at_least=10,
        unit="one day in so many",
        may_be=(10, 10),
        window=5,
        windows=(1, 20),
    ),
    Rule(
        "late",
        "Was late on {at_least} or more of the last {window} school days.",
        _late,
        at_least=5,
        unit="days late, at least",
        may_be=(2, 20),
        window=8,
        windows=(2, 20),
        within=True,
    ),
    Rule(
        "grade_fell",
        "A course grade fell by two letters, or by {at_least} points or more, since the grading period before.",
        _grade_fell,
        at_least=20,
        unit="points fallen, at least",
        may_be=(5, 60),
        is_about_days=False,
    ),
    Rule(
        "missing_work",
        "Has {at_least} or more assignments missing in one class.",
        _missing_work,
        at_least=5,
        unit="assignments missing, at least",
        may_be=(1, 40),
        is_about_days=False,
    ),
)
"""Every rule there is, in the order in which a student's happenings are told, with the numbers it is shipped with."""


def happenings(seen: Situation, rules: Sequence[Rule] = RULES) -> list[Happening]:
    """What happened to a student, by these rules."""
    return [
        replace(happening, rule=rule.name)
        for rule in rules
        if seen.takes_part_in_attendance or not rule.is_about_days
        for happening in rule.find(rule, seen)
    ]


def _span(newest_first: Sequence[int]) -> str:
    first, last = from_day_number(newest_first[-1]), from_day_number(newest_first[0])
    end = str(last.day) if first.month == last.month else f"{last:%b} {last.day}"
    return f"{first:%b} {first.day} to {end}"


def _dates(newest_first: Sequence[int]) -> str:
    return ", ".join(f"{day:%b} {day.day}" for day in map(from_day_number, reversed(newest_first)))
