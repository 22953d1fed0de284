"""Each test vendor's layout is known by data alone: its sample rows become typed results."""

from datetime import date

import pytest

from appliance.days import from_day_number
from appliance.student_level.sources.mapping.shelf import shipped_mappings
from tests.student_level.sources.mapping.reading import SAMPLES, see

FIELDS = "student day raw_score scale_score standard_error level administration grade_level scale part_of".split()

EXPECTED = [
    # file, rows, (row in the file, test): student, day, raw, scale score, error, level, window, grade, scale, part of
    ("ACCESS/2021_to_2025_sample_anonymized_file_ACCESS.csv", 40, (2, "ACCESS Reading"),
     "605000", "2020-01-01", None, 338, None, "3.1", "", "KG", "ACCESS scale score", "ACCESS Overall"),
    ("ACCESS/2021_to_2025_sample_anonymized_file_Alternate_ACCESS.csv", 32, (3, "Alternate ACCESS Overall"),
     "605001", "2020-01-01", None, 945, None, "P2", "", "10", "Alternate ACCESS scale score", ""),
    ("ACCESS/sample_anonymized_file_ACCESS.csv", 32, (2, "ACCESS Overall"),
     "23456", "2026-02-06", None, 228, None, "1.4", "", "03", "ACCESS scale score", ""),
    ("ACCESS/sample_anonymized_file_alternate_Alternate_ACCESS.csv", 24, (2, "Alternate ACCESS Speaking"),
     "23456", "2026-03-05", None, 900, None, "1", "", "01", "Alternate ACCESS scale score", "Alternate ACCESS Overall"),
    ("ACT/sample_anonymized_file.csv", 36, (2, "ACT Math"),
     "605000", "2024-09-01", None, 14, None, None, "", "11", "ACT, 1 to 36", "ACT Composite"),
    ("ASVAB/sample_anonymized_file.csv", 60, (2, "ASVAB AFQT"),
     "605000", "2023-11-21", None, 45, None, None, "", None, "AFQT percentile", ""),
    ("Beacon/sample_anonymized_file.csv", 64, (2, "BEACON MATHA"),
     "605000", "2025-01-29", 11, 452, 36, "Prepared", "Winter 2024-2025", "07", "BEACON scale score", ""),
    ("Beacon/sample_anonymized_file_24_25.csv", 64, (2, "BEACON MATHA S1"),
     "605000", "2025-01-29", None, 530, 79, "2", "Winter 2024-2025", "07", "BEACON scale score", "BEACON MATHA"),
    ("Beacon/sample_anonymized_file_25_26.csv", 54, (2, "BEACON MATHEY"),
     "605000", "2025-09-02", None, 417, 19, "Near Target", "Fall 2025-2026", "KG", "BEACON scale score", ""),
    ("CMAS/sample_anonymized_file.csv", 23, (2, "CMAS MAT03"),
     "123", "2023-04-20", None, 709, 10, "Partially Met Expectations", "2022-2023", "03",
     "CMAS scale score, 650 to 850", ""),
    ("CogAT/sample_anonymized_file.csv", 35, (2, "CogAT V"),
     "605331", "2023-10-12", 29, 107, None, None, "Fall", "KG", "Standard Age Score", "CogAT VQN"),
    ("CogAT/sample_anonymized_file_underscores.csv", 35, (2, "CogAT V"),
     "605331", "2023-10-12", 29, 107, None, None, "Fall", "KG", "Standard Age Score", "CogAT VQN"),
    ("CogAT/sample_anonymized_file.txt", 35, (1, "CogAT V"),
     "605331", "2023-10-12", 29, 107, None, None, "Fall", "KG", "Standard Age Score", "CogAT VQN"),
    ("Dibels_Next_Benchmark/sample_anonymized_file.csv", 23, (2, "DIBELS Next Composite"),
     "605000", "2022-10-05", None, 14, None, "Below Benchmark", "BOY 2022-2023", "KG", "DIBELS composite score", ""),
    ("FastBridgeCAT/sample_anonymized_aMath.csv", 7, (2, "FastBridge aMath"),
     "65442", "2024-09-26", None, 208.93802, None, "High risk", "Fall", "09", "FastBridge theta", ""),
    ("FastBridgeCAT/sample_anonymized_aReading.csv", 3, (3, "FastBridge aReading"),
     "37315", "2025-08-26", None, 533.0886, None, "Some risk", "Fall", "12", "FastBridge theta", ""),
    ("FastBridge_CBMmath/sample_anonymized_file_cbmm_auto.csv", 15, (3, "FastBridge AUTO L3 GOM"),
     "10002", "2022-09-21", 93.7, None, None, "Low risk", "Fall", "04", "", ""),
    ("FastBridge_CBMmath/sample_anonymized_file_cbmm_cap.csv", 6, (2, "FastBridge CBMmath CAP"),
     "10001", "2023-05-25", 2.3333333, None, None, "Some risk", "Spring", "08", "", ""),
    ("FastBridge_CBMmath/sample_anonymized_file_cbmm_process.csv", 8, (6, "FastBridge PROC L6 GOM"),
     "10005", "2023-01-24", 70, None, None, "Low risk", "Fall", "11", "", ""),
    ("FastBridge_COMPefficiency/sample_anonymized_file_fastbridge_compefficiency.csv", 5,
     (2, "FastBridge Comprehension Efficiency"),
     "10001", "2023-09-07", 9, None, None, "High risk", "Fall", "11", "", ""),
    ("FastBridge_Math/sample_anonymized_file.csv", 120, (2, "FastBridge Decomposing ONE"),
     "605000", "2023-08-22", 3, None, None, "Low risk", "Fall", "01", "", "FastBridge Early Math"),
    ("GOLD/sample_anonymized_file.csv", 28, (2, "GOLD Physical"),
     "605000", "2022-10-16", 36, 635, None, "Meets widely held expectations", "Fall 2022/2023", "KG",
     "GOLD scale score", ""),
    ("IDEL/sample_anonymized_file.csv", 17, (3, "IDEL Fluidez en Nombrar Letras"),
     "000000", "2020-01-01", 11, None, None, "Red", "MOY 2022-2023", "KG", "", "IDEL"),
    ("Iowa/sample_anonymized_file.csv", 56, (2, "Iowa Mathematics"),
     "604821", "2023-10-16", 29, 153, None, None, "Fall", "02", "Iowa standard score", ""),
    ("Lectura/sample_anonymized_file.csv", 30, (2, "Lectura Composite"),
     "000000", "2020-01-01", None, 276, None, "At Benchmark", "BOY 2023-2024", "KG", "Lectura composite score", ""),
    ("Missouri_Assessment_Program/sample_anonymized_file.txt", 8, (9, "EOC Social Studies"),
     "605448", "2025-04-23", 9, 368, None, "Below Basic", "Spring", "09", "MAP scale score", ""),
    ("PSAT_SAT/sample_anonymized_file_psat_10.csv", 40, (2, "PSAT 10 or PSAT/NMSQT Total"),
     "604926", "2022-04-13", None, 710, None, None, "", "10", "PSAT 10 or PSAT/NMSQT total score", ""),
    ("PSAT_SAT/sample_anonymized_file_psat_nmsqt.csv", 40, (2, "PSAT 10 or PSAT/NMSQT Math"),
     "604926", "2022-10-12", None, 360, None, None, "", "09", "PSAT 10 or PSAT/NMSQT section score",
     "PSAT 10 or PSAT/NMSQT Total"),
    ("PSAT_SAT/sample_anonymized_file_psat_89.csv", 24, (2, "PSAT 8/9 Reading and Writing"),
     "604926", "2022-09-26", None, 340, None, None, "", "10", "PSAT 8/9 section score", "PSAT 8/9 Total"),
    ("PSAT_SAT/sample_anonymized_file_sat.csv", 32, (2, "SAT Total"),
     "604926", "2015-10-12", None, 1310, None, None, "", "11", "SAT total score", ""),
    ("SC_Alternate_Assessment/sample_anonymized_file_2016.csv", 20, (2, "SC-ALT Math"),
     "605000", "2016-04-14", None, 1238, None, "Level 2", "2016", "11", "SC-ALT scale score", ""),
    ("SC_Alternate_Assessment/sample_anonymized_file_2024.csv", 17, (3, "SC-ALT ELA"),
     "10824", "2024-04-15", None, 513, 19, "Level 1", "Spring2024", "11", "SC-ALT scale score", ""),
    ("SC_READY/sample_anonymized_file.csv", 15, (2, "SC READY ELA"),
     "01", "2024-04-15", 52, 533, None, "Meets", "SP24", "04", "SC READY vertical scale score", ""),
    ("STAAR_Summative/sample_anonymized_file.csv", 20, (2, "STAAR Reading Language Arts"),
     "111111111", "2023-05-01", 26, 1444, None, "Approaches", "0523", "03", "STAAR scale score", ""),
    ("STAAR_Summative/sample_anonymized_file.txt", 20, (1, "STAAR Reading Language Arts"),
     "111111111", "2023-05-01", 26, 1444, None, "Approaches", "0523", "03", "STAAR scale score", ""),
    ("STAR/SR_Dashboard_Standards_v2_sample_anonymized_file.csv", 10, (2, "Star SCCCR.ELA.5.RL.MC.8.1.b"),
     "605000", "2023-08-23", None, 74, None, "Developing", "2023-2024", None, "percent mastery", "Star Reading"),
    ("STAR/SR_sample_anonymized_file.csv", 15, (2, "Star Reading, Rasch"),
     "605000", "2023-08-21", None, -8, 0.395783771043066, None, "Fall 2023-2024", "04", "Rasch score", "Star Reading"),
    ("WIN/sample_anonymized_file.csv", 15, (3, "WIN Math"),
     "605101", "2023-11-01", None, 208, None, "4", "FA23", None, "WIN scale score", "WIN certificate"),
    ("iStation/sample_anonymized_file.csv", 36, (2, "Istation ISIP"),
     "100", "2023-09-06", None, 335, None, "Tier 1", "September", "01", "ISIP scale score", ""),
]  # fmt: skip
REFUSED = {
    # Codes of grades that the College Board does not list: refused with row and column, not guessed.
    "PSAT_SAT/sample_anonymized_file_psat_89.csv": {(4, "LATEST_PSAT_GRADE"), (5, "LATEST_PSAT_GRADE")},
    "PSAT_SAT/sample_anonymized_file_sat.csv": {(5, "LATEST_SAT_GRADE")},
}


