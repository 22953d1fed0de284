"""Measures as a table: the columns and the words that their page, their paper and their files share.

What may not be shown is hidden here, once, so that no form of the table can tell what another hides.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from itertools import groupby
from typing import Literal

from appliance.days import from_day_number, school_year
from appliance.student_level.metrics.catalogue import Measure
from appliance.student_level.records.measures import Line, Measures, Point
from appliance.student_level.records.schools import SMALLEST_GROUP, Share
from appliance.web import words
from appliance.web.history_lines import HistoryLine, by_month, history_line, month_word, months
from appliance.web.sheets import Cell

SUBJECTS = {
    "MATH": "mathematics", "RLA": "reading and language arts", "SCI": "science", "SOC": "social studies",
    "ELP": "English language proficiency", "OTHER": "other subjects",
}  # fmt: skip


@dataclass(frozen=True, slots=True)
class Said:
    """A cell in words: the number, and what stands smaller beside it. `sign`: an arrow for the eye."""

    text: str
    beside: str = ""
    sign: str = ""

    def __str__(self) -> str:
        """Both parts, as a file has them."""
        return "; ".join(filter(None, (self.text, self.beside)))


@dataclass(frozen=True, slots=True)
class Column:
    """One column of a page. `told`: its headings in a file, where a number stands in a cell of its own."""

    heading: str
    kind: Literal["name", "said", "line", "link"]
    told: tuple[str, ...]


EACH_ONCE = "The district, each student once"
"""Schools do not add up to the district: a student may have been at two."""
MEASURES = (
    Column("Measure", "name", ("Family", "Measure", "Subject")),
    Column("Now", "said", ("Now", "Count", "Out of")),
    Column("Goal", "said", ("Goal",)),
    Column("Against last year", "said", ("Against last year",)),
    Column("By month", "line", ()),
    Column("Behind it", "link", ()),
)


@dataclass(frozen=True, slots=True)
class Row:
    """One measure, and the drawing of its months."""

    line: Line
    chart: HistoryLine | None
    now: Said
    goal: Said
    apart: Said

    @property
    def subject(self) -> str:
        """Of which subject it is; empty for a measure that has none."""
        return subject_of(self.line)

    @property
    def lately(self) -> str:
        """How it stood at the end of the month before, beside the little line; empty where that is not known."""
        before = [point for point in self.line.history if point.day < self.line.now.day]
        return _on(before[-1]) if before and self.line.now.kind == "shown" else ""

    @property
    def name(self) -> str:
        """The measure with its subject."""
        return f"{self.line.measure.called}{': ' if self.subject else ''}{self.subject}"


@dataclass(frozen=True, slots=True)
class MeasureTable:
    """The measures of a place by family, each with its name. `day`: the one they were counted for, None for none."""

    families: tuple[tuple[str, tuple[Row, ...]], ...]
    day: int | None
    columns: tuple[Column, ...] = MEASURES

    @property
    def months(self) -> list[str]:
        """Every month that one of the lines has, as 2026-09."""
        return months([row.line.history for _, rows in self.families for row in rows])

    @property
    def month_head(self) -> list[str]:
        """The head of the table of months."""
        return ["Measure", *map(month_word, self.months)]

    @property
    def month_rows(self) -> list[tuple[str, ...]]:
        """Every number that the little lines are drawn from; a measure without one has no row."""
        return [
            (row.name, *(told.get(key, "") for key in self.months))
            for _, rows in self.families
            for row in rows
            if (told := by_month(row.line.history))
        ]

    @property
    def head(self) -> list[str]:
        """The head of the file: each column with what it tells, the little line as its months."""
        return [*(name for column in self.columns for name in column.told), *self.month_head[1:]]

    def rows(self) -> Iterator[tuple[Cell, ...]]:
        """The rows of the file."""
        for family, rows in self.families:
            for row in rows:
                told = by_month(row.line.history)
                yield (
                    family, row.line.measure.called, row.subject or None, str(row.now),
                    *_numbers(row.line), str(row.goal), str(row.apart),
                    *(told.get(key) for key in self.months),
                )  # fmt: skip


def measure_table(found: Measures | None, first_days: int) -> MeasureTable:
    """All lines of a place, in the order of the catalogue."""
    if found is None:
        return MeasureTable((), None)
    return MeasureTable(
        tuple(
            (_family(family), tuple(_row(line, found.day, first_days) for line in lines))
            for family, lines in groupby(found.lines, key=lambda line: line.measure.family)
        ),
        found.day,
    )


def _family(family: str) -> str:
    """The family's name at the head of its rows."""
    return words.sentence_case({"grades": "course grades"}.get(family, family))


