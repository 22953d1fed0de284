"""A steward without code gets files of an unknown system in: what is proposed, why, and what is left to a person."""

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from appliance.errors import BadFile
from appliance.jobs.import_files import import_files
from appliance.jobs.mappings import keep_mapping
from appliance.jobs.propose_mapping import kinds_of_file, look_into, text_of
from appliance.storage.database import Database
from appliance.student_level.sources.archive import files_in
from appliance.student_level.sources.csv_text import look_through
from appliance.student_level.sources.mapping.drift import drift
from appliance.student_level.sources.mapping.form import LAYOUTS, as_cell, read_mapping
from appliance.student_level.sources.mapping.looking import look_at
from appliance.student_level.sources.mapping.propose import name_for, propose
from appliance.student_level.sources.mapping.vocabulary import vocabulary
from tests.student_level.sources.mapping.exports import PUPILS, aspen_like, clever_like
from tests.student_level.sources.mapping.reading import SAMPLES, see


class Rows:
    """A table in memory."""

    name, sha256, encoding = "file.csv", "0" * 64, "utf-8"

    def __init__(self, header, rows):
        self.header, self._rows = tuple(header), rows

    def rows(self):
        return enumerate((list(row) for row in self._rows), start=2)


def proposed(header, rows, kind=None):
    return propose(Rows(header.split(), [row.split("|") for row in rows]), "file", kind)


def chosen(proposal):
    return {name: guess.header for name, guess in proposal.guesses.items()}


@pytest.fixture
def home(tmp_path):
    database = Database.create(tmp_path / "home")
    yield database
    database.close()


def confirm(home, path, **meanings):
    """Map a file as a steward does; the number of things that the steward had to decide."""
    (found,) = look_into(path, home.home)
    proposal = found.proposal
    assert proposal is not None
    open_codes = {code: table for table, codes in proposal.open_codes.items() for code in codes}
    for code, table in open_codes.items():
        proposal = proposal.mean(table, code, meanings[code])
    keep_mapping(home, text_of(proposal), by="kim")
    return len(proposal.unsure) + len(open_codes)


def counts(home, *tables):
    return [home._writer.execute(f"SELECT count(*) FROM {table}").fetchone()[0] for table in tables]


def test_an_aspen_like_district_gets_in_with_two_decisions(home, tmp_path):
    files = aspen_like(tmp_path)
    decisions = {
        what: confirm(home, files[what], FT="-") for what in ("schools", "students", "sections", "attendance", "marks")
    }
    # Whether ENR_ENTRY_DT is the entry date, and what FT (a field trip) means.
    assert decisions == {"schools": 0, "students": 1, "sections": 0, "attendance": 1, "marks": 0}
    report = import_files(home, list(files.values()))
    assert counts(home, "student", "organization", "section", "line_item") == [PUPILS, 2, 2, 2]
    # The year 0003 keeps one child's birth date out; nothing else of that child.
    problems = [(problem.column, problem.code) for problem in report.problems]
    assert problems == [("PSN_DOB", "date_out_of_range")]
    marks = home._writer.execute("SELECT score, score_text, count(*) FROM grade GROUP BY 1, 2 ORDER BY 1").fetchall()
    assert marks == [(None, None, 12), (64.2, "D", 12), (70.5, "C-", 12), (85.12, "B+", 12), (91.0, "A", 12)]
    assert {row[0] for row in home._writer.execute("SELECT category FROM attendance_day")} == {
        "excused", "unexcused", "tardy",
    }  # fmt: skip


def test_no_social_security_number_of_the_aspen_like_file_is_ever_in_the_home(home, tmp_path):
    files = aspen_like(tmp_path)
    for what in ("schools", "students"):
        confirm(home, files[what])
    import_files(home, [files["schools"], files["students"]])
    mapping = (home.home / "mappings" / "std.toml").read_text()
    assert "123-45" not in mapping
    parts = read_mapping(mapping, "std").table
    assert not any("PSN_SSN" in as_cell(cell).headers() for part in parts for cell in part.columns.values())
    tables = home._writer.execute("SELECT name FROM sqlite_schema WHERE type = 'table'").fetchall()
    rows = [row for (table,) in tables for row in home._writer.execute(f'SELECT * FROM "{table}"')]
    assert "Amin" in str(rows)
    assert "123-45" not in str(rows)


