"""How the tables came to be, one named step after another, forward only.

A step that has shipped is history and stays as it was. Each step is one transaction together with its own record
(sqlite-utils keeps both), so a crash leaves the step done or not begun. Never `executescript` here: it commits.
What each column is for, who may see it and how long it is kept stands in `field_catalogue`.
"""

from sqlite_utils import Database as Tables
from sqlite_utils.migrations import Migrations

steps = Migrations("schoolhouse")


def _run(db: Tables, statements: str) -> None:
    for statement in statements.split(";\n"):
        if statement.strip():
            db.execute(statement)


@steps()
def m001_schools_and_time(db: Tables) -> None:
    """Organizations, academic sessions, the calendar, and where each thing's outside id is kept."""
    _run(
        db,
        """
CREATE TABLE identity (
    entity TEXT NOT NULL CHECK (entity IN
        ('organization', 'session', 'course', 'section', 'student', 'staff', 'line_item', 'test')),
    system TEXT NOT NULL CHECK (system IN ('oneroster', 'edfi', 'district')),
    source_id TEXT NOT NULL CHECK (source_id <> ''),
    key INTEGER NOT NULL,
    PRIMARY KEY (entity, system, source_id)
) STRICT, WITHOUT ROWID;
CREATE TABLE organization (
    organization_key INTEGER PRIMARY KEY,
    name TEXT NOT NULL,
    kind TEXT NOT NULL CHECK (kind IN ('district', 'school', 'department')),
    state_id TEXT NOT NULL UNIQUE,
    parent_key INTEGER REFERENCES organization (organization_key),
    is_active INTEGER NOT NULL DEFAULT 1 CHECK (is_active IN (0, 1))
) STRICT;
CREATE TABLE academic_session (
    session_key INTEGER PRIMARY KEY,
    title TEXT NOT NULL,
    kind TEXT NOT NULL CHECK (kind IN ('school_year', 'semester', 'term', 'grading_period')),
    begin_day INTEGER NOT NULL CHECK (begin_day BETWEEN -25567 AND 47481),
    end_day INTEGER NOT NULL CHECK (end_day BETWEEN -25567 AND 47481),
    school_year INTEGER NOT NULL CHECK (school_year BETWEEN 1900 AND 2100),
    parent_key INTEGER REFERENCES academic_session (session_key),
    CHECK (begin_day < end_day)
) STRICT;
CREATE TABLE calendar_day (
    organization_key INTEGER NOT NULL REFERENCES organization (organization_key),
    day INTEGER NOT NULL CHECK (day BETWEEN -25567 AND 47481),
    is_instructional INTEGER NOT NULL CHECK (is_instructional IN (0, 1)),
    PRIMARY KEY (organization_key, day)
) STRICT, WITHOUT ROWID;
CREATE VIEW school_day AS
SELECT school.organization_key AS school_key, calendar_day.day
  FROM organization AS school
  JOIN calendar_day ON calendar_day.organization_key = CASE
         WHEN EXISTS (SELECT 1 FROM calendar_day AS own WHERE own.organization_key = school.organization_key)
         THEN school.organization_key
         ELSE coalesce(school.parent_key, (SELECT min(organization_key) FROM organization WHERE kind = 'district')) END
 WHERE school.kind = 'school' AND calendar_day.is_instructional;
""",
    )


