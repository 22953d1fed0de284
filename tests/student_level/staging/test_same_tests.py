"""One test in two formats: a benchmark that comes in the vendor's file and in Ed-Fi XML is one benchmark."""

import pytest

from tests.elm_and_oak import ROSTER, csv_text

NAMES = ("Ada", "Ben", "Cy", "Dee", "Eli", "Flo")
SCORES = dict(zip(NAMES, (431, 402, 388, 431, 460, 377), strict=True))
IDS = {name: str(501 + nth) for nth, name in enumerate(NAMES)}
MATH, READING = "Fall Math", "Fall Reading"


@pytest.fixture
def six(two_schools):
    more = "".join(f"u-{name.lower()},{name},Doe {name},,{IDS[name]},student,e\n" for name in NAMES[3:])
    two_schools.load(two_schools.package(users=csv_text(ROSTER["users"]) + more))
    return two_schools


def in_csv(six, scores, name="vendor.csv", test="VendorMath"):
    lines = [f"{IDS[who]},{test},2026-10-01,{score}" for who, score in scores.items()]
    return six.file(name, "\n".join(["student_id,assessment_id,administration_date,scale_score", *lines]))


def in_edfi(six, scores, title=MATH, code="", name="StudentAssessment.xml"):
    described = f"""<Assessment id="A"><AssessmentTitle>{title}</AssessmentTitle><AssessmentIdentificationCode
        IdentificationSystem="Test Contractor"><ID>{code}</ID></AssessmentIdentificationCode></Assessment>"""
    results = "".join(
        f"""<StudentAssessment><AdministrationDate>2026-10-01</AdministrationDate>
        <ScoreResults AssessmentReportingMethod="Scale score"><Result>{score}</Result></ScoreResults>
        <StudentReference><StudentIdentity><StudentUniqueStateId>{IDS[who]}</StudentUniqueStateId></StudentIdentity>
        </StudentReference><AssessmentReference><AssessmentIdentity><AssessmentTitle>{title}</AssessmentTitle>
        </AssessmentIdentity></AssessmentReference></StudentAssessment>"""
        for who, score in scores.items()
    )
    return six.file(name, f"<InterchangeStudentAssessment>{described * bool(code)}{results}"
                          "</InterchangeStudentAssessment>".strip())  # fmt: skip


def stored(six):
    """Test -> who has which score."""
    found: dict[str, dict[str, float]] = {}
    for code, who, score in six.ask(
        "SELECT code, given_name, scale_score FROM test_result JOIN test USING (test_key)"
        " JOIN student USING (student_key) ORDER BY code, given_name"
    ):
        found.setdefault(code, {})[who] = score
    return found


@pytest.mark.parametrize("first", ["csv", "edfi"])
def test_results_that_agree_student_by_student_are_one_test_whoever_came_first(six, first):
    vendors, states = in_csv(six, SCORES), in_edfi(six, SCORES)
    one, other = (vendors, states) if first == "csv" else (states, vendors)
    six.load(one)
    report = six.load(other)
    assert (report.counts["test_result"].added, report.counts["test_result"].unchanged) == (0, 6)
    assert report.files[0].note == "6 of its results came in another file already, under other names of tests"
    assert stored(six) == {"VendorMath" if first == "csv" else MATH: SCORES}
    assert not six.load(one).changed_anything


def test_of_a_sitting_that_both_tell_the_first_sender_counts_and_the_other_adds_what_is_missing(six):
    six.load(in_csv(six, {who: SCORES[who] for who in NAMES[:5]}))
    six.load(in_edfi(six, SCORES))
    assert stored(six) == {"VendorMath": SCORES}
    six.load(in_edfi(six, SCORES | {"Ada": 999, "Flo": 380}))
    assert stored(six) == {"VendorMath": SCORES | {"Flo": 380}}


def test_a_name_that_ed_fi_gives_beside_its_own_is_enough_for_a_single_student(six):
    six.load(in_csv(six, {"Ada": 431}))
    six.load(in_edfi(six, {"Ada": 431}, code="VendorMath"))
    assert stored(six) == {"VendorMath": {"Ada": 431}}


def test_the_other_way_round_the_vendors_file_finds_the_test_by_that_name(six):
    six.load(in_edfi(six, {"Ada": 431}, code="VendorMath"))
    six.load(in_csv(six, {"Ada": 431, "Ben": 402}))
    assert stored(six) == {MATH: {"Ada": 431, "Ben": 402}}


@pytest.mark.parametrize(
    "theirs",
    [
        {"Ada": 431, "Ben": 402},  # too few students
        dict.fromkeys(NAMES, 400),  # too few scores
        SCORES | {"Ada": 430, "Ben": 403},  # they do not agree
    ],
)
def test_results_that_may_be_alike_by_chance_stay_two_tests(six, theirs):
    mine = {who: theirs[who] if len(set(theirs.values())) < 3 else SCORES[who] for who in theirs}
    six.load(in_csv(six, mine))
    six.load(in_edfi(six, theirs, title=READING))
    assert stored(six) == {READING: theirs, "VendorMath": mine}


def test_two_tests_of_one_sender_are_never_taken_for_one(six):
    six.load(in_csv(six, SCORES), in_csv(six, SCORES, name="again.csv", test="VendorOther"))
    assert stored(six) == {"VendorMath": SCORES, "VendorOther": SCORES}
