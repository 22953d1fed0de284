-- The counts shelf, the releases made from it, and the key that signs them.
CREATE TABLE count_table (
    count_table_key INTEGER PRIMARY KEY,
    metric TEXT NOT NULL,
    school_year TEXT NOT NULL,
    snapshot TEXT NOT NULL,
    UNIQUE (metric, snapshot)
) STRICT;
CREATE TABLE count_cell (
    count_table_key INTEGER NOT NULL REFERENCES count_table (count_table_key) ON DELETE CASCADE,
    school_id TEXT NOT NULL,
    dimension TEXT NOT NULL,
    category TEXT NOT NULL,
    detail TEXT NOT NULL DEFAULT '',
    count INTEGER NOT NULL CHECK (count BETWEEN 0 AND out_of),
    out_of INTEGER NOT NULL CHECK (out_of >= 0),
    PRIMARY KEY (count_table_key, school_id, dimension, category, detail)
) STRICT, WITHOUT ROWID;
CREATE TABLE release (
    release_key INTEGER PRIMARY KEY,
    snapshot TEXT NOT NULL,
    school_year TEXT NOT NULL,
    version INTEGER NOT NULL CHECK (version >= 1),
    status TEXT NOT NULL CHECK (status IN ('drafted', 'approved', 'built')),
    minimum_n INTEGER NOT NULL CHECK (minimum_n >= 5),
    drafted_by TEXT NOT NULL,
    drafted_at TEXT NOT NULL,
    approved_by TEXT,
    approved_at TEXT,
    package_name TEXT,
    package_sha256 TEXT,
    content_sha256 TEXT NOT NULL,
    report TEXT NOT NULL DEFAULT '',
    CHECK (approved_by IS NULL OR approved_by <> drafted_by COLLATE NOCASE)
) STRICT;
CREATE TABLE signing_key (
    signing_key_key INTEGER PRIMARY KEY,
    private_key BLOB NOT NULL,
    public_key TEXT NOT NULL,
    made_at TEXT NOT NULL
) STRICT;
