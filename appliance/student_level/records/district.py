"""The district as its superintendent sees it: one line a school, totals only. No student stands behind a line."""

from collections import defaultdict
from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any, TypeVar

from appliance.aggregate.tabulation import DISTRICT, Tabulation
from appliance.storage.database import Reading
from appliance.student_level.records.schools import SMALLEST_GROUP, Share, Week, last_year

_Place = TypeVar("_Place", int, str)
_WEEKS_TOLD = 8
_SCHOOLS = """
    SELECT organization_key, name, state_id FROM organization WHERE kind = 'school' AND is_active ORDER BY name
"""
_BY_WEEK = """
    SELECT school_key, (day + 3) / 7 AS week, sum(enrolled) AS enrolled, sum(missed) AS missed,
           min(enrolled) AS fewest, max(day) AS until, count(*) AS days
      FROM organization CROSS JOIN school_attendance_day ON school_key = organization_key
     WHERE day BETWEEN :since AND :until GROUP BY school_key, week ORDER BY school_key, week
"""
_NEWEST = (
    "SELECT max(snapshot) AS snapshot FROM count_table WHERE metric = :metric AND snapshot BETWEEN :begin AND :end"
)


@dataclass(frozen=True, slots=True)
class SchoolLine:
    """One school. `last_week` is the newest week with attendance, `year_before` the same week a year ago; `missed` is
    None when nothing has been counted yet.
    """

    school_key: int
    name: str
    students: int | None
    until: int | None
    last_week: Week | None
    year_before: Week | None
    missed: Share | None
    is_hidden: bool = False
    """So few students that a share of their days would tell of one of them, or would tell it of another school."""
    recent: tuple[tuple[Week, Week | None], ...] = ()
    """The last eight weeks with attendance, oldest first, each with the same week last year."""


@dataclass(frozen=True, slots=True)
class District:
    """All schools by name, and the district as a whole. `weeks` and `before`: this year's and last year's.

    `days`: school days of this year for which attendance is loaded, at the school that has most.
    """

    lines: tuple[SchoolLine, ...]
    missed: Share | None
    weeks: tuple[Week, ...]
    before: tuple[Week, ...]
    days: int


def newest_snapshot(shelf: Reading, metric: str, school_year: int) -> str | None:
    """The newest snapshot (ISO day) of a metric in a school year, or None when none was counted."""
    values = {"metric": metric, "begin": f"{school_year - 1}-07-01", "end": f"{school_year}-06-30"}
    row = shelf.one(_NEWEST, values)
    return row["snapshot"] if row else None


def district(
    reading: Reading, chronic: Tabulation | None, members: Tabulation | None, *, first_day: int, today: int
) -> District:
    """The lines from sums by school and day and from two tabulations of the counts shelf, all without a student."""
    now = _weeks(reading, first_day, today)
    past = _weeks(reading, last_year(first_day), last_year(today))
    hidden, hidden_before = (
        told_by_too_few({school: found.fewest for school, found in year.items()}) for year in (now, past)
    )
    shares = _shares(chronic)
    students = _all(members)
    lines = []
    for row in reading.query(_SCHOOLS):
        key, state_id = row["organization_key"], row["state_id"]
        found = now.get(key, _NOTHING)
        last = found.weeks[-1] if found.weeks else None
        earlier = {week.monday: week for week in past.get(key, _NOTHING).weeks}
        enrolled = students.get(state_id)
        lines.append(
            SchoolLine(
                school_key=key,
                name=row["name"],
                students=enrolled.out_of if enrolled else None,
                until=found.until,
                last_week=last,
                year_before=earlier.get(last_year(last.monday)) if last and key not in hidden_before else None,
                missed=shares.get(state_id),
                is_hidden=key in hidden,
                recent=tuple(
                    (week, None if key in hidden_before else earlier.get(last_year(week.monday)))
                    for week in found.weeks[-_WEEKS_TOLD:]
                ),
            )
        )
    days = max((one.days for one in now.values()), default=0)
    return District(tuple(lines), shares.get(DISTRICT), _together(now), _together(past), days)


@dataclass(frozen=True, slots=True)
class _Attendance:
    """A school's weeks, oldest first, its newest day, the fewest students enrolled on any day, and how many days."""

    weeks: tuple[Week, ...] = ()
    until: int | None = None
    fewest: int = 0
    days: int = 0


_NOTHING = _Attendance()


def _weeks(reading: Reading, since: int, until: int) -> dict[int, _Attendance]:
    sums: dict[int, list[dict[str, Any]]] = defaultdict(list)
    for row in reading.query(_BY_WEEK, {"since": since, "until": until}):
        sums[row["school_key"]].append(row)
    return {
        school: _Attendance(
            weeks=tuple(Week(row["week"] * 7 - 3, row["enrolled"], row["missed"]) for row in rows if row["enrolled"]),
            until=rows[-1]["until"],
            fewest=min(row["fewest"] for row in rows),
            days=sum(row["days"] for row in rows),
        )
        for school, rows in sums.items()
    }


def _together(schools: Mapping[int, _Attendance]) -> tuple[Week, ...]:
    sums: dict[int, list[int]] = defaultdict(lambda: [0, 0])
    for week in (week for school in schools.values() for week in school.weeks):
        sums[week.monday][0] += week.enrolled
        sums[week.monday][1] += week.missed
    return tuple(Week(monday, *total) for monday, total in sorted(sums.items()))


def _all(tabulation: Tabulation | None) -> dict[str, Share]:
    if tabulation is None:
        return {}
    return {cell.school_id: Share("", cell.count, cell.out_of) for cell in tabulation.cells if cell.dimension == "all"}


def _shares(chronic: Tabulation | None) -> dict[str, Share]:
    found = {place: share for place, share in _all(chronic).items() if share.out_of}
    hidden = told_by_too_few({place: share.out_of for place, share in found.items() if place != DISTRICT})
    if DISTRICT in found and found[DISTRICT].out_of < SMALLEST_GROUP:
        hidden |= {DISTRICT}
    return {place: replace(share, hidden=place in hidden) for place, share in found.items()}


def told_by_too_few(students: Mapping[_Place, int]) -> set[_Place]:
    """The places of fewer than ten; and when these together are fewer than ten, the next smallest too, because the
    district's own number less all the others would tell of them.
    """
    by_size = sorted(students, key=lambda place: students[place])
    hidden = {place for place in by_size if students[place] < SMALLEST_GROUP}
    if hidden and sum(students[place] for place in hidden) < SMALLEST_GROUP:
        hidden |= set(by_size[len(hidden) : len(hidden) + 1])
    return hidden