@steps()
def m002_people(db: Tables) -> None:
    """Students and staff, and which school each belongs to when."""
    _run(
        db,
        """
CREATE TABLE student (
    student_key INTEGER PRIMARY KEY,
    given_name TEXT NOT NULL,
    middle_name TEXT NOT NULL DEFAULT '',
    family_name TEXT NOT NULL,
    birth_day INTEGER CHECK (birth_day BETWEEN -25567 AND 47481),
    sex TEXT CHECK (sex IN ('F', 'M', 'X')),
    race TEXT CHECK (race IN ('AM7', 'AS7', 'BL7', 'HI7', 'PI7', 'WH7', 'MU7')),
    is_active INTEGER NOT NULL DEFAULT 1 CHECK (is_active IN (0, 1))
) STRICT;
CREATE INDEX student_by_name ON student (family_name, given_name);
CREATE TABLE school_enrollment (
    student_key INTEGER NOT NULL REFERENCES student (student_key),
    school_key INTEGER NOT NULL REFERENCES organization (organization_key),
    begin_day INTEGER NOT NULL CHECK (begin_day BETWEEN -25567 AND 47481),
    end_day INTEGER CHECK (end_day BETWEEN -25567 AND 47481),
    grade_level TEXT NOT NULL CHECK (grade_level IN
        ('PK', 'KG', '01', '02', '03', '04', '05', '06', '07', '08', '09', '10', '11', '12', '13', 'UG', 'AE')),
    PRIMARY KEY (student_key, school_key, begin_day),
    CHECK (end_day IS NULL OR end_day >= begin_day)
) STRICT, WITHOUT ROWID;
CREATE INDEX school_enrollment_by_school ON school_enrollment (school_key, grade_level);
CREATE TABLE program_membership (
    student_key INTEGER NOT NULL REFERENCES student (student_key),
    program TEXT NOT NULL CHECK (program IN ('english_learner', 'bilingual', 'special_education', 'section_504',
        'economic', 'gifted', 'career_technical', 'migrant', 'homeless', 'foster', 'military')),
    begin_day INTEGER NOT NULL CHECK (begin_day BETWEEN -25567 AND 47481),
    end_day INTEGER CHECK (end_day BETWEEN -25567 AND 47481),
    PRIMARY KEY (student_key, program, begin_day),
    CHECK (end_day IS NULL OR end_day >= begin_day)
) STRICT, WITHOUT ROWID;
CREATE TABLE staff (
    staff_key INTEGER PRIMARY KEY,
    given_name TEXT NOT NULL,
    family_name TEXT NOT NULL,
    is_active INTEGER NOT NULL DEFAULT 1 CHECK (is_active IN (0, 1))
) STRICT;
CREATE TABLE staff_role (
    staff_key INTEGER NOT NULL REFERENCES staff (staff_key),
    organization_key INTEGER NOT NULL REFERENCES organization (organization_key),
    role TEXT NOT NULL CHECK (role IN
        ('teacher', 'aide', 'counselor', 'principal', 'district_administrator', 'system_administrator')),
    begin_day INTEGER CHECK (begin_day BETWEEN -25567 AND 47481),
    end_day INTEGER CHECK (end_day BETWEEN -25567 AND 47481),
    PRIMARY KEY (staff_key, organization_key, role)
) STRICT, WITHOUT ROWID;
CREATE TABLE caseload (
    staff_key INTEGER NOT NULL REFERENCES staff (staff_key),
    student_key INTEGER NOT NULL REFERENCES student (student_key),
    begin_day INTEGER NOT NULL CHECK (begin_day BETWEEN -25567 AND 47481),
    end_day INTEGER CHECK (end_day BETWEEN -25567 AND 47481),
    PRIMARY KEY (staff_key, student_key, begin_day)
) STRICT, WITHOUT ROWID;
""",
    )


