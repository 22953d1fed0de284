"""Files that come again: what is the same is not read again, and the records are what they would be if it were."""

import random

from appliance.jobs.import_files import import_files, undo_batch
from appliance.settings import Settings
from appliance.storage.database import Database
from appliance.student_level.staging import known_files
from appliance.student_level.staging.journal import LOADED
from appliance.student_level.staging.report import EntityCount
from tests.elm_and_oak import ROSTER, SCHOOL_ENROLLMENT, ElmAndOak, csv_text, day, problems

HEADERS = {"enrollments": "sourcedId,classSourcedId,userSourcedId,role,primary,beginDate,endDate",
           "results": "sourcedId,lineItemSourcedId,studentSourcedId,score,scoreDate"}  # fmt: skip
NOBODYS = ("u-cy", "nobody")
"""Cy goes to another school, and nobody is nobody."""


def note(report, name):
    (found,) = [read.note for read in report.files if read.name.endswith(f"{name}.csv")]
    return found


def the_same(report):
    return sum("was not read again" in read.note for read in report.files)


def lines(kind, rows):
    return "\n".join([HEADERS[kind], *rows]) + "\n"


def many(number, dice):
    """Rows of grades and of seats for Elm's students, each pair once, and a few rows that nobody can take."""
    people = [f"u-{n}" for n in range(number)]
    seats = [f"s{n},e-{dice.choice(['alg', 'art'])},{who},student,,," for n, who in enumerate(people)]
    marks = [
        f"r{n},li-{dice.choice(['q1', 'hw'])},{who},{dice.randint(0, 100)},2026-10-01" for n, who in enumerate(people)
    ]
    return seats, marks


def roster_of(number):
    return csv_text(ROSTER["users"]) + "".join(f"u-{n},Kid{n},Name,,{1000 + n},student,e\n" for n in range(number))


def test_the_same_files_again_are_not_read_and_the_report_says_so(two_schools):
    two_schools.begin()
    before = two_schools.all_that_is_stored()
    report = two_schools.load(two_schools.package(), two_schools.file("school_enrollment.csv", SCHOOL_ENROLLMENT))
    assert the_same(report) == len(report.files) == 11
    assert note(report, "users") == "the same as in batch 1, so it was not read again"
    assert {name: count.unchanged for name, count in report.counts.items() if count.unchanged} == {
        "school": 3, "academic_session": 2, "course": 2, "section": 3, "student": 3, "staff": 2, "staff_role": 2,
        "demographics": 2, "section_enrollment": 4, "teaching": 1, "line_item": 2, "grade": 2, "school_enrollment": 3,
    }  # fmt: skip
    assert two_schools.all_that_is_stored() == before


def test_a_file_under_another_name_is_the_same_file(two_schools):
    two_schools.begin()
    report = two_schools.load(two_schools.package("tuesday.zip"))
    assert the_same(report) == len(report.files)


def test_a_file_with_refused_rows_is_looked_at_again_each_time(two_schools):
    two_schools.begin()
    late = "student_id,school_id,entry_date,grade_level\n504,101,2026-08-17,07\n"
    two_schools.load(two_schools.file("late.csv", late))
    report = two_schools.load(two_schools.file("late.csv", late))
    assert problems(report) == [("late.csv", 2, "student_id", "unknown_reference")]
    users = csv_text(ROSTER["users"]) + "u-dee,Dee,Drum,,504,student,e\n"
    two_schools.load(two_schools.package(users=users), two_schools.file("late.csv", late))
    assert two_schools.one("SELECT count(*) FROM school_enrollment WHERE grade_level = '07'") == 1


def test_what_somebody_else_changed_meanwhile_is_set_right_by_the_same_file(two_schools):
    two_schools.begin()
    two_schools.load(two_schools.file("other.csv", SCHOOL_ENROLLMENT.replace("503,102,2026-08-17,09,",
                                                                             "503,102,2026-08-17,10,")))  # fmt: skip
    report = two_schools.load(two_schools.file("school_enrollment.csv", SCHOOL_ENROLLMENT))
    assert (the_same(report), report.counts["school_enrollment"].changed) == (0, 1)


def test_taking_a_batch_back_lets_its_files_be_read_again(two_schools):
    two_schools.load(two_schools.package())
    report = two_schools.load(two_schools.file("school_enrollment.csv", SCHOOL_ENROLLMENT))
    undo_batch(two_schools.database, report.batch, reason="a trial")
    again = two_schools.load(two_schools.file("school_enrollment.csv", SCHOOL_ENROLLMENT))
    assert (the_same(again), again.counts["school_enrollment"].added) == (0, 3)


