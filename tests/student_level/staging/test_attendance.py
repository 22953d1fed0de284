"""Attendance: exceptions only, by the rules at the head of `load_attendance`."""

from appliance.jobs.change_rules import put_in_force
from appliance.jobs.import_files import undo_batch
from appliance.student_level.records.rule_book import RuleBook
from tests.elm_and_oak import ROSTER, SCHOOL_ENROLLMENT, csv_text, day, problems

WEEK = ("2026-09-07", "2026-09-08", "2026-09-09", "2026-09-10", "2026-09-11")
CALENDAR = "date,event\n2026-09-07,Holiday\n" + "".join(f"{d},Instructional day\n" for d in WEEK[1:])
NAMES = {501: "Ada", 502: "Ben", 503: "Cy"}


def daily(*rows, school=None):
    """A daily file from `501 2026-09-08 Excused`."""
    lines = [row.split(maxsplit=2) for row in rows]
    header = "student_id,date,category" + (",school_id" if school else "")
    return header + "\n" + "".join(",".join(line) + (f",{school}" if school else "") + "\n" for line in lines)


def sections(*rows):
    """A section file from `501 e-alg 2026-09-08 Excused`."""
    return "student_id,section_id,date,category\n" + "".join(",".join(row.split(maxsplit=3)) + "\n" for row in rows)


def days(district):
    """Name, date and category of each exception."""
    return district.ask("""
        SELECT given_name, date(day * 86400, 'unixepoch'), category
          FROM attendance_day JOIN student USING (student_key) ORDER BY 2, 1
    """)


def taken(district):
    return district.ask("""
        SELECT name, date(day * 86400, 'unixepoch')
          FROM attendance_taken JOIN organization ON organization_key = school_key ORDER BY 1, 2
    """)


def load(district, text, name="attendance.csv"):
    return district.load(district.file(name, text.encode()))


def begin(district):
    district.begin()
    load(district, CALENDAR, "calendar.csv")


def test_negative_taking_speaks_for_every_school_day_up_to_its_last(two_schools):
    begin(two_schools)
    load(two_schools, daily("501 2026-09-10 Excused", "502 2026-09-09 Tardy"))
    assert days(two_schools) == [("Ben", "2026-09-09", "tardy"), ("Ada", "2026-09-10", "excused")]
    assert taken(two_schools) == [
        (school, date) for school in ("Elm School", "Oak School") for date in ("2026-09-08", "2026-09-09", "2026-09-10")
    ]


def test_negative_taking_that_names_its_school_speaks_for_that_school(two_schools):
    begin(two_schools)
    load(two_schools, daily("501 2026-09-09 Absent", school=101))
    assert taken(two_schools) == [("Elm School", "2026-09-08"), ("Elm School", "2026-09-09")]


def test_positive_taking_speaks_for_the_days_it_has_rows_for(two_schools):
    begin(two_schools)
    load(two_schools, daily("501 2026-09-08 Present", "502 2026-09-08 Absent", "501 2026-09-11 Present", school=101))
    assert days(two_schools) == [("Ben", "2026-09-08", "unexcused")]
    assert taken(two_schools) == [("Elm School", "2026-09-08"), ("Elm School", "2026-09-11")]


def test_a_row_that_says_present_takes_the_absence_back(two_schools):
    begin(two_schools)
    load(two_schools, daily("501 2026-09-08 Absent", "502 2026-09-08 Absent"))
    report = load(two_schools, daily("501 2026-09-08 Present"))
    assert report.counts["attendance_event"].ended == 1
    assert days(two_schools) == [("Ben", "2026-09-08", "unexcused")]


def test_of_an_absence_and_a_presence_in_one_file_the_absence_counts_whatever_their_order(two_schools):
    begin(two_schools)
    for rows in (("Present", "Absent"), ("Absent", "Present")):
        text = daily(*(f"501 2026-09-08 {category}" for category in rows))
        load(two_schools, text)
        assert days(two_schools) == [("Ada", "2026-09-08", "unexcused")]
        assert not load(two_schools, text).changed_anything


