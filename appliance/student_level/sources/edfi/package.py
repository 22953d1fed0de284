"""Ed-Fi files that came together, as tables in the layouts that every loader knows.

What an XML file is, its root element says. A control file (`edfi-xml,<interchange>,<file>[,<md5>]` a line, as inBloom's
landing zone took it) may say which files belong to the package; then it must be right.
"""

import hashlib
import io
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace
from functools import partial
from pathlib import PurePosixPath

from appliance.errors import BadFile
from appliance.progress import Progress, quietly
from appliance.student_level.sources import district_csv, oneroster
from appliance.student_level.sources.archive import SourceFile
from appliance.student_level.sources.edfi import learning, people, schools, tests, totals, transcripts
from appliance.student_level.sources.edfi.keys import NOT_AN_ID
from appliance.student_level.sources.edfi.records import Interchange, look_through
from appliance.student_level.sources.edfi.references import Package
from appliance.student_level.sources.layout import Column, Layout
from appliance.student_level.sources.values import Refused, text

_CONTROL_BYTES = 100_000
_MOST_NAMED = 3
_OTHER_DATA = (".csv", ".tsv", ".xlsx")
_LEFT_OUT = {
    "families": "parents and contacts, their names, addresses and numbers, are not kept: nothing here needs them",
    "test parts": "parts of a test are not read from Ed-Fi yet, the whole test is",
    "all": "no page and no total uses it, so it is not kept",
    "other programs": "these kinds of program have no use here, so they are not kept",
    "zip": "a zip inside a zip is never opened. Unpack it and send what is inside",
    "unnamed": "the control file does not name it",
}
_ELEMENTS_LEFT_OUT = {
    "Parent": "families", "Contact": "families", "StudentParentAssociation": "families",
    "StudentContactAssociation": "families",
    "StudentObjectiveAssessment": "test parts",
    **dict.fromkeys(("StudentTitleIPartAProgramAssociation", "StudentNeglectedOrDelinquentProgramAssociation",
                     "StudentSchoolFoodServiceProgramAssociation"), "other programs"),
}  # fmt: skip
_MAPS_ONLY = ("AssessmentMetadata",)
"""Interchanges that make no row of their own, and are read for what the others mean."""


@dataclass(frozen=True, slots=True)
class EdFiTable:
    """Rows made from the records of one or several files. A row's number is the line of its file it begins in."""

    name: str
    sha256: str
    header: tuple[str, ...]
    _fields: tuple[str, ...]
    _records: Callable[[], Iterator[schools.Row]]
    read_with: str = ""
    """A fingerprint of all files that came together: what a row means may stand in another than the row itself."""
    encoding: str = "xml"
    expected: int = 0
    """Rows, about."""

    def rows(self) -> Iterator[tuple[int, list[str]]]:
        """(line, fields) of each record. Raises BadFile."""
        for line, found in self._records():
            yield line, [found.get(field, "") for field in self._fields]


def is_edfi(file: SourceFile) -> bool:
    """Whether a file belongs to an Ed-Fi package, by its name."""
    return PurePosixPath(file.name).suffix.lower() in (".xml", ".ctl")


def tables(files: Sequence[SourceFile], progress: Progress = quietly) -> Iterator[tuple[EdFiTable, Layout, str]]:
    """Each table the files make, its layout, and why it is left out if it is. Raises BadFile."""
    for file in files:
        if _suffix(file) in _OTHER_DATA:
            raise BadFile(f"{file.name} stands among XML files. Send tables in a package of their own.")
    controls = [file for file in files if _suffix(file) == ".ctl"]
    interchanges = [look_through(file, progress) for file in files if _suffix(file) == ".xml"]
    for one in interchanges:
        if not one.root.startswith("Interchange"):
            raise BadFile(f"{one.file.name}: its root element is {one.root[:60]}, which is no Ed-Fi interchange.")
        if one.counts["Action"]:
            raise BadFile(f"{one.file.name} asks for deletions (Action), which are not read. Ask for a full export.")
    promised = {name for control in controls for name in _control(control, interchanges)}
    used = [one for one in interchanges if not controls or one.file.name in promised]
    package, together = Package(tuple(used)), _hash(used)
    for kind, elements, make, layout in _TABLES:
        telling = totals.SAYING.get(kind, frozenset())
        holders = [one for one in package.holding(*elements) if not telling or telling & one.says]
        if holders:
            name, fields = f"{_names(holders)} ({kind})", tuple(column.field for column in layout.columns)
            header = tuple(column.headers[0] for column in layout.columns)
            expected = sum(one.counts[element] for one in holders for element in elements)
            rows = partial(make, package)
            yield EdFiTable(name, _hash(holders), header, fields, rows, together, expected=expected), layout, ""
    yield from _left_out(used, interchanges, [file for file in files if not is_edfi(file)])