def subject_of(line: Line) -> str:
    """The subject in words; empty where there is none."""
    return SUBJECTS.get(line.detail, line.detail)


def now_said(line: Line, first_days: int) -> Said:
    """How a measure stands, or why no number is shown."""
    now = line.now
    match now.kind:
        case "shown":
            return Said(words.percent(now.count, now.out_of), _of(now.count, now.out_of, line.measure))
        case "first days" if line.is_by_early_share:
            return Said("", f"shown after {first_days} school days")
        case "first days":
            beside = f"of {now.out_of:,} {line.measure.unit}; a share after {first_days} school days"
            return Said(f"{now.count:,}", beside)
        case "too few":
            return Said("", f"fewer than {SMALLEST_GROUP} students, not shown")
        case "not asked":
            return Said("", "no credits are asked for yet")
        case _ if line.measure.unit == "grades":
            return Said("", "not loaded, or one teacher’s alone")
        case _:
            return Said("", "not loaded")


def _numbers(line: Line) -> tuple[Cell, Cell]:
    is_told = line.now.kind in ("shown", "first days") and not line.is_by_early_share
    return (line.now.count, line.now.out_of) if is_told else (None, None)


def schools_columns(line: Line) -> tuple[Column, ...]:
    """A measure school by school."""
    called = line.measure.called
    return Column("School", "name", ("School",)), Column(called, "said", (called, "Count", "Out of"))


def share_said(one: Share, line: Line) -> Said:
    """The measure in one school, or why it is not shown."""
    if not one.out_of:
        return Said("", "not loaded")
    if one.hidden:
        is_few = one.out_of < SMALLEST_GROUP
        return Said("", f"fewer than {SMALLEST_GROUP}, not shown" if is_few else "not shown: it would give one away")
    if line.is_by_early_share:
        return Said("", "first days")
    if line.now.kind == "first days":
        return Said(f"{one.count:,}", f"of {one.out_of:,} {line.measure.unit}")
    return Said(words.percent(one.count, one.out_of), _of(one.count, one.out_of, line.measure))


def school_cells(one: Share, line: Line) -> tuple[Cell, ...]:
    """A school's row in the file."""
    is_shown = one.out_of and not one.hidden and not line.is_by_early_share
    return one.name, str(share_said(one, line)), *((one.count, one.out_of) if is_shown else (None, None))


def district_cells(line: Line, said: Said) -> tuple[Cell, ...]:
    """The last row of the same file."""
    return EACH_ONCE, str(said), *_numbers(line)


def _row(line: Line, day: int, first_days: int) -> Row:
    return Row(line, history_line(line.history, day), now_said(line, first_days), _goal(line), _apart(line))


def _of(count: int, out_of: int, measure: Measure) -> str:
    return f"{count:,} of {out_of:,} {measure.unit}"


def _goal(line: Line) -> Said:
    if line.goal is None:
        return Said("", "none set")
    goal = f"{'at least' if line.measure.more_is_better else 'at most'} {line.goal / 10:g}%"
    if line.from_goal is None:
        return Said(goal)
    if line.from_goal == 0:
        return Said(goal, "reached" if line.reaches_goal else "just not reached")
    apart = f"{_points(line.from_goal)} {'above' if line.from_goal > 0 else 'below'}"
    return Said(goal, f"{apart}: {'reached' if line.reaches_goal else 'not reached'}")


def _apart(line: Line) -> Said:
    """Against the same day last year, with the number and the day it is compared with, or why it is not."""
    before, apart = line.last_year, line.apart
    if line.now.kind != "shown":
        return Said("")
    if before is None:
        year = school_year(from_day_number(line.now.day))
        knows = any(school_year(from_day_number(point.day)) < year for point in line.history)
        return Said("", "not loaded for this day last year" if knows else "no earlier year is loaded")
    if apart is None:
        return Said("", "not shown for last year: fewer than 10 students" if before.kind == "too few" else
                    "last year these were the first days of school")  # fmt: skip
    when = "in the test a year before"
    if not line.measure.is_yearly:
        when = f"on the same day last year, {words.day_and_year(before.day)}"
    then = f"it was {words.percent(before.count, before.out_of)} {when}"
    if apart.is_same:
        return Said("the same", f"{then}; fewer than three {line.measure.unit} apart" if apart.is_few else then, "▬")
    more, sign = ("more", "▲") if apart.by > 0 else ("less", "▼")
    return Said(f"{_points(apart.by)} {more}", then, sign)


def _on(point: Point) -> str:
    return f"{words.percent(point.count, point.out_of)} on {words.short_day(point.day)}"


def _points(tenths: int) -> str:
    return f"{abs(tenths) / 10:.1f} {'point' if abs(tenths) == 10 else 'points'}"