def test_a_clever_like_district_gets_in_without_a_decision(home, tmp_path):
    files = clever_like(tmp_path)
    assert {what: confirm(home, path) for what, path in files.items()} == dict.fromkeys(files, 0)
    report = import_files(home, list(files.values()))
    assert report.problems == []
    assert counts(home, "student", "staff", "section", "section_enrollment", "teaching") == [PUPILS, 2, 2, PUPILS, 2]
    again = import_files(home, list(files.values()))
    assert not again.changed_anything


def test_a_date_of_absence_is_not_a_birth_date_however_much_the_names_are_alike():
    header = "STU_ID LAST_NAME FIRST_NAME SCHOOL_ID BIRTH_DT"
    days = [f"{n}|Amin|Ada|101|9/{1 + n % 28}/2026" for n in range(40)]
    assert "birth_date" not in chosen(proposed(header, days, "students"))
    births = [f"{n}|Amin|Ada|101|9/{1 + n % 28}/{2010 + n % 5}" for n in range(40)]
    assert chosen(proposed(header, births, "students"))["birth_date"] == "BIRTH_DT"
    attendance = proposed("STU_ID ATT_DATE ATT_CD DOB", [f"{n}|9/1/2026|T|9/1/{2010 + n % 5}" for n in range(40)])
    assert chosen(attendance) == {"student_id": "STU_ID", "attendance_date": "ATT_DATE", "attendance_code": "ATT_CD"}


def test_the_state_is_no_state_student_id_and_a_level_is_no_grade_level():
    rows = [f"SC|{n}|Ada|Amin|101|3" for n in range(30)]
    found = chosen(proposed("State pupil_no first last school Level", rows, "students"))
    assert found["student_id"] == "pupil_no"
    assert "grade_level" not in found


VENDORS = sorted(path.name for path in SAMPLES.iterdir() if path.is_dir() and path.name != "MAP_Growth")


@pytest.mark.parametrize("vendor", VENDORS)
def test_a_vendors_test_file_is_never_proposed_as_a_roster_that_would_end_everybody_else(vendor):
    for path in (SAMPLES / vendor).glob("*.csv"):
        (table,) = (look_through(file) for file in files_in(path))
        proposal = propose(table, "any")
        assert proposal.recipe.name == "test results" or proposal.mapping() is None


def test_a_file_of_results_with_growth_fills_growth_too_and_one_without_does_not():
    header = "student_id test_name test_date scale_score"
    rows = [f"{7000 + n}|Reading|9/{1 + n % 28}/2026|{200 + n}" for n in range(30)]
    assert [part.layout for part in proposed(header, rows).mapping().table] == ["tests"]
    grown = [f"{row}|fall to winter|{n % 9}|5|{3 + n % 2}" for n, row in enumerate(rows)]
    found = proposed(f"{header} GrowthPeriod ObservedGrowth ProjectedGrowth GrowthStandardError", grown).mapping()
    assert [part.layout for part in found.table] == ["tests", "test growth"]
    assert found.table[1].columns["typical_growth"] == "ProjectedGrowth"


def test_a_grade_of_school_is_not_a_mark():
    header = "student_id section_id term grade"
    assert "mark" not in chosen(proposed(header, [f"{n}|c1|Q1|0{n % 9 + 1}" for n in range(30)], "marks"))
    assert chosen(proposed(header, [f"{n}|c1|Q1|{60 + n}" for n in range(30)]))["mark"] == "grade"


