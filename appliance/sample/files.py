"""The files: OneRoster tables in one package, the student information system's exports beside it.

Rows go to disk as they come. Every end date, OneRoster's and the exports', is the first day no longer included.
"""

import csv
import shutil
import tempfile
import zipfile
from collections.abc import Iterable, Sequence
from contextlib import ExitStack
from pathlib import Path
from types import TracebackType
from typing import Any

_RECORD = ("sourcedId", "status", "dateLastModified")
_SENT = {
    "academicSessions": "title type startDate endDate parentSourcedId schoolYear",
    "categories": "title weight",
    "classes": "title grades courseSourcedId classCode classType location schoolSourcedId termSourcedIds subjects "
    "subjectCodes periods",
    "courses": "schoolYearSourcedId title courseCode grades orgSourcedId subjects subjectCodes",
    "demographics": "birthDate sex americanIndianOrAlaskaNative asian blackOrAfricanAmerican "
    "nativeHawaiianOrOtherPacificIslander white demographicRaceTwoOrMoreRaces hispanicOrLatinoEthnicity "
    "countryOfBirthCode stateOfBirthAbbreviation cityOfBirth publicSchoolResidenceStatus",
    "enrollments": "classSourcedId schoolSourcedId userSourcedId role primary beginDate endDate",
    "lineItemLearningObjectiveIds": "lineItemSourcedId source learningObjectiveId",
    "lineItems": "title description assignDate dueDate classSourcedId categorySourcedId academicSessionSourcedId "
    "resultValueMin resultValueMax schoolSourcedId",
    "orgs": "name type identifier parentSourcedId",
    "resultLearningObjectiveIds": "resultSourcedId source learningObjectiveId score textScore",
    "results": "lineItemSourcedId studentSourcedId scoreStatus score scoreDate comment textScore classSourcedId "
    "inProgress incomplete late missing",
    "roles": "userSourcedId roleType role beginDate endDate orgSourcedId userProfileSourcedId",
    "users": "enabledUser username userIds givenName familyName middleName identifier email sms phone agentSourcedIds "
    "grades password userMasterIdentifier resourceSourcedIds preferredGivenName preferredMiddleName "
    "preferredFamilyName primaryOrgSourcedId pronouns",
}
_NOT_SENT = (
    "classResources courseResources lineItemScoreScales resources resultScoreScales scoreScales userProfiles "
    "userResources"
).split()
_EXPORTS = {
    "attendance": "student_id school_id date category reason",
    "calendar": "date event",
    "caseload": "staff_id student_id begin_date end_date",
    "class_attendance": "student_id section_id date category",
    "cohorts": "student_id ninth_grade_year",
    "course_levels": "course_code course_level credits",
    "diplomas": "student_id school_id diploma_date diploma_type",
    "discipline": "student_id school_id action action_date action_days",
    "programs": "student_id program begin_date end_date primary_disability educational_environment home_language "
    "english_learner_since night_residence unaccompanied_youth",
    "school_enrollment": "student_id school_id entry_date grade_level exit_date exit_reason",
    "standards": "standard_id standard_code standard_title",
    "test_growth": "student_id source_file assessment_id administration_date growth_span observed_growth "
    "typical_growth growth_error",
    "transcripts": "student_id school_year term course_code credits_attempted credits_earned final_letter "
    "final_numeric result grade_level",
    "tests": "student_id source_file assessment_id assessment_title subject administration_date raw_score scale_score "
    "standard_error performance_level",
}
# One date for every member of the package, so that the same district gives the same bytes.
_PACKED_ON = (2000, 1, 1, 0, 0, 0)


class Files:
    """The open files. Leaving the block without an error puts them in place, packed; otherwise nothing changes."""

    def __init__(self, directory: Path, *, system_name: str, system_code: str) -> None:
        self._directory = directory
        self._source = (("source.systemName", system_name), ("source.systemCode", system_code))
        self._open = ExitStack()
        self._writers: dict[str, Any] = {}

    def __enter__(self) -> "Files":
        self._directory.mkdir(parents=True, exist_ok=True)
        self._loose = Path(
            self._open.enter_context(tempfile.TemporaryDirectory(dir=self._directory, prefix=".making-"))
        )
        self._rows = ExitStack()
        for name, columns in _SENT.items():
            self._start(name, self._loose / f"{name}.csv", (*_RECORD, *columns.split()))
        for name, columns in _EXPORTS.items():
            self._start(name, self._loose / f"{name}.csv", columns.split())
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, _trace: TracebackType | None
    ) -> None:
        with self._open:
            self._rows.close()
            if error is None:
                self._pack()

    def record(self, table: str, key: str, *cells: object, gone: bool = False) -> None:
        """One row of a OneRoster table. In a bulk package dateLastModified stays empty, and status unless `gone`."""
        self._writers[table].writerow((key, "tobedeleted" if gone else "", "", *cells))

    def export(self, table: str, rows: Iterable[Sequence[object]]) -> None:
        """Rows of one of the student information system's files."""
        self._writers[table].writerows(rows)

    @property
    def paths(self) -> tuple[Path, ...]:
        """The finished files: the package first."""
        return (self._package, *(self._directory / f"{name}.csv" for name in sorted(_EXPORTS)))

    @property
    def _package(self) -> Path:
        return self._directory / "oneroster.zip"

    def _start(self, name: str, path: Path, header: Sequence[str]) -> None:
        file = self._rows.enter_context(path.open("w", encoding="utf-8", newline=""))
        self._writers[name] = csv.writer(file, lineterminator="\n")
        self._writers[name].writerow(header)

    def _pack(self) -> None:
        modes = {**dict.fromkeys(_SENT, "bulk"), **dict.fromkeys(_NOT_SENT, "absent")}
        manifest = [
            ("propertyName", "value"),
            ("manifest.version", "1.0"),
            ("oneroster.version", "1.2"),
            *((f"file.{name}", modes[name]) for name in sorted(modes, key=str.lower)),
            *self._source,
        ]
        unfinished = self._loose / "oneroster.zip"
        with zipfile.ZipFile(unfinished, "w") as package:
            package.writestr(_member("manifest"), "".join(f"{name},{value}\n" for name, value in manifest))
            for name in sorted(_SENT):
                with (
                    (self._loose / f"{name}.csv").open("rb") as rows,
                    package.open(_member(name), "w", force_zip64=True) as member,
                ):
                    shutil.copyfileobj(rows, member, 1 << 20)
        unfinished.replace(self._package)
        for name in _EXPORTS:
            (self._loose / f"{name}.csv").replace(self._directory / f"{name}.csv")


def _member(name: str) -> zipfile.ZipInfo:
    member = zipfile.ZipInfo(f"{name}.csv", _PACKED_ON)
    member.compress_type = zipfile.ZIP_DEFLATED
    return member
