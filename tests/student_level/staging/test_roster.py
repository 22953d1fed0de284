"""Schools, people and classes: what a bulk package adds, changes, ends, and what it may not do."""

import pytest

from appliance.errors import BadFile
from tests.elm_and_oak import ROSTER, csv_text, day, problems


def without(member, start):
    """A member of the roster without the line that begins so."""
    return "\n".join(line for line in csv_text(ROSTER[member]).splitlines() if not line.startswith(start))


def plus(member, *lines):
    return csv_text(ROSTER[member]) + "\n".join(lines) + "\n"


def active(district):
    return sorted(name for (name,) in district.ask("SELECT given_name FROM student WHERE is_active"))


def test_the_whole_roster_and_again(two_schools):
    assert two_schools.load(two_schools.package()).problems == []
    assert active(two_schools) == ["Ada", "Ben", "Cy"]
    assert two_schools.ask("SELECT given_name, role FROM staff JOIN staff_role USING (staff_key) ORDER BY 1") == [
        ("Luis", "principal"),
        ("Ngozi", "teacher"),
    ]
    assert two_schools.ask("SELECT given_name, sex, race FROM student ORDER BY 1") == [
        ("Ada", "F", "BL7"), ("Ben", "M", "HI7"), ("Cy", None, None),
    ]  # fmt: skip
    assert two_schools.ask("SELECT title, kind FROM line_item ORDER BY 1") == [
        ("Homework 1", "assignment"), ("Quarter 1", "course_grade"),
    ]  # fmt: skip
    before = two_schools.all_that_is_stored()
    assert not two_schools.load(two_schools.package("again.zip")).changed_anything
    assert two_schools.all_that_is_stored() == before


def test_a_student_who_is_no_longer_in_the_file_becomes_inactive_and_comes_back(two_schools):
    two_schools.load(two_schools.package())
    gone = two_schools.load(two_schools.package(users=without("users", "u-ben")))
    assert gone.counts["student"].ended == 1
    assert active(two_schools) == ["Ada", "Cy"]
    back = two_schools.load(two_schools.package())
    assert back.counts["student"].changed == 1
    assert active(two_schools) == ["Ada", "Ben", "Cy"]


def test_a_teacher_who_is_no_longer_in_the_file_loses_the_class_at_once(two_schools):
    two_schools.load(two_schools.package())
    two_schools.load(two_schools.package(enrollments=without("enrollments", "5,") + "\n6,e-art,u-okafor,teacher,,,"))
    assert two_schools.ask("SELECT code FROM teaching JOIN section USING (section_key)") == [("ART-1",)]


def test_an_enrollment_that_is_no_longer_in_the_file_never_counted(two_schools):
    two_schools.load(two_schools.package())
    report = two_schools.load(two_schools.package(enrollments=without("enrollments", "2,")))
    assert report.counts["section_enrollment"].ended == 1
    assert two_schools.one("SELECT count(*) FROM section_enrollment WHERE end_day = begin_day") == 1


@pytest.mark.parametrize("member", ["users", "enrollments", "classes"])
def test_a_file_with_a_header_and_no_rows_ends_nobody(two_schools, member):
    two_schools.load(two_schools.package())
    before = two_schools.all_that_is_stored()
    header = csv_text(ROSTER[member]).splitlines()[0]
    two_schools.load(two_schools.package(**{member: header}))
    assert two_schools.all_that_is_stored() == before


def test_a_file_in_which_every_row_is_bad_ends_nobody(two_schools):
    two_schools.load(two_schools.package())
    before = two_schools.all_that_is_stored()
    bad = "sourcedId,classSourcedId,userSourcedId,role,primary,beginDate,endDate\n" + "".join(
        f"{n},nowhere,nobody,student,,,\n" for n in range(500)
    )
    report = two_schools.load(two_schools.package(enrollments=bad))
    assert report.counts["section_enrollment"].refused == 500
    assert two_schools.all_that_is_stored()["section_enrollment"] == before["section_enrollment"]
    assert two_schools.all_that_is_stored()["teaching"] == before["teaching"]
    assert sum("more rows like these" in line for line in report.lines()) == 1


@pytest.mark.parametrize(
    ("member", "right", "wrong"),
    [
        ("users", "502,student,e", "502,stoodent,e"),
        ("users", "502,student,e", "502,student,nowhere"),
        ("classes", "e-art,Art 1,art,", "e-art,Art 1,nothing,"),
        ("classes", "e-art,Art 1,", "e-art,,"),
        ("enrollments", "2,e-art,u-ada,student,,,", "2,e-art,u-ada,student,,2026-13-40,"),
        ("enrollments", "2,e-art,u-ada,student,,,", "2,e-art,u-ada,student,,2026-10-02,2026-10-01"),
    ],
)
def test_a_row_that_is_refused_ends_nothing_until_it_is_gone_from_the_file(two_schools, member, right, wrong):
    two_schools.load(two_schools.package())
    before = two_schools.all_that_is_stored()
    bad = two_schools.load(two_schools.package(**{member: csv_text(ROSTER[member]).replace(right, wrong)}))
    assert sum(count.refused for count in bad.counts.values()) == 1
    after = two_schools.all_that_is_stored()
    for table in ("student", "section", "section_enrollment"):
        assert after[table] == before[table]
    start = next(line for line in csv_text(ROSTER[member]).splitlines() if right in line).partition(",")[0] + ","
    gone = two_schools.load(two_schools.package(**{member: without(member, start)}))
    assert sum(count.ended for count in gone.counts.values()) == 1