def test_the_first_of_two_rows_for_one_day_counts_and_the_second_is_reported(two_schools):
    begin(two_schools)
    text = daily("501 2026-09-08 Excused", "501 2026-09-08 Absent")
    report = load(two_schools, text)
    assert problems(report) == [("attendance.csv", 3, "", "duplicate")]
    assert days(two_schools) == [("Ada", "2026-09-08", "excused")]
    assert not load(two_schools, text).changed_anything


def test_a_cumulative_file_takes_back_what_it_no_longer_holds(two_schools):
    begin(two_schools)
    load(two_schools, daily("501 2026-09-08 Absent", "502 2026-09-08 Absent", "502 2026-09-09 Absent"))
    report = load(two_schools, daily("502 2026-09-08 Absent", "502 2026-09-09 Excused", "503 2026-09-10 Absent"))
    counts = report.counts["attendance_event"]
    assert (counts.added, counts.changed, counts.ended) == (1, 1, 1)
    assert days(two_schools) == [
        ("Ben", "2026-09-08", "unexcused"), ("Ben", "2026-09-09", "excused"), ("Cy", "2026-09-10", "unexcused"),
    ]  # fmt: skip


def test_a_file_of_one_day_only_adds(two_schools):
    begin(two_schools)
    load(two_schools, daily("501 2026-09-08 Absent", "502 2026-09-08 Absent"))
    load(two_schools, daily("503 2026-09-09 Absent"))
    load(two_schools, daily("503 2026-09-10 Absent"))
    assert len(days(two_schools)) == 4


def test_an_older_export_takes_nothing_newer_back(two_schools):
    begin(two_schools)
    older = daily("501 2026-09-08 Absent", "502 2026-09-08 Absent")
    load(two_schools, daily("501 2026-09-08 Absent", "502 2026-09-08 Absent", "503 2026-09-10 Absent"))
    load(two_schools, older)
    assert len(days(two_schools)) == 3


def test_a_schools_own_file_takes_nothing_back_from_another_school(two_schools):
    begin(two_schools)
    load(two_schools, daily("501 2026-09-08 Absent", "502 2026-09-09 Absent", school=101))
    load(two_schools, daily("503 2026-09-08 Absent", "503 2026-09-09 Absent", "503 2026-09-10 Absent", school=102))
    assert len(days(two_schools)) == 5
    load(two_schools, daily("502 2026-09-09 Absent", school=101))
    assert [name for name, *_ in days(two_schools)] == ["Cy", "Ben", "Cy", "Cy"]


def test_last_years_absences_stay_when_a_new_year_begins(two_schools):
    begin(two_schools)
    load(two_schools, daily("501 2026-09-08 Absent", "502 2026-09-08 Absent"))
    load(two_schools, daily("501 2027-09-08 Absent", "502 2027-09-08 Absent"))
    load(two_schools, daily("501 2027-09-08 Absent"))
    assert [(name, date[:4]) for name, date, _ in days(two_schools)] == [
        ("Ada", "2026"), ("Ben", "2026"), ("Ada", "2027"),
    ]  # fmt: skip


def test_half_of_the_days_classes_make_a_day_missed(two_schools):
    """Ada has two classes a day, Ben one."""
    begin(two_schools)
    load(two_schools, sections(
        "501 e-alg 2026-09-08 Excused",
        "501 e-alg 2026-09-09 Tardy",
        "501 e-alg 2026-09-10 Excused", "501 e-art 2026-09-10 Absent",
        "502 e-alg 2026-09-11 Excused",
    ))  # fmt: skip
    assert days(two_schools) == [
        ("Ada", "2026-09-08", "excused"),
        ("Ada", "2026-09-09", "tardy"),
        ("Ada", "2026-09-10", "unexcused"),
        ("Ben", "2026-09-11", "excused"),
    ]


