"""A batch of recognised files into the database, each kind in the order that references need."""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import replace
from functools import partial

import numpy as np

from appliance.errors import BadFile, blaming
from appliance.student_level.sources.archive import came_as
from appliance.student_level.sources.layout import Layout
from appliance.student_level.sources.recognise import Recognised
from appliance.student_level.staging import (
    load_attendance,
    load_discipline,
    load_enrollments,
    load_for_totals,
    load_learning,
    load_membership,
    load_roster,
    load_standards,
    load_transcripts,
)
from appliance.student_level.staging.batch import Batch
from appliance.student_level.staging.known_files import Known, KnownFiles
from appliance.student_level.staging.known_lines import PACKINGS, Excerpt, Records, lines_of
from appliance.student_level.staging.linking.births import births_in
from appliance.student_level.staging.linking.share import note_share
from appliance.student_level.staging.load_delta import DeltaFile
from appliance.student_level.staging.report import FileRead, ImportReport
from appliance.student_level.staging.rows import Rows, Typed, rows_of
from appliance.student_level.staging.typed_rows import places_of, typed_rows
from appliance.wording import plural

Loader = Callable[[Batch, Layout, FileRead, Rows], None]

IN_ORDER: dict[str, Loader] = {
    "OneRoster orgs": load_roster.organizations,
    "OneRoster academicSessions": load_roster.sessions,
    "OneRoster courses": load_roster.courses,
    "OneRoster classes": load_roster.sections,
    "OneRoster roles": load_roster.roles,
    "OneRoster users": load_roster.users,
    "OneRoster demographics": load_roster.demographics,
    "OneRoster enrollments": load_enrollments.enrollments,
    "OneRoster categories": load_learning.categories,
    "OneRoster lineItems": load_learning.line_items,
    "OneRoster results": load_learning.grades,
    "learning standards": load_standards.standards,
    "OneRoster lineItemLearningObjectiveIds": load_standards.line_item_standards,
    "OneRoster resultLearningObjectiveIds": load_standards.standard_marks,
    "calendar": load_membership.calendar,
    "school enrollment": load_membership.school_enrollments,
    "programs": load_membership.programs,
    "student attributes": load_for_totals.attributes,
    "discipline": load_discipline.discipline,
    "diplomas": load_for_totals.diplomas,
    "graduation cohorts": load_for_totals.cohorts,
    "caseload": load_membership.caseloads,
    "daily attendance": load_attendance.daily,
    "section attendance": load_attendance.by_section,
    "class meetings": load_attendance.class_meetings,
    "course levels": load_transcripts.course_levels,
    "transcripts": load_transcripts.transcripts,
    "tests": load_learning.tests,
    "test growth": load_learning.growth,
}
"""Kind of file -> what loads it. A record is loaded after every record it names."""


def load(batch: Batch, files: Sequence[Recognised], known: KnownFiles | None = None) -> list[Recognised]:
    """Load files into the batch. Rows that cannot be taken go into the report; BadFile stops everything.

    Returns what was read, as far as it was: not files that `known` passes over, and of some an excerpt.
    """
    files = [_unless_off(one, batch.off) for one in files]
    _refuse_misfits([one for one in files if not one.note])
    for one in files:
        if one.note:
            batch.report.files.append(FileRead(one.table.name, one.layout.kind, one.table.sha256, note=one.note))
    order, was_read = list(IN_ORDER), []
    for one in sorted((f for f in files if not f.note), key=lambda f: order.index(_loader_of(f))):
        read = batch.number(FileRead(one.table.name, one.layout.kind, one.table.sha256, system=one.layout.system))
        batch.report.files.append(read)
        batch.system, batch.is_delta = one.layout.system, one.layout.is_delta
        batch.births = partial(births_in, files, batch.system)
        batch.results = partial(load_standards.results_in, files, batch.system)
        way = known.way_for(one, files) if known else None
        if isinstance(way, Known):
            _pass_over(batch, one, read, way)
            continue
        picked = way if isinstance(way, Excerpt) and _stands_alone(batch, one, way) else None
        was_read.append(replace(one, table=picked) if picked else one)
        with blaming(came_as(one.table.name)):
            _read(batch, was_read[-1], read, known)
    return was_read


def _unless_off(one: Recognised, off: frozenset[str]) -> Recognised:
    """The file, with a note that it is left out if it is about nothing but sensitive fields that are off."""
    fields = one.layout.sensitive
    if one.note or not fields or not fields <= off:
        return one
    named = " and ".join(sorted(name.replace("_", " ") for name in fields))
    return replace(one, note=f"left out, since the district has this switched off: {named}")


def _pass_over(batch: Batch, one: Recognised, read: FileRead, known: Known) -> None:
    """Say of a file that it holds what is loaded already."""
    read.rows, read.columns_left_out = known.told["rows"], tuple(known.told["left_out"])
    read.note = f"the same as in batch {known.batch}, so it was not read again"
    note_share(batch, one.layout, read)
    for entity, records in known.told["held"].items():
        batch.report.count(entity).unchanged += records


def _stands_alone(batch: Batch, one: Recognised, picked: Excerpt) -> bool:
    """Whether no row of an excerpt names a record of a line that is passed over, nor needs the whole file to judge."""
    scratch, named, packing = ImportReport(), list[Records](), PACKINGS[one.layout.kind]
    try:
        rows = typed_rows(picked, one.layout, FileRead(picked.name, one.layout.kind, picked.sha256), scratch)
        for block in rows.blocks():
            keys = [key for key in zip(*KEYS_OF[one.layout.kind](batch, block), strict=True) if None not in key]
            packed = packing.packed(list(zip(*keys, strict=True))) if keys else np.empty(0, np.int64)
            if packed is None:
                return False
            named.append(packed)
    except BadFile:
        return False
    if named and picked.carries(np.concatenate(named)):
        return False
    return not any(code == "social_security" for _, _, code in scratch.problem_kinds)


