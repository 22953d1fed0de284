"""Attendance, kept as exceptions.

Rules of attendance, stated here once:

- Only exceptions are kept. A file that names anybody present is *positive taking*: its days are the days it has rows
  for. Any other file is *negative taking*: it speaks for each instructional day of its schools, from the first of the
  school year to its last date. A day that the calendar calls no school day is never a day taken.
- A file that still holds nearly all that is loaded for its schools and school year (at most a tenth is missing, or ten,
  and never more than half) is *cumulative*: an exception up to its last date that it no longer holds was corrected,
  and goes, unless a row that was refused still names its student and day. Any other file only adds and changes. A row
  that says present always takes the absence back.
- Sections become days by the rule in `days_from_sections`. What a daily file said about a day stands. On which days a
  class met is told in `class_meetings`.
"""

from collections import defaultdict
from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from appliance.student_level.sources.layout import Layout
from appliance.student_level.staging.attendance_corrections import DAYS, SECTIONS, Kind, Present, correct
from appliance.student_level.staging.attendance_cover import Cover
from appliance.student_level.staging.batch import Batch
from appliance.student_level.staging.class_meetings import MET, Meetings
from appliance.student_level.staging.days_from_sections import tell_days
from appliance.student_level.staging.first_rows import FirstRows, Ready
from appliance.student_level.staging.references import Reference, with_keys
from appliance.student_level.staging.report import FileRead
from appliance.student_level.staging.rows import Rows, Typed


def daily(batch: Batch, layout: Layout, read: FileRead, rows: Rows) -> None:
    """Daily attendance, negative or positive taking."""
    school = Reference("school_key", "school", "school_id", "school", batch.known("organization", "district"),
                       may_be_empty=True)  # fmt: skip
    found = (with_keys(batch, layout, read, block, _student(batch), school) for block in rows.blocks())
    _load(batch, layout, read, DAYS, found)


def by_section(batch: Batch, layout: Layout, read: FileRead, rows: Rows) -> None:
    """Section attendance, turned into days, and the days on which classes met."""
    sections, meetings = _Sections(batch), Meetings(batch)

    def found() -> Iterator[Typed]:
        for block in rows.blocks():
            known = sections.found(layout, read, with_keys(batch, layout, read, block, _student(batch)))
            meetings.note(*known.of("section_key", "day", "category"))
            yield known

    cover = _load(batch, layout, read, SECTIONS, found())
    meetings.keep()
    if cover.days_by_school:
        tell_days(batch.run, cover.year_begins, cover.last)


def class_meetings(batch: Batch, layout: Layout, read: FileRead, rows: Rows) -> None:
    """Days on which classes met, each in a row of its own, whoever was there."""
    sections, count = _Sections(batch), batch.report.count(layout.entity)
    for block in rows.blocks():
        known = sections.found(layout, read, block)
        count.added += batch.run_many(MET, set(zip(*known.of("section_key", "day"), strict=True)))


def _student(batch: Batch) -> Reference:
    return Reference("student_key", "student", "student_id", "student", batch.known("student", "district"))


def _load(batch: Batch, layout: Layout, read: FileRead, kind: Kind, blocks: Iterable[Typed]) -> Cover:
    """Rows whose students and places are known, into one of the two tables; the days that they speak for."""
    exceptions = FirstRows(batch, layout, read, kind.table, ", ".join(kind.key), "code, file_key, file_row")
    cover, present = Cover(), Present(batch, kind)

    def ready() -> Iterator[Ready]:
        for found in blocks:
            cover.note(*found.of("school_key", "day", "category"))
            there = {place for place, category in enumerate(found["category"]) if category == "present"}
            if there and not exceptions.named_all:
                present.add([tuple(found[name][place] for name in kind.key) for place in sorted(there)])
            away = found.without(there)
            yield away.numbers, [*away.of(*kind.key), list(map(kind.codes.__getitem__, away["category"]))]

    exceptions.put(ready())
    correct(batch, layout, cover, present, everything_is_named=exceptions.named_all)
    return cover


@dataclass(frozen=True, slots=True)
class _Section:
    key: int
    school: int
    begin_day: int
    end_day: int


class _Sections:
    """Classes by their own id, or by the district's code, which several classes may share."""

    def __init__(self, batch: Batch) -> None:
        self._batch, self._schools = batch, batch.known("organization", "district")
        by_key: dict[int, _Section] = {}
        self._by_code: dict[str, list[_Section]] = defaultdict(list)
        for code, *values in batch.ask("SELECT code, section_key, school_key, begin_day, end_day FROM section"):
            section = by_key[values[0]] = _Section(*values)
            self._by_code[code].append(section)
        self._by_id = {source: [by_key[key]] for source, key in batch.known("section", batch.system).items()}

    def found(self, layout: Layout, read: FileRead, block: Typed) -> Typed:
        """The rows whose class is known, with its key and its school's. The others are refused."""
        named = list(map(self._named, *block.of("section", "school", "day")))
        wrong = {place: len(classes) for place, classes in enumerate(named) if len(classes) != 1}
        for place, classes in wrong.items():
            if classes:
                sentence = "this code belongs to several classes. Send the class's own id, or the school's beside it."
                number = block.numbers[place]
                self._batch.refuse(layout, read, number, "section_id", "ambiguous", sentence)
            else:
                self._batch.refuse_reference(layout, read, block.numbers[place], "section_id", "class")
        known = block.without(wrong)
        sections = [classes[0] for classes in named if len(classes) == 1]
        return known.plus(section_key=[one.key for one in sections], school_key=[one.school for one in sections])

    def _named(self, name: str, school: str | None, day: int) -> list[_Section]:
        found = self._by_id.get(name) or self._by_code.get(name, [])
        if len(found) > 1 and school in self._schools:
            found = [section for section in found if section.school == self._schools[school]]
        if len(found) > 1:
            found = [section for section in found if section.begin_day <= day < section.end_day]
        return found
