-- Releases over time: who was counted where at each release, and how many students each number exchanged since.

-- One row for each counting that a release was drafted from. Rows about students are cleared when the year is over.
CREATE TABLE release_memory (
    memory_key INTEGER PRIMARY KEY,
    snapshot TEXT NOT NULL,
    school_year TEXT NOT NULL
) STRICT;
-- What students can be counted as: their groups and the numbers they are in. No student stands here.
CREATE TABLE memory_profile (
    profile_key INTEGER PRIMARY KEY,
    memory_key INTEGER NOT NULL REFERENCES release_memory (memory_key) ON DELETE CASCADE,
    profile TEXT NOT NULL,
    UNIQUE (memory_key, profile)
) STRICT;
-- Who was counted as what, and where: the state's id of the school, empty for the district.
CREATE TABLE memory_member (
    memory_key INTEGER NOT NULL REFERENCES release_memory (memory_key) ON DELETE CASCADE,
    school_id TEXT NOT NULL,
    student_key INTEGER NOT NULL,
    profile_key INTEGER NOT NULL,
    PRIMARY KEY (memory_key, school_id, student_key)
) STRICT, WITHOUT ROWID;
-- The counts shelf's second part: integers that no student stands behind by name.
CREATE TABLE count_turnover (
    memory_key INTEGER NOT NULL REFERENCES release_memory (memory_key) ON DELETE CASCADE,
    since_key INTEGER NOT NULL,
    metric TEXT NOT NULL,
    detail TEXT NOT NULL DEFAULT '',
    school_id TEXT NOT NULL,
    dimension TEXT NOT NULL,
    category TEXT NOT NULL,
    measure TEXT NOT NULL CHECK (measure IN ('n', 'denominator', 'complement')),
    changed INTEGER NOT NULL CHECK (changed >= 1),
    settled INTEGER NOT NULL CHECK (settled BETWEEN 0 AND changed),
    PRIMARY KEY (memory_key, since_key, metric, detail, school_id, dimension, category, measure)
) STRICT, WITHOUT ROWID;
