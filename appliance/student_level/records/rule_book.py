"""The rules as data: which numbers are in force, since when, by whose decision and why.

A district begins with the numbers of `AS_SHIPPED`. A data steward may choose others on a page, from a day on; every
version is kept, so that an old list and an old figure can be explained. What the rules *are* stands in `rules.py`: a
person can turn one off or move its line, but cannot write one that looks at who a student is.
"""

import re
from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from typing import Annotated, Literal

import msgspec

from appliance.errors import Trouble
from appliance.storage.database import Reading, Tables
from appliance.student_level.metrics.catalogue import measures
from appliance.student_level.records.levels import Levels
from appliance.student_level.records.marks import Letters
from appliance.student_level.records.rules import RULES, Rule

_Percent = Annotated[int, msgspec.Meta(ge=1, le=50)]
_VERSIONS = "SELECT version, from_day, chosen_at, chosen_by, reason, rules FROM rule_book ORDER BY version"


class NotARule(Trouble):
    """A number that a rule cannot have."""


class Line(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Where one rule draws its line. What the two numbers mean says the rule's own sentence."""

    at_least: int
    window: int
    is_on: bool = True


class QuietDays(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """For how many days a name stays away after each kind of check-in."""

    talked: Annotated[int, msgspec.Meta(ge=1, le=28)] = 14
    family: Annotated[int, msgspec.Meta(ge=1, le=28)] = 14
    plan: Annotated[int, msgspec.Meta(ge=1, le=28)] = 14
    not_needed: Annotated[int, msgspec.Meta(ge=1, le=28)] = 28


class RuleBook(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """All numbers of one version. That a tenth is the line is not among them: federal and state rules agree on it."""

    least_days_enrolled: Annotated[int, msgspec.Meta(ge=1, le=120)] = 10
    """Students enrolled fewer days than this are in no share of a school and in no count of chronic absence."""
    least_days_attended: Annotated[int, msgspec.Meta(ge=0, le=10)] = 0
    """Nor are students who attended fewer days than this: some states leave out who never came."""
    part_of_day: Literal["any", "half", "whole"] = "half"
    """How much of a day's classes must be missed for the day to count as missed, where attendance comes by class."""
    first_days: Annotated[int, msgspec.Meta(ge=0, le=60)] = 20
    """On so few school days a share says nothing: the pages show counts, and the rule of a tenth waits."""
    most_names: Annotated[int, msgspec.Meta(ge=1, le=10)] = 10
    leaves_after_days: Annotated[int, msgspec.Meta(ge=7, le=28)] = 28
    """A name leaves so many days after what happened, even if nobody recorded anything."""
    quiet_days: QuietDays = QuietDays()
    lines: dict[str, Line] = {}
    """By the rule's name; a rule that is not named keeps the line it was shipped with."""
    goals: dict[str, Annotated[int, msgspec.Meta(ge=0, le=1000)]] = {}
    """What the district aims for, by the measure's name, in tenths of a percent. None is shipped."""
    least_change: Annotated[int, msgspec.Meta(ge=0, le=20)] = 1
    """A measure that is fewer points than this from last year's is called the same."""
    credits_by_grade: dict[Literal["09", "10", "11", "12"], Annotated[float, msgspec.Meta(ge=0, le=100)]] = {}
    """The credits of a student who will graduate on time, by the end of each grade. None are shipped."""
    letters: Letters = Letters()
    """What a course grade in points reads as, where the school sent no letter."""
    points_fallen: Annotated[int, msgspec.Meta(ge=1, le=60)] = 10
    """By so many points or more a course grade has fallen far, in the measure of it."""
    levels: Levels = Levels()
    """What a mark on a standard says, and how several become one."""
    bands: Annotated[tuple[_Percent, ...], msgspec.Meta(max_length=6)] = (5, 10)
    """Percents of days missed at which the bands begin by which a school's students can be listed; 10 is always one."""

    @property
    def rules(self) -> tuple[Rule, ...]:
        """The rules in force, in their order, with these numbers."""
        lines = {rule.name: self.line(rule) for rule in RULES}
        fall = lines["grade_fell"].at_least if lines["grade_fell"].is_on else None
        return tuple(
            replace(rule, at_least=line.at_least, window=line.window, first_days=self.first_days, fall=fall)
            for rule in RULES
            if (line := lines[rule.name]).is_on
        )

    def counts(self, days_enrolled: int, days_missed: int) -> bool:
        """Whether a student's year at a school is long enough to be in a share."""
        return days_enrolled >= self.least_days_enrolled and days_enrolled - days_missed >= self.least_days_attended

    def is_early(self, school_days: int) -> bool:
        """Whether so few school days are over that a share of days says nothing. With none, nothing is known at all."""
        return 0 < school_days <= self.first_days

    def line(self, rule: Rule) -> Line:
        """Where this version draws a rule's line."""
        return self.lines.get(rule.name) or Line(rule.at_least, rule.window)


AS_SHIPPED = RuleBook()


@dataclass(frozen=True, slots=True)
class Preset:
    """What one authority says about chronic absence. `source` names where it says so."""

    name: str
    title: str
    source: str
    least_days_enrolled: int
    least_days_attended: int = 0
    part_of_day: Literal["any", "half", "whole"] = "half"

    def applied_to(self, book: RuleBook) -> RuleBook:
        """The book with this definition and everything else as it was."""
        return msgspec.structs.replace(
            book,
            least_days_enrolled=self.least_days_enrolled,
            least_days_attended=self.least_days_attended,
            part_of_day=self.part_of_day,
        )

    def is_in(self, book: RuleBook) -> bool:
        """Whether the book follows this definition."""
        return self.applied_to(book) == book


PRESETS = (
    Preset(
        "federal",
        "Federal (EDFacts): enrolled 10 days or more; half a day missed is a day missed",
        "EDFacts file specification 195, chronic absenteeism, from school year 2018-19 on",
        10,
    ),
    Preset(
        "california",
        "California: enrolled 31 days or more and came at least once; who was there for any class was there",
        "CALPADS, Chronic Absentee; California School Dashboard, chronic absenteeism indicator",
        31,
        1,
        "whole",
    ),
    Preset(
        "rhode_island",
        "Rhode Island: enrolled 90 days or more",
        "Rhode Island KIDS COUNT Factbook, chronic early absence",
        90,
    ),
)
"""Definitions that a district can choose with one press. All share the line of a tenth, for any reason."""


@dataclass(frozen=True, slots=True)
class Version:
    """One version as it was decided. Version 0 is the one that was shipped."""

    version: int
    from_day: int
    chosen_at: str
    chosen_by: str
    reason: str
    book: RuleBook


_SHIPPED = Version(0, -25567, "", "", "as shipped", AS_SHIPPED)


def versions(reading: Reading) -> list[Version]:
    """Every version, the shipped one first."""
    return [
        _SHIPPED,
        *(
            Version(**{name: value for name, value in row.items() if name != "rules"}, book=_read(row["rules"]))
            for row in reading.query(_VERSIONS)
        ),
    ]


def version_in_force(reading: Reading, day: int) -> Version:
    """The newest version that holds on a day."""
    return next(one for one in reversed(versions(reading)) if one.from_day <= day)


def in_force(reading: Reading, day: int) -> RuleBook:
    """The numbers that hold on a day."""
    return version_in_force(reading, day).book


def since(reading: Reading, day: int, part: Callable[[RuleBook], object]) -> int | None:
    """Since which day a part of the book in force on a day is what it is; None where it is as it was shipped."""
    so_far = [one for one in versions(reading) if one.from_day <= day]
    first = so_far[-1]
    for one in reversed(so_far):
        if part(one.book) != part(so_far[-1].book):
            break
        first = one
    return first.from_day if first.version else None


_BOUND = re.compile(r"(>=|<=) ([\d.]+) - at `\$\.(?:\w+\.)*(\w+)")


def _in_words(error: str) -> str:
    """What msgspec says of a number out of its bounds, for the person who typed it."""
    found = _BOUND.search(error)
    if found is None:
        return f"{error}. Mend that number."
    side, bound, field = found.groups()
    return f"“{field.replace('_', ' ')}” is at {'least' if side == '>=' else 'most'} {bound}. Mend that number."


def checked(book: RuleBook) -> RuleBook:
    """The book, if a person could mean it. Raises NotARule with what is wrong."""
    known = {rule.name: rule for rule in RULES}
    try:
        msgspec.convert(msgspec.to_builtins(book), RuleBook)
    except msgspec.ValidationError as error:
        raise NotARule(_in_words(str(error))) from error
    shown = {measure.name for measure in measures()}
    for name in book.goals.keys() - shown:
        raise NotARule(f"There is no measure named {name}, so it can have no goal.")
    if hindrance := book.letters.what_hinders or book.levels.what_hinders:
        raise NotARule(hindrance)
    if sorted(set(book.bands)) != list(book.bands) or 10 not in book.bands:
        raise NotARule("Bands begin at rising percents, and 10 is always one of them: 5, 10 or 5, 10, 20, for example.")
    asked = [book.credits_by_grade[grade] for grade in sorted(book.credits_by_grade)]
    if asked != sorted(asked):
        raise NotARule("Credits add up from grade to grade: by the end of a later grade they cannot be fewer.")
    for name, line in book.lines.items():
        rule = known.get(name)
        if rule is None:
            raise NotARule(f"There is no rule named {name}.")
        if hindrance := rule.what_hinders(line.at_least, line.window):
            raise NotARule(f"The rule “{rule.meaning}” cannot be changed so: {hindrance}.")
    return book


def decide(tables: Tables, book: RuleBook, *, from_day: int, by: str, reason: str) -> int:
    """Keep a version, inside the transaction that logs it. Returns its number.

    It may not begin before a version that was decided earlier: what a past list was made by stays what it was.
    Raises NotARule.
    """
    if not reason.strip():
        raise NotARule("Say why the rules change: the reason is printed with them.")
    newest = tables.execute("SELECT max(version), max(from_day) FROM rule_book").fetchone()
    if newest[1] is not None and from_day < newest[1]:
        raise NotARule("These rules would begin before those that were decided last. Choose that day or a later one.")
    version = int(newest[0] or 0) + 1
    tables.execute(
        "INSERT INTO rule_book (version, from_day, chosen_at, chosen_by, reason, rules) VALUES (?, ?, ?, ?, ?, ?)",
        (
            version,
            from_day,
            datetime.now(UTC).isoformat(timespec="seconds"),
            by,
            reason.strip(),
            msgspec.json.encode(checked(book)).decode(),
        ),
    )
    return version


def _read(rules: str) -> RuleBook:
    return msgspec.json.decode(rules, type=RuleBook)
