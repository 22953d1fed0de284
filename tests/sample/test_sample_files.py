import csv
import io
import zipfile
from collections import Counter, defaultdict
from datetime import date, timedelta
from pathlib import Path

import pytest

from appliance.sample import write_district
from appliance.sample.schools import DEMO_SCHOOL
from tests.sample.written import FRIDAY, invent

HEADERS = Path(__file__).with_name("oneroster_1p2_headers.txt")
REFERENCES = [
    ("orgs", "parentSourcedId", "orgs"),
    ("academicSessions", "parentSourcedId", "academicSessions"),
    ("courses", "schoolYearSourcedId", "academicSessions"),
    ("courses", "orgSourcedId", "orgs"),
    ("classes", "courseSourcedId", "courses"),
    ("classes", "schoolSourcedId", "orgs"),
    ("classes", "termSourcedIds", "academicSessions"),
    ("users", "primaryOrgSourcedId", "orgs"),
    ("roles", "userSourcedId", "users"),
    ("roles", "orgSourcedId", "orgs"),
    ("demographics", "sourcedId", "users"),
    ("enrollments", "classSourcedId", "classes"),
    ("enrollments", "schoolSourcedId", "orgs"),
    ("enrollments", "userSourcedId", "users"),
    ("lineItems", "classSourcedId", "classes"),
    ("lineItems", "categorySourcedId", "categories"),
    ("lineItems", "academicSessionSourcedId", "academicSessions"),
    ("lineItems", "schoolSourcedId", "orgs"),
    ("lineItemLearningObjectiveIds", "lineItemSourcedId", "lineItems"),
    ("resultLearningObjectiveIds", "resultSourcedId", "results"),
    ("results", "lineItemSourcedId", "lineItems"),
    ("results", "studentSourcedId", "users"),
    ("results", "classSourcedId", "classes"),
]


def test_headers_are_those_that_grand_bend_sends(maplewood):
    wanted = dict(line.split(":") for line in HEADERS.read_text(encoding="utf-8").splitlines())
    with zipfile.ZipFile(maplewood.told.files[0]) as package:
        sent = {
            name.removesuffix(".csv"): package.read(name).decode().splitlines()[0]
            for name in package.namelist()
            if name != "manifest.csv"
        }
    assert sent == wanted


def test_the_manifest_announces_what_is_there_and_what_is_not(maplewood):
    with zipfile.ZipFile(maplewood.told.files[0]) as package:
        manifest = dict(list(csv.reader(io.StringIO(package.read("manifest.csv").decode())))[1:])
        there = {name.removesuffix(".csv") for name in package.namelist()} - {"manifest"}
    assert manifest["oneroster.version"] == "1.2"
    files = {name.removeprefix("file."): mode for name, mode in manifest.items() if name.startswith("file.")}
    assert {name for name, mode in files.items() if mode == "bulk"} == there
    assert set(files.values()) == {"bulk", "absent"}
    assert len(files) == 21


def test_every_reference_leads_somewhere(maplewood):
    for table, column, target in REFERENCES:
        known = {row["sourcedId"] for row in maplewood.oneroster(target)} | {""}
        dangling = {row[column] for row in maplewood.oneroster(table)} - known
        assert not dangling, (table, column)


def test_every_key_is_used_once(maplewood):
    for line in HEADERS.read_text(encoding="utf-8").splitlines():
        rows = maplewood.oneroster(line.partition(":")[0])
        assert rows
        assert len({row["sourcedId"] for row in rows}) == len(rows)


def test_exports_name_only_students_staff_and_schools_of_the_roster(maplewood):
    people = {row["identifier"] for row in maplewood.oneroster("users")}
    schools = {row["identifier"] for row in maplewood.oneroster("orgs") if row["type"] == "school"}
    for name in ("attendance", "school_enrollment", "programs", "tests", "caseload"):
        for row in maplewood.export(name):
            assert row["student_id"] in people
            assert row.get("school_id", min(schools)) in schools
            assert row.get("staff_id", row["student_id"]) in people


def test_results_belong_to_students_of_the_class(maplewood):
    seats = {(row["classSourcedId"], row["userSourcedId"]) for row in maplewood.oneroster("enrollments")}
    assert {(row["classSourcedId"], row["studentSourcedId"]) for row in maplewood.oneroster("results")} <= seats


def test_ids_begin_with_zeros_and_only_staff_have_mail(maplewood):
    assert all(row["identifier"].startswith("0") for row in maplewood.oneroster("orgs"))
    for row in maplewood.oneroster("users"):
        is_student = row["sourcedId"].startswith("stu-")
        assert row["email"].endswith("@schoolhouse.example") != is_student
        assert not row["userMasterIdentifier"]
        assert is_student or row["identifier"].startswith("0")