def test_each_proposal_says_how_sure_it_is_and_why_without_a_value():
    rows = [f"{7000 + n}|9/{1 + n % 28}/2026|{'A-U' if n % 2 else 'QQ'}" for n in range(40)]
    proposal = proposed("PUPIL_NO ATTENDANCE_DAY ABSENCE_KODE", rows)
    assert {name: guess.trust for name, guess in proposal.guesses.items()} == {
        "student_id": "sure", "attendance_date": "sure", "attendance_code": "likely",
    }  # fmt: skip
    assert proposal.guesses["attendance_code"].evidence == (
        "a name like 'absence code'; 2 different codes among 40 values, 1 of them with a known meaning"
    )
    assert "all of 40 values are dates (M/D/YYYY), 2026 to 2026" in proposal.guesses["attendance_date"].evidence
    assert proposal.open_codes == {"attendance": ("QQ",)}
    text = text_of(proposal)
    assert "7000" not in text
    assert '# "QQ" = ""' in text


def test_present_on_most_rows_is_positive_taking_and_on_few_is_negative():
    def rule(present):
        codes = ["Present"] * present + ["Tardy"] * (40 - present)
        rows = [f"{n}|9/{1 + n % 28}/2026|{code}" for n, code in enumerate(codes)]
        return proposed("student_id date status", rows).mapping().attendance

    assert [rule(30), rule(5), rule(0)] == ["positive", "negative", None]


def test_dates_in_an_unusual_form_are_named_in_the_mapping():
    rows = [f"{n}|{1 + n % 28}-Sep-2026|T" for n in range(30)]
    columns = proposed("student_id date code", rows).mapping().table[0].columns
    assert as_cell(columns["date"]).dates == ("D-MON-YYYY",)
    usual = proposed("student_id date code", [f"{n}|2026-09-0{1 + n % 9}|T" for n in range(30)])
    assert as_cell(usual.mapping().table[0].columns["date"]).dates == ()


def test_a_person_may_choose_another_column_or_none():
    rows = [f"{n}|{n + 100}|9/1/2026|T" for n in range(30)]
    proposal = proposed("student_id other_id date code", rows)
    assert chosen(proposal.choose("student_id", "other_id"))["student_id"] == "other_id"
    without = proposal.choose("student_id", None)
    assert without.missing == ("student_id",)
    assert without.mapping() is None
    with pytest.raises(BadFile, match="no column was found for student_id"):
        text_of(without)
    assert "student_id" not in chosen(proposal.choose("attendance_code", "student_id"))


def test_what_the_file_does_not_say_may_be_said_for_all_of_its_rows(home, tmp_path):
    path = tmp_path / "fall benchmark.csv"
    path.write_text("student_id,test_date,scale_score\n" + "".join(f"{n},2026-09-08,{400 + n}\n" for n in range(20)))
    (found,) = look_into(path, home.home, kind="test results")
    assert found.proposal.missing == ("test_name",)
    keep_mapping(home, text_of(found.proposal.choose("test_name", "=Reading benchmark")), by="kim")
    rows = see(path, home.home).only("tests")
    assert {row.test for row in rows} == {"Reading benchmark"}
    assert [row.scale_score for row in rows] == [400 + n for n in range(20)]


def test_a_file_of_one_quarters_marks_may_be_told_its_quarter():
    rows = [f"{n}|c1|{60 + n}.5 B" for n in range(30)]
    proposal = proposed("student_id section_id mark", rows, "marks").choose("term_id", "=Q1")
    columns = {part.layout: part.columns for part in proposal.mapping().table}
    assert columns["OneRoster lineItems"]["gradingPeriodSourcedId"].constant == "Q1"
    assert columns["OneRoster lineItems"]["sourcedId"].join == ("section_id", "=Q1")
    assert read_mapping(text_of(proposal), "any") == proposal.mapping()
    assert proposal.choose("term_id", "mark").texts == {}


def test_what_changed_since_last_time_is_shown(home, tmp_path):
    path = tmp_path / "absences.csv"
    path.write_text("student_id,date,code,note\n" + "".join(f"{n},2026-09-08,T,x\n" for n in range(20)))
    confirm(home, path)
    (same,) = look_into(path, home.home)
    assert (same.is_known, same.proposal, bool(same.changes)) == (True, None, False)
    path.write_text(
        "date,student_id,code,room\n" + "".join(f"2026-09-08,{n},{'T' if n else 'ZZ'},1\n" for n in range(20))
    )
    (now,) = look_into(path, home.home)
    assert now.changes.lines() == [
        "gone: note", "new: room", "moved: date, student_id", "new codes in code: ZZ",
    ]  # fmt: skip
    assert now.proposal.codes["attendance"] == {"T": "Tardy"}
    path.write_text("date,student_id,absence_code,note\n" + "".join(f"2026-09-08,{n},T,x\n" for n in range(20)))
    (renamed,) = look_into(path, home.home)
    assert not renamed.is_known
    assert renamed.changes.lost == ("code",)
    assert chosen(renamed.proposal)["attendance_code"] == "absence_code"


