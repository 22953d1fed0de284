"""Tables that a release lacks, or quotes from an earlier one: why, and when they can be told anew.

What is told once in a school year (the tables of the state's test) is told by the year's first release or by none.
"""

import csv
import io
import json
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from typing import Any, Literal

from appliance.aggregate import codelists
from appliance.aggregate.release.package import DESCRIPTOR
from appliance.errors import Trouble
from appliance.jobs.release_record import Left, files
from appliance.storage.database import Database
from appliance.student_level.metrics.catalogue import Metric


@dataclass(frozen=True, slots=True)
class Gap:
    """One table that a release does not tell of its own day, and a sentence that says why."""

    table: str
    state: Literal["left out", "repeated"]
    sentence: str


def lacking(
    metrics: Sequence[Metric], told: Collection[str], counted: Collection[str], earlier: Sequence[Left], year: str
) -> dict[str, str]:
    """Why each table of `metrics` that is not `told` is not, as a package says it. `counted`: there are records."""
    reasons = {}
    for metric in metrics:
        if metric.name in told:
            continue
        said = [] if metric.name in counted else [metric.without]
        if earlier and codelists.metric(metric.name).once:
            said.append(
                f"It is told once in a school year, by the first release. That of {earlier[0].package.snapshot} has "
                f"left without it, so no other release of {year} can have it. {_again(year)}"
            )
        reasons[metric.name] = " ".join(said)
    return reasons


def gaps(database: Database, release: dict[str, Any]) -> tuple[Gap, ...]:
    """What a release, or a draft, leaves out or repeats; nothing where its files were not kept."""
    try:
        kept = files(database, release["release_key"])
    except Trouble:
        return ()
    facts = json.loads(kept[DESCRIPTOR])["schoolhouse"]
    year, may_wait = facts["school_year"], release["status"] in ("drafted", "approved")
    order = list(codelists.METRICS).index
    found = []
    for name in sorted({*facts["not_collected"], *facts["district_rows"]} & codelists.METRICS.keys(), key=order):
        once = codelists.metric(name).once
        if name in facts["not_collected"]:
            sentence = facts["not_collected"][name]
            if once and not facts["earlier"] and may_wait:
                sentence += (
                    " It is told once in a school year, by the first release: if this one leaves without it, no later "
                    f"one of {year} can have it. Load what is missing and draft again."
                )
            found.append(Gap(name, "left out", sentence))
        elif once and facts["earlier"]:
            told = f"It is told once in a school year, and stands here as the release of {_days(kept[f'{name}.csv'])}"
            found.append(Gap(name, "repeated", f"{told} told it, whatever was loaded since. {_again(year)}"))
    return tuple(found)


def _again(year: str) -> str:
    ends = int(year.split("-")[1])
    return f"The first release of {ends}-{ends + 1} can tell it anew: of a day from {ends}-07-01 on."


def _days(table: bytes) -> str:
    """The releases that a quoted table has its numbers from."""
    rows = csv.DictReader(io.StringIO(table.decode(), newline=""))
    return " and ".join(sorted({row["n_as_of"] or row["denominator_as_of"] for row in rows} - {""})) or "an earlier day"