def test_absences_fall_on_school_days_of_the_stay(maplewood):
    for student, marks in maplewood.marks.items():
        assert set(marks) <= set(maplewood.enrolled[student])


def test_some_students_come_late_leave_or_change_schools(maplewood):
    rows = maplewood.export("school_enrollment")
    assert len({row["student_id"] for row in rows}) == 2000
    assert 5 <= sum(row["entry_date"] > "2026-08-17" for row in rows) <= 60
    assert 5 <= sum(row["exit_date"] != "" for row in rows) <= 60
    schools = defaultdict(set)
    for row in rows:
        schools[row["student_id"]].add(row["school_id"])
    assert sum(len(two) == 2 for two in schools.values()) >= 2, "a move, and a student of two schools"


def test_enrollments_lie_in_the_school_year_and_end_with_the_stay(maplewood):
    leavers = {row["student_id"]: row["exit_date"] for row in maplewood.export("school_enrollment") if row["exit_date"]}
    for row in maplewood.oneroster("enrollments"):
        assert "2026-08-17" <= row["beginDate"] < row["endDate"] <= "2027-06-05"
        if row["endDate"] < "2027-06-05":
            assert row["endDate"] == leavers[row["userSourcedId"].removeprefix("stu-")]


def test_four_schools_have_their_leaders(maplewood):
    schools = {row["sourcedId"]: row["name"] for row in maplewood.oneroster("orgs") if row["type"] == "school"}
    assert Counter(name.split()[-2] for name in schools.values()) == {"Elementary": 2, "Middle": 1, "High": 1}
    roles = Counter((row["role"], row["orgSourcedId"]) for row in maplewood.oneroster("roles"))
    for key, name in schools.items():
        # The demo's school has an assistant principal too; OneRoster has no other word for one.
        assert roles["principal", key] == (2 if name == DEMO_SCHOOL else 1)
        assert roles["counselor", key] == (0 if "Elementary" in name else 1)
    assert roles["districtAdministrator", "org-0612345"] == 2


def test_the_calendar_knows_the_weather_of_the_past_only(maplewood, tmp_path):
    def weather(written):
        return [row["date"] for row in written.export("calendar") if row["event"] == "Bad weather day"]

    (snow,) = weather(maplewood)
    before = invent(tmp_path, students=50, today=date(2026, 11, 2))
    assert snow < "2026-11-20"
    assert weather(before) == []
    assert {row["date"]: row["event"] for row in before.export("calendar")}[snow] == "Instructional day"
    assert {row["event"] for row in maplewood.export("calendar")} == {
        "Instructional day", "Holiday", "Teacher only day", "Bad weather day",
    }  # fmt: skip


def test_the_same_district_twice_is_the_same_to_the_byte_and_another_seed_is_not(tmp_path):
    once, again, other = (
        invent(tmp_path / name, students=120, seed=seed).told.files for name, seed in (("a", 1), ("b", 1), ("c", 2))
    )
    assert [path.read_bytes() for path in once] == [path.read_bytes() for path in again]
    assert once[0].read_bytes() != other[0].read_bytes()


def test_tomorrow_repeats_today_but_for_what_is_new(tmp_path):
    today, tomorrow = (invent(tmp_path / str(day.day), students=400, today=day) for day in (date(2026, 11, 19), FRIDAY))
    changed = {change.student_id for change in (*today.told.changes, *tomorrow.told.changes)}

    def days(written):
        return {tuple(row.values()) for row in written.export("attendance") if row["student_id"] not in changed}

    assert {row for row in days(tomorrow) if row[2] < "2026-11-20"} == days(today)
    before, after = ({tuple(row.values()) for row in written.oneroster("results")} for written in (today, tomorrow))
    assert len(before & after) > 0.97 * len(before)


def test_only_finished_files_are_left_behind(maplewood):
    directory = maplewood.told.files[0].parent
    assert sorted(directory.iterdir()) == sorted(maplewood.told.files)


def test_an_interrupted_run_leaves_the_earlier_files_as_they_were(tmp_path):
    def stop(what, done, of):
        raise KeyboardInterrupt

    earlier = {path: path.read_bytes() for path in invent(tmp_path, students=60).told.files}
    with pytest.raises(KeyboardInterrupt):
        write_district(tmp_path, students=80, today=FRIDAY, progress=stop)
    assert {path: path.read_bytes() for path in tmp_path.iterdir()} == earlier


def test_progress_counts_schools_and_then_the_package(tmp_path):
    told = []
    write_district(tmp_path, students=60, today=FRIDAY, progress=lambda *step: told.append(step))
    assert told == [("schools", 1, 3), ("schools", 2, 3), ("schools", 3, 3), ("package", 0, 1), ("package", 1, 1)]


