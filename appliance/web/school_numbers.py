"""A school in shares and levels, hidden where they are small: one source for its page, its paper and its files."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from itertools import groupby

from appliance.storage.database import Reading
from appliance.student_level.records import school_totals, schools
from appliance.student_level.records.attendance import DaysSoFar
from appliance.student_level.records.enrollments import Enrollment
from appliance.student_level.records.hidden_parts import hide_small
from appliance.student_level.records.homerooms import shares_by_homeroom
from appliance.student_level.records.rule_book import Version
from appliance.web import words
from appliance.web.charts import Bar, LineChart, attendance_chart, bars_by_grade, bars_by_group, bars_by_name
from appliance.web.grids import Histogram, days_missed_histogram
from appliance.web.rules_beside import rule_of
from appliance.web.sheets import Cell
from appliance.wording import plural

HIDDEN = "not shown"
COLUMNS = ("Table", "Row", "Level", "Percent", "Percent last year", "Number", "Out of")
"""Of the file. A number that is hidden gives its place to a word."""


@dataclass(frozen=True, slots=True)
class Figure:
    """Bars with the words around them. `rows` are its table, with the same numbers and the same hidden ones."""

    key: str
    title: str
    head: tuple[str, str, str]
    bars: tuple[Bar, ...]
    rule: str
    """The rules in force that it stands on, and their version."""
    whom: str = ""
    """Which students it counts, where two figures could count others; a sentence."""

    @property
    def rows(self) -> tuple[tuple[str, str, str], ...]:
        """(name, share, of how many), as printed."""
        return tuple((bar.name, HIDDEN if bar.value is None else f"{bar.value}%", bar.beside) for bar in self.bars)


@dataclass(frozen=True, slots=True)
class SchoolNumbers:
    """What is known of a school without a name. A figure without bars has not been counted, or it is too early."""

    weeks: tuple[schools.Week, ...]
    """With attendance this school year, oldest first; and last year's."""
    weeks_before: tuple[schools.Week, ...]
    by_week: LineChart | None
    rule_of_days: str
    """By which rules a day is missed, for the weeks and for the students by days missed."""
    by_grade: Figure
    by_homeroom: Figure
    by_group: Figure
    by_department: Figure
    by_course: tuple[Figure, ...]
    """One a department."""
    tests: tuple[school_totals.TestLevels, ...]
    days_missed: Histogram | None
    groups_day: int | None
    most_missing: str
    """The grade with the largest share of students missing a tenth, in words; empty where there is no such one."""
    is_early: bool
    missed_a_tenth: schools.Share | None
    """Of the same students as the bars by grade and by group: those counted last, or with no count those here."""
    left: int
    """How many of these are not at the school any more."""

    @property
    def figures(self) -> tuple[Figure, ...]:
        """Those that have bars, in the order of the page."""
        every = (self.by_grade, self.by_homeroom, self.by_group, self.by_department, *self.by_course)
        return tuple(one for one in every if one.bars)

    @property
    def rules(self) -> tuple[str, ...]:
        """Every rule that a figure stands on, once."""
        return tuple(dict.fromkeys((self.rule_of_days, *(one.rule for one in self.figures))))

    def rows(self) -> Iterator[tuple[Cell, ...]]:
        """The rows of the file: everything that the page shows, and nothing that it hides."""
        for monday, now, then in self.by_week.weeks if self.by_week else ():
            yield "Attendance by week", words.iso_day(monday), None, now, then, None, None
        for figure in self.figures:
            for bar in figure.bars:
                share = bar.beside if bar.value is None else bar.value
                yield figure.title, bar.name, None, share, None, bar.count, bar.out_of
        for name, count in self.days_missed.rows if self.days_missed and not self.is_early else ():
            yield "Students by days missed", name, None, None, None, count, None
        for test in self.tests:
            name = f"{test.part_of}: {test.test}" if test.part_of else test.test
            for line in test.lines:
                grade = words.sentence_case(words.grade_level(line.grade)) if line.grade else "All grades"
                if not line.levels:
                    yield name, grade, HIDDEN, None, None, None, None
                for level, number in line.levels:
                    yield name, grade, level, None, None, number, line.tested


