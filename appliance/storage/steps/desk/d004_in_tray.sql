-- What people write down about a student waits here for the next change of district.db, which takes it in: so nobody who
-- talked with a child waits for an import. `tray_key` is drawn at random: a desk that was put back from an older copy
-- never gives a number again that the records know.
CREATE TABLE check_in_tray (
    place INTEGER PRIMARY KEY,
    tray_key INTEGER NOT NULL UNIQUE,
    student_key INTEGER NOT NULL,
    account_key INTEGER NOT NULL REFERENCES account (account_key),
    day INTEGER NOT NULL CHECK (day BETWEEN -25567 AND 47481),
    kind TEXT NOT NULL CHECK (kind IN ('talked', 'family', 'plan', 'not_needed')),
    note TEXT NOT NULL DEFAULT '' CHECK (length(note) <= 300),
    follow_up_day INTEGER CHECK (follow_up_day > day)
) STRICT;
