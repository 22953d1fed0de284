-- One student, opened for an hour by somebody who otherwise sees totals only; each is reported every week.
CREATE TABLE broken_glass (
    broken_glass_key INTEGER PRIMARY KEY,
    account_key INTEGER NOT NULL,
    student_key INTEGER NOT NULL REFERENCES student (student_key),
    who TEXT NOT NULL,
    reason TEXT NOT NULL CHECK (length(reason) BETWEEN 10 AND 300),
    opened_at INTEGER NOT NULL,
    ends_at INTEGER NOT NULL,
    CHECK (opened_at <= ends_at AND ends_at <= opened_at + 3600)
) STRICT;
CREATE INDEX broken_glass_by_account ON broken_glass (account_key, ends_at);
CREATE TABLE broken_glass_report (
    week_day INTEGER PRIMARY KEY CHECK (week_day BETWEEN -25567 AND 47481),
    made_at INTEGER NOT NULL,
    openings INTEGER NOT NULL CHECK (openings >= 0)
) STRICT;
