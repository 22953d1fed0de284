-- Accounts, their sessions, what they did and whom they looked at, and the check-ins they recorded.
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
