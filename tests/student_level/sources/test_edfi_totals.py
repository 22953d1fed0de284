"""What only totals need, out of Ed-Fi: Elm School in inBloom's dialect and in Ed-Fi 5, and Grand Bend itself."""

import csv
import re
import zipfile

import pytest

from appliance.jobs.import_files import import_files
from appliance.storage.database import Database
from tests import grandbend
from tests.grandbend import FOLDER
from tests.sensitive_fields import keep
from tests.student_level.sources.test_edfi_dialects import ADA, INBLOOM, ask, day, write

SCHOOL = "<{}><EducationalOrgIdentity><StateOrganizationId>101</StateOrganizationId></EducationalOrgIdentity></{}>"
AT_ELM = SCHOOL.format("ResponsibilitySchoolReference", "ResponsibilitySchoolReference")
ADA_5 = "<StudentReference><StudentIdentity><StudentUniqueId>501</StudentUniqueId></StudentIdentity></StudentReference>"
AT_ELM_5 = "<SchoolReference><SchoolIdentity><SchoolId>101</SchoolId></SchoolIdentity></SchoolReference>"
LEFT = INBLOOM["StudentEnrollment"].replace(
    "<EntryGradeLevel>Ninth grade</EntryGradeLevel>",
    "<EntryGradeLevel>Ninth grade</EntryGradeLevel><ExitWithdrawDate>2026-11-02</ExitWithdrawDate>"
    "<ExitWithdrawType>Discontinued schooling</ExitWithdrawType>",
)
ACTION = """<DisciplineAction><DisciplineActionIdentifier>{}</DisciplineActionIdentifier>{}<DisciplineDate>2026-10-09
    </DisciplineDate><DisciplineActionLength>9</DisciplineActionLength><ActualDisciplineActionLength>{}
    </ActualDisciplineActionLength>{}{}</DisciplineAction>"""
OSS, PARENT = (f"<Disciplines><CodeValue>{code}</CodeValue></Disciplines>" for code in ("5", "PRT"))
DISCIPLINE = (
    "<DisciplineIncident><IncidentIdentifier>77</IncidentIdentifier><IncidentDate>2026-10-08</IncidentDate>"
    "<ReporterName>Gray, Mr.</ReporterName><Behaviors><Description>THREW A STAPLER</Description></Behaviors>"
    "</DisciplineIncident><DisciplineDescriptor><CodeValue>5</CodeValue><ShortDescription>OSS</ShortDescription>"
    "<Description>SENT HOME</Description></DisciplineDescriptor><DisciplineDescriptor><CodeValue>PRT</CodeValue>"
    "<ShortDescription>Parent Conf</ShortDescription></DisciplineDescriptor>"
    + ACTION.format(1, OSS, 2, ADA, AT_ELM) + ACTION.format(2, OSS + PARENT, 1, ADA, AT_ELM)
)  # fmt: skip
RECORD = f"""<Diploma id="D1"><DiplomaAwardDate>2026-06-05</DiplomaAwardDate><DiplomaType>Regular diploma</DiplomaType>
    </Diploma><StudentAcademicRecord>{ADA}<DiplomaReference ref="D1"/></StudentAcademicRecord>"""
TRAITS = INBLOOM["Student"].replace(
    "<LoginId>ada</LoginId>",
    "<HomeLanguages><Language>Tigrinya</Language></HomeLanguages><CohortYears><SchoolYear>2023-2024</SchoolYear>"
    "<CohortYearType>Ninth grade</CohortYearType></CohortYears><LoginId>ada</LoginId>",
)
LEARNER = f"""<StudentProgramAssociation>{ADA}<ProgramReference><ProgramIdentity><ProgramType>ESL</ProgramType>
    </ProgramIdentity></ProgramReference><BeginDate>2026-08-24</BeginDate></StudentProgramAssociation>"""
