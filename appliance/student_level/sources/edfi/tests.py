"""Test results, as rows of their layout: whole tests only, not yet their parts."""

from collections import defaultdict
from collections.abc import Iterator

from appliance.student_level.sources.edfi import codes
from appliance.student_level.sources.edfi.keys import first_text, student_of
from appliance.student_level.sources.edfi.records import Group, Record, first
from appliance.student_level.sources.edfi.references import Package
from appliance.student_level.sources.edfi.schools import Row

_OUR_NAMESPACE = "uri://ed-fi.org/"


def results(package: Package) -> Iterator[Row]:
    """A row a student and sitting. Students and tests may be named by XML ids of the same file."""
    subjects, kinds = _metadata(package)
    names = _names(package)
    for one in package.holding("StudentAssessment"):
        students: dict[str, str] = {}
        tests: dict[str, Group] = {}
        for record in Package((one,)).records("StudentReference", "AssessmentReference"):
            if record.kind == "StudentReference":
                students[record.id] = student_of(_all(record))
            else:
                tests[record.id] = _all(record)
        for record in Package((one,)).records("StudentAssessment"):
            student, test = record.group("StudentReference"), record.group("AssessmentReference")
            test = tests.get(test.get("@ref", ""), test)
            code = _code(test)
            yield record.line, {
                "student": student_of(student) or students.get(student.get("@ref", ""), ""),
                "test": code, "day": record.text("AdministrationDate"),
                "subject": subjects.get(code) or " ".join(filter(None, (first(test, "AssessmentTitle"),
                                                                       first(test, "AcademicSubject")))),
                "source": kinds.get(code, ""), "level": _level(record), "also_named": names.get(code, ""),
                "grade_level": codes.grade_level(
                    first_text(record, "GradeLevelWhenAssessed", "WhenAssessedGradeLevel")
                ),
            } | _scores(record)  # fmt: skip


def _all(record: Record) -> Group:
    """The texts of a record that is nothing but one identity."""
    return {name: text for groups in record.children.values() for group in groups for name, text in group.items()}


def _code(identity: Group) -> str:
    """What tells a test from another: Ed-Fi 5 names it, before it was title, subject, grade and version."""
    if "AssessmentIdentifier" in identity:
        space = first(identity, "Namespace")
        is_ours = not space or space.startswith(_OUR_NAMESPACE)
        return identity["AssessmentIdentifier"] if is_ours else f"{identity['AssessmentIdentifier']} ({space})"
    parts = ("AssessmentTitle", "AcademicSubject", "GradeLevelAssessed", "Version")
    return " · ".join(filter(None, (identity.get(part, "") for part in parts)))


def _names(package: Package) -> dict[str, str]:
    """Test -> what else it goes by: the publisher's code for it, and its XML id, which exports of the same system use.
    A name that several tests share says nothing.
    """
    called: dict[str, set[str]] = defaultdict(set)
    for record in package.records("Assessment", "AssessmentReference"):
        identity = _all(record) if record.kind == "AssessmentReference" else _described(record)
        codes_of_it = [first(group, "ID", "IdentificationCode")
                       for group in record.groups("AssessmentIdentificationCode")]  # fmt: skip
        for name in filter(None, (record.id, *codes_of_it)):
            called[name].add(_code(identity))
    found: dict[str, list[str]] = defaultdict(list)
    for name, tests in called.items():
        if len(tests) == 1 and "," not in name:
            found[next(iter(tests))].append(name)
    return {test: ",".join(its) for test, its in found.items()}


def _described(record: Record) -> Group:
    """The texts of a test's own description."""
    return {name: groups[0].get("", "") for name, groups in record.children.items() if groups[0].get("")}


def _metadata(package: Package) -> tuple[dict[str, str], dict[str, str]]:
    """(test -> title and subject, test -> category) of the tests that the package describes."""
    subjects: dict[str, str] = {}
    kinds: dict[str, str] = {}
    for record in package.records("Assessment"):
        described = _described(record)
        code = _code(described)
        subjects[code] = " ".join(
            filter(None, (first(described, "AssessmentTitle"), first(described, "AcademicSubject")))
        )
        kinds[code] = first(described, "AssessmentCategory")
    return subjects, kinds


def _scores(record: Record) -> dict[str, str]:
    """The raw and the scale score; a composite where there is neither."""
    said = {
        first(group, "@AssessmentReportingMethod", "AssessmentReportingMethod").lower(): first(group, "Result")
        for group in reversed(record.groups("ScoreResults", "ScoreResult"))
    }
    raw, scale = said.get("raw score", ""), said.get("scale score", "")
    return {"raw_score": raw, "scale_score": scale if raw or scale else said.get("composite score", "")}


def _level(record: Record) -> str:
    """Performance levels, as `Met Standard=true;Commended Performance=false` where the sender says which were met."""
    levels = []
    for group in record.groups("PerformanceLevels", "PerformanceLevel"):
        name = first(group, "Description", "CodeValue", "PerformanceLevel")
        met = first(group, "PerformanceLevelMet")
        if name.lower() in ("met standard", "did not meet standard") and not met:
            name, met = "Met Standard", str(name.lower() == "met standard").lower()
        levels.append(f"{name}={met}" if met else name)
    return ";".join(dict.fromkeys(filter(None, levels)))
