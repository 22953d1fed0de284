"""What waits in quarantine and why: rows grouped by the one thing that would help them all, the first thing first.

A class that names a school nobody sent is refused, and so is each enrollment in that class. All of them wait for the
school, so they are told as one group. No value of any row is here.
"""

from collections import Counter, defaultdict
from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Any

from appliance.days import from_day_number
from appliance.storage.connection import Gate
from appliance.storage.database import Reading
from appliance.wording import plural

WAITING = Gate(
    open_tables=frozenset(),
    views={
        "waiting": """SELECT quarantine_key, batch_key, until_day, file, row_number, kind, loaded_as, column_name, code,
            sentence, missing, missing_sha256, own_sha256, own_local_sha256 FROM {vault}.quarantine""",
        "waiting_batch": "SELECT batch_key, kept, beyond, withheld FROM {vault}.quarantine_batch",
    },
)
"""For data stewards: where the rows stand in their files and what they wait for, never their cells."""

_ALL = "SELECT * FROM waiting ORDER BY quarantine_key"
_ORDER = (
    "school", "parent organization", "session", "course", "class", "person", "student", "staff member", "line item",
)  # fmt: skip
"""Kinds of record a row may wait for, each after those that it may itself wait for."""
_MAKES = {
    "OneRoster orgs": ("school", "parent organization"),
    "OneRoster academicSessions": ("session",),
    "OneRoster courses": ("course",),
    "OneRoster classes": ("class",),
    "OneRoster users": ("person", "student", "staff member"),
    "OneRoster lineItems": ("line item",),
}
_ONE_BY_ONE = ("school", "session", "course")
"""Kinds of which each missing record is a group of its own. The others are told together, with their number."""
SENDER, STEWARD, OFFICE = "the sender of the file", "the data steward", "the school office"
_WHO = {
    **dict.fromkeys(("unknown_reference", "no_role", "circle", "wrong_width"), SENDER),
    **dict.fromkeys(("not_in_list", "ambiguous", "who_is_who", "another_person"), STEWARD),
}


@dataclass(slots=True)
class Cause:
    """One root cause, and the rows that wait for it. `missing`: the kind of record that nobody sent, if that is it."""

    code: str
    missing: str
    sentence: str
    who: str
    file: str
    row_number: int
    column_name: str
    until_day: int
    records: int = 1
    """How many records are missing."""
    rows: int = 0
    depth: int = len(_ORDER)
    """How far down the chain of references it stands: what other rows wait for comes first."""
    by_kind: Counter[str] = field(default_factory=Counter)
    by_batch: Counter[int] = field(default_factory=Counter)

    def as_json(self) -> dict[str, Any]:
        """As plain data; days as ISO text."""
        plain = {name: getattr(self, name) for name in self.__slots__}
        return plain | {
            "by_kind": dict(self.by_kind), "by_batch": {str(batch): rows for batch, rows in self.by_batch.items()},
            "until_day": from_day_number(self.until_day).isoformat(),
        }  # fmt: skip

    @property
    def what_to_do(self) -> str:
        """What is wrong, and how to mend it."""
        if not self.missing:
            return self.sentence
        if self.records == 1:
            return f"a {self.missing} that is not loaded. Send the file that lists it, from the same export."
        several = plural(self.records, self.missing, _SEVERAL.get(self.missing, ""))
        return f"{several} that are not loaded. Send the file that lists them, from the same export."

    def __str__(self) -> str:
        kinds = ", ".join(f"{number:,} of {kind}" for kind, number in self.by_kind.most_common())
        where = f"First in {self.file}, row {self.row_number}" + (f", {self.column_name}" if self.column_name else "")
        rows = plural(self.rows, "row waits", "rows wait")
        return f"{rows} ({kinds}): {self.what_to_do} {where}. For: {self.who}."


_SEVERAL = {"class": "classes", "category": "categories"}
"""What more than one of a missing record is called, where that is not the word and an s."""


@dataclass(frozen=True, slots=True)
class OfBatch:
    """The refused rows of one batch. `waiting`: of those kept, how many still wait."""

    batch_key: int
    waiting: int
    kept: int
    beyond: int
    withheld: int


def causes(reading: Reading) -> list[Cause]:
    """The root causes, in the order in which to mend them: what others wait for comes first."""
    rows = reading.query(_ALL)
    makers = _makers(rows)
    found: dict[tuple[str, ...], Cause] = {}
    missing_records: dict[tuple[str, ...], set[str]] = defaultdict(set)
    for row in rows:
        root = _root(row, makers)
        key = _group(root)
        cause = found.get(key)
        if cause is None:
            who = _WHO.get(root["code"], OFFICE)
            cause = found[key] = Cause(
                root["code"], root["missing"], root["sentence"], who, root["file"], root["row_number"],
                root["column_name"], root["until_day"],
            )  # fmt: skip
        cause.rows += 1
        cause.depth = min(
            [cause.depth, *map(_ORDER.index, (*_MAKES.get(row["loaded_as"], ()), *_known(root["missing"])))]
        )
        cause.by_kind[row["kind"]] += 1
        cause.by_batch[row["batch_key"]] += 1
        cause.until_day = min(cause.until_day, row["until_day"])
        missing_records[key].add(root["missing_sha256"])
        cause.records = len(missing_records[key])
    return sorted(found.values(), key=lambda cause: (cause.depth, -cause.rows))


def of_batches(reading: Reading) -> list[OfBatch]:
    """Each batch that left rows, newest first."""
    sql = """
        SELECT batch_key, (SELECT count(*) FROM waiting WHERE waiting.batch_key = waiting_batch.batch_key) AS waiting,
               kept, beyond, withheld
          FROM waiting_batch ORDER BY batch_key DESC
    """
    return [OfBatch(**row) for row in reading.query(sql)]


_Row = dict[str, Any]


def _known(missing: str) -> tuple[str, ...]:
    return (missing,) if missing else ()


def _makers(rows: Iterable[_Row]) -> dict[tuple[str, str], _Row]:
    """(kind of record, fingerprint of its id) -> the refused row that would make it."""
    return {
        (kind, own): row
        for row in rows
        for kind in _MAKES.get(row["loaded_as"], ())
        for own in (row["own_sha256"], row["own_local_sha256"])
        if own
    }


def _root(row: _Row, makers: dict[tuple[str, str], _Row]) -> _Row:
    """The row at the end of the chain: what this row waits for, what that waits for, and so on."""
    seen = {row["quarantine_key"]}
    while row["missing"] and (maker := makers.get((row["missing"], row["missing_sha256"]))):
        if maker["quarantine_key"] in seen:
            break
        seen.add(maker["quarantine_key"])
        row = maker
    return row


def _group(root: _Row) -> tuple[str, ...]:
    if root["missing"] in _ONE_BY_ONE:
        return root["missing"], root["missing_sha256"]
    if root["missing"]:
        return (root["missing"],)
    return root["code"], root["file"], root["column_name"]
