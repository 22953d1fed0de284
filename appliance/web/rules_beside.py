"""The rules in force beside a metric: sentences, found by the numbers of the rule book that its SQL asks for."""

from collections.abc import Iterator

from appliance.student_level.metrics.catalogue import Metric, metrics, prepared_sql
from appliance.student_level.records.levels import Levels
from appliance.student_level.records.marks import PLACEHOLDER_DAYS
from appliance.student_level.records.rule_book import RuleBook, Version
from appliance.web import words

_PARTS = {"any": "one class or more was", "half": "half of it or more was", "whole": "all of it was"}


def rules_beside(metric: Metric, book: RuleBook) -> tuple[str, ...]:
    """What the district's rule book says about a metric today."""
    return tuple(_sentences(metric, book))


def rule_of(name: str, rules: Version) -> str:
    """In a caption: how the rule book has a metric counted, and which version of it says so."""
    metric = next(one for one in metrics() if one.name == name)
    return " ".join((*_counting(metric, rules.book), version_said(rules)))


def version_said(rules: Version) -> str:
    """Which version of the rule book is meant."""
    if not rules.version:
        return "Rules as shipped."
    return f"Rules in force since {words.day_and_year(rules.from_day)} (version {rules.version})."


def level_rule(levels: Levels, since: int | None) -> str:
    """By which rule a page's levels are what they are. `since`: the day it began; None for the one that was shipped."""
    said = "as shipped" if since is None else f"rule of {words.day_and_year(since)}"
    return f"Level: {levels.rule} ({said}). Points say {levels.thresholds}; words say what they mean."


def _sentences(metric: Metric, book: RuleBook) -> Iterator[str]:
    yield from _counting(metric, book)
    if metric.measure and metric.measure.family == "attendance":
        yield f"On the first {words.plural(book.first_days, 'school day')} pages show the count, not the share."
    if metric.measure:
        goal = metric.name in book.goals and goal_said(metric.name, book, more=metric.measure.more_is_better)
        yield f"Goal: {goal}." if goal else "No goal has been set."


def _counting(metric: Metric, book: RuleBook) -> Iterator[str]:
    """Whom and what it counts."""
    asked = "\n".join([metric.sql, *map(prepared_sql, metric.stands_on)])
    if ":least_days_enrolled" in asked:
        yield (
            f"Classes that met on fewer than {words.plural(book.least_days_enrolled, 'day')} are left out."
            if "reporting_meetings" in asked
            else f"Students enrolled fewer than {words.plural(book.least_days_enrolled, 'day')} are left out."
        )
    if ":least_days_attended" in asked and book.least_days_attended:
        yield f"Students who attended fewer than {words.plural(book.least_days_attended, 'day')} are left out."
    if "reporting_days" in asked:
        yield day_missed_said(book)
    if ":placeholder_days" in asked:
        yield f"A zero waits {PLACEHOLDER_DAYS} days after its due day."
    if ":c_from" in asked:
        yield f"Points read {book.letters.rule} of 100, where no letter was sent."
    if ":points_fallen" in asked:
        yield f"A grade fell far when it fell by {words.plural(book.points_fallen, 'point')} or more."
    if ":credits_by_grade" in asked:
        yield credits_said(book)


def day_missed_said(book: RuleBook) -> str:
    """How much of a day must be missed."""
    return f"Where attendance comes class by class, a day is missed when {_PARTS[book.part_of_day]}."


def credits_said(book: RuleBook) -> str:
    """How many credits make somebody on track."""
    if not book.credits_by_grade:
        return "The district has not said how many credits it asks for, so nobody is counted."
    told = [
        f"{credits_asked:g} by the end of {words.grade_level(grade)}"
        for grade, credits_asked in sorted(book.credits_by_grade.items())
    ]
    return f"Credits asked for: {words.listing(told)}."


def goal_said(name: str, book: RuleBook, *, more: bool) -> str:
    """The goal of a measure that has one. `more`: more is better."""
    return f"{'at least' if more else 'at most'} {book.goals[name] / 10:g}%"