def _read(batch: Batch, one: Recognised, read: FileRead, known: KnownFiles | None) -> None:
    """Load one file, or what of it has to be read."""
    picked = one.table if isinstance(one.table, Excerpt) else None
    batch.lines, batch.vanished = lines_of(one), picked.vanished_keys(PACKINGS[one.layout.kind]) if picked else None
    before = {entity: (count.held, count.refused) for entity, count in batch.report.counts.items()}
    expected = picked.expected if picked else getattr(one.table, "expected", 0)
    batch.spared.clear()
    batch.fields = frozenset(places_of(one.table, one.layout))
    typed = typed_rows(one.table, one.layout, read, batch.report, batch.spared.note, batch.off)
    rows = Rows(_ticking(batch, read, typed, expected))
    delta = DeltaFile(batch, one.layout, read, rows) if batch.is_delta else None
    note_what_is_loaded(batch, one.layout)
    IN_ORDER[_loader_of(one)](batch, one.layout, read, rows_of(delta.staying(), one.layout) if delta else rows)
    if delta:
        delta.end()
    if picked:
        read.rows += picked.passed_over
        batch.report.count(one.layout.entity).unchanged += picked.passed_over
        same = plural(
            picked.passed_over,
            "of its rows is the same as last time and was not read again",
            "of its rows are the same as last time and were not read again",
        )
        read.note = "; ".join(filter(None, (read.note, same)))
    batch.report.put_in_order(read.name)
    note_share(batch, one.layout, read)
    remarks = read.note, one.remark, "" if read.rows else "holds a header and no rows, so nothing ends by it"
    read.note = "; ".join(filter(None, remarks))
    batch.keep_identities()
    if one.table.encoding == "cp1252":
        read.note = "; ".join(filter(None, (read.note, "read as Windows-1252, since it is not UTF-8")))
    if known and not batch.is_delta:
        counts = batch.report.counts.items()
        held = {entity: count.held - before.get(entity, (0, 0))[0] for entity, count in counts}
        refused = sum(count.refused - before.get(entity, (0, 0))[1] for entity, count in counts)
        known.keep(one, read, {entity: records for entity, records in held.items() if records}, refused, batch.lines)


KEYS_OF: dict[str, Callable[[Batch, Typed], Sequence[Sequence[int | None]]]] = {
    "OneRoster enrollments": load_enrollments.keys_of,
    "OneRoster results": load_learning.keys_of_grades,
}
"""Kind of file that is known line by line -> the keys of the records that its rows make."""


def note_what_is_loaded(batch: Batch, layout: Layout) -> None:
    """Before a delta file: how many records of its kinds there are, since its rows cannot tell what share changes."""
    if layout.is_delta:
        for entity, table in _TABLES.get(layout.kind, {}).items():
            batch.report.loaded_before.setdefault(entity, batch.rows_in(table))


_TABLES = {
    "OneRoster orgs": {"school": "organization"},
    "OneRoster academicSessions": {"academic_session": "academic_session"},
    "OneRoster courses": {"course": "course"},
    "OneRoster classes": {"section": "section"},
    "OneRoster roles": {"staff_role": "staff_role"},
    "OneRoster users": {one: one for one in ("student", "staff", "staff_role", "teaching")},
    "OneRoster demographics": {"demographics": "student"},
    "OneRoster enrollments": {one: one for one in ("section_enrollment", "teaching")},
    "OneRoster lineItems": {one: one for one in ("line_item", "grade")},
    "OneRoster results": {"grade": "grade"},
    "OneRoster lineItemLearningObjectiveIds": {"line_item_standard": "line_item_standard"},
    "OneRoster resultLearningObjectiveIds": {"standard_mark": "standard_mark"},
}
"""Kind of file -> the records it may change, and the tables they are in."""


def _loader_of(one: Recognised) -> str:
    return one.layout.loaded_as or one.layout.kind


def _refuse_misfits(files: Sequence[Recognised]) -> None:
    """A bulk package ends what it does not hold, so two in one batch would end each other's records."""
    by_kind: dict[str, str] = {}
    by_name: dict[str, str] = {}
    for one in files:
        name, kind = one.table.name, _loader_of(one) + getattr(one.table, "part", "")
        if by_name.setdefault(name, one.table.sha256) != one.table.sha256:
            raise BadFile(f"Two different files are called {name}. Rename one, so that the report can tell them apart.")
        if kind.startswith("OneRoster") and kind in by_kind:
            with blaming(came_as(by_kind[kind]), came_as(name)):
                raise BadFile(
                    f"{by_kind[kind]} and {name} both hold {one.layout.kind}. A roster package stands for the whole "
                    "district: name one package at a time."
                )
        by_kind[kind] = name


def _ticking(batch: Batch, read: FileRead, rows: Rows, expected: int) -> Iterator[Typed]:
    what = f"{read.name}, loading (rows)"
    batch.progress(what, 0, expected)
    for block in rows.blocks():
        batch.progress(what, read.rows, max(expected, read.rows + 1))
        yield block
    batch.progress(what, read.rows, read.rows)