def test_each_assignment_of_a_core_course_shows_one_standard_and_some_marks_name_a_level(maplewood):
    known = {row["standard_id"] for row in maplewood.export("standards")}
    links = maplewood.oneroster("lineItemLearningObjectiveIds")
    assert {row["learningObjectiveId"] for row in links} == known
    assert max(Counter(row["lineItemSourcedId"] for row in links).values()) == 1
    levels = Counter(row["textScore"] for row in maplewood.oneroster("resultLearningObjectiveIds"))
    assert set(levels) == {"beginning", "getting there", "meets", "exceeds"}


def test_growth_stands_beside_what_is_typical_for_results_that_are_there(maplewood):
    results = {(row["student_id"], row["assessment_id"]) for row in maplewood.export("tests")}
    growth = maplewood.export("test_growth")
    assert {(row["student_id"], row["assessment_id"]) for row in growth} <= results
    assert {int(row["observed_growth"]) > int(row["typical_growth"]) for row in growth} == {True, False}
    assert all(float(row["growth_error"]) > 0 for row in growth)


def test_last_year_is_there_when_asked_for_with_the_same_students_a_grade_lower(tmp_path):
    plain, longer = invent(tmp_path / "a", students=200), invent(tmp_path / "b", students=200, last_year=True)
    begins = plain.told.begins.isoformat()
    before = [row for row in longer.export("school_enrollment") if row["entry_date"] < begins]
    grades = {row["student_id"]: row["grade_level"] for row in plain.export("school_enrollment")}
    back = [row for row in before if row["student_id"] in grades]
    assert 150 < len(back) < 200
    assert all(grade_after(row["grade_level"]) == grades[row["student_id"]] for row in back)
    assert {row["exit_reason"] for row in back} == {"End of school year"}
    assert all(row["exit_date"] < begins for row in before)
    this_year = [row for row in longer.export("attendance") if row["date"] >= begins]
    assert this_year == plain.export("attendance")
    assert len(longer.export("attendance")) > 2 * len(this_year)


def test_last_years_classes_have_the_grades_that_were_known_on_the_same_day_and_those_that_came_after(tmp_path):
    plain, longer = invent(tmp_path / "a", students=200), invent(tmp_path / "b", students=200, last_year=True)
    begins = plain.told.begins.isoformat()
    sessions = {row["sourcedId"]: row for row in longer.oneroster("academicSessions")}
    past = {
        row["sourcedId"] for row in longer.oneroster("classes") if sessions[row["termSourcedIds"]]["endDate"] <= begins
    }
    assert len(past) > 20
    assert all(row["endDate"] <= begins for row in longer.oneroster("enrollments") if row["classSourcedId"] in past)
    items = {row["sourcedId"]: row for row in longer.oneroster("lineItems")}
    days = {(row["classSourcedId"], items[row["lineItemSourcedId"]]["title"]): row["scoreDate"]
            for row in longer.oneroster("results") if row["classSourcedId"] in past}  # fmt: skip
    a_year_ago = (plain.told.last_day - timedelta(days=364)).isoformat()
    for one in past & {section for section, _ in days}:
        first, second, *later = [day for (section, _), day in sorted(days.items()) if section == one]
        assert first < second <= a_year_ago < min(later)
        assert len(later) == 2
    ours = [row for row in longer.oneroster("results") if row["classSourcedId"] not in past]
    assert ours == plain.oneroster("results")


def grade_after(grade):
    return "01" if grade == "KG" else f"{int(grade) + 1:02d}"


def test_who_left_last_year_is_in_the_roster_as_gone_with_a_reason_and_most_with_a_diploma(tmp_path):
    longer = invent(tmp_path, students=400, last_year=True)
    gone = {row["identifier"] for row in longer.oneroster("users") if row["status"] == "tobedeleted"}
    stays = [row for row in longer.export("school_enrollment") if row["student_id"] in gone]
    begins = longer.told.begins.isoformat()
    assert len(gone) == len(stays) > 10
    assert all(row["exit_date"] < begins and row["exit_reason"].isdigit() for row in stays)
    seniors = {row["student_id"] for row in stays if row["grade_level"] == "12"}
    assert len(seniors) > 20
    given = {row["student_id"]: row["diploma_type"] for row in longer.export("diplomas")}
    assert 0.75 < len(given) / len(seniors) <= 1
    assert given.keys() <= seniors
    cohorts = {row["student_id"]: int(row["ninth_grade_year"]) for row in longer.export("cohorts")}
    assert all(cohorts[student] in (longer.told.begins.year - 3, longer.told.begins.year - 4) for student in seniors)


def test_only_memberships_that_have_details_come_with_some(maplewood):
    filled = {
        "Special education": {"primary_disability", "educational_environment"},
        "English learner": {"home_language", "english_learner_since"},
        "Homeless": {"night_residence", "unaccompanied_youth"},
    }
    details = set().union(*filled.values())
    for row in maplewood.export("programs"):
        assert {name for name in details if row[name]} == filled.get(row["program"], set())
        assert row["english_learner_since"] <= row["begin_date"]


