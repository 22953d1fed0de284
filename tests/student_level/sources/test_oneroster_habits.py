"""OneRoster as it is sent: only what changed, without a manifest, with the habits of the systems that write it."""

import pytest

from appliance.errors import BadFile
from appliance.jobs.import_files import import_files
from appliance.settings import Settings
from appliance.storage.database import Database
from appliance.student_level.staging.journal import LOADED
from appliance.student_level.staging.upsert import ORIGIN
from tests.elm_and_oak import ROSTER, SCHOOL_ENROLLMENT, ElmAndOak, day, problems

STAMP = "2026-11-20T04:00:00.000Z"
FILES = ("orgs", "academicSessions", "courses", "classes", "users", "demographics", "enrollments", "categories",
         "lineItems", "results")  # fmt: skip


@pytest.fixture
def town(tmp_path):
    database = Database.create(tmp_path / "home")
    town = ElmAndOak(tmp_path, database)
    town.begin()
    yield town
    database.close()


def manifest(version: str = "1.1", **modes: str) -> str:
    said = dict.fromkeys(FILES, "absent") | modes
    lines = ["propertyName,value", "manifest.version,1.0", f"oneroster.version,{version}"]
    return "\n".join(lines + [f"file.{name},{mode}" for name, mode in said.items()])


def delta(town: ElmAndOak, name: str = "delta.zip", **files: str):
    """A package that holds only these files, each with what changed."""
    nothing = dict.fromkeys(ROSTER)
    return town.package(name, **nothing | files, manifest=manifest(**dict.fromkeys(files, "delta")))


def records(town: ElmAndOak):
    """Each table that imports write; not from which row of which file a record came."""
    found = {}
    for table in set(LOADED) & set(town.all_that_is_stored()):
        columns = [name for (name,) in town.ask("SELECT name FROM pragma_table_info(:table)", table=table)]
        kept = ", ".join(name for name in columns if name not in ORIGIN)
        found[table] = sorted(town.ask(f"SELECT {kept} FROM {table}"), key=repr)
    return found


def notes(report) -> str:
    return " | ".join(f"{read.name}: {read.note}" for read in report.files)


def test_a_delta_adds_changes_and_ends_what_it_names_and_leaves_the_rest(town):
    report = town.load(
        delta(
            town,
            users=f"""
                sourcedId,status,dateLastModified,givenName,familyName,middleName,identifier,role,orgSourcedIds
                u-ada,active,{STAMP},Adah,Abara,,501,student,e
                u-ben,tobedeleted,{STAMP},,,,,,
                u-dee,active,{STAMP},Dee,Dorn,,504,student,e
            """,
        )
    )
    assert report.problems == []
    names = town.ask("SELECT given_name, is_active FROM student ORDER BY student_key")
    assert names == [("Adah", 1), ("Ben", 0), ("Cy", 1), ("Dee", 1)]
    count = report.counts["student"]
    assert (count.added, count.changed, count.ended) == (1, 1, 1)
    assert town.one("SELECT count(*) FROM staff WHERE is_active") == 2
    assert town.one("SELECT count(*) FROM staff_role") == 2
    assert town.one("SELECT count(*) FROM section_enrollment WHERE end_day = begin_day") == 0


