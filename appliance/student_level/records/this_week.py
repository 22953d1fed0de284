"""The few names of *This week*, each with what is new and what goes well."""

from collections.abc import Hashable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date

from appliance.days import day_number, from_day_number
from appliance.storage.database import Reading
from appliance.student_level.records import attendance, check_ins, courses, enrollments
from appliance.student_level.records.check_ins import CheckIn
from appliance.student_level.records.enrollments import Enrollment, Name
from appliance.student_level.records.going_well import going_well, is_news
from appliance.student_level.records.kept import Kept
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
    school_days: int = 0
    """Days of this school year on which attendance was taken, as far as the last nine weeks know."""
    is_early: bool = False
    """The first days of the year, in which there is little to compare."""

    @property
    def student_keys(self) -> tuple[int, ...]:
        """Every student whom the list names."""
        return tuple(line.student_key for line in self.listed) + tuple(news.student_key for news in self.good_news)


@dataclass(frozen=True, slots=True)
class Noticed:
    """What the rules notice among a reader's students, as it stood on Monday; nothing that a check-in changes.

    `well`: what goes well with the first of those in `found`. `good`: good news, latest first.
    """

    here: Mapping[int, Enrollment]
    found: Mapping[int, Sequence[Happening]]
    called: Mapping[int, Name]
    well: Mapping[int, tuple[str, ...]]
    good: Mapping[int, str]
    attendance_until: int | None
    school_days: int
    has_grades: bool


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
        return _monday(self.today)

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
) -> ThisWeek:
    """The list of one reader in one week: their own students, of one school if `school_key` says which.

    It is made on Monday, from the days and grades before it, and stands still until the next: during the week names
    leave and nobody is added but from those who wait. The number of questions to the database does not grow with the
    number of students. `kept`: where to keep, for the reader `whose`, what only a change of the records changes.
    """
    asked = _Asked(reading, today, school_year, book, school_key, only_own_classes)
    noticed = kept.of(reading, ("week", whose, today, school_key), lambda: _noticed(asked)) if kept else _noticed(asked)
    talked = check_ins.last_check_ins(reading, today, since=today - _A_YEAR)
    news = {}
    for key in noticed.here.keys() & (noticed.found.keys() | talked.keys()):
        last, found = talked.get(key), noticed.found.get(key, ())
        if new := [*_promised(last, asked.monday), *(() if _is_quiet(last, found, book.quiet_days, today) else found)]:
            news[key] = new
    good_keys = [key for key in noticed.good if key not in news][:MOST_GOOD_NEWS]
    called = {**noticed.called, **enrollments.names(reading, [*(news.keys() - noticed.called.keys()), *good_keys])}
    order = _in_order(news, called)
    chosen = order[: book.most_names]
    well = {**noticed.well, **_going_well(asked, noticed.here, [key for key in chosen if key not in noticed.well])}
    return ThisWeek(
        made_on=asked.monday,
        listed=tuple(
            Listed(
                key,
                called[key],
                noticed.here[key].grade_level,
                tuple(one.text for one in news[key]),
                well[key],
                talked.get(key),
            )
            for key in chosen
        ),
        waiting=len(order) - len(chosen),
        good_news=tuple(GoodNews(key, called[key], noticed.good[key]) for key in good_keys),
        students=len(noticed.here),
        attendance_until=noticed.attendance_until,
        has_grades=noticed.has_grades,
        school_days=noticed.school_days,
        is_early=0 < noticed.school_days <= book.first_days,
    )


def _noticed(asked: _Asked) -> Noticed:
    reading, today, book = asked.reading, asked.today, asked.book
    here = enrollments.enrollments(reading, today, asked.school_key)
    taken = _taken(asked, here)
    graded = courses.courses_now(
        reading, today, only_own=asked.only_own, missing_from=_least_missing(book), letters=book.letters
    )
    seen = _situations(reading, here, taken, graded, today, asked.school_year)
    found = {}
    for key, situation in seen.items():
        happened = happenings(_before(situation, asked.monday), book.rules)
        if new := _still_new(happened, book, today, until=asked.monday):
            found[key] = new
    called = enrollments.names(reading, [*found])
    good = {key: text for key, situation in seen.items() if (text := is_news(situation))}
    latest_first = sorted(good, key=lambda key: (-max(seen[key].days, default=0), key))
    lasts = [days[-1] for days in taken.values() if days]
    return Noticed(
        here=here,
        found=found,
        called=called,
        well=_well(asked, {key: seen[key] for key in _in_order(found, called)[: 3 * book.most_names]}),
        good={key: good[key] for key in latest_first},
        attendance_until=max(lasts, default=None),
        school_days=max((sum(day >= asked.year_begins for day in days) for days in taken.values()), default=0),
        has_grades=courses.has_grades(reading),
    )


def _in_order(news: Mapping[int, Sequence[Happening]], called: Mapping[int, Name]) -> list[int]:
    """Newest first, then by name: an order of days and letters, never of children."""
    return sorted(news, key=lambda key: (-max(one.day for one in news[key]), called[key].sorted))


def _going_well(asked: _Asked, here: Mapping[int, Enrollment], students: list[int]) -> dict[int, tuple[str, ...]]:
    """Of those who came onto the list behind many others, or because somebody promised to look again."""
    if not students:
        return {}
    places = {key: here[key] for key in students}
    taken = _taken(asked, places)
    return _well(asked, _situations(asked.reading, places, taken, {}, asked.today, asked.school_year, students))


def _well(asked: _Asked, seen: Mapping[int, Situation]) -> dict[int, tuple[str, ...]]:
    in_full = courses.courses_now(
        asked.reading, asked.today, only_own=asked.only_own, students=[*seen], letters=asked.book.letters
    )
    return {key: tuple(going_well(replace(one, courses=in_full.get(key, ())))[:2]) for key, one in seen.items()}


def _taken(asked: _Asked, here: Mapping[int, Enrollment]) -> Mapping[int, Sequence[int]]:
    schools = {place.school_key for place in here.values()}
    return attendance.days_taken(asked.reading, schools, asked.today - attendance.WINDOW_DAYS, asked.today)


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


def _monday(day: int) -> int:
    return attendance.week_of(day) * 7 - 3


def news_of(seen: Situation, book: RuleBook, today: int) -> list[Happening]:
    """What is new about one student up to today, for the student's own page.

    By a rule that finds nothing any more, what it found on Monday: else the page would not know what the list says.
    """
    monday = _before(seen, _monday(today))
    found = []
    for rule in book.rules:
        listed = [replace(one, text=f"on Monday’s list: {one.text}") for one in happenings(monday, [rule])]
        found += happenings(seen, [rule]) or listed
    return _still_new(found, book, today, until=today + 1)


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
