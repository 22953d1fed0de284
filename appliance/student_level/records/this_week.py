"""The few names of *This week*, each with what is new and what goes well."""

from collections.abc import Callable, Hashable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date
from typing import TypeVar

from appliance.days import day_number, from_day_number
from appliance.storage.database import Reading
from appliance.student_level.records import attendance, check_ins, courses, enrollments, week_lists
from appliance.student_level.records.check_ins import CheckIn
from appliance.student_level.records.enrollments import Enrollment, Name
from appliance.student_level.records.going_well import going_well, is_news
from appliance.student_level.records.kept import Kept
from appliance.student_level.records.learned import learned
from appliance.student_level.records.rule_book import QuietDays, RuleBook
from appliance.student_level.records.rules import RULES, CourseNow, Happening, Situation, happenings
from appliance.student_level.records.week_lists import Made

_Worked = TypeVar("_Worked")
MOST_GOOD_NEWS = 4
STALE_DAYS = 7
"""Attendance older than this is not the week before the list's: then no list of days can be made."""
_A_YEAR = 366
_PLAN_DAYS = 28


@dataclass(frozen=True, slots=True)
class Listed:
    """One name on the list."""

    student_key: int
    name: Name
    grade_level: str
    news: tuple[str, ...]
    going_well: tuple[str, ...]
    last_check_in: CheckIn | None


@dataclass(frozen=True, slots=True)
class GoodNews:
    """Something good about a student who is not on the list."""

    student_key: int
    name: Name
    text: str
    day: int
    """When it became true."""


@dataclass(frozen=True, slots=True)
class ThisWeek:
    """The list. `waiting` is how many more meet a rule and move up as names leave; `made_on` is the Monday it is of."""

    made_on: int
    today: int
    listed: tuple[Listed, ...]
    waiting: int
    good_news: tuple[GoodNews, ...]
    students: int
    attendance_until: int | None
    """The last day with attendance in a year, or None when none is loaded for these schools."""
    has_grades: bool
    school_days: int = 0
    """Days of this school year on which attendance was taken, as far as the last nine weeks know."""
    is_early: bool = False
    """The first days of the year, in which there is little to compare."""
    made_day: int | None = None
    """Since when the list stands still; None as long as it is not kept, because what it needs is not loaded."""
    known_until: int | None = None
    """Until when attendance was known when the list was made."""
    to_keep: Made | None = None
    """The list as it was just made, for whoever reads it first to keep."""

    @property
    def is_stale(self) -> bool:
        """Whether attendance is so old that nobody can say what is new."""
        return self.attendance_until is not None and self.today - self.attendance_until > STALE_DAYS

    @property
    def days_are_known(self) -> bool:
        """Whether an empty list means that nothing happened: not where attendance is missing or old."""
        return self.attendance_until is not None and not self.is_stale

    @property
    def student_keys(self) -> tuple[int, ...]:
        """Every student whom the list names."""
        return tuple(line.student_key for line in self.listed) + tuple(news.student_key for news in self.good_news)


@dataclass(frozen=True, slots=True)
class _Standing:
    """Whom a reader's list may name, and what is loaded about them. `change`: as of which change of the records."""

    here: Mapping[int, Enrollment]
    attendance_until: int | None
    school_days: int
    has_grades: bool
    change: int


_Found = tuple[Mapping[int, Sequence[Happening]], Mapping[int, Happening]]
"""What is new by student, and what is good."""


@dataclass(frozen=True, slots=True)
class _Asked:
    """Whose list of which week, by which rules."""

    reading: Reading
    today: int
    school_year: int
    book: RuleBook
    school_key: int | None
    only_own: bool

    @property
    def monday(self) -> int:
        return monday_of(self.today)

    @property
    def year_begins(self) -> int:
        return day_number(date(self.school_year - 1, 7, 1))