@steps()
def m003_learning(db: Tables) -> None:
    """Courses, sections, who is in them, grades and test results."""
    _run(
        db,
        """
CREATE TABLE course (
    course_key INTEGER PRIMARY KEY,
    code TEXT NOT NULL,
    title TEXT NOT NULL,
    subject TEXT NOT NULL DEFAULT ''
) STRICT;
CREATE TABLE section (
    section_key INTEGER PRIMARY KEY,
    school_key INTEGER NOT NULL REFERENCES organization (organization_key),
    course_key INTEGER NOT NULL REFERENCES course (course_key),
    code TEXT NOT NULL,
    title TEXT NOT NULL,
    period TEXT NOT NULL DEFAULT '',
    room TEXT NOT NULL DEFAULT '',
    begin_day INTEGER NOT NULL CHECK (begin_day BETWEEN -25567 AND 47481),
    end_day INTEGER NOT NULL CHECK (end_day BETWEEN -25567 AND 47481),
    is_active INTEGER NOT NULL DEFAULT 1 CHECK (is_active IN (0, 1))
) STRICT;
CREATE INDEX section_by_school ON section (school_key);
CREATE TABLE section_enrollment (
    section_key INTEGER NOT NULL REFERENCES section (section_key),
    student_key INTEGER NOT NULL REFERENCES student (student_key),
    begin_day INTEGER NOT NULL CHECK (begin_day BETWEEN -25567 AND 47481),
    end_day INTEGER CHECK (end_day BETWEEN -25567 AND 47481),
    PRIMARY KEY (section_key, student_key, begin_day)
) STRICT, WITHOUT ROWID;
CREATE INDEX section_enrollment_by_student ON section_enrollment (student_key);
CREATE TABLE teaching (
    staff_key INTEGER NOT NULL REFERENCES staff (staff_key),
    section_key INTEGER NOT NULL REFERENCES section (section_key),
    begin_day INTEGER NOT NULL CHECK (begin_day BETWEEN -25567 AND 47481),
    end_day INTEGER CHECK (end_day BETWEEN -25567 AND 47481),
    is_primary INTEGER NOT NULL DEFAULT 1 CHECK (is_primary IN (0, 1)),
    PRIMARY KEY (staff_key, section_key, begin_day)
) STRICT, WITHOUT ROWID;
CREATE INDEX teaching_by_section ON teaching (section_key);
CREATE TABLE line_item (
    line_item_key INTEGER PRIMARY KEY,
    section_key INTEGER NOT NULL REFERENCES section (section_key),
    title TEXT NOT NULL,
    kind TEXT NOT NULL CHECK (kind IN ('course_grade', 'assignment')),
    session_key INTEGER REFERENCES academic_session (session_key),
    due_day INTEGER CHECK (due_day BETWEEN -25567 AND 47481),
    highest REAL
) STRICT;
CREATE INDEX line_item_by_section ON line_item (section_key, kind);
CREATE TABLE grade (
    student_key INTEGER NOT NULL REFERENCES student (student_key),
    line_item_key INTEGER NOT NULL REFERENCES line_item (line_item_key),
    score REAL,
    score_text TEXT,
    scored_day INTEGER CHECK (scored_day BETWEEN -25567 AND 47481),
    is_missing INTEGER NOT NULL DEFAULT 0 CHECK (is_missing IN (0, 1)),
    PRIMARY KEY (student_key, line_item_key)
) STRICT, WITHOUT ROWID;
CREATE INDEX grade_missing ON grade (student_key) WHERE is_missing = 1;
CREATE TABLE test (
    test_key INTEGER PRIMARY KEY,
    code TEXT NOT NULL UNIQUE,
    title TEXT NOT NULL,
    subject TEXT NOT NULL CHECK (subject IN ('MATH', 'RLA', 'SCI', 'SOC', 'ELP', 'OTHER')),
    kind TEXT NOT NULL CHECK (kind IN ('state', 'benchmark', 'other')),
    scale TEXT NOT NULL DEFAULT '',
    part_of TEXT NOT NULL DEFAULT ''
) STRICT;
CREATE TABLE test_result (
    student_key INTEGER NOT NULL REFERENCES student (student_key),
    test_key INTEGER NOT NULL REFERENCES test (test_key),
    day INTEGER NOT NULL CHECK (day BETWEEN -25567 AND 47481),
    occurrence INTEGER NOT NULL DEFAULT 1 CHECK (occurrence >= 1),
    raw_score REAL,
    scale_score REAL,
    standard_error REAL CHECK (standard_error >= 0),
    level TEXT,
    meets INTEGER CHECK (meets IN (0, 1)),
    administration TEXT NOT NULL DEFAULT '',
    grade_level TEXT,
    PRIMARY KEY (student_key, test_key, day, occurrence)
) STRICT, WITHOUT ROWID;
CREATE INDEX test_result_by_test ON test_result (test_key, day);
""",
    )


