-- Until when records of each kind are loaded, worked out with the sums: a page that says how fresh they are reads no row of a
-- student.
CREATE TABLE newest_record (
    kind TEXT PRIMARY KEY,
    day INTEGER CHECK (day BETWEEN -25567 AND 47481),
    school_year INTEGER CHECK (school_year BETWEEN 1900 AND 2100),
    file_key INTEGER
) STRICT, WITHOUT ROWID;