def test_a_file_of_another_kind_under_the_same_name_is_not_compared(home, tmp_path):
    path = tmp_path / "absences.csv"
    path.write_text("student_id,date,code,note\n" + "".join(f"{n},2026-09-08,T,x\n" for n in range(20)))
    confirm(home, path)
    path.write_text("Amin,Ada\nBell,Ben\n")
    (other,) = look_into(path, home.home)
    assert other.changes is None
    with pytest.raises(BadFile) as trouble:
        text_of(other.proposal)
    assert "Amin" not in str(trouble.value)


def test_a_mapping_is_named_for_its_file_without_what_changes_each_time():
    assert name_for("in/ATT_DAILY_20261101.csv") == "att daily"
    assert name_for("package.zip/Students 2026-27.xlsx") == "students"
    assert name_for("20261101.csv") == "file"


def test_the_vocabulary_holds_together():
    words = vocabulary()
    for recipe in words.recipe:
        for part in recipe.table:
            assert part.layout in LAYOUTS
            fields = {name for cell in part.columns.values() for name in as_cell(cell).headers()}
            assert fields | set(recipe.needs) | set(recipe.without) | set(part.also) <= set(words.field), recipe.name
    for field in words.field.values():
        assert all(words.plain(name) == name for name in field.names), field.names
        assert field.kind != "code" or field.codes in words.meaning
    assert len(kinds_of_file()) == len(set(kinds_of_file()))


cells = st.one_of(
    st.text(max_size=12),
    st.sampled_from(["NULL", "9/8/2026", "3/4/0003", "85.12 B+", "A-U", "07", "", "123-45-6789", "2026-13-45", "Ada"]),
)
headers = st.one_of(
    st.text(max_size=15),
    st.sampled_from([name for field in vocabulary().field.values() for name in field.names]),
    st.sampled_from(["DOB", "{x}", "{0.a}", "=id", "student_id", "Student ID", "SSN", "a\x7fb", "x" * 400]),
)


@settings(max_examples=200, suppress_health_check=[HealthCheck.too_slow], deadline=None)
@given(header=st.lists(headers, min_size=1, max_size=8), data=st.data())
def test_proposing_never_fails_and_what_it_writes_can_be_read(header, data):
    width = len(header)
    rows = data.draw(st.lists(st.lists(cells, min_size=0, max_size=width + 1), max_size=12))
    table = Rows(header, rows)
    proposal = propose(table, "any")
    if proposal.mapping() is not None:
        mapping = read_mapping(text_of(proposal), "any")
        assert mapping.seen == tuple(header)
        assert not drift(mapping, table.header, look_at(table)).lost
    else:
        with pytest.raises(BadFile):
            text_of(proposal)


SECRET = "Zyxwvut"


@settings(max_examples=100, deadline=None)
@given(
    header=st.lists(headers.filter(lambda name: SECRET not in name), min_size=1, max_size=6),
    data=st.data(),
)
def test_no_evidence_and_no_error_repeats_a_value(header, data):
    rows = [[f"{SECRET}{n}{data.draw(st.sampled_from(['', ' 1', '/2', '-x']))}" for _ in header] for n in range(40)]
    proposal = propose(Rows(header, rows), "any")
    assert all(SECRET not in guess.evidence for guess in proposal.guesses.values())
    try:
        assert SECRET not in text_of(proposal)
    except BadFile as trouble:
        assert SECRET not in str(trouble)