def _left_out(
    used: Sequence[Interchange], interchanges: Sequence[Interchange], others: Sequence[SourceFile]
) -> Iterator[tuple[EdFiTable, Layout, str]]:
    read = {element for _, elements, _, _ in _TABLES for element in elements}
    for one in interchanges:
        reasons = {_ELEMENTS_LEFT_OUT[kind] for kind in one.counts if kind in _ELEMENTS_LEFT_OUT}
        if one not in used:
            reasons = {"unnamed"}
        elif not reasons and not read & set(one.counts) and one.root.removeprefix("Interchange") not in _MAPS_ONLY:
            reasons = {"all"}
        for reason in sorted(reasons):
            kind = one.root.removeprefix("Interchange")
            name = one.file.name if reason in ("unnamed", "all") else f"{one.file.name} ({reason})"
            table = EdFiTable(name, one.sha256, (), (), lambda: iter(()))
            yield table, Layout(f"Ed-Fi {kind}", "left_out"), f"left out: {_LEFT_OUT[reason]}"
    for file in others:
        reason = "zip" if _suffix(file) == ".zip" else "all"
        table = EdFiTable(file.name, _hash_of(file), (), (), lambda: iter(()))
        yield table, Layout("another file", "left_out"), f"left out: {_LEFT_OUT[reason]}"


def _control(control: SourceFile, interchanges: Sequence[Interchange]) -> Iterator[str]:
    """The names of the files that a control file names. Raises BadFile where it is wrong about them."""
    with io.BufferedReader(control.open()) as stream:
        content = stream.read(_CONTROL_BYTES)
    folder = control.name.rpartition("/")[0]
    by_name = {one.file.name.lower(): one for one in interchanges}
    for number, line in enumerate(content.decode("utf-8-sig", "replace").splitlines(), start=1):
        if not line.strip():
            continue
        where = f"{control.name}, line {number}"
        parts = [part.strip() for part in line.split(",")]
        if len(parts) not in (3, 4) or parts[0].lower() != "edfi-xml":
            raise BadFile(f"{where}: a line of a control file reads edfi-xml,<interchange>,<file>. Mend it.")
        kind, name = parts[1].removeprefix("Interchange"), PurePosixPath(parts[2].replace("\\", "/")).name
        one = by_name.get(f"{folder}/{name}".lower().lstrip("/"))
        if one is None:
            raise BadFile(f"{where} names a file that is not in the package. Ask the sender for it.")
        if one.root != f"Interchange{kind}":
            raise BadFile(f"{where} calls {one.file.name} {kind[:60]}, but its root element is {one.root[:60]}.")
        if len(parts) == 4 and parts[3] and parts[3].lower() != one.md5:
            raise BadFile(f"{where}: {one.file.name} is not the file that was packed (its md5 differs). Send it again.")
        yield one.file.name


def _names(holders: Sequence[Interchange]) -> str:
    names = [holders[0].file.name, *(PurePosixPath(one.file.name).name for one in holders[1:])]
    more = f" and {len(names) - _MOST_NAMED} more" if len(names) > _MOST_NAMED else ""
    return ", ".join(names[:_MOST_NAMED]) + more