def test_a_delta_leaves_the_same_as_the_bulk_package_that_says_the_same(tmp_path):
    """Ben leaves Algebra, Cy moves to Art, Ms. Okafor's class goes to Mr. Ruiz, Oak's class closes."""
    bulk = {
        "enrollments": """
            sourcedId,classSourcedId,userSourcedId,role,primary,beginDate,endDate
            1,e-alg,u-ada,student,,,
            2,e-art,u-ada,student,,,2026-12-01
            6,e-art,u-cy,student,,2026-11-20,
            7,e-alg,u-ruiz,teacher,true,,
        """,
        "classes": "\n".join(line for line in ROSTER["classes"].splitlines() if "o-alg" not in line),
    }
    parts = {
        "enrollments": f"""
            sourcedId,status,dateLastModified,classSourcedId,userSourcedId,role,primary,beginDate,endDate
            2,active,{STAMP},e-art,u-ada,student,,,2026-12-01
            3,tobedeleted,{STAMP},e-alg,u-ben,student,,,
            4,tobedeleted,{STAMP},o-alg,u-cy,student,,,
            5,tobedeleted,{STAMP},e-alg,u-okafor,teacher,,,
            6,active,{STAMP},e-art,u-cy,student,,2026-11-20,
            7,active,{STAMP},e-alg,u-ruiz,teacher,true,,
        """,
        "classes": f"""
            sourcedId,status,dateLastModified,title,courseSourcedId,classCode,location,schoolSourcedId,termSourcedIds
            o-alg,tobedeleted,{STAMP},,,,,,
        """,
    }
    stored = []
    for name, whole in (("bulk", True), ("delta", False)):
        (tmp_path / name).mkdir()
        database = Database.create(tmp_path / name / "home")
        place = ElmAndOak(tmp_path / name, database)
        place.begin()
        report = place.load(place.package("second.zip", **bulk) if whole else delta(place, **parts))
        assert report.problems == []
        stored.append(records(place))
        database.close()
    assert stored[0] == stored[1]


def test_status_and_date_are_required_in_a_delta(town):
    report = town.load(
        delta(
            town,
            users=f"""
                sourcedId,status,dateLastModified,givenName,familyName,role,orgSourcedIds
                u-ada,,{STAMP},Adah,Abara,student,e
                u-ben,active,,Benn,Brook,student,e
                u-cy,active,{STAMP},,Cole,student,o
                u-new,gone,{STAMP},New,Nils,student,o
            """,
        )
    )
    assert problems(report) == [
        ("users.csv", 2, "status", "missing"),
        ("users.csv", 3, "dateLastModified", "missing"),
        ("users.csv", 4, "givenName", "missing"),
        ("users.csv", 5, "status", "not_in_list"),
    ]
    assert not report.changed_anything
    with pytest.raises(BadFile, match="has no column dateLastModified"):
        town.load(delta(town, "other.zip", users="sourcedId,status,givenName,familyName\nu-ada,active,Adah,Abara"))


def test_bulk_and_delta_files_may_be_mixed(town):
    package = town.package(
        "mixed.zip",
        **dict.fromkeys(ROSTER)
        | {
            "manifest": manifest(orgs="bulk", users="delta", enrollments="bulk"),
            "orgs": ROSTER["orgs"],
            "users": f"sourcedId,status,dateLastModified,givenName,familyName\nu-ada,active,{STAMP},Adah,Abara",
            "enrollments": """
                sourcedId,classSourcedId,userSourcedId,role,primary,beginDate,endDate
                1,e-alg,u-ada,student,,,
            """,
        },
    )
    report = town.load(package)
    assert report.problems == []
    assert town.one("SELECT count(*) FROM student WHERE is_active") == 3
    assert report.counts["student"].changed == 1
    assert report.counts["section_enrollment"].ended == 3


def test_a_person_whom_a_delta_takes_off_the_staff_loses_every_right(town):
    head = "sourcedId,status,dateLastModified,givenName,familyName,role,orgSourcedIds"
    report = town.load(delta(town, users=f"{head}\nu-okafor,tobedeleted,{STAMP},,,,"))
    assert town.one("SELECT count(*) FROM staff WHERE is_active") == 1
    assert town.one("SELECT count(*) FROM teaching") == 0
    assert report.counts["staff_role"].ended == 1