@pytest.mark.parametrize("case", EXPECTED, ids=lambda case: case[0])
def test_the_sample_of_a_vendor_becomes_typed_results(case):
    file, rows, (number, test), *values = case
    seen = see(SAMPLES / file)
    results = seen.rows["tests"]
    assert len(results) == rows
    assert {(row, column) for row, column, code in seen.codes if code == "not_in_list"} == REFUSED.get(file, set())
    assert len(seen.codes) == len([code for code in seen.codes if code[2] == "not_in_list"])
    found = next(row for at, row in results if at == number and row.test == test)
    assert isinstance(from_day_number(found.day), date)
    got = [getattr(found, name) for name in FIELDS]
    got[1] = from_day_number(found.day).isoformat()
    assert got == values


def test_every_shipped_mapping_reads_a_sample_and_every_sample_is_read():
    files = {case[0] for case in EXPECTED} | {"MAP_Growth/sample_anonymized_file.csv"}
    here = {str(path.relative_to(SAMPLES)) for path in SAMPLES.glob("*/*") if path.suffix in (".csv", ".txt")}
    assert here - files == {
        "FastBridgeCAT/fake_aMath.csv",
        "STAR/SR_SkillArea_v1_sample_anonymized_file.csv",
    }
    assert len({mapping.name for mapping in shipped_mappings()}) == len(shipped_mappings())