@steps()
def m004_attendance(db: Tables) -> None:
    """Exceptions only: what is not here, on a day that was taken, was a day at school."""
    _run(
        db,
        """
CREATE TABLE attendance_day (
    student_key INTEGER NOT NULL REFERENCES student (student_key),
    day INTEGER NOT NULL CHECK (day BETWEEN -25567 AND 47481),
    category TEXT NOT NULL CHECK (category IN ('excused', 'unexcused', 'tardy')),
    basis TEXT NOT NULL CHECK (basis IN ('daily', 'sections')),
    PRIMARY KEY (student_key, day)
) STRICT, WITHOUT ROWID;
CREATE INDEX attendance_day_by_day ON attendance_day (day);
CREATE TABLE attendance_section (
    student_key INTEGER NOT NULL REFERENCES student (student_key),
    day INTEGER NOT NULL CHECK (day BETWEEN -25567 AND 47481),
    section_key INTEGER NOT NULL REFERENCES section (section_key),
    category TEXT NOT NULL CHECK (category IN ('excused', 'unexcused', 'tardy')),
    PRIMARY KEY (student_key, day, section_key)
) STRICT, WITHOUT ROWID;
CREATE TABLE attendance_taken (
    school_key INTEGER NOT NULL REFERENCES organization (organization_key),
    day INTEGER NOT NULL CHECK (day BETWEEN -25567 AND 47481),
    PRIMARY KEY (school_key, day)
) STRICT, WITHOUT ROWID;
CREATE TABLE student_attendance (
    student_key INTEGER NOT NULL REFERENCES student (student_key),
    school_key INTEGER NOT NULL REFERENCES organization (organization_key),
    school_year INTEGER NOT NULL CHECK (school_year BETWEEN 1900 AND 2100),
    days_enrolled INTEGER NOT NULL CHECK (days_enrolled >= 0),
    days_missed INTEGER NOT NULL CHECK (days_missed BETWEEN 0 AND days_enrolled),
    days_excused INTEGER NOT NULL CHECK (days_excused BETWEEN 0 AND days_missed),
    days_late INTEGER NOT NULL CHECK (days_late BETWEEN 0 AND days_enrolled),
    PRIMARY KEY (school_key, school_year, student_key)
) STRICT, WITHOUT ROWID;
CREATE INDEX student_attendance_by_student ON student_attendance (student_key, school_year);
CREATE TABLE school_attendance_day (
    school_key INTEGER NOT NULL REFERENCES organization (organization_key),
    day INTEGER NOT NULL CHECK (day BETWEEN -25567 AND 47481),
    enrolled INTEGER NOT NULL CHECK (enrolled >= 0),
    missed INTEGER NOT NULL CHECK (missed BETWEEN 0 AND enrolled),
    PRIMARY KEY (school_key, day)
) STRICT, WITHOUT ROWID;
""",
    )


@steps()
def m005_batches(db: Tables) -> None:
    """What came in, when, from which file, and what was wrong with it. No value of any row is kept here."""
    _run(
        db,
        """
CREATE TABLE batch (
    batch_key INTEGER PRIMARY KEY,
    loaded_at TEXT NOT NULL,
    loaded_by TEXT NOT NULL,
    status TEXT NOT NULL CHECK (status IN ('loaded', 'unchanged', 'held', 'undone')),
    reason TEXT NOT NULL DEFAULT '',
    seconds REAL NOT NULL CHECK (seconds >= 0)
) STRICT;
CREATE TABLE batch_file (
    batch_key INTEGER NOT NULL REFERENCES batch (batch_key),
    name TEXT NOT NULL,
    kind TEXT NOT NULL,
    sha256 TEXT NOT NULL,
    row_count INTEGER NOT NULL CHECK (row_count >= 0),
    PRIMARY KEY (batch_key, name)
) STRICT, WITHOUT ROWID;
CREATE TABLE batch_count (
    batch_key INTEGER NOT NULL REFERENCES batch (batch_key),
    entity TEXT NOT NULL,
    added INTEGER NOT NULL,
    changed INTEGER NOT NULL,
    unchanged INTEGER NOT NULL,
    ended INTEGER NOT NULL,
    refused INTEGER NOT NULL,
    PRIMARY KEY (batch_key, entity)
) STRICT, WITHOUT ROWID;
CREATE TABLE problem (
    problem_key INTEGER PRIMARY KEY,
    batch_key INTEGER NOT NULL REFERENCES batch (batch_key),
    file TEXT NOT NULL,
    row_number INTEGER,
    column_name TEXT NOT NULL DEFAULT '',
    code TEXT NOT NULL,
    value_kind TEXT NOT NULL DEFAULT '',
    sentence TEXT NOT NULL
) STRICT;
CREATE INDEX problem_by_batch ON problem (batch_key, code);
""",
    )