def test_roles_that_changed_are_taken_alone_and_one_that_ends_takes_its_right_along(town):
    head = "sourcedId,status,dateLastModified,userSourcedId,role,orgSourcedId,beginDate,endDate"
    town.load(delta(town, roles=f"{head}\nr1,active,{STAMP},u-okafor,counselor,e,,"))
    roles = "SELECT role FROM staff_role JOIN staff USING (staff_key) WHERE family_name = 'Okafor' ORDER BY role"
    assert town.ask(roles) == [("counselor",), ("teacher",)]
    town.load(delta(town, "b.zip", roles=f"{head}\nr2,tobedeleted,{STAMP},u-okafor,teacher,e,,"))
    assert town.ask(roles) == [("counselor",)]
    report = town.load(
        delta(
            town,
            "c.zip",
            roles=f"{head}\nr3,active,{STAMP},u-new,teacher,o,,",
            users=f"sourcedId,status,dateLastModified,givenName,familyName\nu-new,active,{STAMP},New,Nils\n"
            f"u-okafor,active,{STAMP},Ngozi,Okafor-Hill",
        )
    )
    assert report.problems == []
    assert town.one("SELECT count(*) FROM staff_role") == 3
    assert town.ask("SELECT family_name FROM staff ORDER BY 1") == [("Nils",), ("Okafor-Hill",), ("Ruiz",)]


def test_a_grade_that_a_delta_takes_back_is_gone_and_a_course_grade_stays_one(town):
    head = "sourcedId,status,dateLastModified,title,classSourcedId,categorySourcedId,gradingPeriodSourcedId"
    results = "sourcedId,status,dateLastModified,lineItemSourcedId,studentSourcedId,score,scoreDate"
    report = town.load(
        delta(
            town,
            lineItems=f"{head}\nli-q1,active,{STAMP},Quarter one,e-alg,fin,q1\n"
            f"li-x,active,{STAMP},New,e-alg,nowhere,q1",
            results=f"{results}\nr2,tobedeleted,{STAMP},li-hw,u-ada,,\nr1,active,{STAMP},li-q1,u-ada,93,2026-10-24",
        )
    )
    assert town.ask("SELECT title, kind FROM line_item ORDER BY 1") == [
        ("Homework 1", "assignment"), ("Quarter one", "course_grade"),
    ]  # fmt: skip
    assert town.ask("SELECT score FROM grade") == [(93.0,)]
    assert report.counts["grade"].ended == 1
    assert problems(report) == [("lineItems.csv", 3, "categorySourcedId", "unknown_reference")]
    town.load(delta(town, "b.zip", lineItems=f"{head}\nli-q1,tobedeleted,{STAMP},,,,"))
    assert town.one("SELECT count(*) FROM grade") == 0


def test_the_share_that_a_delta_changes_is_counted_against_all_that_is_loaded(tmp_path):
    database = Database.create(tmp_path / "home")
    town = ElmAndOak(tmp_path, database)
    people = "\n".join(f"s{n},Given,Family{n},,{1000 + n},student,e" for n in range(200))
    town.load(town.package(users=ROSTER["users"].rstrip().replace("        ", "") + "\n" + people))
    head = "sourcedId,status,dateLastModified,givenName,familyName,role,orgSourcedIds"

    def ending(count: int):
        return delta(
            town, f"{count}.zip", users="\n".join([head, *(f"s{n},tobedeleted,{STAMP},,,," for n in range(count))])
        )

    assert town.load(ending(15)).held == []
    assert town.load(ending(60)).held == ["45 of 203 students would end."]
    database.close()


@pytest.mark.parametrize(
    ("said", "sentence"),
    [
        ({"users": "sometimes"}, "must call users.csv bulk, delta or absent"),
        ({"orgs": "delta"}, "promises orgs.csv"),
        ({"roles": "bulk"}, "promises roles.csv"),
    ],
)
def test_a_manifest_at_odds_with_the_files_is_refused(town, said, sentence):
    package = town.package("odd.zip", **dict.fromkeys(ROSTER) | {"users": ROSTER["users"]}, manifest=manifest(**said))
    with pytest.raises(BadFile, match=sentence):
        town.load(package)


