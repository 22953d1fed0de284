"""A count of one reads like one."""

from appliance.student_level.staging.report import FileRead, ImportReport, Problem
from appliance.wording import plural


def test_one_of_a_thing_and_many():
    assert [plural(count, "row") for count in (0, 1, 2, 1000)] == ["0 rows", "1 row", "2 rows", "1,000 rows"]
    assert plural(1, "row waits", "rows wait") == "1 row waits"
    assert plural(2, "class", "classes") == "2 classes"


def test_a_report_of_one_row_speaks_of_one_row():
    report = ImportReport(files=[FileRead("grades.csv", "grades", "", rows=1, linked={"roster id": 1})], quarantined=1)
    for row in range(4):
        report.refuse("grade", Problem("grades.csv", row, "score", "not_a_number", "", "is no number."))
    said = "\n".join(report.lines())
    assert "grades.csv: 1 row as grades" in said
    assert "100.0% of 1 row linked" in said
    assert "and 1 more row like these." in said
    assert "1 refused row waits in quarantine" in said
