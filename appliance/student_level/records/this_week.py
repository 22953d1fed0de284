"""The few names of *This week*, each with what is new and what goes well."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

from appliance.days import from_day_number
from appliance.storage.database import Reading
from appliance.student_level.records import attendance, check_ins, courses, enrollments
from appliance.student_level.records.check_ins import CheckIn
from appliance.student_level.records.enrollments import Enrollment, Name
from appliance.student_level.records.going_well import going_well, is_news
from appliance.student_level.records.rule_book import QuietDays, RuleBook
from appliance.student_level.records.rules import RULES, CourseNow, Happening, Situation, happenings

MOST_GOOD_NEWS = 4
_A_YEAR = 366


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


@dataclass(frozen=True, slots=True)
class ThisWeek:
    """The list. `waiting` is how many more meet a rule and move up as names leave; `made_on` is the Monday it is of."""

    made_on: int
    listed: tuple[Listed, ...]
    waiting: int
    good_news: tuple[GoodNews, ...]
    students: int
    attendance_until: int | None
    """The last day with attendance, or None when none is loaded for these schools and weeks."""
    has_grades: bool

    @property
    def student_keys(self) -> tuple[int, ...]:
        """Every student whom the list names."""
        return tuple(line.student_key for line in self.listed) + tuple(news.student_key for news in self.good_news)


def this_week(
    reading: Reading,
    *,
    today: int,
    school_year: int,
    book: RuleBook,
    school_key: int | None = None,
    only_own_classes: bool = False,
) -> ThisWeek:
    """The list of one reader in one week: their own students, of one school if `school_key` says which.

    It is made on Monday, from the days and grades before it, and stands still until the next: during the week names
    leave and nobody is added but from those who wait. The number of questions to the database does not grow with the
    number of students.
    """
    monday = attendance.week_of(today) * 7 - 3
    rules = book.rules
    here = enrollments.enrollments(reading, today, school_key)
    taken = attendance.days_taken(
        reading, {place.school_key for place in here.values()}, today - attendance.WINDOW_DAYS, today
    )
    graded = courses.courses_now(reading, today, only_own=only_own_classes, missing_from=_least_missing(book))
    seen = _situations(reading, here, taken, graded, today, school_year)
    talked = check_ins.last_check_ins(reading, today, since=today - _A_YEAR)
    news = {}
    for key, situation in seen.items():
        found = _still_new(happenings(_before(situation, monday), rules), book, today, until=monday)
        if _is_quiet(talked.get(key), found, book.quiet_days, today):
            found = []
        if found := [*_promised(talked.get(key), monday), *found]:
            news[key] = found
    good = {key: text for key, situation in seen.items() if key not in news and (text := is_news(situation))}
    good_keys = sorted(good, key=lambda key: (-max(seen[key].days, default=0), key))[: MOST_GOOD_NEWS * 4]
    called = enrollments.names(reading, [*news, *good_keys])
    # Newest first, then by name: an order of days and letters, never of children.
    order = sorted(news, key=lambda key: (-max(one.day for one in news[key]), called[key].sorted))
    chosen = order[: book.most_names]
    in_full = courses.courses_now(reading, today, only_own=only_own_classes, students=chosen)
    lasts = [days[-1] for days in taken.values() if days]
    return ThisWeek(
        made_on=monday,
        listed=tuple(
            Listed(
                key,
                called[key],
                here[key].grade_level,
                tuple(one.text for one in news[key]),
                tuple(going_well(replace(seen[key], courses=in_full.get(key, ())))[:2]),
                talked.get(key),
            )
            for key in chosen
        ),
        waiting=len(order) - len(chosen),
        good_news=tuple(GoodNews(key, called[key], good[key]) for key in good_keys[:MOST_GOOD_NEWS]),
        students=len(here),
        attendance_until=max(lasts, default=None),
        has_grades=courses.has_grades(reading),
    )


def situation_of(reading: Reading, place: Enrollment, *, today: int, school_year: int) -> Situation:
    """What the rules see of one student, for the student's own page."""
    students = [place.student_key]
    taken = attendance.days_taken(reading, [place.school_key], today - attendance.WINDOW_DAYS, today)
    graded = courses.courses_now(reading, today, only_own=False, students=students)
    here = {place.student_key: place}
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


def news_of(seen: Situation, book: RuleBook, today: int) -> list[Happening]:
    """What is new about one student up to today, for the student's own page."""
    return _still_new(happenings(seen, book.rules), book, today, until=today + 1)


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


def _still_new(found: Sequence[Happening], book: RuleBook, today: int, *, until: int) -> list[Happening]:
    return [one for one in found if today - one.day < book.leaves_after_days and one.day < until]


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
