-- Accounts, their sessions, and what was done: who looked at whom, who changed what.
-- `staff_key` and `student_key` are keys of district.db, which this file cannot hold to: it outlives what it names.
CREATE TABLE account (
    account_key INTEGER PRIMARY KEY,
    username TEXT NOT NULL UNIQUE COLLATE NOCASE CHECK (username <> ''),
    password_hash TEXT NOT NULL,
    role TEXT NOT NULL CHECK (role <> ''),
    staff_key INTEGER,
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
    is_change INTEGER NOT NULL DEFAULT 0 CHECK (is_change IN (0, 1)),
    takes_back INTEGER CHECK (takes_back < sequence),
    previous BLOB NOT NULL CHECK (length(previous) = 32),
    sha256 BLOB NOT NULL CHECK (length(sha256) = 32)
) STRICT;
CREATE INDEX access_log_change ON access_log (sequence) WHERE is_change;
CREATE UNIQUE INDEX access_log_taken_back ON access_log (takes_back) WHERE takes_back IS NOT NULL;
CREATE INDEX access_log_by_person ON access_log (who, sequence);
CREATE INDEX access_log_by_time ON access_log (at);
CREATE TABLE access_log_student (
    student_key INTEGER NOT NULL,
    sequence INTEGER NOT NULL REFERENCES access_log (sequence),
    PRIMARY KEY (student_key, sequence)
) STRICT, WITHOUT ROWID;
CREATE INDEX access_log_student_by_line ON access_log_student (sequence);
CREATE TRIGGER access_log_is_kept BEFORE DELETE ON access_log
    BEGIN SELECT raise(ABORT, 'the access log is append-only'); END;
CREATE TRIGGER access_log_is_not_rewritten BEFORE UPDATE ON access_log
    BEGIN SELECT raise(ABORT, 'the access log is append-only'); END;
CREATE TRIGGER access_log_student_is_kept BEFORE DELETE ON access_log_student
    BEGIN SELECT raise(ABORT, 'the access log is append-only'); END;
CREATE TRIGGER access_log_student_is_not_rewritten BEFORE UPDATE ON access_log_student
    BEGIN SELECT raise(ABORT, 'the access log is append-only'); END;
-- The newest change that district.db is known to hold: an older copy of it, put back, does not.
CREATE TABLE newest_change (
    one INTEGER PRIMARY KEY CHECK (one = 1),
    sequence INTEGER NOT NULL REFERENCES access_log (sequence)
) STRICT;