def school_numbers(
    reading: Reading,
    school_key: int,
    here: Mapping[int, Enrollment],
    days: Mapping[int, DaysSoFar],
    *,
    rules: Version,
    today: int,
    school_year: int,
    begin: int,
) -> SchoolNumbers:
    """A school's numbers today, of a school year that began on `begin`. In its first days no share of days is told."""
    book = rules.book
    early = schools.is_early(days, book)
    weeks = schools.weeks(reading, school_key, begin, today)
    before = schools.weeks(reading, school_key, schools.last_year(begin), schools.last_year(today))
    homerooms = shares_by_homeroom(reading, school_key, days, book, today)
    groups = schools.groups(reading, school_key, school_year)
    of_those_here = schools.shares_by_grade(dict(here), dict(days), book)
    by_grade = hide_small(list(groups.grades if groups and groups.grades else of_those_here))
    count_here, out_of_here = sum(one.count for one in of_those_here), sum(one.out_of for one in of_those_here)
    everybody = schools.Share("", count_here, out_of_here) if out_of_here else None
    if groups and groups.everybody:
        everybody = groups.everybody
    left = max(0, everybody.out_of - out_of_here) if everybody else 0
    missed, share = "Missed 10% or more of days", ("Share", "Students")
    whom = _whom(everybody, left, groups.day if groups else None)
    courses = school_totals.low_grades_by_course(reading, school_key, school_year)
    tenth = rule_of("chronic_absence", rules)
    return SchoolNumbers(
        weeks=tuple(weeks),
        weeks_before=tuple(before),
        by_week=None if early else attendance_chart(weeks, before),
        rule_of_days=rule_of("attendance_rate", rules),
        by_grade=Figure(
            "grade", f"{missed}, by grade", ("Grade", *share), () if early else bars_by_grade(by_grade), tenth, whom
        ),
        by_homeroom=Figure(
            "homeroom", f"{missed}, by homeroom", ("Homeroom", *share), () if early else bars_by_name(homerooms), tenth,
            "Of the students who sit in a homeroom today; nobody who left is among them.",
        ),
        by_group=Figure(
            "groups", f"{missed}, by group", ("Group", *share),
            bars_by_group(groups.shares) if groups and not early else (), tenth, whom,
        ),
        by_department=Figure(
            "courses", "D and F among course grades, by department", ("Department", "Share", "Grades"),
            bars_by_name(school_totals.low_grades(reading, school_key, school_year)), rule_of("course_grades", rules),
        ),
        by_course=tuple(
            Figure(
                f"course-{place}", f"D and F among course grades, {department}", ("Course", "Share", "Grades"),
                bars_by_name([one for _, one in some]), rule_of("grades_by_course", rules),
            )
            for place, (department, some) in enumerate(groupby(courses, key=lambda one: one[0]))
        ),
        tests=school_totals.test_levels(reading, school_key, school_year),
        days_missed=days_missed_histogram(days.values()),
        groups_day=groups.day if groups else None,
        most_missing=_most_missing(by_grade),
        is_early=early,
        missed_a_tenth=everybody,
        left=left,
    )  # fmt: skip


def _whom(everybody: schools.Share | None, left: int, day: int | None) -> str:
    if everybody is None:
        return ""
    when = f"counted on {words.month_day(day)}" if day else "here today"
    return f"Of the {plural(everybody.out_of, 'student')} {when}{f', {left} of whom left since' if left else ''}."


def _most_missing(by_grade: tuple[schools.Share, ...]) -> str:
    shown = [one for one in by_grade if not one.hidden and one.count]
    if len(shown) < 2:
        return ""
    return words.grade_level(max(shown, key=lambda one: one.count / one.out_of).name)