def test_map_growth_gives_rit_scores_goals_and_their_errors_and_its_short_last_row_is_one_wrong_row():
    seen = see(SAMPLES / "MAP_Growth/sample_anonymized_file.csv")
    first = next(row for _, row in seen.rows["tests"] if row.test == "MAP Growth Science")
    assert (first.scale_score, first.standard_error, first.level, first.administration, first.scale) == (
        208, 3.4, "Avg", "Fall 2021-2022", "RIT",
    )  # fmt: skip
    goal = next(row for _, row in seen.rows["tests"] if row.part_of == "MAP Growth Science")
    assert (goal.scale_score, goal.standard_error) == (201, 6.1)
    # Its last row has too few fields and no line end. A list of results ends nothing by what it lacks, so the other
    # rows load; a roster that broke off like this is refused whole (test_csv_text).
    assert seen.codes == [(8, "", "wrong_width")]


def test_star_skill_areas_name_each_domain_once_an_assessment():
    results = see(SAMPLES / "STAR/SR_SkillArea_v1_sample_anonymized_file.csv").only("tests")
    domains = [row for row in results if row.scale == "domain score"]
    assert len(domains) == 5
    assert {row.scale_score for row in domains} == {84}


def test_a_result_without_a_date_is_refused_and_named_by_the_vendors_columns():
    seen = see(SAMPLES / "FastBridgeCAT/fake_aMath.csv")
    assert {code for _, _, code in seen.codes} == {"missing"}
    assert {column for _, column, _ in seen.codes} == {"Fall aMath Final Date or Winter aMath Final Date or 3 more"}


RESULTS = """
    SELECT test.code, test.kind, test.subject, test.scale, test.part_of, scale_score, standard_error, level, meets,
           administration, grade_level
      FROM test_result JOIN test USING (test_key) ORDER BY test.part_of, test.code
"""


def test_a_vendors_results_are_kept_with_window_grade_scale_and_the_test_they_are_part_of(two_schools):
    users = two_schools.roster["users"].replace("Ada,Abara,,501,", "Student,One,,123,")
    report = two_schools.load(two_schools.package(users=users), SAMPLES / "CMAS/sample_anonymized_file.csv")
    whole, *parts = two_schools.ask(RESULTS)
    assert whole == (
        "CMAS MAT03", "state", "MATH", "CMAS scale score, 650 to 850", "", 709.0, 10.0, "Partially Met Expectations", 0,
        "2022-2023", "03",
    )  # fmt: skip
    assert [(part[0], part[4], part[8]) for part in parts] == [
        (f"CMAS MAT03 Subclaim {n}", "CMAS MAT03", None) for n in (1, 2, 3, 4)
    ]
    # The other four students of the sample are not in this roster: each of their rows says so, and is not loaded.
    assert {problem.code for problem in report.problems} == {"unknown_reference"}
    assert two_schools.load(SAMPLES / "CMAS/sample_anonymized_file.csv").changed_anything is False