def test_a_file_that_the_manifest_calls_absent_is_left_out_and_said(town):
    said = dict.fromkeys(FILES, "bulk") | {"enrollments": "absent"}
    half = "sourcedId,classSourcedId,userSourcedId,role\n1,e-alg,u-ada,student"
    report = town.load(town.package("odd.zip", enrollments=half, manifest=manifest(**said)))
    assert "enrollments.csv: left out: the manifest calls this file absent" in notes(report)
    assert "section_enrollment" not in report.counts


def test_a_file_of_which_a_delta_manifest_says_nothing_is_refused(town):
    said = "propertyName,value\noneroster.version,1.2\nfile.users,delta"
    users = f"sourcedId,status,dateLastModified,givenName,familyName\nu-ada,active,{STAMP},Adah,Abara"
    files = dict.fromkeys(ROSTER) | {"users": users, "enrollments": ROSTER["enrollments"], "manifest": said}
    with pytest.raises(BadFile, match="does not say whether enrollments.csv is bulk or delta"):
        town.load(town.package("odd.zip", **files))


POWERSCHOOL = {
    **dict.fromkeys(("categories", "lineItems", "results")),
    "academicSessions": ROSTER["academicSessions"].replace("2027-06-05", "2027-06-04"),
    "users": ROSTER["users"].rstrip() + "\n        u-amir,Amir,Adams,,903,aide,e",
    "enrollments": """
        sourcedId,classSourcedId,userSourcedId,role,primary,beginDate,endDate
        1,e-alg,u-ada,student,,2026-08-17,2027-06-04
        4,o-alg,u-cy,student,,2026-08-17,2026-11-19
        5,e-alg,u-okafor,teacher,,2026-08-17,2027-06-04
        6,e-alg,u-amir,aide,,2026-08-17,2027-06-04
    """,
}


def test_powerschools_seven_files_load_and_the_report_suggests_what_its_end_dates_mean(tmp_path):
    database = Database.create(tmp_path / "home")
    town = ElmAndOak(tmp_path, database)
    report = town.load(town.package(**POWERSCHOOL))
    assert report.problems == []
    assert "inclusive_ends" in notes(report)
    assert town.ask("SELECT family_name, is_primary FROM teaching JOIN staff USING (staff_key) ORDER BY 1") == [
        ("Adams", 0), ("Okafor", 1),
    ]  # fmt: skip
    assert town.one("SELECT end_day FROM section_enrollment WHERE student_key = 3") == day("2026-11-19")
    database.close()


def test_inclusive_ends_reach_sessions_sections_seats_teaching_roles_and_schools_alike(tmp_path):
    stored = []
    roles = """
        sourcedId,userSourcedId,roleType,role,orgSourcedId,beginDate,endDate
        1,u-ada,primary,student,e,,
        2,u-cy,primary,student,o,,
        3,u-okafor,primary,teacher,e,2026-08-17,{end}
        4,u-ruiz,primary,principal,e,2026-08-17,
        5,u-amir,primary,aide,e,2026-08-17,
        6,u-ben,primary,student,e,,
    """
    for name, step in (("inclusive", 0), ("exclusive", 1)):
        (tmp_path / name).mkdir()
        database = Database.create(tmp_path / name / "home")
        town = ElmAndOak(tmp_path / name, database)
        shift = {"2027-06-04": "2027-06-05", "2026-11-19": "2026-11-20", "2026-10-24": "2026-10-25"} if step else {}

        def dated(text, shift=shift):
            for old, new in shift.items():
                text = text.replace(old, new)
            return text

        files = {key: text and dated(text) for key, text in POWERSCHOOL.items()}
        left = dated(SCHOOL_ENROLLMENT.replace("503,102,2026-08-17,09,", "503,102,2026-08-17,09,2026-11-19"))
        paths = [town.package(**files, roles=dated(roles.format(end="2027-06-04"))), town.file("stay.csv", left)]
        settings = Settings() if step else Settings(inclusive_ends=("oneroster", "exports"))
        report = import_files(database, paths, settings)
        assert report.problems == []
        assert "inclusive_ends" not in notes(report)
        stored.append(records(town))
        assert town.one("SELECT end_day FROM school_enrollment WHERE end_day IS NOT NULL") == day("2026-11-20")
        assert town.one("SELECT max(end_day) FROM staff_role") == day("2027-06-05")
        assert town.one("SELECT max(end_day) FROM section") == day("2027-06-05")
        database.close()
    assert stored[0] == stored[1]