def this_week(
    reading: Reading,
    *,
    today: int,
    school_year: int,
    book: RuleBook,
    school_key: int | None = None,
    only_own_classes: bool = False,
    kept: Kept | None = None,
    whose: Hashable = None,
    made: Made | None = None,
) -> ThisWeek:
    """The list of one reader in one week: their own students, of one school if `school_key` says which.

    It is made on Monday, from the days and grades before it, and stands still until the next: during the week names
    leave and nobody is added but from those who wait. `made`: the list of this week as it was made, if it was; else
    `to_keep` is what has to be kept. `book`: the rules of that Monday. The number of questions to the database does
    not grow with the number of students. `kept`: where to keep in memory, for the reader `whose`, what only a change
    of the records changes.
    """
    asked = _Asked(reading, today, school_year, book, school_key, only_own_classes)

    def known(what: Hashable, work_out: Callable[[], _Worked]) -> _Worked:
        return kept.of(reading, ("week", what, whose, today, school_key), work_out) if kept else work_out()

    standing = known("standing", lambda: _standing(asked))
    here = standing.here
    found, good = _as_made(asked, made) if made else known("found", lambda: _found_now(asked, here))
    talked = check_ins.last_check_ins(reading, today, since=today - _A_YEAR)
    news = {}
    for key in here.keys() & (found.keys() | talked.keys()):
        last, lines = talked.get(key), found.get(key, ())
        if new := [*_promised(last, asked.monday), *(() if _is_quiet(last, lines, book.quiet_days, today) else lines)]:
            news[key] = new
    latest_first = sorted(good.keys() & here.keys() - news.keys(), key=lambda key: (-good[key].day, key))
    good_keys = [key for key in latest_first if not _was_told(talked.get(key), good[key])][:MOST_GOOD_NEWS]
    called = enrollments.names(reading, [*news, *good_keys])
    order = _in_order(news, called)
    chosen = order[: book.most_names]
    first = tuple(order[: 2 * book.most_names])
    well = known(("well", first), lambda: _going_well(asked, here, first))
    week = ThisWeek(
        made_on=asked.monday,
        today=today,
        listed=tuple(
            Listed(
                key,
                called[key],
                here[key].grade_level,
                tuple(one.text for one in news[key]),
                (*well[key], *_planned(talked.get(key), today)),
                talked.get(key),
            )
            for key in chosen
        ),
        waiting=len(order) - len(chosen),
        good_news=tuple(GoodNews(key, called[key], good[key].text, good[key].day) for key in good_keys),
        students=len(here),
        attendance_until=standing.attendance_until,
        has_grades=standing.has_grades,
        school_days=standing.school_days,
        is_early=book.is_early(standing.school_days),
    )
    if made:
        return replace(week, made_day=made.made_day, known_until=made.known_until)
    if not here or week.is_stale or (week.attendance_until is None and not week.has_grades):
        return week
    fresh = Made(today, standing.attendance_until, standing.change, 0, found, good)
    return replace(week, made_day=today, known_until=standing.attendance_until, to_keep=fresh)


def monday_of(day: int) -> int:
    """The Monday of the week of a day."""
    return attendance.week_of(day) * 7 - 3


def _standing(asked: _Asked) -> _Standing:
    reading, today = asked.reading, asked.today
    here = enrollments.enrollments(reading, today, asked.school_key)
    taken = _taken(asked, here)
    last = max((days[-1] for days in taken.values() if days), default=None)
    return _Standing(
        here=here,
        attendance_until=last or attendance.last_day_taken(reading, _schools(here), today - _A_YEAR, today),
        school_days=max((sum(day >= asked.year_begins for day in days) for days in taken.values()), default=0),
        has_grades=courses.has_grades(reading),
        change=week_lists.newest_change(reading),
    )


def _as_made(asked: _Asked, made: Made) -> _Found:
    found = {key: _still_new(lines, asked) for key, lines in made.found.items()}
    good = {key: line for key, line in made.good.items() if _still_new([line], asked)}
    return {key: lines for key, lines in found.items() if lines}, good


def _found_now(asked: _Asked, here: Mapping[int, Enrollment]) -> _Found:
    graded = courses.courses_now(
        asked.reading, asked.today, only_own=asked.only_own, missing_from=_least_missing(asked.book),
        letters=asked.book.letters,
    )  # fmt: skip
    seen = _situations(asked.reading, here, _taken(asked, here), graded, asked.today, asked.school_year)
    found, good = {}, {}
    for key, situation in seen.items():
        on_monday = _before(situation, asked.monday)
        if new := _still_new(happenings(on_monday, asked.book.rules), asked):
            found[key] = new
        if (told := is_news(on_monday)) and _still_new([told], asked):
            good[key] = told
    return found, good


def _in_order(news: Mapping[int, Sequence[Happening]], called: Mapping[int, Name]) -> list[int]:
    """Newest first, then by name: an order of days and letters, never of children."""
    return sorted(news, key=lambda key: (-max(one.day for one in news[key]), called[key].sorted))


def _going_well(asked: _Asked, here: Mapping[int, Enrollment], students: Sequence[int]) -> dict[int, tuple[str, ...]]:
    """Of those on the list, and of those who would move up next."""
    if not students:
        return {}
    places = {key: here[key] for key in students}
    in_full = courses.courses_now(
        asked.reading, asked.today, only_own=asked.only_own, students=students, letters=asked.book.letters
    )
    taken = _taken(asked, places)
    seen = _situations(asked.reading, places, taken, in_full, asked.today, asked.school_year, students)
    shown = learned(asked.reading, students, asked.today, asked.book.levels)
    return {key: tuple(going_well(one, shown[key])[:2]) for key, one in seen.items()}


def goes_well(
    reading: Reading, students: Sequence[int], *, today: int, school_year: int, book: RuleBook
) -> dict[int, tuple[str, ...]]:
    """The same of any of the reader's students who are at a school today; the questions do not grow with them."""
    here = enrollments.enrollments(reading, today)
    return _going_well(_Asked(reading, today, school_year, book, None, only_own=False), here, students)


