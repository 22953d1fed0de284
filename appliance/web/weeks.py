"""The list of *This week* of a visit: made once a week, kept at its first reading, read by everybody whose it is."""

from collections.abc import Callable, Sequence
from functools import partial

from appliance.actions import Role
from appliance.roles import Scope
from appliance.storage.database import Reading, Tables
from appliance.student_level.records import week_lists
from appliance.student_level.records.rule_book import Version, version_in_force
from appliance.student_level.records.rules import Happening
from appliance.student_level.records.this_week import ThisWeek, monday_of, this_week
from appliance.web.visit import Visit


def week_of(visit: Visit, reading: Reading, school_key: int | None = None) -> ThisWeek:
    """The reader's own list, or that of a school they lead. A teacher's looks at their own classes alone."""
    return this_week(
        reading, today=visit.today, school_year=visit.school_year, book=rules_of_week(visit, reading).book,
        school_key=school_key, only_own_classes=visit.role is Role.TEACHER, kept=visit.house.kept, whose=visit.reader,
        made=_made(visit, reading, school_key),
    )  # fmt: skip


def rules_of_week(visit: Visit, reading: Reading) -> Version:
    """The rules by which this week's list is made: those of its Monday. Others hold from the next one."""
    return version_in_force(reading, monday_of(visit.today))


def on_the_list(visit: Visit, reading: Reading, student_key: int, school_key: int | None) -> Sequence[Happening] | None:
    """What the reader's list of this week says of a student; None when no list was made yet."""
    leads = visit.role.terms.scope is Scope.SCHOOL
    made = _made(visit, reading, school_key if leads else None)
    return made.found.get(student_key, ()) if made else None


def keeping(visit: Visit, week: ThisWeek, school_key: int | None = None) -> Callable[[Tables], None] | None:
    """What keeps a list that was just made, in one step with the line of the log that says who read it.

    None for a list that is kept already or cannot be, and over a shoulder, where only a part of it is seen.
    """
    if week.to_keep is None or visit.looks_as is not None:
        return None
    return partial(
        week_lists.keep, owner=_owner(visit, school_key), monday=week.made_on, one=week.to_keep,
        wall_day=visit.house.wall_day,
    )  # fmt: skip


def _owner(visit: Visit, school_key: int | None) -> week_lists.Owner:
    return week_lists.Owner.of(visit.person.account_key, school_key)


def _made(visit: Visit, reading: Reading, school_key: int | None) -> week_lists.Made | None:
    return week_lists.made(reading, _owner(visit, school_key), monday_of(visit.today))
