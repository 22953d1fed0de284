-- From when until when each system used an id, any system's; and ids that were one person's and are now another's.
CREATE TABLE identity_with_days (
    entity TEXT NOT NULL CHECK (entity IN
        ('organization', 'session', 'course', 'section', 'student', 'staff', 'line_item', 'test')),
    system TEXT NOT NULL CHECK (system <> ''),
    source_id TEXT NOT NULL CHECK (source_id <> ''),
    key INTEGER NOT NULL,
    since_day INTEGER CHECK (since_day BETWEEN -25567 AND 47481),
    gone_day INTEGER CHECK (gone_day BETWEEN -25567 AND 47481),
    PRIMARY KEY (entity, system, source_id)
) STRICT, WITHOUT ROWID;
INSERT INTO identity_with_days SELECT entity, system, source_id, key, NULL, NULL FROM identity;
DROP TABLE identity;
ALTER TABLE identity_with_days RENAME TO identity;
CREATE TABLE former_identity (
    former_identity_key INTEGER PRIMARY KEY,
    entity TEXT NOT NULL CHECK (entity IN ('student', 'staff')),
    system TEXT NOT NULL,
    source_id TEXT NOT NULL,
    key INTEGER NOT NULL,
    since_day INTEGER CHECK (since_day BETWEEN -25567 AND 47481),
    gone_day INTEGER NOT NULL CHECK (gone_day BETWEEN -25567 AND 47481)
) STRICT;
