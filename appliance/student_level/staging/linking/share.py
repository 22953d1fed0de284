"""What share of a file's rows found their person, for files that name people by their ids and bring nobody new."""

from appliance.student_level.sources.layout import Layout
from appliance.student_level.staging.batch import Batch
from appliance.student_level.staging.linking.people import word_for
from appliance.student_level.staging.linking.results import NOBODY
from appliance.student_level.staging.report import FileRead

_BY_ROSTER_ID = ("OneRoster enrollments", "OneRoster results")
_BY_LOCAL_ID = ("school enrollment", "programs", "caseload", "daily attendance", "section attendance")
_CODE = "unknown_reference"
_COLUMNS = ("student_id", "userSourcedId", "studentSourcedId", "staff_id")


def note_share(batch: Batch, layout: Layout, read: FileRead) -> None:
    """Count what a file that was just loaded refused for want of its person against what it did not refuse."""
    kind = layout.loaded_as or layout.kind
    if not read.rows or kind not in (*_BY_ROSTER_ID, *_BY_LOCAL_ID):
        return
    of_file = {what: rows for what, rows in batch.report.problem_kinds.items() if what[0] == read.name}
    nobody = sum(rows for (_, column, code), rows in of_file.items() if column in _COLUMNS and code == _CODE)
    found = read.rows - sum(of_file.values())
    how = word_for(batch.system if kind in _BY_ROSTER_ID else "district")
    read.linked = {name: rows for name, rows in ((how, found), (NOBODY, nobody)) if rows}