def test_a_district_may_count_any_class_or_all_of_them_from_a_day_on(two_schools):
    """Ada misses one of her two classes on three days; the rule changes twice, and no day before it changes."""
    begin(two_schools)
    load(two_schools, sections(
        "501 e-alg 2026-09-08 Absent", "501 e-alg 2026-09-09 Absent", "501 e-alg 2026-09-10 Absent",
        "501 e-art 2026-09-11 Tardy",
    ))  # fmt: skip
    assert [date for _, date, category in days(two_schools) if category != "tardy"] == list(WEEK[1:4])
    everything = RuleBook(part_of_day="whole")
    put_in_force(two_schools.database, everything, from_day=day(WEEK[2]), by="kim", reason="our state's rule")
    assert [date for _, date, category in days(two_schools) if category != "tardy"] == [WEEK[1]]
    put_in_force(two_schools.database, RuleBook(part_of_day="any"), from_day=day(WEEK[3]), by="kim", reason="again")
    assert [date for _, date, category in days(two_schools) if category != "tardy"] == [WEEK[1], WEEK[3]]
    # What comes later is judged by the rule of its day, too.
    load(two_schools, sections("501 e-art 2026-09-09 Absent", "501 e-alg 2026-09-11 Absent"))
    assert [date for _, date, category in days(two_schools) if category != "tardy"] == list(WEEK[1:])


def test_one_class_of_three_is_not_a_day_missed(two_schools):
    classes = csv_text(ROSTER["classes"]) + "e-gym,Gym,art,GYM-1,9,e,sy,3\n"
    enrollments = csv_text(ROSTER["enrollments"]) + "6,e-gym,u-ada,student,,,\n"
    two_schools.load(two_schools.package(classes=classes, enrollments=enrollments))
    load(two_schools, CALENDAR, "calendar.csv")
    load(
        two_schools,
        sections("501 e-gym 2026-09-08 Absent", "501 e-gym 2026-09-09 Absent", "501 e-alg 2026-09-09 Tardy"),
    )
    assert days(two_schools) == [("Ada", "2026-09-09", "tardy")]
    assert two_schools.one("SELECT count(*) FROM attendance_section") == 3


def test_a_class_that_ended_before_the_day_is_not_among_the_days_classes(two_schools):
    enrollments = csv_text(ROSTER["enrollments"]).replace(
        "2,e-art,u-ada,student,,,", "2,e-art,u-ada,student,,,2026-09-01"
    )
    two_schools.load(two_schools.package(enrollments=enrollments))
    load(two_schools, sections("501 e-alg 2026-09-08 Absent"))
    assert days(two_schools) == [("Ada", "2026-09-08", "unexcused")]


def test_a_corrected_class_absence_takes_the_day_back(two_schools):
    begin(two_schools)
    load(
        two_schools,
        sections("501 e-alg 2026-09-08 Absent", "501 e-art 2026-09-09 Absent", "502 e-alg 2026-09-09 Absent"),
    )
    report = load(two_schools, sections("501 e-art 2026-09-09 Absent", "502 e-alg 2026-09-09 Absent"))
    assert report.counts["attendance_event"].ended == 1
    assert [(name, date) for name, date, _ in days(two_schools)] == [("Ada", "2026-09-09"), ("Ben", "2026-09-09")]
    load(two_schools, sections("501 e-art 2026-09-09 Present"))
    assert [(name, date) for name, date, _ in days(two_schools)] == [("Ben", "2026-09-09")]


def test_what_a_daily_file_said_about_a_day_stands(two_schools):
    begin(two_schools)
    load(two_schools, daily("501 2026-09-08 Excused"))
    load(two_schools, sections("501 e-alg 2026-09-08 Absent", "501 e-art 2026-09-08 Absent"), "sections.csv")
    assert days(two_schools) == [("Ada", "2026-09-08", "excused")]
    load(two_schools, sections("501 e-alg 2026-09-08 Tardy", "502 e-alg 2026-09-09 Tardy"), "sections.csv")
    assert days(two_schools) == [("Ada", "2026-09-08", "excused"), ("Ben", "2026-09-09", "tardy")]


