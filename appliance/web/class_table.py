"""A class as a table: the columns that its page, its paper and its files share, and the orders they can stand in."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

from appliance.student_level.records.growth import Growth
from appliance.student_level.records.roster import Class, RosterLine
from appliance.web import words
from appliance.web.sheets import Cell

_LAST = 1000.0
"""Where a line goes that has nothing to be sorted by."""


@dataclass(frozen=True, slots=True)
class Column:
    """One column. `order`: what its heading's link sorts by, and `down`: whether the largest come first."""

    heading: str
    kind: Literal["name", "number", "weeks", "standing", "growth", "text", "link"]
    order: str = ""
    title: str = ""
    """What a short heading means."""
    down: bool = False

    @property
    def text(self) -> str:
        """The heading in full, as the files have it."""
        return f"{self.heading}: {self.title}" if self.title else self.heading


@dataclass(frozen=True, slots=True)
class ClassTable:
    """The lines of a class in one order."""

    about: Class
    columns: tuple[Column, ...]
    lines: tuple[RosterLine, ...]
    order: str
    level_rule: str
    """By which rule its levels are what they are; empty where it shows none."""

    def cells(self, line: RosterLine) -> tuple[Cell, ...]:
        """A line as the files have it: one cell for each column."""
        days, last = line.days, line.check_in
        grown = (column.by_student.get(line.student_key) for column in self.about.growth)
        return (
            line.name.sorted,
            days.days_missed if days else None,
            days.days_enrolled if days else None,
            " ".join(f"{share}%" for share in line.weeks) or None,
            line.missing if self.about.has_assignments else None,
            *(standing.words for standing in self.about.standards.of(line.student_key)),
            *(f"{one.words}; {one.chance}" if one else "not tested" for one in grown),
            line.mark or None,
            f"{words.iso_day(last.day)}, {last.by_whom}" if last else None,
        )


def class_table(about: Class, order: str, level_rule: str) -> ClassTable | None:
    """The class in an order that one of its columns names; None for any other. `level_rule`: what is said of levels."""
    columns = (
        Column("Student", "name", "name"),
        Column("Days missed", "number", "missed", down=True),
        Column("Days enrolled", "number"),
        Column("Last 8 weeks", "weeks"),
        Column("Missing work", "number", "missing", down=True),
        *(
            Column(one.code, "standing", f"s{place}", one.title)
            for place, one in enumerate(about.standards.standards, start=1)
        ),
        *(
            Column(f"Growth, {one.span}", "growth", f"g{place}", one.test)
            for place, one in enumerate(about.growth, start=1)
        ),
        Column(about.period_of_marks or "Grade", "text", "grade"),
        Column("Last check-in", "text", "check-in"),
    )
    if not order or order not in {column.order for column in columns}:
        return None
    by_name = sorted(about.lines, key=lambda line: line.name.sorted.casefold())
    rule = level_rule if about.standards.standards else ""
    return ClassTable(about, columns, tuple(_in_order(about, by_name, order)), order, rule)


def _in_order(about: Class, by_name: Sequence[RosterLine], order: str) -> list[RosterLine]:
    def place(line: RosterLine) -> float:
        if order[0] == "s" and order[1:].isdigit():
            return about.standards.of(line.student_key)[int(order[1:]) - 1].level or _LAST
        if order[0] == "g" and order[1:].isdigit():
            return _apart(about.growth[int(order[1:]) - 1].by_student.get(line.student_key))
        return {
            "name": 0.0,
            "missed": float(-line.days.days_missed if line.days else 1),
            "missing": float(-(line.missing or 0)),
            "grade": line.points if line.points >= 0 else _LAST,
            "check-in": float(line.check_in.day if line.check_in else 0),
        }[order]

    return sorted(by_name, key=place)


def _apart(grown: Growth | None) -> float:
    """How far growth is from typical growth; with nothing typical, how much there is."""
    return _LAST if grown is None else grown.observed - (grown.typical or 0)
