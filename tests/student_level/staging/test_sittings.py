"""Two results of one test on one day are two: the second row that says so is a second sitting, wherever it stands."""

HEADER = "student_id,assessment_id,administration_date,scale_score\n"


def sittings(district):
    sql = (
        "SELECT scale_score, occurrence, file_row FROM test_result WHERE occurrence > 1 OR scale_score < 100 ORDER BY 1"
    )
    return district.ask(sql)


def test_a_second_and_a_third_result_of_a_day_are_kept_beside_the_first(two_schools):
    two_schools.begin()
    rows = "501,READ,2026-09-01,10\n501,READ,2026-09-01,11\n502,READ,2026-09-01,12\n501,READ,2026-09-01,13\n"
    two_schools.load(two_schools.file("tests.csv", HEADER + rows))
    assert sittings(two_schools) == [(10, 1, 2), (11, 2, 3), (12, 1, 4), (13, 3, 5)]


def test_it_does_not_matter_how_far_apart_they_stand_in_a_long_file(two_schools):
    two_schools.begin()
    others = "".join(f"502,T-{number},2026-09-01,150\n" for number in range(1200))
    file = two_schools.file("tests.csv", f"{HEADER}501,READ,2026-09-01,10\n{others}501,READ,2026-09-01,11\n")
    report = two_schools.load(file)
    assert sittings(two_schools) == [(10, 1, 2), (11, 2, 1203)]
    assert report.counts["test_result"].added == 1202
    again = two_schools.load(two_schools.file("again.csv", file.read_text() + "501,READ,2026-09-01,12\n"))
    assert again.counts["test_result"].added == 1
    assert sittings(two_schools)[-1] == (12, 3, 1204)
