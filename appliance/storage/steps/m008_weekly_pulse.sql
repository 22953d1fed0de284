-- The privacy budget's ledger, what was drawn for each entry, and the file made of it. All three only grow.
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