def test_a_class_code_that_several_classes_share_is_told_apart_by_the_school_or_refused(two_schools):
    begin(two_schools)
    report = load(two_schools, sections("501 ALG-1 2026-09-08 Absent", "501 ART-1 2026-09-08 Absent"))
    assert problems(report) == [("attendance.csv", 2, "section_id", "ambiguous")]
    text = "student_id,section_id,date,category,school_id\n503,ALG-1,2026-09-08,Absent,102\n"
    assert load(two_schools, text).problems == []
    assert [name for name, *_ in days(two_schools)] == ["Ada", "Cy"]


def test_the_calendar_may_come_after_the_attendance(two_schools):
    two_schools.begin()
    load(two_schools, daily("501 2026-09-10 Excused"))
    assert taken(two_schools) == []
    load(two_schools, CALENDAR, "calendar.csv")
    assert [date for school, date in taken(two_schools) if school == "Elm School"] == [
        "2026-09-08", "2026-09-09", "2026-09-10",
    ]  # fmt: skip


def test_a_snow_day_that_is_announced_later_is_no_day_taken(two_schools):
    begin(two_schools)
    load(two_schools, daily("501 2026-09-10 Excused"))
    load(two_schools, CALENDAR.replace("2026-09-09,Instructional day", "2026-09-09,Bad weather day"), "calendar.csv")
    assert [date for school, date in taken(two_schools) if school == "Elm School"] == ["2026-09-08", "2026-09-10"]


def test_an_unknown_code_is_refused_and_never_guessed(two_schools):
    begin(two_schools)
    report = load(two_schools, daily("501 2026-09-08 Elopement", "599 2026-09-08 Absent", "502 2026-09-08 Absent"))
    assert problems(report) == [
        ("attendance.csv", 2, "category", "not_in_list"),
        ("attendance.csv", 3, "student_id", "unknown_reference"),
    ]
    assert days(two_schools) == [("Ben", "2026-09-08", "unexcused")]


def test_an_absence_whose_code_became_unknown_is_not_taken_for_a_day_at_school(two_schools):
    begin(two_schools)
    file = ("501 2026-09-08 Absent", "502 2026-09-08 Absent", "502 2026-09-09 Absent", "502 2026-09-10 Absent")
    load(two_schools, daily(*file))
    before = days(two_schools)
    report = load(two_schools, daily("501 2026-09-08 Q9", *file[1:]))
    assert report.counts["attendance_event"].ended == 0
    assert days(two_schools) == before
    load(two_schools, daily(*file[1:]))
    assert days(two_schools) == [day for day in before if day[0] == "Ben"]


def test_a_transfer_has_two_stays_and_a_student_may_be_in_two_schools(two_schools):
    two_schools.load(two_schools.package())
    stays = csv_text(SCHOOL_ENROLLMENT).replace("501,101,2026-08-17,08,", "501,101,2026-08-17,08,2026-09-09")
    stays += "501,102,2026-09-09,08,\n502,102,2026-09-09,08,\n"
    report = load(two_schools, stays, "school_enrollment.csv")
    assert report.problems == []
    assert two_schools.ask("""
        SELECT given_name, state_id, begin_day, end_day FROM school_enrollment JOIN student USING (student_key)
          JOIN organization ON organization_key = school_key WHERE given_name <> 'Cy' ORDER BY 1, 2
    """) == [
        ("Ada", "101", day("2026-08-17"), day("2026-09-09")),
        ("Ada", "102", day("2026-09-09"), None),
        ("Ben", "101", day("2026-08-17"), None),
        ("Ben", "102", day("2026-09-09"), None),
    ]


def test_an_exit_before_the_entry_and_a_school_that_is_not_there_are_reported(two_schools):
    two_schools.load(two_schools.package())
    rows = "501,101,2026-08-17,08,2026-08-01\n502,199,2026-08-17,08,\n599,101,2026-08-17,08,\n503,102,2026-08-17,14,\n"
    report = load(
        two_schools, "student_id,school_id,entry_date,grade_level,exit_date\n" + rows, "school_enrollment.csv"
    )
    assert problems(report) == [
        ("school_enrollment.csv", 2, "exit_date", "date_order"),
        ("school_enrollment.csv", 3, "school_id", "unknown_reference"),
        ("school_enrollment.csv", 4, "student_id", "unknown_reference"),
        ("school_enrollment.csv", 5, "grade_level", "not_in_list"),
    ]


