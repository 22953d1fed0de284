"""What came in: the last batches, their counts, and what was wrong with them. No value of any row is here."""

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass, replace

from appliance.storage.database import Reading
from appliance.student_level.staging.report import how_linked

BATCHES_SHOWN = 10

_BATCHES = """
    SELECT batch.batch_key, loaded_at, loaded_by, status, seconds,
           coalesce((SELECT group_concat(name, ', ') FROM batch_file WHERE batch_file.batch_key = batch.batch_key),
                    'rows that had waited') AS files,
           coalesce(sum(added), 0) AS added, coalesce(sum(changed), 0) AS changed,
           coalesce(sum(ended), 0) AS ended, coalesce(sum(refused), 0) AS refused
      FROM batch LEFT JOIN batch_count USING (batch_key)
     WHERE work = 'import'
     GROUP BY batch.batch_key ORDER BY batch.batch_key DESC LIMIT :most
"""
_COUNTS = """
    SELECT entity, added, changed, unchanged, ended, refused FROM batch_count WHERE batch_key = :batch ORDER BY entity
"""
_PROBLEMS = """
    SELECT file, column_name, code, min(sentence) AS sentence, count(*) AS row_count, min(row_number) AS first_row
      FROM problem WHERE batch_key = :batch
     GROUP BY file, column_name, code ORDER BY row_count DESC, file, code
"""
_WAITING = """
    SELECT file, column_name, code, min(sentence) AS sentence, count(*) AS row_count, min(row_number) AS first_row,
           count(DISTINCT batch_key) AS imports
      FROM waiting WHERE batch_key <> :batch
     GROUP BY file, column_name, code
"""
_LINKS = "SELECT name, how, row_count FROM batch_link WHERE batch_key = :batch ORDER BY name, row_count DESC, how"
_LAST_ATTENDANCE = """
    SELECT name, (SELECT max(day) FROM attendance_taken WHERE school_key = organization_key) AS day
      FROM organization WHERE kind = 'school' AND is_active ORDER BY name
"""


@dataclass(frozen=True, slots=True)
class Batch:
    """One import. `loaded_at` is ISO text in UTC."""

    batch_key: int
    loaded_at: str
    loaded_by: str
    status: str
    seconds: float
    files: str
    added: int
    changed: int
    ended: int
    refused: int


@dataclass(frozen=True, slots=True)
class EntityCount:
    """What one import did to one kind of thing."""

    entity: str
    added: int
    changed: int
    unchanged: int
    ended: int
    refused: int


@dataclass(frozen=True, slots=True)
class ProblemGroup:
    """Rows of one file that were refused for one reason."""

    file: str
    column_name: str
    code: str
    sentence: str
    row_count: int
    first_row: int | None
    imports: int = 1
    """How many imports left such rows."""


@dataclass(frozen=True, slots=True)
class LastAttendance:
    """The last day with attendance at a school; None when there is none at all."""

    school: str
    day: int | None


def batches(reading: Reading) -> list[Batch]:
    """The last imports, newest first."""
    rows = reading.query(_BATCHES, {"most": BATCHES_SHOWN})
    return [Batch(**{**row, "files": _files(row["files"] or "")}) for row in rows]


def reasons(reading: Reading) -> dict[int, str]:
    """Why batches are held."""
    sql = "SELECT batch_key, reason FROM batch WHERE status = 'held'"
    return {row["batch_key"]: row["reason"] for row in reading.query(sql)}


def _files(names: str) -> str:
    """The files of an import, those of one archive together: oneroster.zip (11 files), tests.csv."""
    archives = Counter(name.partition("/")[0] for name in names.split(", ") if name)
    return ", ".join(f"{name} ({count} files)" if count > 1 else name for name, count in sorted(archives.items()))


def counts(reading: Reading, batch_key: int) -> list[EntityCount]:
    """What an import did, by kind of thing."""
    return [EntityCount(**row) for row in reading.query(_COUNTS, {"batch": batch_key})]


def problems(reading: Reading, batch_key: int) -> list[ProblemGroup]:
    """What was refused, the most frequent reason first. The row numbers lead to the rows; their values are not kept."""
    return [ProblemGroup(**row) for row in reading.query(_PROBLEMS, {"batch": batch_key})]


def still_held_back(waiting: Reading, last: Iterable[ProblemGroup], batch_key: int) -> list[ProblemGroup]:
    """What the newest import refused, together with the rows of every earlier one that still wait for what they lack,
    the most frequent reason first. `last`: the problems of the newest import, whose number is `batch_key`.
    """
    found = {(one.file, one.column_name, one.code): one for one in last}
    for row in waiting.query(_WAITING, {"batch": batch_key}):
        earlier = ProblemGroup(**row)
        key = earlier.file, earlier.column_name, earlier.code
        if now := found.get(key):
            rows, imports = now.row_count + earlier.row_count, now.imports + earlier.imports
            found[key] = replace(now, row_count=rows, imports=imports)
        else:
            found[key] = earlier
    return sorted(found.values(), key=lambda one: (-one.row_count, one.file, one.code))


def links(reading: Reading, batch_key: int) -> list[tuple[str, str]]:
    """(file, sentence): what share of each file's rows found their person, and by what."""
    found: dict[str, dict[str, int]] = {}
    for row in reading.query(_LINKS, {"batch": batch_key}):
        found.setdefault(row["name"], {})[row["how"]] = row["row_count"]
    return [(name, how_linked(linked)) for name, linked in found.items()]


def last_attendance(reading: Reading) -> list[LastAttendance]:
    """How fresh the attendance of each school is."""
    return [LastAttendance(row["name"], row["day"]) for row in reading.query(_LAST_ATTENDANCE)]