@steps()
def m006_people_who_look(db: Tables) -> None:
    """Accounts, their sessions, what they did and whom they looked at, and the check-ins they recorded."""
    _run(
        db,
        """
CREATE TABLE account (
    account_key INTEGER PRIMARY KEY,
    username TEXT NOT NULL UNIQUE COLLATE NOCASE CHECK (username <> ''),
    password_hash TEXT NOT NULL,
    role TEXT NOT NULL CHECK (role IN ('teacher', 'counselor', 'principal', 'superintendent', 'data_steward')),
    staff_key INTEGER REFERENCES staff (staff_key),
    display_name TEXT NOT NULL,
    is_disabled INTEGER NOT NULL DEFAULT 0 CHECK (is_disabled IN (0, 1)),
    failures INTEGER NOT NULL DEFAULT 0 CHECK (failures >= 0),
    not_before REAL NOT NULL DEFAULT 0
) STRICT;
CREATE TABLE web_session (
    token_hash BLOB PRIMARY KEY CHECK (length(token_hash) = 32),
    account_key INTEGER NOT NULL REFERENCES account (account_key) ON DELETE CASCADE,
    csrf_token TEXT NOT NULL,
    begun_at REAL NOT NULL,
    seen_at REAL NOT NULL
) STRICT, WITHOUT ROWID;
CREATE TABLE access_log (
    sequence INTEGER PRIMARY KEY AUTOINCREMENT,
    at TEXT NOT NULL,
    boot TEXT NOT NULL,
    who TEXT NOT NULL,
    action TEXT NOT NULL,
    subject TEXT NOT NULL DEFAULT '',
    reason TEXT NOT NULL DEFAULT '',
    students_sha256 TEXT NOT NULL,
    previous BLOB NOT NULL CHECK (length(previous) = 32),
    sha256 BLOB NOT NULL CHECK (length(sha256) = 32)
) STRICT;
CREATE TABLE access_log_student (
    student_key INTEGER NOT NULL REFERENCES student (student_key),
    sequence INTEGER NOT NULL REFERENCES access_log (sequence),
    PRIMARY KEY (student_key, sequence)
) STRICT, WITHOUT ROWID;
CREATE TRIGGER access_log_is_kept BEFORE DELETE ON access_log
    BEGIN SELECT raise(ABORT, 'the access log is append-only'); END;
CREATE TRIGGER access_log_is_not_rewritten BEFORE UPDATE ON access_log
    BEGIN SELECT raise(ABORT, 'the access log is append-only'); END;
CREATE TRIGGER access_log_student_is_kept BEFORE DELETE ON access_log_student
    BEGIN SELECT raise(ABORT, 'the access log is append-only'); END;
CREATE TRIGGER access_log_student_is_not_rewritten BEFORE UPDATE ON access_log_student
    BEGIN SELECT raise(ABORT, 'the access log is append-only'); END;
CREATE TABLE check_in (
    check_in_key INTEGER PRIMARY KEY,
    student_key INTEGER NOT NULL REFERENCES student (student_key),
    account_key INTEGER NOT NULL REFERENCES account (account_key),
    day INTEGER NOT NULL CHECK (day BETWEEN -25567 AND 47481),
    kind TEXT NOT NULL CHECK (kind IN ('talked', 'family', 'plan', 'not_needed')),
    note TEXT NOT NULL DEFAULT '' CHECK (length(note) <= 300)
) STRICT;
CREATE INDEX check_in_by_student ON check_in (student_key, day);
""",
    )


@steps()
def m007_counts_and_releases(db: Tables) -> None:
    """The counts shelf, the releases made from it, and the key that signs them."""
    _run(
        db,
        """
CREATE TABLE count_table (
    count_table_key INTEGER PRIMARY KEY,
    metric TEXT NOT NULL,
    school_year TEXT NOT NULL,
    snapshot TEXT NOT NULL,
    UNIQUE (metric, snapshot)
) STRICT;
CREATE TABLE count_cell (
    count_table_key INTEGER NOT NULL REFERENCES count_table (count_table_key) ON DELETE CASCADE,
    school_id TEXT NOT NULL,
    dimension TEXT NOT NULL,
    category TEXT NOT NULL,
    detail TEXT NOT NULL DEFAULT '',
    count INTEGER NOT NULL CHECK (count BETWEEN 0 AND out_of),
    out_of INTEGER NOT NULL CHECK (out_of >= 0),
    PRIMARY KEY (count_table_key, school_id, dimension, category, detail)
) STRICT, WITHOUT ROWID;
CREATE TABLE release (
    release_key INTEGER PRIMARY KEY,
    snapshot TEXT NOT NULL,
    school_year TEXT NOT NULL,
    version INTEGER NOT NULL CHECK (version >= 1),
    status TEXT NOT NULL CHECK (status IN ('drafted', 'approved', 'built')),
    minimum_n INTEGER NOT NULL CHECK (minimum_n >= 5),
    drafted_by TEXT NOT NULL,
    drafted_at TEXT NOT NULL,
    approved_by TEXT,
    approved_at TEXT,
    package_name TEXT,
    package_sha256 TEXT,
    content_sha256 TEXT NOT NULL,
    report TEXT NOT NULL DEFAULT '',
    CHECK (approved_by IS NULL OR approved_by <> drafted_by COLLATE NOCASE)
) STRICT;
CREATE TABLE signing_key (
    signing_key_key INTEGER PRIMARY KEY,
    private_key BLOB NOT NULL,
    public_key TEXT NOT NULL,
    made_at TEXT NOT NULL
) STRICT;
""",
    )