CURRENT = {
    "Student": f"""
        <StudentEducationOrganizationAssociation>{ADA_5}
            <Language><Language>uri://ed-fi.org/LanguageDescriptor#spa</Language><LanguageUse>
            uri://ed-fi.org/LanguageUseDescriptor#Home language</LanguageUse></Language>
            <Language><Language>uri://ed-fi.org/LanguageDescriptor#eng</Language><LanguageUse>
            uri://ed-fi.org/LanguageUseDescriptor#Spoken Correspondence</LanguageUse></Language>
            <CohortYear><CohortYearType>uri://ed-fi.org/CohortYearTypeDescriptor#Eighth grade</CohortYearType>
            <SchoolYearTypeReference><SchoolYearTypeIdentity><SchoolYear>2022-2023</SchoolYear></SchoolYearTypeIdentity>
            </SchoolYearTypeReference></CohortYear>
            <CohortYear><CohortYearType>uri://ed-fi.org/CohortYearTypeDescriptor#Ninth grade</CohortYearType>
            <SchoolYearTypeReference><SchoolYearTypeIdentity><SchoolYear>2023-2024</SchoolYear></SchoolYearTypeIdentity>
            </SchoolYearTypeReference></CohortYear></StudentEducationOrganizationAssociation>""",
    "StudentTranscript": f"""
        <StudentAcademicRecord>{ADA_5}<EducationOrganizationReference><EducationOrganizationIdentity>
            <EducationOrganizationId>101</EducationOrganizationId></EducationOrganizationIdentity>
            </EducationOrganizationReference><Diploma><DiplomaAwardDate>2026-06-05</DiplomaAwardDate><DiplomaType>
            uri://ed-fi.org/DiplomaTypeDescriptor#Certificate of completion</DiplomaType></Diploma>
            </StudentAcademicRecord>""",
    "StudentProgram": f"""
        <StudentLanguageInstructionProgramAssociation>{ADA_5}<ProgramReference><ProgramIdentity><ProgramType>
            uri://ed-fi.org/ProgramTypeDescriptor#English as a Second Language (ESL)</ProgramType></ProgramIdentity>
            </ProgramReference><BeginDate>2026-08-24</BeginDate></StudentLanguageInstructionProgramAssociation>
        <StudentHomelessProgramAssociation>{ADA_5}<ProgramReference><ProgramIdentity><ProgramType>
            uri://ed-fi.org/ProgramTypeDescriptor#Homeless</ProgramType></ProgramIdentity></ProgramReference>
            <BeginDate>2026-08-24</BeginDate><HomelessPrimaryNighttimeResidence>
            uri://ed-fi.org/HomelessPrimaryNighttimeResidenceDescriptor#Hotels/motels
            </HomelessPrimaryNighttimeResidence><HomelessUnaccompaniedYouth>true</HomelessUnaccompaniedYouth>
            </StudentHomelessProgramAssociation>
        <StudentSpecialEducationProgramAssociation>{ADA_5}<ProgramReference><ProgramIdentity><ProgramType>
            uri://ed-fi.org/ProgramTypeDescriptor#Special Education</ProgramType></ProgramIdentity></ProgramReference>
            <BeginDate>2026-08-24</BeginDate><SpecialEducationSetting>
            uri://ed-fi.org/SpecialEducationSettingDescriptor#Separate School</SpecialEducationSetting>
            <Disability><Disability>uri://ed-fi.org/DisabilityDescriptor#Deaf-Blindness</Disability>
            <OrderOfDisability>2</OrderOfDisability></Disability>
            <Disability><Disability>uri://ed-fi.org/DisabilityDescriptor#Autism Spectrum Disorders</Disability>
            <OrderOfDisability>1</OrderOfDisability></Disability></StudentSpecialEducationProgramAssociation>""",
    "StudentDiscipline": f"""
        <DisciplineAction>{ADA_5}<Discipline>uri://ed-fi.org/DisciplineDescriptor#Expulsion with Services</Discipline>
            <DisciplineDate>2026-10-09</DisciplineDate><DisciplineActionLength>45.5</DisciplineActionLength>
            <ResponsibilitySchoolReference><SchoolIdentity><SchoolId>101</SchoolId></SchoolIdentity>
            </ResponsibilitySchoolReference></DisciplineAction>""",
    "StudentEnrollment": f"""
        <StudentSchoolAssociation>{ADA_5}{AT_ELM_5}<EntryDate>2025-08-25</EntryDate><EntryGradeLevel>
            uri://ed-fi.org/GradeLevelDescriptor#Twelfth grade</EntryGradeLevel>
            <ExitWithdrawDate>2026-06-06</ExitWithdrawDate><ExitWithdrawType>
            uri://ed-fi.org/ExitWithdrawTypeDescriptor#Graduated</ExitWithdrawType></StudentSchoolAssociation>""",
}  # fmt: skip
ACTIONS = "SELECT school_year, action, times, days FROM discipline ORDER BY 1, 2"


@pytest.fixture
def elm(tmp_path):
    database = Database.create(tmp_path / "home")
    keep(database)
    yield database
    database.close()


def loaded(folder, *files):
    database = Database.create(folder / "home")
    keep(database)
    return database, import_files(database, files)


def test_inblooms_dialect_tells_leaving_discipline_diplomas_cohorts_and_languages(elm, tmp_path):
    files = INBLOOM | {
        "Student": TRAITS, "StudentEnrollment": LEFT, "StudentDiscipline": DISCIPLINE,
        "StudentGrade": INBLOOM["StudentGrade"] + RECORD, "StudentProgram": INBLOOM["StudentProgram"] + LEARNER,
    }  # fmt: skip
    report = import_files(elm, list(write(tmp_path, files)))
    assert ask(elm, "SELECT reason FROM leaving") == [("dropped_out",)]
    assert ask(elm, ACTIONS) == [(2027, "out_of_school_suspension", 2, 3.0)]
    assert ask(elm, "SELECT day, kind FROM completion") == []
    assert [(p.column, p.code) for p in report.problems] == [("school_id", "no_school")]  # given before she came here
    assert ask(elm, "SELECT ninth_grade_year FROM graduation_cohort") == [(2024,)]
    assert ask(elm, "SELECT home_language, begin_day FROM english_learner_detail") == [("tir", day("2026-08-24"))]


