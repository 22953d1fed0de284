-- What came in, when, from which file, and what was wrong with it. No value of any row is kept here.
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
