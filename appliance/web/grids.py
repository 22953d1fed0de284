"""Two more charts as plain numbers: how many students stand at each level by standard, and how many missed how much."""

from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from appliance.student_level.records.attendance import DaysSoFar
from appliance.student_level.records.levels import LEVELS
from appliance.student_level.records.schools import SMALLEST_GROUP
from appliance.student_level.records.standards import Grid

_IN_ORDER = (1, 2, 3, 4, 0)
"""Levels as they are read; who was not assessed yet comes last."""
_MEETS = 3
_BINS = ((0, 0), (1, 2), (3, 4), (5, 6), (7, 9), (10, 14), (15, 19))
_PLOT_HEIGHT = 170


@dataclass(frozen=True, slots=True)
class StandardsChart:
    """Standards by levels. `lines`: name, and the count at each of `levels` with the level's place in LEVELS."""

    heading: str
    description: str
    levels: tuple[str, ...]
    lines: tuple[tuple[str, tuple[tuple[int, int], ...]], ...]

    @property
    def head(self) -> tuple[str, ...]:
        """The head of its table."""
        return ("Standard", *self.levels)

    @property
    def rows(self) -> tuple[tuple[str | int, ...], ...]:
        """The rows of its table."""
        return tuple((name, *(count for _, count in counts)) for name, counts in self.lines)


def standards_chart(grid: Grid, students: Sequence[int]) -> StandardsChart | None:
    """The grid of a class, counted. None where nobody has shown anything yet."""
    if not grid.standards or not any(one.marks for key in students for one in grid.of(key)):
        return None
    lines, meeting = [], []
    for place, standard in enumerate(grid.standards):
        counts = Counter(grid.of(key)[place].level for key in students)
        name = f"{standard.code} {standard.title}".strip() if not standard.of_test else standard.code
        lines.append((name, tuple((level, counts[level]) for level in _IN_ORDER)))
        if counts.total() > counts[0]:
            meeting.append((sum(counts[level] for level in (_MEETS, _MEETS + 1)), name))
    least = min(meeting, default=None)
    heading = "The class by standard"
    if least and sum(count == least[0] for count, _ in meeting) == 1:
        heading = f"Fewest meet {least[1]} so far: {least[0]} of {len(students)}"
    told = "; ".join(
        f"{name}: {', '.join(f'{LEVELS[level]} {count}' for level, count in counts)}" for name, counts in lines
    )
    return StandardsChart(heading, told, tuple(LEVELS[level] for level in _IN_ORDER), tuple(lines))


@dataclass(frozen=True, slots=True)
class Column:
    """One column of a histogram, ready to draw: its label, its count, where it begins and how high it is."""

    label: str
    count: int
    x: float
    y: float
    height: float


@dataclass(frozen=True, slots=True)
class Histogram:
    """How many students are in each class of a number. `columns` is empty when all together are fewer than ten."""

    description: str
    columns: tuple[Column, ...]
    out_of: int
    column_width: float
    baseline: int = _PLOT_HEIGHT + 24
    width: int = 580

    @property
    def rows(self) -> tuple[tuple[str, int | str], ...]:
        """The rows of its table."""
        if not self.columns:
            return (("All students", "fewer than 10, not shown"),)
        return tuple((f"{column.label} days", column.count) for column in self.columns)


def days_missed_histogram(days: Iterable[DaysSoFar]) -> Histogram | None:
    """How many students missed how many days this year; None where no attendance is loaded."""
    missed = [one.days_missed for one in days]
    if not missed:
        return None
    labels = [*(f"{low}" if low == high else f"{low} to {high}" for low, high in _BINS), "20 or more"]
    counts = [*(sum(low <= one <= high for one in missed) for low, high in _BINS), sum(one >= 20 for one in missed)]
    width, most = 580 / len(labels), max(counts)
    columns = tuple(
        Column(label, count, round(place * width + 6, 1), round(24 + _PLOT_HEIGHT - tall, 1), round(tall, 1))
        for place, (label, count) in enumerate(zip(labels, counts, strict=True))
        for tall in [_PLOT_HEIGHT * count / most]
    )
    told = "; ".join(f"{column.label} days: {column.count} students" for column in columns)
    if len(missed) < SMALLEST_GROUP:
        return Histogram("fewer than 10 students, not shown", (), len(missed), round(width - 12, 1))
    return Histogram(told, columns, len(missed), round(width - 12, 1))