def _hash(holders: Sequence[Interchange]) -> str:
    if len(holders) == 1:
        return holders[0].sha256
    return hashlib.sha256("".join(one.sha256 for one in holders).encode()).hexdigest()


def _hash_of(file: SourceFile) -> str:
    digest = hashlib.sha256()
    with file.open() as stream:
        while block := stream.read(1 << 20):
            digest.update(block)
    return digest.hexdigest()


def _suffix(file: SourceFile) -> str:
    return PurePosixPath(file.name).suffix.lower()


def _own_id(value: str) -> str:
    if value == NOT_AN_ID:
        raise Refused("social_security", "is a social security number, which is never kept",
                      "Have the source system send the person's own id as the unique id.")  # fmt: skip
    return text(value)


def _as_edfi(layout: Layout, kind: str) -> Layout:
    """A layout whose rows carry Ed-Fi's ids, none of which may be a social security number."""
    persons = ("source_id", "local_id", "user", "student")
    columns = tuple(_checked(column) if column.field in persons else column for column in layout.columns)
    return replace(layout, kind=f"Ed-Fi {kind}", columns=columns, loaded_as=layout.kind, system="edfi")


def _checked(column: Column) -> Column:
    return replace(column, check=_own_id)


_LAYOUTS = {layout.kind: layout for layout in (*oneroster.LAYOUTS, *district_csv.LAYOUTS)}
_TABLES = tuple(
    (kind, elements, make, _as_edfi(_LAYOUTS[layout], kind))
    for kind, elements, make, layout in (
        ("schools", ("LocalEducationAgency", "School"), schools.organizations, "OneRoster orgs"),
        ("sessions", ("Session",), schools.sessions, "OneRoster academicSessions"),
        ("courses", ("Course",), schools.courses, "OneRoster courses"),
        ("sections", ("Section",), schools.sections, "OneRoster classes"),
        ("roles", people.ROLES, people.roles, "OneRoster roles"),
        ("people", people.USERS, people.users, "OneRoster users"),
        ("demographics", ("Student",), people.demographics, "OneRoster demographics"),
        ("enrollments", people.ENROLLMENTS, people.enrollments, "OneRoster enrollments"),
        ("grade types", ("Grade", "GradebookEntry"), learning.categories, "OneRoster categories"),
        ("line items", ("Grade", "GradebookEntry"), learning.line_items, "OneRoster lineItems"),
        ("grades", learning.GRADES, learning.grades, "OneRoster results"),
        ("calendar", ("CalendarDate",), schools.calendar, "calendar"),
        ("school enrollment", ("StudentSchoolAssociation",), people.school_enrollments, "school enrollment"),
        ("programs", people.PROGRAMS, people.programs, "programs"),
        ("student attributes", totals.STUDENTS, totals.attributes, "student attributes"),
        ("discipline", ("DisciplineAction",), totals.actions, "discipline"),
        ("diplomas", totals.ACADEMIC_RECORDS, totals.diplomas, "diplomas"),
        ("graduation cohorts", totals.STUDENTS, totals.cohorts, "graduation cohorts"),
        ("daily attendance", ("AttendanceEvent", "StudentSchoolAttendanceEvent"), learning.attendance_by_day,
         "daily attendance"),
        ("section attendance", ("AttendanceEvent", "StudentSectionAttendanceEvent"), learning.attendance_by_section,
         "section attendance"),
        ("class meetings", ("SectionAttendanceTakenEvent",), learning.class_meetings, "class meetings"),
        ("course levels", ("Course",), transcripts.course_levels, "course levels"),
        ("transcripts", ("CourseTranscript",), transcripts.transcripts, "transcripts"),
        ("tests", ("StudentAssessment",), tests.results, "tests"),
    )
)  # fmt: skip
"""(what a table holds, the records it is made from, what makes its rows, their layout)."""
LAYOUTS = tuple(layout for *_, layout in _TABLES)
"""What the rows of each table are, in the order of `IN_ORDER`."""