def _taken(asked: _Asked, here: Mapping[int, Enrollment]) -> Mapping[int, Sequence[int]]:
    return attendance.days_taken(asked.reading, _schools(here), asked.today - attendance.WINDOW_DAYS, asked.today)


def _schools(here: Mapping[int, Enrollment]) -> set[int]:
    return {place.school_key for place in here.values()}


def situation_of(reading: Reading, place: Enrollment, *, today: int, school_year: int) -> Situation:
    """What the rules see of one student, for the student's own page."""
    students = [place.student_key]
    here = {place.student_key: place}
    graded = courses.courses_now(reading, today, only_own=False, students=students)
    taken = attendance.days_taken(reading, [place.school_key], today - attendance.WINDOW_DAYS, today)
    return _situations(reading, here, taken, graded, today, school_year, students)[place.student_key]


def _situations(
    reading: Reading,
    here: Mapping[int, Enrollment],
    taken: Mapping[int, Sequence[int]],
    graded: Mapping[int, Sequence[CourseNow]],
    today: int,
    school_year: int,
    students: Sequence[int] | None = None,
) -> dict[int, Situation]:
    away = attendance.exceptions(reading, today - attendance.WINDOW_DAYS, today, students)
    sums = attendance.days_so_far(reading, school_year, students)
    newest_first = {school: tuple(reversed(days)) for school, days in taken.items()}
    found = {}
    for key, place in here.items():
        days = newest_first.get(place.school_key, ())
        if days and days[-1] < place.begin_day:
            days = tuple(day for day in days if day >= place.begin_day)
        exceptions = away.get(key, attendance.NONE)
        so_far = sums.get((key, place.school_key))
        found[key] = Situation(
            days=days,
            missed=exceptions.missed,
            late=exceptions.late,
            days_enrolled=so_far.days_enrolled if so_far else 0,
            days_missed=so_far.days_missed if so_far else 0,
            takes_part_in_attendance=place.grade_level != "PK" and so_far is not None,
            courses=graded.get(key, ()),
        )
    return found


def news_of(seen: Situation, book: RuleBook, today: int, listed: Sequence[Happening] | None = None) -> list[Happening]:
    """What is new about one student up to today, for the student's own page.

    By a rule that finds nothing any more, what it found on Monday: else the page would not know what the list says.
    `listed`: what the reader's list of this week says of the student, if it was made.
    """
    monday = monday_of(today)
    on_list = happenings(_before(seen, monday), book.rules) if listed is None else listed
    now = happenings(seen, book.rules)
    told = {one.rule for one in now}
    found = [*now, *(replace(one, text=f"on Monday’s list: {one.text}") for one in on_list if one.rule not in told)]
    return [one for one in found if today - one.day < book.leaves_after_days and one.day <= today]


def _before(seen: Situation, monday: int) -> Situation:
    """What was known of the days before a Monday."""
    since = [day for day in seen.days if day >= monday]
    if not since:
        return seen
    return replace(
        seen,
        days=tuple(day for day in seen.days if day < monday),
        missed=frozenset(day for day in seen.missed if day < monday),
        late=frozenset(day for day in seen.late if day < monday),
        days_enrolled=seen.days_enrolled - len(since),
        days_missed=seen.days_missed - sum(day in seen.missed for day in since),
    )


def _still_new(found: Sequence[Happening], asked: _Asked) -> list[Happening]:
    return [one for one in found if asked.today - one.day < asked.book.leaves_after_days and one.day < asked.monday]


def _promised(last: CheckIn | None, monday: int) -> list[Happening]:
    """Whoever talked last wanted to look again this week, or did so long ago and nobody has."""
    if last is None or last.follow_up_day is None or last.follow_up_day >= monday + 7:
        return []
    when = from_day_number(last.day)
    return [Happening(last.follow_up_day, f"time to look again, as {last.by_whom} planned on {when:%b} {when.day}.")]


def _least_missing(book: RuleBook) -> int:
    """From how many missing assignments on a course is worth fetching."""
    return next(book.line(rule).at_least for rule in RULES if rule.name == "missing_work")


def _is_quiet(last: CheckIn | None, found: Sequence[Happening], quiet: QuietDays, today: int) -> bool:
    """Whether somebody has already seen to it: lately, or after the last thing that happened."""
    if last is None or not found:
        return False
    days: int = getattr(quiet, last.kind)
    return today - last.day < days or max(one.day for one in found) <= last.day


def _was_told(last: CheckIn | None, good: Happening) -> bool:
    """Whether somebody talked with the student or the family since."""
    return last is not None and last.day >= good.day


def _planned(last: CheckIn | None, today: int) -> tuple[str, ...]:
    if last is None or last.kind != "plan" or today - last.day >= _PLAN_DAYS:
        return ()
    when = from_day_number(last.day)
    return (f"made a plan with {last.by_whom} on {when:%b} {when.day}",)
