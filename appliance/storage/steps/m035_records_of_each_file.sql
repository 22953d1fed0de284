-- How many records stand as each file made them, worked out with the sums: a page that tells it reads no record.
CREATE TABLE file_record (
    file_key INTEGER PRIMARY KEY,
    records INTEGER NOT NULL CHECK (records > 0)
) STRICT;