def test_few_students_are_disciplined_and_only_on_school_days_that_are_over(maplewood):
    actions = maplewood.export("discipline")
    assert {row["action_date"] for row in actions} <= set(maplewood.school_days)
    assert 10 < len({row["student_id"] for row in actions}) < 100
    assert {row["action"] for row in actions} >= {"ISS", "OSS"}


def test_high_school_records_hold_each_course_of_the_years_before_and_most_were_passed(maplewood):
    grades = {row["student_id"]: row["grade_level"] for row in maplewood.export("school_enrollment")}
    records = maplewood.export("transcripts")
    per_year = Counter((row["student_id"], row["school_year"]) for row in records if row["term"] == "Year")
    assert set(per_year.values()) == {6}
    years = Counter(grades[student] for student, _ in per_year)
    students = Counter(grade for grade in grades.values() if grade in ("10", "11", "12"))
    assert years == {"10": students["10"], "11": 2 * students["11"], "12": 3 * students["12"]}
    assert all((row["result"] == "Pass") == (row["credits_earned"] == "1") for row in records)
    assert all(row["grade_level"] < grades[row["student_id"]] for row in records)
    failed = [row for row in records if row["result"] == "Fail"]
    assert 0.01 < len(failed) / len(records) < 0.1
    missed = {(row["student_id"], row["course_code"]) for row in failed}
    assert {(row["student_id"], row["course_code"]) for row in records if row["term"] == "Summer"} <= missed


def test_only_what_the_district_says_makes_a_course_advanced(maplewood):
    levels = {row["course_code"]: row["course_level"] for row in maplewood.export("course_levels")}
    assert {code: level for code, level in levels.items() if level != "Regular"} == {
        "CS-1": "AP",
        "TECH-1": "Dual credit",
    }
    assert levels.keys() <= {row["courseCode"] for row in maplewood.oneroster("courses")}
    assert {row["course_code"] for row in maplewood.export("transcripts")} <= levels.keys()


def kinds_of_class(maplewood):
    return {row["sourcedId"]: row["classType"] for row in maplewood.oneroster("classes")}


def test_each_grade_of_each_school_begins_its_day_in_homerooms_by_the_alphabet(maplewood):
    kinds, users = kinds_of_class(maplewood), {row["sourcedId"]: row for row in maplewood.oneroster("users")}
    rooms, teachers = defaultdict(list), Counter()
    for row in maplewood.oneroster("enrollments"):
        if kinds[row["classSourcedId"]] == "homeroom" and row["role"] == "student":
            rooms[row["classSourcedId"]].append(row["userSourcedId"])
        elif kinds[row["classSourcedId"]] == "homeroom":
            teachers[row["userSourcedId"]] += 1
    assert Counter(student for members in rooms.values() for student in members).keys() == {
        key for key in users if key.startswith("stu-")
    }
    assert set(teachers.values()) == {1}
    assert f"stf-{maplewood.person('teacher').staff_id}" not in teachers
    assert all(len(members) <= 27 for members in rooms.values()), "25, and who moved here"
    families = {key: [users[student]["familyName"] for student in members] for key, members in rooms.items()}
    assert min(families["cls-00103-HR-07-02"]) > min(families["cls-00103-HR-07-01"])
    settled = families["cls-00103-HR-07-01"][:20]
    assert settled == sorted(settled)


def test_classes_tell_of_the_same_days_as_the_office_and_now_and_then_of_one_class_more(maplewood):
    kinds = kinds_of_class(maplewood)
    periods = {row["classCode"]: row["periods"] for row in maplewood.oneroster("classes")}
    seats = defaultdict(set)
    for row in maplewood.oneroster("enrollments"):
        if kinds[row["classSourcedId"]] == "scheduled":
            seats[row["userSourcedId"].removeprefix("stu-")].add(row["classSourcedId"].removeprefix("cls-"))
    told = defaultdict(dict)
    for row in maplewood.export("class_attendance"):
        assert row["section_id"] in seats[row["student_id"]]
        assert periods[row["section_id"]], "neither a homeroom nor an elementary school's class"
        told[row["student_id"], row["date"]][row["section_id"]] = row["category"]
    singles = Counter()
    for (student, day), classes in told.items():
        match maplewood.marks[student].get(day):
            case None:
                singles[student] += 1
                assert len(classes) == 1
                assert set(classes.values()) < {"Excused Absence", "Unexcused Absence"}
            case "Tardy":
                assert {periods[code] for code in classes} == {"1"}
            case missed:
                assert set(classes.values()) == {missed}
                assert len(classes) >= 5
    assert 300 < singles.total() < 2000
    assert not singles.keys() & {change.student_id for change in maplewood.told.changes}