def test_a_diploma_beside_its_academic_record_is_found_by_its_xml_id(elm, tmp_path):
    given = RECORD.replace("2026-06-05", "2026-12-18")
    import_files(elm, list(write(tmp_path, INBLOOM | {"StudentGrade": INBLOOM["StudentGrade"] + given})))
    assert ask(elm, "SELECT day, kind FROM completion") == [(day("2026-12-18"), "REGDIP")]


def test_the_current_edition_tells_the_same(elm, tmp_path):
    (before := tmp_path / "before").mkdir()
    import_files(elm, list(write(before, {name: INBLOOM[name] for name in ("EducationOrganization", "Student")})))
    report = import_files(elm, list(write(tmp_path, CURRENT, "<{root} xmlns='http://ed-fi.org/5.2.0'>")))
    assert report.problems == []
    assert ask(elm, "SELECT reason FROM leaving") == [("graduated",)]
    assert ask(elm, ACTIONS) == [(2027, "expulsion_with_services", 1, 45.5)]
    assert ask(elm, "SELECT day, kind FROM completion") == [(day("2026-06-05"), "OTHCOM")]
    assert ask(elm, "SELECT ninth_grade_year FROM graduation_cohort") == [(2024,)]
    assert ask(elm, "SELECT home_language FROM english_learner_detail") == [("spa",)]
    assert ask(elm, "SELECT night_residence, is_unaccompanied FROM homeless_detail") == [("HM", 1)]
    assert ask(elm, "SELECT disability, environment FROM special_education_detail") == [("AUT", "SS")]


def test_an_incident_leaves_no_word_behind(elm, tmp_path):
    import_files(elm, list(write(tmp_path, INBLOOM | {"StudentDiscipline": DISCIPLINE})))
    names = "SELECT name FROM sqlite_schema WHERE type = 'table' AND name NOT LIKE 'sqlite_%'"
    stored = repr([ask(elm, f"SELECT * FROM {table}") for (table,) in ask(elm, names)])
    assert ask(elm, ACTIONS) != []
    for word in ("STAPLER", "Gray", "SENT HOME", "Parent Conf", "2026-10-08", "2026-10-09", str(day("2026-10-09"))):
        assert not re.search(rf"\b{word}\b", stored), word  # a hash may hold any five digits in a row


def test_grand_bends_actions_are_the_same_from_xml_and_from_csv_but_for_those_that_the_csv_leaves_out(tmp_path):
    """The CSV names the last action of each of the 21 incidents, the XML all 25; with the other four they agree."""
    with_four = tmp_path / "discipline.csv"
    rows = list(csv.reader((FOLDER / "discipline.csv").read_text().splitlines()))
    names = {name: place for place, name in enumerate(rows[0])}
    assert len({row[names["incident_id"]] for row in rows[1:]}) == len(rows) - 1 == 21
    for incident, action, days in (("13", "ISS", "1"), ("18", "OSS", "3"), ("9", "Couns Admin", "1"),
                                   ("6", "Parent Conf", "1")):  # fmt: skip
        same = next(row for row in rows[1:] if row[names["incident_id"]] == incident)
        changed = {names["action"]: action, names["action_days"]: days}
        rows.append([changed.get(place, cell) for place, cell in enumerate(same)])
    with with_four.open("w", newline="") as file:
        csv.writer(file).writerows(rows)
    told = """SELECT source_id, state_id, school_year, action, times, days FROM discipline
                JOIN organization ON organization_key = school_key
                JOIN identity ON entity = 'student' AND system = 'district' AND key = student_key"""
    found = []
    parts = [FOLDER / "discipline.csv"], [with_four]
    (roster := tmp_path / "roster").mkdir()
    database, _ = loaded(roster, grandbend.ROSTER_1P2)
    for part in parts:
        import_files(database, part)
        found.append(sorted(ask(database, told)))
    database.close()
    assert [sum(row[4] for row in rows) for rows in found] == [19, 21]
    (edfi := tmp_path / "edfi").mkdir()
    database, report = loaded(
        edfi, *_of_grand_bend(edfi, "EducationOrganization", "StudentParent", "StudentDiscipline")
    )
    assert sorted(ask(database, told)) == found[1]
    assert next(f for f in report.files if f.name.endswith("(discipline)")).rows == 25
    database.close()


def _of_grand_bend(folder, *names):
    with zipfile.ZipFile(grandbend.ED_FI) as package:
        for name in names:
            (folder / f"{name}.xml").write_bytes(package.read(f"Sample Data/{name}.xml"))
            yield folder / f"{name}.xml"
