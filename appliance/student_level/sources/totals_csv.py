"""Plain CSV files, and columns of others, of which only totals are made.

Discipline comes action by action and is counted as it is read: its day tells the school year and goes no further, and
no column that says what happened has a place here.
"""

from appliance.days import from_day_number
from appliance.days import school_year as year_of
from appliance.student_level.sources.languages import language
from appliance.student_level.sources.layout import Column, Layout, here, may, need
from appliance.student_level.sources.totals_codes import (
    ACTIONS,
    CREDENTIALS,
    DISABILITIES,
    ENVIRONMENTS,
    LEAVING,
    RESIDENCES,
)
from appliance.student_level.sources.values import Check, day, flag, one_of, size, text, year


def school_year_of_day(value: str) -> int:
    """The school year that a date lies in, by the year it ends in. The date itself is forgotten."""
    return year_of(from_day_number(day(value)))


def _of(field: str, sensitive: str, header: str, check: Check, *others: str) -> Column:
    return Column(field, (header, *others), check, sensitive=sensitive)


_STUDENT = need("student", "student_id", text)
_DISABILITY = ("disability", "disability")
_LANGUAGE = ("home_language", "home_language")

LEAVING_REASON = _of("leaving_reason", "leaving_reason", "exit_reason", one_of(LEAVING))
"""A column of school enrollment."""
DETAILS = (
    _of(*_DISABILITY, "primary_disability", one_of(DISABILITIES)),
    _of("environment", "disability", "educational_environment", one_of(ENVIRONMENTS)),
    _of(*_LANGUAGE, "home_language", language),
    _of("learner_since_day", "home_language", "english_learner_since", day),
    _of("night_residence", "night_residence", "night_residence", one_of(RESIDENCES)),
    _of("is_unaccompanied", "night_residence", "unaccompanied_youth", flag),
)
"""Columns of programs: what is known about one membership."""

LAYOUTS = (
    Layout("discipline", "discipline", (
        _STUDENT, need("school", "school_id", text), here("action", "action", one_of(ACTIONS)),
        need("school_year", "action_date", school_year_of_day), may("days", "action_days", size),
    ), sensitive=frozenset({"discipline"})),
    Layout("diplomas", "completion", (
        _STUDENT, need("day", "diploma_date", day), need("kind", "diploma_type", one_of(CREDENTIALS)),
        may("school", "school_id", text),
    )),
    Layout("graduation cohorts", "graduation_cohort", (_STUDENT, need("ninth_grade_year", "ninth_grade_year", year))),
    Layout("student attributes", "home_language", (
        _STUDENT,
        Column("home_language", ("home_languages", "home_language"), language, required=True, may_be_empty=True,
               sensitive="home_language"),
        _of(*_DISABILITY, "disabilities", one_of(DISABILITIES), "primary_disability"),
    ), sensitive=frozenset({"home_language", "disability"})),
)  # fmt: skip