def test_another_habit_of_end_dates_lets_every_file_be_read_again(two_schools):
    seats = csv_text(ROSTER["enrollments"]).replace("1,e-alg,u-ada,student,,,", "1,e-alg,u-ada,student,,,2026-10-01")
    two_schools.load(two_schools.package(enrollments=seats))
    report = import_files(two_schools.database, [two_schools.package(enrollments=seats)],
                          Settings(inclusive_ends=("oneroster",)))  # fmt: skip
    assert the_same(report) == 0
    assert two_schools.one("SELECT end_day FROM section_enrollment WHERE end_day IS NOT NULL") == day("2026-10-02")


def test_one_changed_grade_is_the_one_line_that_is_read(two_schools):
    seats, marks = many(40, random.Random(1))
    files = {"users": roster_of(40), "enrollments": lines("enrollments", seats), "results": lines("results", marks)}
    two_schools.load(two_schools.package(**files))
    marks[7] = marks[7].rpartition(",")[0].rpartition(",")[0] + ",99,2026-10-02"
    report = two_schools.load(two_schools.package(**files | {"results": lines("results", marks)}))
    assert note(report, "results") == "39 of its rows are the same as last time and were not read again"
    assert (report.counts["grade"].changed, report.counts["grade"].unchanged) == (1, 39)
    assert (
        two_schools.one("SELECT file_row FROM grade WHERE score = 99 AND scored_day = :day", day=day("2026-10-02")) == 9
    )


def test_lines_that_were_hashed_in_another_way_are_all_read_once(two_schools, monkeypatch):
    seats, marks = many(40, random.Random(1))
    files = {"users": roster_of(40), "enrollments": lines("enrollments", seats), "results": lines("results", marks)}
    with monkeypatch.context() as last_year:
        last_year.setattr(known_files, "HASHED_WITH", "blake2b")
        two_schools.load(two_schools.package(**files))
    marks[7] = marks[7].rpartition(",")[0] + ",2026-10-02"
    report = two_schools.load(two_schools.package(**files | {"results": lines("results", marks)}))
    assert (the_same(report), "read again" in note(report, "results")) == (0, False)
    marks[8] = marks[8].rpartition(",")[0] + ",2026-10-02"
    report = two_schools.load(two_schools.package(**files | {"results": lines("results", marks)}))
    assert note(report, "results") == "39 of its rows are the same as last time and were not read again"


def test_two_homes_of_which_one_reads_everything_again(tmp_path):
    """A night's whole history by chance: both homes hold the same afterwards, row for row and origin for origin."""
    for seed in range(2):
        nights = _nights(random.Random(seed))
        knows, forgets = _homes(tmp_path / str(seed))
        passed = 0
        for seats, marks in nights:
            files = {
                "users": roster_of(60),
                "enrollments": lines("enrollments", seats),
                "results": lines("results", marks),
            }
            with_memory = knows.load(knows.package(**files))
            forgets.database._writer.execute("DELETE FROM known_file")
            without = forgets.load(forgets.package(**files))
            passed += "were not read again" in note(with_memory, "results") + note(with_memory, "enrollments")
            assert records(knows) == records(forgets)
            assert done(with_memory) == done(without)
            assert problems(with_memory) == problems(without)
        assert passed > 3
        for home in (knows, forgets):
            home.database.close()


def done(report):
    return {entity: count for entity, count in report.counts.items() if count != EntityCount()}


def records(home):
    stored = home.all_that_is_stored()
    return {table: stored[table] for table in LOADED}


def _homes(folder):
    found = []
    for name in ("knows", "forgets"):
        (folder / name).mkdir(parents=True)
        found.append(ElmAndOak(folder / name, Database.create(folder / name / "home")))
    return found


def _nights(dice):
    """Seats and grades, night after night: some change, go, come, move, come twice, or name nobody."""
    seats, marks = many(60, dice)
    for _ in range(9):
        yield list(seats), list(marks)
        for rows in (seats, marks):
            for _ in range(dice.randint(0, 3)):
                deed, at = dice.choice(["change", "go", "come", "move", "twice", "nobody"]), dice.randrange(len(rows))
                if deed == "change":
                    rows[at] = rows[at].rpartition(",")[0] + dice.choice([",2026-10-05", ",2026-11-01", ",never"])
                elif deed == "go" and len(rows) > 20:
                    rows.pop(at)
                elif deed == "come":
                    rows.insert(at, rows[at].replace("u-", "u-1", 1))
                elif deed == "move":
                    rows.append(rows.pop(at))
                elif deed == "twice":
                    rows.insert(at, rows[dice.randrange(len(rows))])
                elif deed == "nobody":
                    rows.insert(at, rows[at].replace("u-", dice.choice(NOBODYS), 1))
