"""The little lines of a measure's months: this school year on top of the last, July to June from left to right."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from appliance.days import from_day_number, school_year
from appliance.student_level.records.measures import Point
from appliance.web import words

WIDTH, HEIGHT = 120, 32
_EDGE, _STEP = 5, 10
_LEAST_SPAN = 40
"""Tenths of a point from bottom to top at least: a smaller change must not look like a cliff."""


@dataclass(frozen=True, slots=True)
class HistoryLine:
    """Ready to draw: (x, y) of each month of this school year and of the one before; and the same in words."""

    this_year: tuple[tuple[int, float], ...]
    last_year: tuple[tuple[int, float], ...]
    label: str
    width: int = WIDTH
    height: int = HEIGHT


def history_line(points: Sequence[Point], today: int) -> HistoryLine | None:
    """The months of a measure; None for fewer than two, which make no line."""
    if len(points) < 2:
        return None
    shares = [point.tenths for point in points]
    low, high = min(shares), max(shares)
    spare = max(_LEAST_SPAN - (high - low), 0) / 2

    def place(point: Point) -> tuple[int, float]:
        month = (from_day_number(point.day).month - 7) % 12
        height = (point.tenths - low + spare) / (high - low + 2 * spare)
        return _EDGE + _STEP * month, round(HEIGHT - _EDGE - height * (HEIGHT - 2 * _EDGE), 1)

    year = school_year(from_day_number(today))
    years = [school_year(from_day_number(point.day)) for point in points]
    return HistoryLine(
        tuple(place(point) for point, its in zip(points, years, strict=True) if its == year),
        tuple(place(point) for point, its in zip(points, years, strict=True) if its < year),
        "; ".join(f"{_month(point.day)} {words.percent(point.count, point.out_of)}" for point in points),
    )


def months(lines: Sequence[Sequence[Point]]) -> list[str]:
    """Every month that one of the histories has, oldest first, as 2026-09."""
    return sorted({_key(point.day) for points in lines for point in points})


def by_month(points: Sequence[Point]) -> dict[str, str]:
    """The share of each month, as text."""
    return {_key(point.day): words.percent(point.count, point.out_of) for point in points}


def month_word(key: str) -> str:
    """Sep 2026, from 2026-09."""
    return f"{date.fromisoformat(f'{key}-01'):%b %Y}"


def _key(day: int) -> str:
    return f"{from_day_number(day):%Y-%m}"


def _month(day: int) -> str:
    return f"{from_day_number(day):%b %Y}"
