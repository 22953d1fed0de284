"""Charts as plain numbers: what the SVG macros draw and the tables beneath them print. Nothing here knows a student."""

from collections.abc import Sequence
from dataclasses import dataclass

from appliance.student_level.records.schools import Share, Week, last_year
from appliance.student_level.records.shares import tenths
from appliance.web import words

BESIDE, ALONE = 580, 720
"""Widths of a chart in half a page and in a whole one."""
_LEFT, _RIGHT, _TOP, _BOTTOM, _HEIGHT = 44, 146, 12, 34, 270
_PLOT_HEIGHT = _HEIGHT - _TOP - _BOTTOM
_LABELS_SHOWN = 7
_LABEL_APART = 18


@dataclass(frozen=True, slots=True)
class Series:
    """One line. `points` are (x, y) in the drawing; `end` is the label at its end, `end_y` where it stands."""

    name: str
    style: str
    points: tuple[tuple[float, float], ...]
    end: str
    end_y: float


@dataclass(frozen=True, slots=True)
class LineChart:
    """Attendance by week, ready to draw: percent from `low` to `high`, and the rows of its table."""

    heading: str
    description: str
    low: int
    gridlines: tuple[tuple[float, str], ...]
    labels: tuple[tuple[float, str], ...]
    series: tuple[Series, ...]
    weeks: tuple[tuple[int, float, float | None], ...]
    """Monday as a day number, percent this year, percent in the same week last year where that is known."""
    knows_last_year: bool
    width: int
    height: int = _HEIGHT
    left: int = _LEFT

    @property
    def right(self) -> int:
        """Where the lines end."""
        return self.width - _RIGHT

    @property
    def head(self) -> tuple[str, ...]:
        """The head of its table, and of its file."""
        return ("Week of", "This year", *(("Last year",) if self.knows_last_year else ()))

    @property
    def rows(self) -> tuple[tuple[str, ...], ...]:
        """The rows of its table."""
        return tuple(
            (words.short_day(monday), *("" if share is None else f"{share}%" for share in shares))
            for monday, *shares in self.cells
        )

    @property
    def cells(self) -> tuple[tuple[int, float, float | None] | tuple[int, float], ...]:
        """The same as numbers: a week's Monday, and a share for each further column of its head."""
        return tuple(week if self.knows_last_year else week[:2] for week in self.weeks)


@dataclass(frozen=True, slots=True)
class Bar:
    """One bar: a share in percent, and beside it of how many. Where a group is too small, `value`, `count` and `out_of`
    are None, and `beside` says so.
    """

    name: str
    value: float | None
    beside: str
    count: int | None = None
    out_of: int | None = None
    is_strongest: bool = False


def attendance_chart(weeks: Sequence[Week], before: Sequence[Week], *, width: int = BESIDE) -> LineChart | None:
    """The weeks of this year, and last year's as a dashed line where they are known. None for fewer than two weeks.

    `width`: BESIDE another chart, or ALONE.
    """
    if len(weeks) < 2:
        return None
    past = {week.monday: week.attended for week in before}
    now = [week.attended for week in weeks]
    then = [past.get(last_year(week.monday)) for week in weeks]
    known = [*now, *(value for value in then if value is not None)]
    low, high, step = _axis(min(known), max(known))
    plot_width = width - _LEFT - _RIGHT

    def x(place: int) -> float:
        return _short(_LEFT + place / (len(weeks) - 1) * plot_width)

    def y(value: float) -> float:
        return _short(_TOP + _PLOT_HEIGHT - (value - low) / (high - low) * _PLOT_HEIGHT)

    every = -(-len(weeks) // _LABELS_SHOWN)
    this_year = _series("This year", "s1", [(x(place), y(value)) for place, value in enumerate(now)], now[-1])
    series = [this_year]
    dashed = [(x(place), y(value)) for place, value in enumerate(then) if value is not None]
    if then[-1] is not None and len(dashed) > 1:
        apart = y(then[-1]) - this_year.end_y
        shift = 0.0 if abs(apart) >= _LABEL_APART else (_LABEL_APART if apart >= 0 else -_LABEL_APART) - apart
        series.insert(0, _series("Last year", "s2", dashed, then[-1], shift))
    return LineChart(
        heading=_heading(now, then),
        description=f"{now[0]} percent in the week of {words.short_day(weeks[0].monday)}, lowest {min(now)}, "
        f"{now[-1]} in the week of {words.short_day(weeks[-1].monday)}."
        + (f" In the same week last year it was {then[-1]}." if then[-1] is not None else ""),
        low=low,
        gridlines=tuple((y(value), f"{value}%") for value in range(low, high + 1, step)),
        labels=tuple((x(place), words.short_day(weeks[place].monday)) for place in range(0, len(weeks), every)),
        series=tuple(series),
        weeks=tuple((week.monday, week.attended, value) for week, value in zip(weeks, then, strict=True)),
        knows_last_year=bool(past),
        width=width,
    )


def _short(place: float) -> float:
    """To a tenth, and without one where it is whole: a page holds hundreds of such numbers."""
    tenth = round(place, 1)
    return int(tenth) if tenth == int(tenth) else tenth


def _series(name: str, style: str, points: Sequence[tuple[float, float]], last: float, shift: float = 0.0) -> Series:
    return Series(name, style, tuple(points), f"{name} {last}%", round(points[-1][1] + shift, 1))


def _heading(now: Sequence[float], then: Sequence[float | None]) -> str:
    if then[-1] is not None:
        apart = round(now[-1] - then[-1], 1)
        if apart == 0:
            return "Attendance is where it was last year"
        return f"Attendance is {abs(apart)} points {'above' if apart > 0 else 'below'} last year"
    return f"Attendance was {now[-1]}% in the last week"


def _axis(lowest: float, highest: float) -> tuple[int, int, int]:
    """Whole percents around the data, at least eight of them, never above 100; and a step that gives few lines."""
    low, high = int(lowest // 2 * 2 - 2), min(100, int(-(-highest // 2) * 2 + 2))
    low = max(0, min(low, high - 8))
    step = 2 if high - low <= 12 else 5 if high - low <= 30 else 10
    low -= (high - low) % step and step - (high - low) % step
    return max(low, high % step), high, step


def bars_by_grade(shares: Sequence[Share]) -> tuple[Bar, ...]:
    """A bar a grade; the one with the largest share is the darker one."""
    most = max((one.count / one.out_of for one in shares if not one.hidden), default=0.0)
    return tuple(
        _bar(words.sentence_case(words.grade_level(one.name)), one, one.count / one.out_of == most > 0)
        for one in shares
    )


def bars_by_group(shares: Sequence[Share]) -> tuple[Bar, ...]:
    """A bar a group; all students is the darker one."""
    return tuple(_bar(one.name, one, one.name == "All students") for one in shares)


def bars_by_name(shares: Sequence[Share]) -> tuple[Bar, ...]:
    """A bar for each, in the order given, which is that of their names; none is darker, so none is ranked."""
    return tuple(_bar(one.name, one, False) for one in shares)


def _bar(name: str, share: Share, is_strongest: bool) -> Bar:
    if share.hidden:
        return Bar(name, None, "fewer than 10, not shown" if share.out_of < 10 else "not shown: it would give one away")
    beside = f"{share.count} of {share.out_of:,}"
    return Bar(name, tenths(share.count, share.out_of) / 10, beside, share.count, share.out_of, is_strongest)
