-- Which sensitive fields a steward wants kept, and why; and the rows that were refused, until they can be loaded.
CREATE TABLE field_choice (
    name TEXT PRIMARY KEY CHECK (name IN ('special_education', 'section_504', 'economic', 'homeless', 'foster',
        'migrant', 'military', 'discipline', 'meals', 'family_relation', 'leaving_reason')),
    is_on INTEGER NOT NULL CHECK (is_on IN (0, 1)),
    purpose TEXT NOT NULL,
    until_day INTEGER CHECK (until_day BETWEEN -25567 AND 47481),
    chosen_by TEXT NOT NULL,
    chosen_at TEXT NOT NULL,
    CHECK (purpose <> '' OR NOT is_on)
) STRICT, WITHOUT ROWID;
INSERT INTO field_choice
SELECT value, value NOT IN ('discipline', 'meals', 'family_relation', 'leaving_reason'),
       CASE WHEN value IN ('discipline', 'meals', 'family_relation', 'leaving_reason') THEN ''
            ELSE 'totals by group for the state' END,
       NULL, 'as shipped', strftime('%Y-%m-%dT%H:%M:%S+00:00', 'now')
  FROM json_each('["special_education", "section_504", "economic", "homeless", "foster", "migrant", "military",
       "discipline", "meals", "family_relation", "leaving_reason"]');
CREATE TABLE quarantine (
    quarantine_key INTEGER PRIMARY KEY,
    batch_key INTEGER NOT NULL REFERENCES batch (batch_key),
    until_day INTEGER NOT NULL CHECK (until_day BETWEEN -25567 AND 47481),
    file TEXT NOT NULL,
    row_number INTEGER NOT NULL,
    kind TEXT NOT NULL,
    loaded_as TEXT NOT NULL,
    system TEXT NOT NULL,
    mapping TEXT NOT NULL DEFAULT '',
    column_name TEXT NOT NULL DEFAULT '',
    code TEXT NOT NULL,
    sentence TEXT NOT NULL,
    missing TEXT NOT NULL DEFAULT '',
    missing_sha256 TEXT NOT NULL DEFAULT '',
    own_sha256 TEXT NOT NULL DEFAULT '',
    own_local_sha256 TEXT NOT NULL DEFAULT '',
    cells TEXT NOT NULL CHECK (json_valid(cells))
) STRICT;
CREATE INDEX quarantine_by_batch ON quarantine (batch_key);
CREATE TABLE quarantine_batch (
    batch_key INTEGER PRIMARY KEY REFERENCES batch (batch_key),
    kept INTEGER NOT NULL CHECK (kept >= 0),
    beyond INTEGER NOT NULL CHECK (beyond >= 0),
    withheld INTEGER NOT NULL CHECK (withheld >= 0)
) STRICT;
