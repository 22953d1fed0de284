"""The students behind a measure as a table: the columns that its page, its paper and its files share, and the orders.

Beside each name stands what put it there (days, a class, a course, credits, a result) and what goes well.
"""

from collections.abc import Iterable
from dataclasses import dataclass

from appliance.student_level.metrics.catalogue import Measure
from appliance.student_level.records.behind_causes import Cause
from appliance.student_level.records.enrollments import Name
from appliance.web import words
from appliance.web.class_table import Column
from appliance.web.sheets import Cell

_NUMBERS = {
    "chronic_absence": "Days missed", "attendance_rate": "Days missed", "late_arrivals": "Days late",
    "class_meetings_missed": "Meetings missed", "on_track": "Credits",
}  # fmt: skip
_CAUSES = {
    "class_absence": "Class", "tests": "Newest result", "grades": "Course", "credits": "Course",
    "advanced_passed": "Course",
}  # fmt: skip
"""By the measure's name, or by its family."""
NOTHING_YET = "Nothing recorded yet: ask."


@dataclass(frozen=True, slots=True)
class BehindLine:
    """One student. `causes`: what put the name on the list."""

    student_key: int
    name: Name
    grade_level: str
    causes: tuple[Cause, ...]

    @property
    def number(self) -> Cause | None:
        """So many days, meetings or credits, where a number says it all."""
        return next((one for one in self.causes if not one.what), None)

    @property
    def why(self) -> tuple[str, ...]:
        """Which classes, courses or results, in words."""
        return tuple(_said(one) for one in self.causes if one.what)


@dataclass(frozen=True, slots=True)
class BehindTable:
    """The lines in one order."""

    columns: tuple[Column, ...]
    lines: tuple[BehindLine, ...]
    order: str

    @property
    def has_number(self) -> bool:
        """Whether a column tells a number."""
        return any(column.order == "number" for column in self.columns)

    @property
    def has_causes(self) -> bool:
        """Whether a column tells classes, courses or results."""
        return any(column.order == "" and column.kind == "text" for column in self.columns[2:-2])

    @property
    def head(self) -> tuple[str, ...]:
        """The head of the file: a number has a cell of its own, and so has what it is out of."""
        told = [one.heading for one in self.columns[:-1]]
        if self.has_number:
            told.insert(3, "Out of")
        return tuple(told)

    def cells(self, line: BehindLine, going_well: Iterable[str]) -> tuple[Cell, ...]:
        """A line as the files have it."""
        number = line.number
        return (
            line.name.full,
            words.sentence_case(words.grade_level(line.grade_level)),
            *((number.count, number.out_of) if number else (None, None) if self.has_number else ()),
            *(["; ".join(line.why)] if self.has_causes else []),
            well_said(going_well),
        )


def behind_table(measure: Measure, lines: Iterable[BehindLine], order: str) -> BehindTable:
    """The list in an order that one of its columns names; for any other, by the number, and where none is, by name."""
    number = _NUMBERS.get(measure.name)
    cause = _CAUSES.get(measure.name) or (None if number else _CAUSES.get(measure.family))
    columns = (
        Column("Student", "name", "name"),
        Column("Grade", "text", "grade"),
        *([Column(number, "number", "number", down=True)] if number else []),
        *([Column(cause, "text")] if cause else []),
        Column("Going well", "text"),
        Column("Where it comes from", "link"),
    )
    if not order or order not in {column.order for column in columns}:
        order = "number" if number else "name"
    return BehindTable(columns, tuple(sorted(lines, key=lambda line: (_place(line, order), *_by_name(line)))), order)


def well_said(going_well: Iterable[str]) -> str:
    """What goes well, as a sentence; never a blank."""
    told = "; ".join(going_well)
    return f"{told[:1].upper()}{told[1:]}." if told else NOTHING_YET


def _place(line: BehindLine, order: str) -> tuple[float, str]:
    if order == "number":
        return (-line.number.count if line.number else 1.0, "")
    if order == "grade":
        return (float(line.grade_level not in ("PK", "KG")), line.grade_level)
    return (0.0, "")


def _by_name(line: BehindLine) -> tuple[str, int]:
    return line.name.sorted.casefold(), line.student_key


def _said(one: Cause) -> str:
    if one.before:
        return f"{one.what}: from {one.before} to {one.mark}"
    if one.day is not None:
        return f"{one.mark}: {one.what}, {words.day_and_year(one.day)}"
    if one.unit:
        return f"{one.what}: {one.count:g} of {one.out_of:g} {one.unit}"
    return f"{one.what}: {one.mark}"
