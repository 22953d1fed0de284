"""Maplewood had a year before: who came when, and what the state's test of a spring or a fall said."""

from collections.abc import Collection
from datetime import date, timedelta

from appliance.actions import Action
from appliance.days import day_number
from appliance.storage.database import Database, Event
from tests import maplewood

FIRST_DAY, LAST_DAY = date(2025, 8, 25), date(2026, 6, 5)
SAME_DAY = date(2025, 11, 21)
"""Of last year, as November 20 is of this one: a Friday before Thanksgiving."""


def have_a_year_before(database: Database, missed: Collection[str] = ()) -> None:
    """Everybody was there on every weekday, a grade lower, but for those who `missed` every Monday."""
    span = [FIRST_DAY + timedelta(days=offset) for offset in range((LAST_DAY - FIRST_DAY).days + 1)]
    days = [day for day in span if day.weekday() < 5]
    with database.changing(Event("test", Action.IMPORT)) as tables:
        for school in (maplewood.ELM, maplewood.OAK):
            taken = [(school, day_number(day)) for day in days]
            tables.conn.executemany("INSERT INTO attendance_taken VALUES (?, ?)", taken)
        for nick, key in maplewood.KEY.items():
            school, begin, end = maplewood.OAK if key > 200 else maplewood.ELM, FIRST_DAY, LAST_DAY + timedelta(days=1)
            tables.table("school_enrollment").insert(
                {"student_key": key, "school_key": school, "begin_day": day_number(begin), "end_day": day_number(end),
                 "grade_level": "06"}
            )  # fmt: skip
            if nick in missed:
                away = [{"student_key": key, "day": day_number(day), "code": 0} for day in days if day.weekday() == 0]
                tables.table("attendance_day").insert_all(away)


def take_the_states_test(database: Database, day: date, met: int) -> None:
    """Everybody takes the state's math test of a day, and the first so many meet its standard."""
    with database.changing(Event("test", Action.IMPORT)) as tables:
        test = {"code": f"STATE-{day}", "title": "State test, math", "subject": "MATH", "kind": "state"}
        key = tables.table("test").insert(test).last_pk
        for place, student in enumerate(sorted(maplewood.KEY.values())):
            tables.table("test_result").insert(
                {"student_key": student, "test_key": key, "day": day_number(day), "meets": int(place < met),
                 "level": "Meets" if place < met else "Getting there"}
            )  # fmt: skip