@pytest.mark.parametrize(
    ("member", "right", "wrong"),
    [
        ("users", "u-okafor,Ngozi,Okafor,", "u-okafor,,Okafor,"),
        ("users", "902,principal,e", "902,principle,e"),
        ("enrollments", "5,e-alg,u-okafor,teacher,true,,", "5,e-alg,u-okafor,teacher,true,,2026-13-40"),
    ],
)
def test_a_slip_in_a_teachers_row_takes_no_right_away_until_the_row_is_gone(two_schools, member, right, wrong):
    two_schools.roster["enrollments"] = plus("enrollments", "6,o-alg,u-ruiz,teacher,true,,")
    whole = csv_text(two_schools.roster[member])
    two_schools.load(two_schools.package())
    before = two_schools.all_that_is_stored()
    bad = two_schools.load(two_schools.package(**{member: whole.replace(right, wrong)}))
    assert sum(count.refused for count in bad.counts.values()) == 1
    after = two_schools.all_that_is_stored()
    for table in ("staff", "staff_role", "teaching"):
        assert after[table] == before[table]
    gone = "".join(line for line in whole.splitlines(keepends=True) if right not in line)
    two_schools.load(two_schools.package(**{member: gone}))
    table = "teaching" if member == "enrollments" else "staff_role"
    assert len(two_schools.all_that_is_stored()[table]) == len(before[table]) - 1


def test_a_teacher_sent_without_a_role_at_a_school_here_may_do_nothing_any_more(two_schools):
    two_schools.load(two_schools.package())
    elsewhere = csv_text(ROSTER["users"]).replace("901,teacher,e", "901,teacher,nowhere")
    two_schools.load(two_schools.package(users=elsewhere))
    assert two_schools.ask("SELECT role FROM staff_role") == [("principal",)]


def test_an_enrollment_in_a_class_or_of_a_person_who_is_not_there_is_a_row_in_the_report(two_schools):
    report = two_schools.load(two_schools.package(
        enrollments=plus("enrollments", "7,nowhere,u-ada,student,,,", "8,e-alg,nobody,student,,,")
    ))  # fmt: skip
    assert problems(report) == [
        ("enrollments.csv", 7, "classSourcedId", "unknown_reference"),
        ("enrollments.csv", 8, "userSourcedId", "unknown_reference"),
    ]
    assert report.counts["section_enrollment"].added == 4


def test_the_same_student_twice_is_taken_once_and_reported(two_schools):
    twice = plus("users", "u-ada,Adah,Abara,,501,student,e")
    report = two_schools.load(two_schools.package(users=twice))
    assert problems(report) == [("users.csv", 7, "sourcedId", "duplicate")]
    assert active(two_schools) == ["Ada", "Ben", "Cy"]
    assert not two_schools.load(two_schools.package(users=twice)).changed_anything


def test_two_children_with_one_identifier_never_become_one(two_schools):
    report = two_schools.load(two_schools.package(users=plus("users", "u-dee,Dee,Drum,,501,student,e")))
    assert problems(report) == [("users.csv", 7, "identifier", "duplicate")]
    assert active(two_schools) == ["Ada", "Ben", "Cy"]


def test_a_child_does_not_take_over_anothers_identifier(two_schools):
    two_schools.load(two_schools.package())
    swapped = csv_text(ROSTER["users"]).replace("Ada,Abara,,501", "Ada,Abara,,502")
    report = two_schools.load(two_schools.package(users=swapped))
    assert ("users.csv", 2, "identifier", "duplicate") in problems(report)
    assert two_schools.one("SELECT count(*) FROM student") == 3


def test_a_child_whose_roster_id_changed_is_found_again_by_the_districts_identifier(two_schools):
    two_schools.load(two_schools.package())
    renamed = {member: csv_text(text).replace("u-ada", "new-ada") for member, text in ROSTER.items()}
    report = two_schools.load(two_schools.package(**renamed))
    assert report.problems == []
    assert two_schools.one("SELECT count(*) FROM student") == 3


def test_two_classes_may_share_a_code(two_schools):
    two_schools.load(two_schools.package())
    assert two_schools.one("SELECT count(*) FROM section WHERE code = 'ALG-1'") == 2


