"""What only totals need, as rows of its layouts: disciplinary actions, credentials, cohorts, traits of students.

Of an incident nothing is read, and of an action only whose it is, what kind it is, for how long, and the day that
tells the school year.
"""

from collections.abc import Iterator

from appliance.student_level.sources.edfi.keys import first_text, person_id, school_year, student_of
from appliance.student_level.sources.edfi.records import Group, Record, first
from appliance.student_level.sources.edfi.references import Package
from appliance.student_level.sources.edfi.schools import Row
from appliance.student_level.sources.totals_codes import ACTIONS

ACADEMIC_RECORDS = ("StudentAcademicRecord",)
STUDENTS = ("Student", "StudentEducationOrganizationAssociation")
SAYING = {
    "diplomas": frozenset({"Diploma"}),
    "graduation cohorts": frozenset({"CohortYear"}),
    "student attributes": frozenset({"HomeLanguage", "Disabilit", "<Language"}),
}
"""Table -> words of which a file must hold one: without, it is not read once more for nothing."""
_ACTIONS = {word.lower() for word in ACTIONS}
_HOME = ("home language", "")
"""Uses of a language that make it the home's; Ed-Fi 1.0 has a list of its own for them."""


def actions(package: Package) -> Iterator[Row]:
    """A row for each kind of action, and each student, that an action names."""
    words = _words_of_the_district(package)
    for record in package.records("DisciplineAction"):
        told = {
            "school": package.organization(record, "ResponsibilitySchoolReference", "AssignmentSchoolReference"),
            "school_year": record.text("DisciplineDate"),
            "days": first_text(record, "ActualDisciplineActionLength", "DisciplineActionLength"),
        }
        for student in record.groups("StudentReference"):
            for group in record.groups("Disciplines", "Discipline"):
                yield record.line, {"student": student_of(student), "action": _action(group, words), **told}


def _words_of_the_district(package: Package) -> dict[str, Group]:
    """Code -> its descriptor, of those that the districts of 1.0 describe themselves."""
    return {record.text("CodeValue"): {name: groups[0].get("", "") for name, groups in record.children.items()}
            for record in package.records("DisciplineDescriptor")}  # fmt: skip


def _action(group: Group, words: dict[str, Group]) -> str:
    """The first of the words for an action that is known; if none is, the one by which a person knows it."""
    code = first(group, "CodeValue", "")
    said = words.get(code, {}) | group
    every = [said[name] for name in ("Description", "ShortDescription", "CodeValue", "") if said.get(name)]
    return next((word for word in every if word.lower() in _ACTIONS), said.get("ShortDescription") or code)


def diplomas(package: Package) -> Iterator[Row]:
    """A row a credential. Ed-Fi 1.0 may keep it beside the academic record, which names it by an XML id."""
    beside = {(record.file, record.id): _flat(record) for record in package.records("Diploma") if record.id}
    for record in package.records(*ACADEMIC_RECORDS):
        named = (beside.get((record.file, group.get("@ref", ""))) for group in record.groups("DiplomaReference"))
        for group in (*record.groups("Diploma"), *filter(None, named)):
            yield record.line, {
                "student": student_of(record.group("StudentReference")),
                "day": first(group, "DiplomaAwardDate"), "kind": first(group, "DiplomaType"),
                "school": package.organization(record, "EducationOrganizationReference", "SchoolReference"),
            }  # fmt: skip


def _flat(record: Record) -> Group:
    return {name: groups[0].get("", "") for name, groups in record.children.items()}


def cohorts(package: Package) -> Iterator[Row]:
    """The year in which somebody was first in grade 9; those of other grades are left out."""
    for record in package.records(*STUDENTS):
        for group in record.groups("CohortYear", "CohortYears"):
            if first(group, "CohortYearType").lower() == "ninth grade":
                yield (
                    record.line,
                    {"student": _whose(record), "ninth_grade_year": school_year(first(group, "SchoolYear"))},
                )


def _whose(record: Record) -> str:
    """The student that a record names, or is."""
    own = person_id(first_text(record, "StudentUniqueStateId", "StudentUniqueId"))
    return student_of(record.group("StudentReference")) or own


def attributes(package: Package) -> Iterator[Row]:
    """Home language and disability, of the students of whom either is said."""
    for record in package.records(*STUDENTS):
        spoken = [
            first(group, "Language", "") for group in record.groups("HomeLanguages", "Language", "Languages")
            if first(group, "LanguageUse").lower() in _HOME
        ]  # fmt: skip
        found = {
            "home_language": next(filter(None, spoken), ""),
            "disability": primary_disability(record.groups("Disability", "Disabilities")),
        }
        if any(found.values()):
            yield record.line, {"student": _whose(record), **found}


def primary_disability(groups: list[Group]) -> str:
    """The only one, or that which is first by the order given; nothing where several stand in no order."""
    said = [group for group in groups if group.get("Disability")]
    if len(said) > 1:
        said = [group for group in said if first(group, "OrderOfDisability") == "1"]
    return said[0]["Disability"] if len(said) == 1 else ""


def details(record: Record) -> dict[str, str]:
    """What a membership of a program says beyond its days, for the layout of programs."""
    several = record.text("MultiplyDisabled").lower() in ("true", "1")
    return {
        "disability": "MD" if several else primary_disability(record.groups("Disability", "Disabilities")),
        "environment": first_text(record, "SpecialEducationSetting", "EducationalEnvironment"),
        "night_residence": record.text("HomelessPrimaryNighttimeResidence"),
        "is_unaccompanied": record.text("HomelessUnaccompaniedYouth"),
    }
