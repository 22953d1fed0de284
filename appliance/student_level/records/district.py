"""The district as its superintendent sees it: one line a school, totals only. No student stands behind a line."""

from collections import defaultdict
from dataclasses import dataclass

from appliance.aggregate.tabulation import DISTRICT, Tabulation
from appliance.storage.database import Reading
from appliance.student_level.records.attendance import week_of
from appliance.student_level.records.schools import SMALLEST_GROUP, Share, Week, last_year

_SCHOOLS = """
    SELECT organization_key, name, state_id FROM organization WHERE kind = 'school' AND is_active ORDER BY name
"""
_BY_DAY = """
    SELECT school_key, day, enrolled, missed FROM school_attendance_day WHERE day BETWEEN :since AND :until ORDER BY day
"""
_NEWEST = (
    "SELECT max(snapshot) AS snapshot FROM count_table WHERE metric = :metric AND snapshot BETWEEN :begin AND :end"
)


@dataclass(frozen=True, slots=True)
class SchoolLine:
    """One school. `last_week` is the newest week with attendance, `year_before` the same week a year ago; `missed` is
    None when nothing has been counted yet.
    """

    name: str
    students: int | None
    until: int | None
    last_week: Week | None
    year_before: Week | None
    missed: Share | None


@dataclass(frozen=True, slots=True)
class District:
    """All schools by name, and the district as a whole. `weeks` and `before`: this year's and last year's."""

    lines: tuple[SchoolLine, ...]
    missed: Share | None
    weeks: tuple[Week, ...]
    before: tuple[Week, ...]


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
    shares = _shares(chronic)
    students = _all(members)
    lines = []
    for row in reading.query(_SCHOOLS):
        key, state_id = row["organization_key"], row["state_id"]
        weeks, until = now.get(key, ({}, None))
        last = max(weeks.values(), key=lambda week: week.monday, default=None)
        earlier = past.get(key, ({}, None))[0].get(last_year(last.monday)) if last else None
        enrolled = students.get(state_id)
        lines.append(
            SchoolLine(row["name"], enrolled.out_of if enrolled else None, until, last, earlier, shares.get(state_id))
        )
    return District(tuple(lines), shares.get(DISTRICT), _together(now), _together(past))


def _weeks(reading: Reading, since: int, until: int) -> dict[int, tuple[dict[int, Week], int]]:
    sums: dict[int, dict[int, list[int]]] = defaultdict(lambda: defaultdict(lambda: [0, 0]))
    newest: dict[int, int] = {}
    for row in reading.query(_BY_DAY, {"since": since, "until": until}):
        total = sums[row["school_key"]][week_of(row["day"]) * 7 - 3]
        total[0] += row["enrolled"]
        total[1] += row["missed"]
        newest[row["school_key"]] = row["day"]
    return {
        school: ({monday: Week(monday, *total) for monday, total in weeks.items() if total[0]}, newest[school])
        for school, weeks in sums.items()
    }


def _together(schools: dict[int, tuple[dict[int, Week], int]]) -> tuple[Week, ...]:
    sums: dict[int, list[int]] = defaultdict(lambda: [0, 0])
    for weeks, _ in schools.values():
        for week in weeks.values():
            sums[week.monday][0] += week.enrolled
            sums[week.monday][1] += week.missed
    return tuple(Week(monday, *total) for monday, total in sorted(sums.items()))


def _all(tabulation: Tabulation | None) -> dict[str, Share]:
    if tabulation is None:
        return {}
    return {cell.school_id: Share("", cell.count, cell.out_of) for cell in tabulation.cells if cell.dimension == "all"}


def _shares(chronic: Tabulation | None) -> dict[str, Share]:
    """A school's share is hidden for a group of fewer than ten; the next smallest too, where all the others and the
    district's own number would give it away.
    """
    found = _all(chronic)
    places = sorted((place for place in found if place != DISTRICT), key=lambda place: found[place].out_of)
    small = [place for place in places if 0 < found[place].out_of < SMALLEST_GROUP]
    others = [place for place in places if found[place].out_of >= SMALLEST_GROUP]
    hidden = {*small, *(others[:1] if small and sum(found[place].out_of for place in small) < SMALLEST_GROUP else ())}
    return {
        place: Share(
            "", share.count, share.out_of, place in hidden or (place == DISTRICT and share.out_of < SMALLEST_GROUP)
        )
        for place, share in found.items()
        if share.out_of
    }
