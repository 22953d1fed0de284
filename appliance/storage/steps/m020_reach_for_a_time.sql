-- Reach that somebody gave: to a coach until a day, to a substitute until six, to a family for its own children.
CREATE TABLE coach_grant (
    coach_grant_key INTEGER PRIMARY KEY,
    account_key INTEGER NOT NULL,
    section_key INTEGER REFERENCES section (section_key),
    student_key INTEGER REFERENCES student (student_key),
    begin_day INTEGER NOT NULL CHECK (begin_day BETWEEN -25567 AND 47481),
    end_day INTEGER NOT NULL CHECK (end_day BETWEEN -25567 AND 47481),
    reason TEXT NOT NULL CHECK (reason <> '' AND length(reason) <= 300),
    given_by TEXT NOT NULL,
    CHECK ((section_key IS NULL) <> (student_key IS NULL)),
    CHECK (begin_day <= end_day AND end_day <= begin_day + 366)
) STRICT;
CREATE INDEX coach_grant_by_account ON coach_grant (account_key);
CREATE TABLE day_code (
    day_code_key INTEGER PRIMARY KEY,
    account_key INTEGER NOT NULL UNIQUE,
    staff_key INTEGER NOT NULL REFERENCES staff (staff_key),
    begins_at INTEGER NOT NULL,
    ends_at INTEGER NOT NULL,
    given_by TEXT NOT NULL,
    CHECK (begins_at <= ends_at AND ends_at <= begins_at + 86400)
) STRICT;
CREATE TABLE guardian_link (
    account_key INTEGER NOT NULL,
    student_key INTEGER NOT NULL REFERENCES student (student_key),
    begin_day INTEGER NOT NULL CHECK (begin_day BETWEEN -25567 AND 47481),
    end_day INTEGER CHECK (end_day BETWEEN -25567 AND 47481),
    given_by TEXT NOT NULL,
    PRIMARY KEY (account_key, student_key),
    CHECK (end_day IS NULL OR end_day >= begin_day)
) STRICT, WITHOUT ROWID;
