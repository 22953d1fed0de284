-- Lines of the access log that a data steward should look into; each until somebody has.
CREATE TABLE alarm (
    sequence INTEGER PRIMARY KEY REFERENCES access_log (sequence),
    settled_at TEXT,
    settled_by TEXT,
    note TEXT NOT NULL DEFAULT '' CHECK (length(note) <= 300),
    CHECK ((settled_at IS NULL) = (settled_by IS NULL))
) STRICT;
CREATE INDEX alarm_open ON alarm (sequence) WHERE settled_at IS NULL;
DROP INDEX access_log_by_person;
CREATE INDEX access_log_by_person ON access_log (who, at);
