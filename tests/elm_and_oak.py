"""Elm and Oak: two schools and five people, in files that a test can change cell by cell."""

import io
import textwrap
import zipfile
from dataclasses import dataclass, field
from pathlib import Path

from appliance.days import day_number
from appliance.jobs.import_files import import_files
from appliance.storage.database import Database
from appliance.student_level.staging.report import ImportReport

ROSTER = {
    "orgs": """
        sourcedId,name,type,identifier,parentSourcedId
        d,Maplewood,district,100,
        e,Elm School,school,101,d
        o,Oak School,school,102,d
    """,
    "academicSessions": """
        sourcedId,title,type,startDate,endDate,parentSourcedId,schoolYear
        sy,2026-2027,schoolYear,2026-08-17,2027-06-05,,2027
        q1,Quarter 1,gradingPeriod,2026-08-17,2026-10-24,sy,2027
    """,
    "courses": """
        sourcedId,title,courseCode,orgSourcedId,subjects
        alg,Algebra,ALG,d,Mathematics
        art,Art,ART,d,Art
    """,
    "classes": """
        sourcedId,title,courseSourcedId,classCode,location,schoolSourcedId,termSourcedIds,periods
        e-alg,Algebra 1,alg,ALG-1,12,e,sy,1
        e-art,Art 1,art,ART-1,14,e,sy,2
        o-alg,Algebra 1,alg,ALG-1,7,o,sy,1
    """,
    "users": """
        sourcedId,givenName,familyName,middleName,identifier,role,orgSourcedIds
        u-ada,Ada,Abara,,501,student,e
        u-ben,Ben,Brook,,502,student,e
        u-cy,Cy,Cole,,503,student,o
        u-okafor,Ngozi,Okafor,,901,teacher,e
        u-ruiz,Luis,Ruiz,,902,principal,e
    """,
    "demographics": """
        sourcedId,birthDate,sex,white,blackOrAfricanAmerican,hispanicOrLatinoEthnicity
        u-ada,2012-03-04,female,false,true,false
        u-ben,2012-05-06,male,true,false,true
    """,
    "enrollments": """
        sourcedId,classSourcedId,userSourcedId,role,primary,beginDate,endDate
        1,e-alg,u-ada,student,,,
        2,e-art,u-ada,student,,,
        3,e-alg,u-ben,student,,,
        4,o-alg,u-cy,student,,,
        5,e-alg,u-okafor,teacher,true,,
    """,
    "categories": """
        sourcedId,title
        fin,Final grade
        hw,Homework
    """,
    "lineItems": """
        sourcedId,title,classSourcedId,categorySourcedId,gradingPeriodSourcedId,dueDate,resultValueMax
        li-q1,Quarter 1,e-alg,fin,q1,2026-10-24,100
        li-hw,Homework 1,e-alg,hw,q1,2026-09-10,20
    """,
    "results": """
        sourcedId,lineItemSourcedId,studentSourcedId,score,scoreDate
        r1,li-q1,u-ada,91,2026-10-24
        r2,li-hw,u-ada,18,2026-09-11
    """,
}
SCHOOL_ENROLLMENT = """
    student_id,school_id,entry_date,grade_level,exit_date
    501,101,2026-08-17,08,
    502,101,2026-08-17,08,
    503,102,2026-08-17,09,
"""


def csv_text(text: str) -> str:
    """An indented block as the text of a CSV file."""
    return textwrap.dedent(text).strip() + "\n"


def day(iso: str) -> int:
    """A day number from `2026-11-20`."""
    from datetime import date

    return day_number(date.fromisoformat(iso))


@dataclass
class ElmAndOak:
    """The district's files, and the database they are loaded into."""

    folder: Path
    database: Database
    roster: dict[str, str] = field(default_factory=lambda: dict(ROSTER))

    def package(self, name: str = "roster.zip", **files: str | None) -> Path:
        """The roster as a OneRoster package; `files` replaces some of its members, or leaves them out with None."""
        content = io.BytesIO()
        with zipfile.ZipFile(content, "w", zipfile.ZIP_DEFLATED) as package:
            for member, text in (self.roster | files).items():
                if text is not None:
                    package.writestr(f"{member}.csv", csv_text(text))
        (self.folder / name).write_bytes(content.getvalue())
        return self.folder / name

    def file(self, name: str, text: str | bytes) -> Path:
        """A CSV file, from an indented block or as bytes."""
        content = text if isinstance(text, bytes) else csv_text(text).encode()
        (self.folder / name).write_bytes(content)
        return self.folder / name

    def load(self, *paths: Path) -> ImportReport:
        """Import files as one batch."""
        return import_files(self.database, paths, by="the test")

    def begin(self) -> None:
        """Load the roster and the school enrollment."""
        self.load(self.package(), self.file("school_enrollment.csv", SCHOOL_ENROLLMENT))

    def ask(self, sql: str, **values: object) -> list[tuple[object, ...]]:
        """Rows of a question to the whole database."""
        return self.database._writer.execute(sql, values).fetchall()

    def one(self, sql: str, **values: object) -> object:
        """The only value of the only row."""
        ((value,),) = self.ask(sql, **values)
        return value

    def all_that_is_stored(self) -> dict[str, list[tuple[object, ...]]]:
        """Each table about the district with its rows, to compare before and after."""
        beside = "sqlite_ _sqlite batch access_log problem carried_out known_ newest_record file_record".split()
        tables = self.database._writer.execute("SELECT name FROM sqlite_schema WHERE type = 'table'").fetchall()
        kept = [t for (t,) in tables if not any(t.startswith(b) for b in beside)]
        return {t: sorted(self.database._writer.execute(f"SELECT * FROM {t}").fetchall(), key=repr) for t in kept}


def problems(report: ImportReport) -> list[tuple[str, int | None, str, str]]:
    """What a report says is wrong: (file, row, column, code)."""
    return [(p.file.rpartition("/")[2], p.row, p.column, p.code) for p in report.problems]