def test_a_districts_own_discipline_export_is_known_for_one_and_never_for_attendance():
    rows = (
        "501|101|09/08/2026|FIGHT|ISS|09/09/2026|1", "502|101|09/14/2026|THEFT|OSS|09/15/2026|3",
        "503|102|10/01/2026|FIGHT|Lunch Detention|10/02/2026|1", "501|101|10/05/2026|FIGHT|ISS|10/06/2026|2",
    )  # fmt: skip
    header = "STU_ID SCHL_NBR INCIDENT_DT OFFENSE_CD RESOLUTION_CD RESOLUTION_STRT_DT RESOLUTION_LENGTH"
    proposal = proposed(header, rows)
    assert (proposal.recipe.name, proposal.missing) == ("discipline", ())
    assert proposal.codes["actions"] == {
        "ISS": "in_school_suspension", "OSS": "out_of_school_suspension", "Lunch Detention": "No action",
    }  # fmt: skip
    mapping = proposal.mapping()
    assert "OFFENSE_CD" not in repr(mapping.table)


def test_why_students_left_is_proposed_with_what_its_words_mean():
    proposal = proposed(
        "student_number school_id entry_date exit_date grade_level exit_code",
        ["501|101|2026-08-17|2026-10-01|9|Dropped Out", "502|101|2026-08-17||10|",
         "503|101|2026-08-17|2026-10-02|9|W12", "504|101|2026-08-17|2026-10-03|9|01908"],
    )  # fmt: skip
    assert proposal.recipe.name == "school enrollment"
    assert proposal.codes["leaving"] == {"Dropped Out": "dropped_out", "01908": "transfer_in_state"}
    assert "W12" in proposal.open_codes["leaving"]


def test_a_students_record_of_courses_is_proposed_as_transcripts():
    proposal = proposed(
        "STU_NUM SCH_YR TERM_CD CRS_NBR CRS_TITLE CR_EARNED GR_LVL FINAL_MARK PASS_FAIL",
        ["501|2025-2026|S1|ALG|Algebra|0.5|09|88 B+|Pass", "502|2025-2026|S1|ART|Art|0|09|50 F|Fail"],
    )
    assert proposal.recipe.name == "transcripts"
    assert chosen(proposal) == {
        "student_id": "STU_NUM", "course_id": "CRS_NBR", "credits_earned": "CR_EARNED", "course_name": "CRS_TITLE",
        "school_year": "SCH_YR", "term_id": "TERM_CD", "grade_level": "GR_LVL", "final_mark": "FINAL_MARK",
        "course_result": "PASS_FAIL",
    }  # fmt: skip
    assert proposal.open_codes["results"] == ()


def test_which_courses_are_advanced_is_proposed_by_its_words_and_a_strange_one_is_asked_for():
    proposal = proposed("COURSE_CODE COURSE_LEVEL CREDITS", ["CALC|AP|1", "ALG|Regular|1", "BIO|AICE|1"])
    assert proposal.recipe.name == "course levels"
    assert proposal.codes["course_levels"] == {"AP": "AP", "Regular": "Regular"}
    assert proposal.open_codes["course_levels"] == ("AICE",)


def test_transcripts_come_in_through_a_confirmed_mapping(two_schools):
    two_schools.begin()
    path = two_schools.file("grad.csv", """
        STU_NUM,SCH_YR,TERM_CD,CRS_NBR,CR_EARNED,FINAL_MARK,PASS_FAIL
        501,2025-2026,S1,ALG,0.5,88 B+,Pass
        502,2025-2026,S1,ART,0,50 F,Fail
    """)  # fmt: skip
    assert confirm(two_schools.database, path) == 2  # CRS_NBR and FINAL_MARK are likely, not sure
    assert two_schools.load(path).problems == []
    assert two_schools.ask(
        "SELECT given_name, school_year, term, course_code, credits_earned, score, score_text, result"
        "  FROM transcript_course JOIN student USING (student_key) ORDER BY 1"
    ) == [
        ("Ada", 2026, "semester 1", "ALG", 0.5, 88.0, "B+", "passed"),
        ("Ben", 2026, "semester 1", "ART", 0.0, 50.0, "F", "failed"),
    ]
