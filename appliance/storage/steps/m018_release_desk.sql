-- The release desk: what left stays readable as it left, each step has a person and a time, and nothing is unsaid.
CREATE TABLE release_anew (
    release_key INTEGER PRIMARY KEY,
    snapshot TEXT NOT NULL,
    school_year TEXT NOT NULL,
    version INTEGER NOT NULL CHECK (version >= 1),
    status TEXT NOT NULL CHECK (status IN ('drafted', 'approved', 'built', 'withdrawn', 'discarded')),
    minimum_n INTEGER NOT NULL CHECK (minimum_n >= 5),
    policy TEXT NOT NULL DEFAULT '',
    memory_key INTEGER,
    replaces_key INTEGER REFERENCES release_anew (release_key),
    reason TEXT NOT NULL DEFAULT '',
    drafted_by TEXT NOT NULL,
    drafted_at TEXT NOT NULL,
    approved_by TEXT,
    approved_at TEXT,
    package_name TEXT,
    package_sha256 TEXT,
    package BLOB,
    content_sha256 TEXT NOT NULL,
    report TEXT NOT NULL DEFAULT '',
    CHECK (approved_by IS NULL OR approved_by <> drafted_by COLLATE NOCASE),
    CHECK (status <> 'built' OR package_sha256 IS NOT NULL)
) STRICT;
INSERT INTO release_anew (release_key, snapshot, school_year, version, status, minimum_n, drafted_by, drafted_at,
                          approved_by, approved_at, package_name, package_sha256, content_sha256, report)
SELECT release_key, snapshot, school_year, version, status, minimum_n, drafted_by, drafted_at,
       approved_by, approved_at, package_name, package_sha256, content_sha256, report FROM release;
DROP TABLE release;
ALTER TABLE release_anew RENAME TO release;
CREATE TABLE release_step (
    release_key INTEGER NOT NULL REFERENCES release (release_key),
    step INTEGER NOT NULL,
    deed TEXT NOT NULL,
    who TEXT NOT NULL,
    at TEXT NOT NULL,
    reason TEXT NOT NULL DEFAULT '',
    PRIMARY KEY (release_key, step)
) STRICT, WITHOUT ROWID;
CREATE TRIGGER release_step_stays BEFORE UPDATE ON release_step
BEGIN SELECT RAISE(ABORT, 'the history of releases is kept as it was'); END;
CREATE TRIGGER release_step_is_kept BEFORE DELETE ON release_step
BEGIN SELECT RAISE(ABORT, 'the history of releases is kept for ever'); END;
