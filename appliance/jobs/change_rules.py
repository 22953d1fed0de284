"""A data steward looks what other rules would do, and puts them in force."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from appliance.actions import Action
from appliance.days import from_day_number, school_year
from appliance.storage.connection import Gate
from appliance.storage.database import Database, Event
from appliance.student_level.access import counting_a_school
from appliance.student_level.records.level_counts import level_counts
from appliance.student_level.records.moved_figures import MovedFigure, moved_figures
from appliance.student_level.records.rule_book import RuleBook, Version, checked, decide, version_in_force
from appliance.student_level.records.this_week import this_week
from appliance.student_level.staging.days_from_sections import tell_days

RULES = Gate(open_tables=frozenset({"rule_book", "organization"}))
_FOR_EVER = 47481
_SCHOOLS = "SELECT organization_key, name FROM organization WHERE kind = 'school' AND is_active ORDER BY name"


@dataclass(frozen=True, slots=True)
class Effect:
    """How many names a school's list has today, by the rules in force and by those that are tried. No name is read
    out: these are numbers of names, those on the list and those who wait behind it.

    `levels` and `levels_now`: how many levels of its first ten classes would be and are which, by their place in
    LEVELS; empty while the rule for levels is not changed. `figures`: the measures that a changed number moves.
    """

    school: str
    listed: int
    waiting: int
    listed_now: int
    waiting_now: int
    levels: Mapping[int, int] = field(default_factory=dict)
    levels_now: Mapping[int, int] = field(default_factory=dict)
    figures: Sequence[MovedFigure] = ()


def preview(database: Database, book: RuleBook, today: int, *, from_day: int) -> list[Effect]:
    """What the principal's list and the figures of each school would be today, were the rules in force from a day on.

    Raises NotARule.
    """
    tried = checked(book)
    with database.reading(RULES) as reading:
        schools = reading.query(_SCHOOLS)
        now = version_in_force(reading, today).book
    year = school_year(from_day_number(today))
    found = []
    for school in schools:
        key = school["organization_key"]
        with counting_a_school(database, key, today) as reading:
            new, old = (
                this_week(reading, today=today, school_year=year, book=one, school_key=key) for one in (tried, now)
            )
            levels = (
                level_counts(reading, today, (tried.levels, now.levels)) if tried.levels != now.levels else ({}, {})
            )
            figures = moved_figures(reading, key, today=today, from_day=from_day, tried=tried, now=now)
        lists = len(new.listed), new.waiting, len(old.listed), old.waiting
        found.append(Effect(school["name"], *lists, levels=levels[0], levels_now=levels[1], figures=figures))
    return found


def put_in_force(database: Database, book: RuleBook, *, from_day: int, by: str, reason: str) -> int:
    """Keep a version of the rules, and work out anew the days that it judges otherwise. Returns its number.

    Raises NotARule, and then nothing has changed.
    """
    checked(book)
    event = Event(by, Action.CHANGE_RULES, f"from {from_day_number(from_day)}", reason)
    with database.changing(event) as tables:
        version = decide(tables, book, from_day=from_day, by=by, reason=reason)
        tell_days(tables.execute, from_day, _FOR_EVER)
    return version


def rules_in_force(database: Database, day: int) -> Version:
    """The version that holds on a day."""
    with database.reading(RULES) as reading:
        return version_in_force(reading, day)
