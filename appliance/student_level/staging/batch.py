"""One import while it runs: the writable handle, the outside ids it knows, and the report it fills."""

from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import date
from itertools import islice, repeat
from typing import Any

from sqlite_utils import Database as Tables

from appliance.days import day_number
from appliance.progress import Progress, quietly
from appliance.student_level.sensitive import switched_off
from appliance.student_level.sources.layout import Layout
from appliance.student_level.staging.journal import Journal
from appliance.student_level.staging.known_lines import LineRecords
from appliance.student_level.staging.leading import Leading
from appliance.student_level.staging.report import EntityCount, FileRead, ImportReport, Problem
from appliance.student_level.staging.spared import Spared
from appliance.student_level.staging.tally import Tally, Way
from appliance.student_level.staging.upsert import BETWEEN_RESTS, Upsert, rows_in

Origin = tuple[int | None, int | None]
"""(number of the file, row in it)."""


@dataclass(frozen=True, slots=True)
class Taken:
    """An id that another record has. `column` is where it stands."""

    column: str


class Batch:
    """One import: everything in it is one transaction of the caller's."""

    def __init__(
        self,
        tables: Tables,
        report: ImportReport,
        progress: Progress = quietly,
        journal: Journal | None = None,
        tally: Tally | None = None,
        leading_system: str = "",
    ) -> None:
        self.report, self.progress, self._journal, self._tally = report, progress, journal, tally
        self._connection = tables.conn
        self._known: dict[tuple[str, str], dict[str, int]] = {}
        self._new: list[tuple[str, str, str, int]] = []
        self._next: dict[str, int] = {}
        self._by_code: set[str] = set()
        """Ids by which students are found only because they are codes that some system has for them beside their id."""
        self.seen: dict[str, set[int]] = {}
        """Keys of each entity that this batch's files name."""
        self.roles: dict[str, list[tuple[str, int, int | None, int | None]]] = {}
        """OneRoster 1.2: user -> (role, organization key, begin, end), from roles.csv."""
        self.roles_refused: set[str] = set()
        """Users whom refused rows of roles.csv name: what they may do is not told whole."""
        self.roles_in_part = False
        """Whether roles.csv holds only what changed, so that a role it does not name stays."""
        self.teaching: dict[tuple[int, int, int], tuple[int | None, int]] = {}
        """(staff, section, first day) -> (first day no longer, primary), of the enrollments that the batch names."""
        self.course_grade_categories: dict[str, bool] = {}
        self.disciplined: set[tuple[int, int]] = set()
        """(school, school year) of which a file of this batch has told all disciplinary actions."""
        self.adds_only = False
        """Rows that were refused earlier come again: what is loaded is newer than they are, and they are not the whole
        of anything. So they add records, and neither change nor end one."""
        self.origins: dict[int, Origin] | None = None
        """Row number -> where it stood, for rows that were kept apart from their files since."""
        self.leading = Leading(self._connection, leading_system)
        """Whose word counts where two systems name the same record."""
        self._file_key = next(self.ask("SELECT coalesce(max(file_key), 0) FROM batch_file"))[0]
        self.today = day_number(date.today())
        self.births: Callable[[set[str]], dict[str, int]] = lambda _ids: {}
        """Birth days that the batch's files hold, by the ids of the sender whose roster is being loaded."""
        self.results: Callable[[], Iterator[tuple[str, str, str]]] = lambda: iter(())
        """(result, student, line item) of the gradebook that came along, by the sender's ids."""
        self.off = switched_off(self.ask, self.today)
        """Sensitive fields that are not kept."""
        self.system = "oneroster"
        """Whose ids the rows carry that are being loaded."""
        self.is_delta = False
        """Whether the file that is being loaded holds only what changed."""
        self.fields: frozenset[str] | None = None
        """What the file that is being loaded has columns for, by field of its layout; None for rows that waited."""
        self.lines: LineRecords | None = None
        """What the lines of the file that is being loaded become, where that is remembered."""
        self.spared = Spared()
        """Records that the file names in rows that were refused: they have not vanished."""
        self.vanished: Sequence[tuple[int, ...]] | None = None
        """Keys of the records that the file held last time and no longer holds; None when that is not known."""

    def number(self, read: FileRead) -> FileRead:
        """Give a file its number, under which its records are found again."""
        self._file_key += 1
        read.file_key = self._file_key
        return read

    def origin(self, read: FileRead, row: int) -> Origin:
        """What the two columns of `ORIGIN` hold for a record made of this row."""
        return (read.file_key, row) if self.origins is None else self.origins[row]

    def origin_columns(self, read: FileRead, rows: Sequence[int]) -> tuple[Iterable[int | None], Iterable[int | None]]:
        """The same for many rows, by column."""
        if self.origins is None or not rows:
            return repeat(read.file_key, len(rows)), rows
        files, places = zip(*(self.origins[row] for row in rows), strict=True)
        return files, places

    def known(self, entity: str, system: str) -> dict[str, int]:
        """Outside id -> our key, of all records of an entity that were ever loaded. An id of which a person has still
        to say whose it is names nobody.
        """
        ids = self._known.get((entity, system))
        if ids is None:
            sql = "SELECT source_id, key FROM identity WHERE entity = ? AND system = ?"
            ids = self._known[entity, system] = dict(self._connection.execute(sql, (entity, system)))
            if (entity, system) == ("student", "district"):
                # By a code of theirs a student is found too, unless it is another one's id.
                codes = self.known(entity, LOCAL_CODE)
                self._by_code = codes.keys() - ids.keys()
                ids = self._known[entity, system] = codes | ids
            for disputed in self._connection.execute(_DISPUTED, (system,)) if entity == "student" else ():
                ids.pop(disputed[0], None)
        return ids

    def dispute(self, source_id: str, local_id: str) -> None:
        """Let a student's ids name nobody for the rest of this batch."""
        self.known("student", self.system).pop(source_id, None)
        self.known("student", "district").pop(local_id, None)

    def claim(
        self,
        entity: str,
        source_id: str,
        local_id: str | None = None,
        *,
        state_id: str | None = None,
        twin: int | None = None,
        other_ids: Sequence[str] = (),
    ) -> int | Taken:
        """The key of the record that a row names, a new one if it was never seen; `local_id` is what the district's
        own files call it, `other_ids` what they may call it too, `state_id` what the state does, `twin` the same record
        as another system brought it (see `twins`).

        A record that one system brought first is found again by its local id when the other brings it. Taken, with the
        column at fault, when an earlier row of the batch claimed the same record, or the local id is another record's:
        two children must never become one.
        """
        by_source, by_local = self.known(entity, self.system), self.known(entity, "district")
        seen = self.seen.setdefault(entity, set())
        key, holder = by_source.get(source_id), by_local.get(local_id) if local_id else None
        if key in seen and key is not None:
            return Taken("sourcedId")
        by_code = self._by_code if entity == "student" else set()
        if local_id in by_code and (key is not None or holder in seen):
            holder = None  # Somebody else's code gives way to an id.
        if holder is None and key is None:
            holder = next((one for one in map(by_local.get, other_ids) if one is not None and one not in seen), None)
        if holder is not None and (holder in seen or holder != (key or holder)):
            return Taken("identifier")
        if state_id and (owner := self.known(entity, "state").get(state_id)) is not None:
            if (key or holder or owner) != owner or (owner in seen and key is None):
                return Taken("stateId")
            holder = owner
        if key is None:
            same = twin if holder is None and twin not in seen else holder
            key = self._fresh(entity) if same is None else same
            self._remember(entity, self.system, source_id, key)
        self._remember_ids(entity, key, local_id, other_ids, state_id)
        seen.add(key)
        return key

    def _remember_ids(
        self, entity: str, key: int, local_id: str | None, other_ids: Sequence[str], state_id: str | None
    ) -> None:
        by_local = self.known(entity, "district")
        by_code = self._by_code if entity == "student" else set()
        if local_id and (local_id not in by_local or local_id in by_code):  # A mapping's ids may be the district's own.
            self._remember(entity, "district", local_id, key)
            by_code.discard(local_id)
        for code in other_ids:
            if code not in by_local:
                self._remember(entity, LOCAL_CODE, code, key)
                by_local[code] = key
                by_code.add(code)
        if state_id and state_id not in self.known(entity, "state"):
            self._remember(entity, "state", state_id, key)

    def local_key(self, entity: str, local_id: str) -> int:
        """The key of a record that only the district's own files name."""
        key = self.known(entity, "district").get(local_id)
        if key is None:
            key = self._fresh(entity)
            self._remember(entity, "district", local_id, key)
        return key

    def link(self, entity: str, local_id: str, key: int) -> int:
        """Let a record that is known go by another local id too; its key."""
        if local_id not in self.known(entity, "district"):
            self._remember(entity, "district", local_id, key)
        return key

    def _fresh(self, entity: str) -> int:
        if entity not in self._next:
            self._next[entity] = self._connection.execute(NEWEST_KEY, (entity,)).fetchone()[0]
        self._next[entity] += 1
        return self._next[entity]

    def _remember(self, entity: str, system: str, source_id: str, key: int) -> None:
        self.known(entity, system)[source_id] = key
        self._new.append((entity, system, source_id, key))

    def keep_identities(self) -> None:
        """Write the outside ids that this batch brought."""
        rows = ((*new, self.today if new[0] in PEOPLE else None) for new in self._new)
        self._connection.executemany(_NEW_IDENTITY, rows)
        self._new.clear()

    def upserting(self, table: str, key: str, columns: str) -> Upsert:
        """What records go into a table with; see `Upsert`."""
        return Upsert(
            self._connection, table, key, columns, adds_only=self.adds_only, tally=self._tally, rest=self._rest,
            only=self.leading.unless_led(table, self.system),
        )  # fmt: skip

    def upsert(self, entity: str, table: str, key: str, columns: str, rows: Iterable[Sequence[Any]]) -> EntityCount:
        """Put records into a table; see `Upsert`."""
        upsert, remaining = self.upserting(table, key, columns), iter(rows)
        while some := list(islice(remaining, BETWEEN_RESTS)):
            upsert.put(some)
            upsert.passed(some)
        return upsert.end(self.report.count(entity))

    def rows_in(self, table: str) -> int:
        """How many rows a table has."""
        return rows_in(self._connection, table)

    def run(self, sql: str, values: Any = ()) -> int:
        """Run one statement; the number of rows it changed."""
        before = self._connection.total_changes
        self._connection.execute(sql, values)
        return int(self._connection.total_changes - before)

    def run_many(self, sql: str, rows: Iterable[Sequence[Any] | dict[str, Any]]) -> int:
        """Run one statement for each row; the number of rows changed."""
        before = self._connection.total_changes
        self._connection.executemany(sql, rows)
        return int(self._connection.total_changes - before)

    def end_many(self, sql: str, rows: Iterable[Sequence[Any]]) -> int:
        """As `run_many`, for statements that end records."""
        if self.adds_only:
            return 0
        if not self._tally:
            return self.run_many(sql, rows)
        self._tally.ends = True
        try:
            return self.run_many(sql, rows)
        finally:
            self._tally.ends = False

    @contextmanager
    def told_elsewhere(self) -> Iterator[None]:
        """While it lasts, changed rows are not told by school as records of their table."""
        if self._tally:
            self._tally.pauses = True
        try:
            yield
        finally:
            if self._tally:
                self._tally.pauses = False

    def _rest(self) -> None:
        self.keep_identities()
        if self._journal:
            self._journal.write()
        if self._tally:
            self._tally.write()

    def ask(self, sql: str, values: Any = ()) -> Iterator[tuple[Any, ...]]:
        """The rows of a question to what is loaded so far."""
        return iter(self._connection.execute(sql, values))

    def refuse(
        self,
        layout: Layout,
        read: FileRead,
        row: int,
        column: str,
        code: str,
        sentence: str,
        missing: str = "",
        at: Way | None = None,
    ) -> None:
        """Put a row that passed its own checks, but not those against other records, into the report.

        `missing`: the kind of record that it names and nobody sent. `at`: what leads to its school, where known.
        """
        if at and self._tally:
            self._tally.refused(layout.entity, at)
        self.report.refuse(layout.entity, Problem(read.name, row, column, code, "", sentence, missing))

    def refuse_taken(self, layout: Layout, read: FileRead, row: int, taken: Taken) -> None:
        """Refuse a row whose id is another record's."""
        sentence = "another record has this id, so the two cannot be told apart. Correct it in the source system."
        self.refuse(layout, read, row, taken.column, "duplicate", sentence)

    def refuse_reference(
        self, layout: Layout, read: FileRead, row: int, column: str, what: str, at: Way | None = None
    ) -> None:
        """Refuse a row that names a record nobody sent."""
        sentence = f"names a {what} that is not loaded. Send the file that lists it, from the same export."
        self.refuse(layout, read, row, column, "unknown_reference", sentence, what, at)


LOCAL_CODE = "local"
"""The system of ids that a student has beside the one by which the district's files name them."""
PEOPLE = ("student", "staff")
"""Entities of whose ids we keep from when until when they were in use."""
NEWEST_KEY = """
    SELECT max((SELECT coalesce(max(key), 0) FROM identity WHERE entity = ?1),
               iif(?1 = 'student', (SELECT coalesce(max(student_key), 0) FROM student), 0),
               iif(?1 = 'staff', (SELECT coalesce(max(staff_key), 0) FROM staff), 0))
"""
"""Students and staff may have no id any more, and keep the number all the same: rights hang on it."""
_DISPUTED = """
    SELECT CASE system WHEN ?1 THEN source_id ELSE local_id END FROM who_case
     WHERE why = 'not alike' AND status IN ('waiting', 'not yet') AND (system = ?1 OR 'district' = ?1)
"""
_NEW_IDENTITY = "INSERT INTO identity (entity, system, source_id, key, since_day) VALUES (?, ?, ?, ?, ?)"
