"""What an attendance file takes back: absences that it calls present, and those that a cumulative file leaves out."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from appliance.student_level.sources.layout import Layout
from appliance.student_level.staging.attendance_codes import BY_SECTION, DAILY
from appliance.student_level.staging.attendance_cover import Cover
from appliance.student_level.staging.batch import Batch

_BLOCK = 10_000


@dataclass(frozen=True, slots=True)
class Kind:
    """One of the two tables of exceptions, its key, and the statements for it."""

    table: str
    key: tuple[str, ...]
    codes: Mapping[str, int]
    """Category -> how it is written down."""
    came_back: str
    """Makes the table of exceptions that the file calls present."""
    note_back: str
    own: str
    """Exceptions that the file could hold: of its schools, its school year, up to its last date."""
    gone: str
    """Makes the table of those that it does not hold."""
    back: str
    """Adds to it what the file calls present, and nowhere an exception."""
    remove: str


DAYS = Kind(
    "attendance_day",
    ("student_key", "day"),
    DAILY,
    "CREATE TEMP TABLE came_back (student_key, day)",
    "INSERT INTO temp.came_back SELECT student_key, day FROM attendance_day"
    " WHERE student_key = ? AND day = ? AND basis = 'daily'",
    """
CREATE TEMP TABLE own AS SELECT student_key, day FROM attendance_day AS event
 WHERE basis = 'daily' AND day BETWEEN :first AND :last
   AND (:everywhere OR EXISTS (SELECT 1 FROM school_enrollment AS stay JOIN temp.file_school USING (school_key)
         WHERE stay.student_key = event.student_key AND event.day >= stay.begin_day
           AND event.day < coalesce(stay.end_day, 1 << 30))
        AND NOT EXISTS (SELECT 1 FROM school_enrollment AS stay
         WHERE stay.student_key = event.student_key AND event.day >= stay.begin_day
           AND event.day < coalesce(stay.end_day, 1 << 30)
           AND stay.school_key NOT IN (SELECT school_key FROM temp.file_school)))
""",
    "CREATE TEMP TABLE gone AS SELECT student_key, day FROM temp.own"
    " EXCEPT SELECT student_key, day FROM temp.first_row",
    "INSERT INTO temp.gone SELECT student_key, day FROM temp.came_back"
    " EXCEPT SELECT student_key, day FROM temp.first_row",
    "DELETE FROM attendance_day WHERE basis = 'daily' AND (student_key, day) IN (SELECT * FROM temp.gone)",
)
SECTIONS = Kind(
    "attendance_section",
    ("student_key", "day", "section_key"),
    BY_SECTION,
    "CREATE TEMP TABLE came_back (student_key, day, section_key)",
    "INSERT INTO temp.came_back SELECT student_key, day, section_key FROM attendance_section"
    " WHERE student_key = ? AND day = ? AND section_key = ?",
    """
CREATE TEMP TABLE own AS SELECT student_key, day, section_key
  FROM attendance_section JOIN section USING (section_key) JOIN temp.file_school USING (school_key)
 WHERE day BETWEEN :first AND :last
""",
    "CREATE TEMP TABLE gone AS SELECT student_key, day, section_key FROM temp.own"
    " EXCEPT SELECT student_key, day, section_key FROM temp.first_row",
    "INSERT INTO temp.gone SELECT student_key, day, section_key FROM temp.came_back"
    " EXCEPT SELECT student_key, day, section_key FROM temp.first_row",
    "DELETE FROM attendance_section WHERE (student_key, day, section_key) IN (SELECT * FROM temp.gone)",
)


class Present:
    """Rows that say present: kept only where an absence is loaded, since everybody else is present anyway."""

    def __init__(self, batch: Batch, kind: Kind) -> None:
        self.kind, self._batch = kind, batch
        self._waiting: list[tuple[int, ...]] = []
        batch.run("DROP TABLE IF EXISTS temp.came_back")
        batch.run(kind.came_back)

    def add(self, keys: Sequence[tuple[int, ...]]) -> None:
        """Note (student, day) or (student, day, section) as present."""
        self._waiting += keys
        if len(self._waiting) >= _BLOCK:
            self.flush()

    def flush(self) -> None:
        """Write what is noted into `temp.came_back`."""
        self._batch.run_many(self.kind.note_back, self._waiting)
        self._waiting.clear()


def correct(batch: Batch, layout: Layout, cover: Cover, present: Present, *, everything_is_named: bool) -> None:
    """Take back what the file says was no absence, and note the days that it speaks for.

    `everything_is_named`: all that is loaded came with this file, so there is nothing to take back.
    """
    if cover.days_by_school and not everything_is_named:
        _take_back(batch, layout, cover, present)
    if cover.days_by_school:
        cover.keep(batch)


def _take_back(batch: Batch, layout: Layout, cover: Cover, present: Present) -> None:
    schools = cover.schools(batch)
    batch.run("DROP TABLE IF EXISTS temp.own")
    batch.run("DROP TABLE IF EXISTS temp.gone")
    batch.run("DROP TABLE IF EXISTS temp.file_school")
    batch.run("CREATE TEMP TABLE file_school (school_key INTEGER PRIMARY KEY)")
    batch.run_many("INSERT INTO temp.file_school VALUES (?)", [(school,) for school in schools])
    everywhere = any(school is None for school, _ in cover.days_by_school)
    values = {"first": cover.year_begins, "last": cover.last, "everywhere": everywhere}
    batch.run(present.kind.own, values)
    batch.run(present.kind.gone)
    refused = batch.spared.keys(student=batch.known("student", "district"), day=None)
    batch.run_many("DELETE FROM temp.gone WHERE student_key = ? AND day = ?", refused)
    loaded = next(batch.ask("SELECT count(*) FROM temp.own"))[0]
    gone = next(batch.ask("SELECT count(*) FROM temp.gone"))[0]
    if gone > max(10, loaded // 10) or 2 * gone > loaded or batch.adds_only or batch.spared.all:
        batch.run("DELETE FROM temp.gone")
    if not batch.adds_only:
        present.flush()
        batch.run(present.kind.back)
    batch.report.count(layout.entity).ended += batch.run(present.kind.remove)