@pytest.mark.parametrize(
    ("orgs", "expected"),
    [
        (["a,A,school,201,b", "b,B,school,202,a"], [("orgs.csv", 6, "parentSourcedId", "circle")]),
        (["a,A,school,201,a"], [("orgs.csv", 5, "parentSourcedId", "circle")]),
        (["a,A,school,201,b", "b,B,school,202,c", "c,C,school,203,a"], [("orgs.csv", 7, "parentSourcedId", "circle")]),
        (["a,A,school,201,nobody"], [("orgs.csv", 5, "parentSourcedId", "unknown_reference")]),
        (["e,Elm again,school,101,d"], [("orgs.csv", 5, "sourcedId", "duplicate")]),
        (["x,Also Elm,school,101,d"], [("orgs.csv", 5, "identifier", "duplicate")]),
        (["x,No kind,planet,201,d"], [("orgs.csv", 5, "type", "not_in_list")]),
    ],
    ids=["two in a circle", "its own parent", "three in a circle", "no such parent", "twice", "same state id", "kind"],
)
def test_organizations_that_cannot_be_right_are_reported(two_schools, orgs, expected):
    report = two_schools.load(two_schools.package(orgs=plus("orgs", *orgs)))
    assert problems(report) == expected
    assert two_schools.one("SELECT name FROM organization WHERE state_id = '101'") == "Elm School"


@pytest.mark.parametrize(
    ("begin", "end", "year", "column", "code"),
    [
        ("0003-08-17", "2027-06-05", "2027", "startDate", "date_out_of_range"),
        ("2026-08-17", "6209-06-05", "2027", "endDate", "date_out_of_range"),
        ("2027-06-05", "2026-08-17", "2027", "endDate", "date_order"),
        ("2026-02-30", "2027-06-05", "2027", "startDate", "not_a_date"),
        ("2026-08-17", "2027-06-05", "0", "schoolYear", "not_a_year"),
        ("2026-08-17", "2027-06-05", "27", "schoolYear", "not_a_year"),
        ("NULL", "2027-06-05", "2027", "startDate", "missing"),
    ],
)
def test_sessions_that_cannot_be_right_are_reported(two_schools, begin, end, year, column, code):
    row = f"bad,A term,term,{begin},{end},,{year}"
    report = two_schools.load(two_schools.package(academicSessions=plus("academicSessions", row)))
    assert problems(report) == [("academicSessions.csv", 4, column, code)]


def test_the_word_null_is_an_empty_cell_and_mr_null_is_a_person(two_schools):
    users = plus("users", "u-nu,Nina,Null,NULL,504,student,e", "u-no,NULL,Nemo,,505,student,e")
    report = two_schools.load(two_schools.package(users=users))
    assert problems(report) == [("users.csv", 8, "givenName", "missing")]
    assert two_schools.ask("SELECT family_name, middle_name FROM student WHERE given_name = 'Nina'") == [("Null", "")]


def test_a_principal_who_left_and_came_back_holds_the_later_spell(two_schools):
    users = csv_text(ROSTER["users"]).replace(",role,", ",").replace(",student,", ",").replace(",teacher,", ",")
    roles = """
        sourcedId,userSourcedId,role,orgSourcedId,beginDate,endDate
        1,u-ada,student,e,,
        2,u-ben,student,e,,
        3,u-cy,student,o,,
        4,u-okafor,teacher,e,,
        5,u-ruiz,principal,e,2024-08-01,2025-06-30
        6,u-ruiz,principal,e,2026-08-01,
        7,u-ruiz,principal,e,2020-08-01,2021-06-30
    """
    package = two_schools.package(users=users.replace(",principal,", ","), roles=roles)
    report = two_schools.load(package)
    assert report.problems == []
    held = two_schools.ask("SELECT begin_day, end_day FROM staff_role WHERE role = 'principal'")
    assert held == [(day("2026-08-01"), None)]
    assert not two_schools.load(package).changed_anything


def test_two_different_files_of_one_name_are_refused(two_schools, tmp_path):
    two_schools.begin()
    other = tmp_path / "elsewhere"
    other.mkdir()
    one = two_schools.file("calendar.csv", "date,event\n2026-09-01,Instructional day\n")
    (other / "calendar.csv").write_text("date,event\n2026-09-02,Instructional day\n")
    with pytest.raises(BadFile, match=r"Two different files are called calendar\.csv"):
        two_schools.load(one, other / "calendar.csv")
    assert two_schools.one("SELECT count(*) FROM calendar_day") == 0


def test_two_packages_in_one_batch_would_end_each_others_records_and_are_refused(two_schools):
    other = dict.fromkeys(ROSTER) | {"orgs": plus("orgs", "x,X,school,109,d")}
    with pytest.raises(BadFile, match="name one package at a time"):
        two_schools.load(two_schools.package(), two_schools.package("other.zip", **other))
    assert two_schools.one("SELECT count(*) FROM organization") == 0
