"""Attendance, kept as exceptions.

Rules of attendance, stated here once:

- Only exceptions are kept. A file that names anybody present is *positive taking*: its days are the days it has rows
  for. Any other file is *negative taking*: it speaks for each instructional day of its schools, from the first of the
  school year to its last date. A day that the calendar calls no school day is never a day taken.
- A file that still holds nearly all that is loaded for its schools and school year (at most a tenth is missing, or ten,
  and never more than half) is *cumulative*: an exception up to its last date that it no longer holds was corrected,
  and goes, unless a row that was refused still names its student and day. Any other file only adds and changes. A row
  that says present always takes the absence back.
- Sections become days by the rule in `days_from_sections`. What a daily file said about a day stands.
"""

from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from appliance.student_level.sources.layout import Layout
from appliance.student_level.staging.attendance_codes import BY_SECTION, DAILY
from appliance.student_level.staging.attendance_corrections import DAYS, SECTIONS, Present, correct
from appliance.student_level.staging.attendance_cover import Cover
from appliance.student_level.staging.batch import Batch
from appliance.student_level.staging.days_from_sections import tell_days
from appliance.student_level.staging.first_rows import FirstRows, Ready, by_column
from appliance.student_level.staging.references import Reference, with_keys
from appliance.student_level.staging.report import FileRead
from appliance.student_level.staging.rows import Rows


def daily(batch: Batch, layout: Layout, read: FileRead, rows: Rows) -> None:
    """Daily attendance, negative or positive taking."""
    student = Reference("pupil", "student", "student_id", "student", batch.known("student", "district"))
    school = Reference("place", "school", "school_id", "school", batch.known("organization", "district"),
                       may_be_empty=True)  # fmt: skip
    key, columns = "student_key, day", "code, file_key, file_row"
    exceptions = FirstRows(batch, layout, read, "attendance_day", key, columns)
    cover, present = Cover(), Present(batch, DAYS)

    def ready() -> Iterator[Ready]:
        for block in rows.blocks():
            found = with_keys(batch, layout, read, block, student, school)
            cover.note(*found.of("place", "day", "category"))
            there = {place for place, category in enumerate(found["category"]) if category == "present"}
            if there and not exceptions.named_all:
                present.add([(found["pupil"][place], found["day"][place]) for place in sorted(there)])
            away = found.without(there)
            yield away.numbers, [*away.of("pupil", "day"), list(map(DAILY.__getitem__, away["category"]))]

    exceptions.put(ready())
    correct(batch, layout, cover, present, everything_is_named=exceptions.named_all)


def by_section(batch: Batch, layout: Layout, read: FileRead, rows: Rows) -> None:
    """Section attendance, turned into days."""
    students, sections = batch.known("student", "district"), _Sections(batch)
    cover, present = Cover(), Present(batch, SECTIONS)

    def ready() -> Iterator[tuple[int, tuple[Any, ...]]]:
        for number, row in rows:
            student = students.get(row.student)
            found = sections.named(row.section, row.school, row.day)
            if student is None:
                batch.refuse_reference(layout, read, number, "student_id", "student")
            elif not found:
                batch.refuse_reference(layout, read, number, "section_id", "class")
            elif len(found) > 1:
                sentence = "this code belongs to several classes. Send the class's own id, or the school's beside it."
                batch.refuse(layout, read, number, "section_id", "ambiguous", sentence)
            else:
                cover.note([found[0].school], [row.day], [row.category])
                if row.category == "present":
                    present.add([(student, row.day, found[0].key)])
                else:
                    yield number, (student, row.day, found[0].key, BY_SECTION[row.category])

    key, columns = "student_key, day, section_key", "code, file_key, file_row"
    exceptions = FirstRows(batch, layout, read, "attendance_section", key, columns).put(by_column(ready()))
    correct(batch, layout, cover, present, everything_is_named=exceptions.named_all)
    if cover.days_by_school:
        tell_days(batch.run, cover.year_begins, cover.last)


@dataclass(frozen=True, slots=True)
class _Section:
    key: int
    school: int
    begin_day: int
    end_day: int


class _Sections:
    """Classes by their own id, or by the district's code, which several classes may share."""

    def __init__(self, batch: Batch) -> None:
        self._schools = batch.known("organization", "district")
        by_key: dict[int, _Section] = {}
        self._by_code: dict[str, list[_Section]] = defaultdict(list)
        for code, *values in batch.ask("SELECT code, section_key, school_key, begin_day, end_day FROM section"):
            section = by_key[values[0]] = _Section(*values)
            self._by_code[code].append(section)
        self._by_id = {source: [by_key[key]] for source, key in batch.known("section", batch.system).items()}

    def named(self, name: str, school: str | None, day: int) -> list[_Section]:
        found = self._by_id.get(name) or self._by_code.get(name, [])
        if len(found) > 1 and school in self._schools:
            found = [section for section in found if section.school == self._schools[school]]
        if len(found) > 1:
            found = [section for section in found if section.begin_day <= day < section.end_day]
        return found
