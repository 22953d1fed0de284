-- Organizations, academic sessions, the calendar, and where each thing's outside id is kept.
CREATE TABLE identity (
    entity TEXT NOT NULL CHECK (entity IN
        ('organization', 'session', 'course', 'section', 'student', 'staff', 'line_item', 'test')),
    system TEXT NOT NULL CHECK (system IN ('oneroster', 'edfi', 'district')),
    source_id TEXT NOT NULL CHECK (source_id <> ''),
    key INTEGER NOT NULL,
    PRIMARY KEY (entity, system, source_id)
) STRICT, WITHOUT ROWID;
CREATE TABLE organization (
    organization_key INTEGER PRIMARY KEY,
    name TEXT NOT NULL,
    kind TEXT NOT NULL CHECK (kind IN ('district', 'school', 'department')),
    state_id TEXT NOT NULL UNIQUE,
    parent_key INTEGER REFERENCES organization (organization_key),
    is_active INTEGER NOT NULL DEFAULT 1 CHECK (is_active IN (0, 1))
) STRICT;
CREATE TABLE academic_session (
    session_key INTEGER PRIMARY KEY,
    title TEXT NOT NULL,
    kind TEXT NOT NULL CHECK (kind IN ('school_year', 'semester', 'term', 'grading_period')),
    begin_day INTEGER NOT NULL CHECK (begin_day BETWEEN -25567 AND 47481),
    end_day INTEGER NOT NULL CHECK (end_day BETWEEN -25567 AND 47481),
    school_year INTEGER NOT NULL CHECK (school_year BETWEEN 1900 AND 2100),
    parent_key INTEGER REFERENCES academic_session (session_key),
    CHECK (begin_day < end_day)
) STRICT;
CREATE TABLE calendar_day (
    organization_key INTEGER NOT NULL REFERENCES organization (organization_key),
    day INTEGER NOT NULL CHECK (day BETWEEN -25567 AND 47481),
    is_instructional INTEGER NOT NULL CHECK (is_instructional IN (0, 1)),
    PRIMARY KEY (organization_key, day)
) STRICT, WITHOUT ROWID;
CREATE VIEW school_day AS
SELECT school.organization_key AS school_key, calendar_day.day
  FROM organization AS school
  JOIN calendar_day ON calendar_day.organization_key = CASE
         WHEN EXISTS (SELECT 1 FROM calendar_day AS own WHERE own.organization_key = school.organization_key)
         THEN school.organization_key
         ELSE coalesce(school.parent_key, (SELECT min(organization_key) FROM organization WHERE kind = 'district')) END
 WHERE school.kind = 'school' AND calendar_day.is_instructional;