@steps()
def m008_weekly_pulse(db: Tables) -> None:
    """The privacy budget's ledger, what was drawn for each entry, and the file made of it. All three only grow."""
    _run(
        db,
        """
CREATE TABLE pulse_debit (
    entry INTEGER PRIMARY KEY CHECK (entry >= 1),
    release TEXT NOT NULL UNIQUE,
    monday_day INTEGER NOT NULL UNIQUE CHECK (monday_day BETWEEN -25567 AND 47481),
    question TEXT NOT NULL,
    question_sha256 TEXT NOT NULL UNIQUE,
    unit TEXT NOT NULL CHECK (unit = 'student'),
    d_in INTEGER NOT NULL CHECK (d_in = 1),
    rho_numerator INTEGER NOT NULL CHECK (rho_numerator > 0),
    rho_denominator INTEGER NOT NULL CHECK (rho_denominator > 0),
    mechanism TEXT NOT NULL,
    previous_sha256 TEXT NOT NULL UNIQUE,
    entry_sha256 TEXT NOT NULL UNIQUE,
    debited_by TEXT NOT NULL,
    debited_at TEXT NOT NULL
) STRICT;
CREATE TABLE pulse_measurement (
    entry INTEGER NOT NULL REFERENCES pulse_debit (entry),
    school_id TEXT NOT NULL,
    missed INTEGER NOT NULL,
    missed_none INTEGER NOT NULL,
    drawn_at TEXT NOT NULL,
    PRIMARY KEY (entry, school_id)
) STRICT, WITHOUT ROWID;
CREATE TABLE pulse_package (
    entry INTEGER PRIMARY KEY REFERENCES pulse_debit (entry),
    content BLOB NOT NULL,
    sha256 TEXT NOT NULL
) STRICT;
CREATE TRIGGER pulse_debit_is_kept BEFORE DELETE ON pulse_debit
    BEGIN SELECT raise(ABORT, 'a debit is never taken back'); END;
CREATE TRIGGER pulse_debit_is_not_rewritten BEFORE UPDATE ON pulse_debit
    BEGIN SELECT raise(ABORT, 'a debit is never changed'); END;
CREATE TRIGGER pulse_measurement_is_kept BEFORE DELETE ON pulse_measurement
    BEGIN SELECT raise(ABORT, 'what was drawn is never drawn again'); END;
CREATE TRIGGER pulse_measurement_is_not_rewritten BEFORE UPDATE ON pulse_measurement
    BEGIN SELECT raise(ABORT, 'what was drawn is never changed'); END;
CREATE TRIGGER pulse_package_is_kept BEFORE DELETE ON pulse_package
    BEGIN SELECT raise(ABORT, 'the same question has the same answer'); END;
CREATE TRIGGER pulse_package_is_not_rewritten BEFORE UPDATE ON pulse_package
    BEGIN SELECT raise(ABORT, 'the same question has the same answer'); END;
""",
    )


@steps()
def m009_taking_batches_back(db: Tables) -> None:
    """What each row was before a batch changed it, so that the newest batches can be taken back."""
    _run(
        db,
        """
CREATE TABLE batch_undo (
    batch_key INTEGER NOT NULL REFERENCES batch (batch_key),
    sequence INTEGER NOT NULL CHECK (sequence >= 1),
    table_name TEXT NOT NULL,
    deed TEXT NOT NULL CHECK (deed IN ('was empty', 'insert', 'update', 'delete')),
    row TEXT NOT NULL CHECK (json_valid(row)),
    PRIMARY KEY (batch_key, sequence)
) STRICT, WITHOUT ROWID;
""",
    )
