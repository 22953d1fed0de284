"""What a release says otherwise than the one before it, read from the files of both, as anybody who has them can."""

import csv
import io
from dataclasses import dataclass
from itertools import takewhile
from typing import Any

from appliance.errors import Trouble
from appliance.jobs.release_record import files, listed
from appliance.jobs.release_states import LEFT
from appliance.storage.database import Database

Row = dict[str, str]
SAID = ("n", "denominator", "suppression", "n_lower", "n_upper")
"""The columns of a table that say something of a group; those before `n` name the group."""


@dataclass(frozen=True, slots=True)
class Change:
    """A row that says something else now."""

    group: tuple[str, ...]
    was: str
    now: str


@dataclass(frozen=True, slots=True)
class TableChanges:
    """One table: how many rows tell a number of the release's own day, and the rows that say something else.

    `ranges`: rows that were hidden and are, with another range; they are counted and not listed.
    """

    name: str
    anew: int
    ranges: int
    changes: tuple[Change, ...]


@dataclass(frozen=True, slots=True)
class SinceLast:
    """All tables of a release, held against the release of its school year that had left before it."""

    snapshot: str
    tables: tuple[TableChanges, ...]


def since_last(database: Database, release: dict[str, Any]) -> SinceLast | None:
    """What a release, or a draft, changes; None for the first of a school year, or where files were not kept."""
    before = [
        one
        for one in listed(database)
        if one["status"] in LEFT
        and one["school_year"] == release["school_year"]
        and one["release_key"] < release["release_key"]
    ]
    if not before:
        return None
    try:
        was, now = files(database, before[0]["release_key"]), files(database, release["release_key"])
    except Trouble:
        return None
    names = sorted(name for name in was.keys() & now.keys() if name.endswith(".csv") and name != "directory.csv")
    return SinceLast(before[0]["snapshot"], tuple(_compared(name, was[name], now[name]) for name in names))


def _compared(name: str, was: bytes, now: bytes) -> TableChanges:
    before, after = _rows(was), _rows(now)
    anew = sum(row["suppression"] in ("none", "coded") and not row["n_as_of"] for row in after.values())
    otherwise = {
        group: row
        for group, row in after.items()
        if [row[column] for column in SAID] != [before.get(group, {}).get(column, "") for column in SAID]
    }
    silent = {group for group, row in otherwise.items() if _is_hidden(row) and _is_hidden(before.get(group))}
    changes = tuple(
        Change(group, _said(before.get(group)), _said(row)) for group, row in otherwise.items() if group not in silent
    )
    return TableChanges(name.removesuffix(".csv"), anew, len(silent), changes)


def _is_hidden(row: Row | None) -> bool:
    """Whether a row says neither a number nor the size of its group."""
    return row is not None and row["suppression"] == "hidden" and not row["denominator"]


def _rows(table: bytes) -> dict[tuple[str, ...], Row]:
    rows = csv.DictReader(io.StringIO(table.decode(), newline=""))
    named = list(takewhile(lambda column: column != "n", rows.fieldnames or ()))[2:]  # not the year and the district
    return {tuple(row[column] for column in named): row for row in rows}


def _said(row: Row | None) -> str:
    if row is None:
        return "no such row"
    if row["suppression"] == "not_offered":
        return "nobody"
    size = f" of {row['denominator']}" if row["denominator"] else ""
    if row["suppression"] == "none":
        return row["n"] + size
    ends = f"{row['n_lower']} to {row['n_upper']}" if row["n_upper"] else f"{row['n_lower']} or more"
    return f"{'hidden, ' if row['suppression'] == 'hidden' else ''}{ends}{size}"