def test_infinite_campus_sends_1_1_with_columns_of_its_own_in_another_order(town):
    users = """
        sourcedId,status,dateLastModified,orgSourcedIds,role,username,userIds,givenName,familyName,identifier,email,metadata.ic.personGuid,metadata.ic.homeroom
        u-ada,active,,e,student,ada,,Ada,Abara,501,,6C2D,12
        u-ben,active,,e,student,ben,,Ben,Brook,502,,6C2E,12
        u-cy,active,,o,student,cy,,Cy,Cole,503,,6C2F,12
        u-okafor,active,,e,teacher,no,,Ngozi,Okafor,901,,6C30,
        u-ruiz,active,,e,principal,lr,,Luis,Ruiz,902,,6C31,
    """
    said = manifest("1.1", **dict.fromkeys(FILES, "bulk"))
    report = town.load(town.package("ic.zip", users=users, manifest=said))
    assert not report.changed_anything
    assert report.problems == []
    (read,) = [one for one in report.files if one.name.endswith("users.csv")]
    assert {"metadata.ic.personGuid", "metadata.ic.homeroom"} <= set(read.columns_left_out)
    assert "6C2D" not in repr(town.all_that_is_stored())


def test_codes_of_the_senders_own_are_taken_where_that_is_harmless_and_refused_where_it_is_not(town):
    report = town.load(
        town.package(
            "ext.zip",
            orgs=ROSTER["orgs"].rstrip() + "\n        x,Annex,ext:annex,103,d",
            users=ROSTER["users"].rstrip() + "\n        u-x,Xia,Xu,,950,ext:volunteer,e",
            demographics=ROSTER["demographics"].rstrip() + "\n        u-cy,2012-01-01,ext:notSaid,true,false,false",
            enrollments=ROSTER["enrollments"].rstrip() + "\n        9,e-alg,u-ruiz,ext:observer,,,",
        )
    )
    assert problems(report) == [("orgs.csv", 5, "type", "own_code")]
    assert town.one("SELECT count(*) FROM staff") == 2
    assert town.one("SELECT sex FROM student WHERE given_name = 'Cy'") is None
    assert town.one("SELECT count(*) FROM teaching") == 1
    assert "1 row with a role of the sender's own" in notes(report)


def test_files_with_a_header_and_no_rows_end_nothing_and_are_said(town):
    before = town.all_that_is_stored()
    heads = {name: text.strip().splitlines()[0] for name, text in ROSTER.items()}
    report = town.load(town.package("empty.zip", **heads))
    assert town.all_that_is_stored() == before
    assert notes(report).count("holds a header and no rows") == len(ROSTER)


def test_score_scales_and_resources_are_skipped_and_said(town):
    others = ("scoreScales", "lineItemScoreScales", "resultScoreScales", "resources", "classResources",
              "courseResources")  # fmt: skip
    report = town.load(town.package("full.zip", **dict.fromkeys(others, "sourcedId,title\n1,x")))
    said = notes(report)
    for name in others:
        assert f"{name}.csv: left out: " in said


def test_the_files_of_a_package_that_somebody_unpacked_are_one_package(town):
    loose = [town.file(f"{name}.csv", text) for name, text in ROSTER.items()]
    report = town.load(*loose)
    assert report.problems == []
    assert not report.changed_anything
