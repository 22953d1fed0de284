-- The rules of releases: proposed by one person, signed by another, and kept as they were.
CREATE TABLE disclosure_policy (
    policy_key INTEGER PRIMARY KEY,
    version INTEGER NOT NULL CHECK (version >= 1),
    sha256 TEXT NOT NULL,
    rules TEXT NOT NULL,
    reason TEXT NOT NULL CHECK (reason <> ''),
    proposed_by TEXT NOT NULL,
    proposed_at TEXT NOT NULL,
    signed_by TEXT,
    signed_at TEXT,
    CHECK (signed_by IS NULL OR signed_by <> proposed_by COLLATE NOCASE),
    CHECK ((signed_by IS NULL) = (signed_at IS NULL))
) STRICT;
CREATE UNIQUE INDEX disclosure_policy_signed ON disclosure_policy (version) WHERE signed_by IS NOT NULL;
CREATE TRIGGER disclosure_policy_stays BEFORE UPDATE ON disclosure_policy WHEN old.signed_by IS NOT NULL
BEGIN SELECT RAISE(ABORT, 'a signed policy stays as it was signed'); END;
CREATE TRIGGER disclosure_policy_is_kept BEFORE DELETE ON disclosure_policy
BEGIN SELECT RAISE(ABORT, 'policies are kept for ever'); END;
