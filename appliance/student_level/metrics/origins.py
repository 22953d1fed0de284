"""What totals rest on: for each metric the batches that brought the records it counts."""

import re
from collections import defaultdict
from collections.abc import Collection

from sqlite_utils import Database as Tables

from appliance.aggregate import codelists
from appliance.student_level.metrics.catalogue import Metric, released

_GROUPS = ("student", "school_enrollment", "program_membership")
"""The groups that every metric is shown by, and who is counted at all."""
_MADE_OF = {
    "reporting_days": ("attendance_day", "attendance_section"),
    "reporting_marks": ("grade",),
    "reporting_meetings": ("attendance_section",),
    "reporting_tested": ("test_result",),
}
"""Temporary tables that metrics read from, and what they are made of beside the groups."""
_FOR_TOTALS = ("discipline", "leaving", "completion", "graduation_cohort")
_DETAILS = {
    "english_learners": "english_learner_detail",
    "idea_child_count": "special_education_detail",
    "homeless_mobility": "homeless_detail",
}
"""Metrics to the details of a program that their groups are told by."""
_BATCHES = " UNION ".join(
    f"SELECT '{table}', batch_key FROM batch_file WHERE file_key IN (SELECT file_key FROM {table})"  # noqa: S608 our own
    for table in (
        *_GROUPS,
        *("attendance_day", "attendance_section", "grade", "transcript_course", "test_result"),
        *(*_FOR_TOTALS, *_DETAILS.values()),
    )
)
"""Each table of records with the batches that its rows are from."""
_NOTED = "SELECT metric, batch_key FROM release_source WHERE release_key = ?"


def tables_behind(metric: Metric) -> frozenset[str]:
    """The tables of records that a metric counts."""
    said = "\n".join(line for line in metric.sql.splitlines() if not line.startswith("--"))
    kept = {"grade", "transcript_course", "test_result", *_FOR_TOTALS, *_MADE_OF}
    words = set(re.findall(r"(?:FROM|JOIN) (\w+)", said)) & kept
    words |= {_DETAILS[metric.name]} if metric.name in _DETAILS else set()
    return frozenset(_GROUPS) | {table for word in words for table in _MADE_OF.get(word, (word,))}


def note_origins(tables: Tables, release: int, *, leaves_out: Collection[str] = (), quotes: int | None = None) -> None:
    """Write down the batches behind each table of a release that is being drafted, but for those that it leaves out.

    `quotes`: the release that left before it in the school year. What is told once a year rests on what that rested on.
    """
    batches: dict[str, set[int]] = defaultdict(set)
    for table, batch in tables.execute(_BATCHES).fetchall():
        batches[table].add(batch)
    behind = {metric.name: set().union(*(batches[table] for table in tables_behind(metric))) for metric in released()}
    if quotes is not None:
        behind |= {name: set() for name in behind if codelists.metric(name).once}
        for name, batch in tables.execute(_NOTED, [quotes]).fetchall():
            if codelists.metric(name).once:
                behind[name].add(batch)
    tables.conn.executemany(
        "INSERT INTO release_source (release_key, metric, batch_key) VALUES (?, ?, ?)",
        [(release, name, batch) for name in behind.keys() - {*leaves_out} for batch in sorted(behind[name])],
    )
