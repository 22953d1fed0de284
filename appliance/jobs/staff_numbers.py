"""Deciding whose a staff number is that came back with another name. Undone as other decisions of who is who are."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date

from sqlite_utils import Database as Tables

from appliance.actions import Action
from appliance.days import day_number
from appliance.jobs.compute_metrics import refresh
from appliance.jobs.who_is_who import batch_of_decision, need_reason
from appliance.storage.database import Database, Event
from appliance.student_level.sources.mapping.shelf import known_mappings
from appliance.student_level.staging.linking.staff_numbers import give_back, give_to_newcomer
from appliance.student_level.staging.retry import try_again


@dataclass(frozen=True, slots=True)
class Loaded:
    """The number of a decision's batch, and how many rows that waited it loaded."""

    batch: int
    rows: int


def renamed(database: Database, number: str, given_name: str, family_name: str, *, reason: str, by: str) -> Loaded:
    """It was a change of name: the number and its rights stay with its holder.

    Raises Trouble for a number that does not wait.
    """
    said = "a staff number is still its holder's"
    return _decide(database, said, lambda tables: give_back(tables, number, given_name, family_name), reason, by)


def newcomer(database: Database, number: str, *, reason: str, by: str) -> Loaded:
    """It is another person, who begins without any right of the former holder's.

    Raises Trouble for a number that does not wait.
    """
    today = day_number(date.today())
    said = "a staff number is a newcomer's"
    return _decide(database, said, lambda tables: give_to_newcomer(tables, number, today), reason, by)


def _decide(database: Database, said: str, work: Callable[[Tables], None], reason: str, by: str) -> Loaded:
    need_reason(reason)
    with batch_of_decision(database, Event(by, Action.DECIDE_WHO_IS_WHO, said, reason)) as (tables, report, journal):
        work(tables)
        assert report.batch is not None
        try_again(tables, report.batch, report, journal, known_mappings(database.home))
    refresh(database, by=by)
    return Loaded(report.batch, report.left_quarantine)
