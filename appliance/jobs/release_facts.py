"""What a release says of the district besides its tables: schools, grades, days, definitions, what left before."""

from datetime import date
from typing import Any

from appliance import __version__
from appliance.aggregate.release import ReleaseFacts, School
from appliance.days import day_number
from appliance.errors import Trouble
from appliance.jobs.policy import signed_as
from appliance.jobs.release_record import Left
from appliance.storage.connection import Gate
from appliance.storage.database import Database
from appliance.student_level.metrics.catalogue import released
from appliance.student_level.records.rule_book import RuleBook, in_force

_GATE = Gate(
    open_tables=frozenset({"release", "organization", "calendar_day", "pulse_debit", "rule_book"}),
    views={
        "offered_grade": """SELECT organization.state_id AS school_id, grade_level,
                   count(DISTINCT student_key) AS students
            FROM {vault}.school_enrollment JOIN {vault}.organization ON organization_key = school_key
            GROUP BY organization.state_id, grade_level""",
        "session_day": """SELECT organization.state_id AS school_id, school_day.day
            FROM {vault}.school_day JOIN {vault}.organization ON organization_key = school_key""",
    },
)
_OFFERED = "SELECT school_id, grade_level FROM offered_grade WHERE students >= :minimum_n ORDER BY grade_level"
"""No file says which grades a school offers. One that fewer students ever were in would say of them that they were."""
_WITHDRAWN = (
    "SELECT package_sha256 FROM release WHERE school_year = :year AND status = 'withdrawn' ORDER BY release_key"
)
_PULSES = """
    SELECT count(*) AS weeks, group_concat(rho_numerator || '/' || rho_denominator, ' + ') AS spent
      FROM pulse_debit WHERE monday_day >= unixepoch(:first) / 86400 AND monday_day < unixepoch(:last) / 86400
"""
SOFTWARE = f"schoolhouse {__version__}"
COUNTED_BY = ("least_days_enrolled", "least_days_attended", "part_of_day")
"""The numbers of the rule book that decide whom a release counts."""


def gather(database: Database, release: dict[str, Any], earlier: list[Left]) -> ReleaseFacts:
    """The facts of a release. Raises Trouble when no district is loaded, Refused for one that a package cannot say."""
    first, last = (f"{int(year):04}-07-01" for year in release["school_year"].split("-"))
    year = {"first": first, "last": last}
    with database.reading(_GATE) as reading:
        places = reading.query("SELECT state_id, name, kind, is_active FROM organization ORDER BY state_id")
        grades = reading.query(_OFFERED, {"minimum_n": release["minimum_n"]})
        days = reading.query(
            "SELECT school_id, count(*) AS days FROM session_day"
            " WHERE day >= unixepoch(:first) / 86400 AND day < unixepoch(:last) / 86400 GROUP BY school_id",
            year,
        )
        withdrawn = reading.query(_WITHDRAWN, {"year": release["school_year"]})
        pulses = reading.one(_PULSES, year) or {}
        book = in_force(reading, day_number(date.fromisoformat(release["snapshot"])))
    district = next((place for place in places if place["kind"] == "district" and place["is_active"]), None)
    if district is None:
        raise Trouble("No district is loaded, so the release would not say whose it is. Import the OneRoster orgs.")
    # A school that closed since an earlier release still has its rows.
    listed = {cell.school_id for one in earlier for table in one.tables for cell in table.cells}
    session_days = {row["school_id"]: row["days"] for row in days}
    replaced = next((one for one in earlier if one.key == release["replaces_key"]), None)
    return ReleaseFacts(
        lea_id=district["state_id"],
        district_name=district["name"],
        school_year=release["school_year"],
        snapshot=release["snapshot"],
        drafted_on=release["drafted_at"][:10],
        drafted_by=release["drafted_by"],
        schools=tuple(
            School(
                place["state_id"],
                place["name"],
                tuple(row["grade_level"] for row in grades if row["school_id"] == place["state_id"]),
                session_days.get(place["state_id"]),
            )
            for place in places
            if place["kind"] == "school" and (place["is_active"] or place["state_id"] in listed)
        ),
        software=SOFTWARE,
        version=release["version"],
        replaces=replaced.package.sha256 if replaced else "",
        withdraws=tuple(one["package_sha256"] for one in withdrawn),
        reason=release["reason"],
        earlier=tuple(one.package for one in earlier),
        pulse=f"{pulses['spent']} of rho in {pulses['weeks']} weeks" if pulses.get("weeks") else "",
        rules_signed=signed_as(database, release["policy"]),
        definitions=definitions(release["minimum_n"], book),
    )


def definitions(minimum_n: int, book: RuleBook) -> dict[str, str]:
    """The district's numbers and the metrics' rules, as a package names them."""
    return {
        "minimum_cell": str(minimum_n),
        **{name: str(getattr(book, name)) for name in COUNTED_BY},
        **{metric.name: f"{metric.title} {metric.counts} {metric.rule}" for metric in released()},
    }


def offered(facts: ReleaseFacts) -> dict[str, tuple[str, ...]]:
    """The grades that each school offers, as the directory of the package prints them."""
    return {school.school_id: school.grades for school in facts.schools}
