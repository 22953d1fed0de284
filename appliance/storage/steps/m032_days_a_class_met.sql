-- The days on which a class met, as far as a file says so: by naming those who were there, or by an event of its own.
CREATE TABLE section_met (
    section_key INTEGER NOT NULL REFERENCES section (section_key),
    day INTEGER NOT NULL CHECK (day BETWEEN -25567 AND 47481),
    PRIMARY KEY (section_key, day)
) STRICT, WITHOUT ROWID;