def test_a_child_who_leaves_a_caseload_is_off_it_at_once(two_schools):
    two_schools.begin()
    load(two_schools, "staff_id,student_id,begin_date\n902,501,2026-08-17\n902,502,2026-08-17\n", "caseload.csv")
    report = load(two_schools, "staff_id,student_id,begin_date\n902,502,2026-08-17\n", "caseload.csv")
    assert report.counts["caseload"].ended == 1
    assert two_schools.ask("SELECT given_name FROM caseload JOIN student USING (student_key)") == [("Ben",)]


def met(town):
    return town.ask("""
        SELECT course.title, date(day * 86400, 'unixepoch')
          FROM section_met JOIN section USING (section_key) JOIN course USING (course_key) ORDER BY 1, 2
    """)


def test_a_class_met_on_the_days_for_which_a_file_names_who_was_there(two_schools):
    begin(two_schools)
    load(two_schools, sections(
        "501 e-alg 2026-09-08 Present", "502 e-alg 2026-09-08 Absent", "501 e-alg 2026-09-10 Present",
        "502 e-alg 2026-09-10 Present", "501 e-art 2026-09-09 Absent",
    ))  # fmt: skip
    assert met(two_schools) == [("Algebra", "2026-09-08"), ("Algebra", "2026-09-10")]


def test_a_file_that_names_only_who_was_away_does_not_say_when_a_class_met(two_schools):
    begin(two_schools)
    load(two_schools, sections("501 e-alg 2026-09-08 Absent", "502 e-alg 2026-09-08 Absent"))
    assert met(two_schools) == []


def test_of_a_class_that_is_known_by_its_days_a_later_absence_names_a_day_too(two_schools):
    begin(two_schools)
    load(two_schools, sections("501 e-alg 2026-09-08 Present", "502 e-alg 2026-09-08 Present"))
    load(two_schools, sections("501 e-alg 2026-09-10 Absent", "501 e-art 2026-09-10 Absent"))
    assert met(two_schools) == [("Algebra", "2026-09-08"), ("Algebra", "2026-09-10")]


def test_a_row_that_takes_one_absence_back_does_not_stand_for_a_class_of_three(two_schools):
    begin(two_schools)
    enrollments = csv_text(ROSTER["enrollments"]) + "6,e-alg,u-cy,student,,,\n"
    two_schools.load(two_schools.package(enrollments=enrollments))
    load(two_schools, sections("501 e-alg 2026-09-08 Absent"))
    load(two_schools, sections("501 e-alg 2026-09-08 Present"))
    assert days(two_schools) == []
    assert met(two_schools) == []


def test_the_days_of_a_class_go_when_their_batch_is_taken_back(two_schools):
    begin(two_schools)
    load(two_schools, sections("501 e-alg 2026-09-08 Present", "502 e-alg 2026-09-08 Present"))
    report = load(two_schools, sections("501 e-alg 2026-09-10 Present", "502 e-alg 2026-09-10 Absent"))
    undo_batch(two_schools.database, report.batch, reason="a mistake")
    assert met(two_schools) == [("Algebra", "2026-09-08")]


def test_class_meetings_come_as_a_file_of_their_own_and_a_class_that_nobody_knows_is_refused(two_schools):
    begin(two_schools)
    file = "section_id,met_on\ne-alg,2026-09-08\ne-alg,2026-09-10\nALG-1,2026-09-11\ne-none,2026-09-08\n"
    report = load(two_schools, file, "meetings.csv")
    assert report.counts["class_meeting"].added == 2
    assert [(row, column, kind) for _, row, column, kind in problems(report)] == [
        (4, "section_id", "ambiguous"), (5, "section_id", "unknown_reference"),
    ]  # fmt: skip
    assert met(two_schools) == [("Algebra", "2026-09-08"), ("Algebra", "2026-09-10")]
    assert not load(two_schools, file, "meetings.csv").changed_anything
