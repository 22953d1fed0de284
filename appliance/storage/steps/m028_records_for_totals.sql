-- What the state's tables on discipline, leaving, graduating, language, disability and homelessness are counted from.
-- Nothing of it stands on a page. Codes are EDFacts' where it has some; NULL is what nobody sent, never a no.
--
-- discipline: how often one kind of action happened to a student at a school in a school year. No incident, no day,
-- no word of what happened is kept. `times` counts actions; `days` adds up the days of removal, halves too, and is NULL
-- when one of the actions came without them, or is of a kind that has none.
CREATE TABLE discipline (
    student_key INTEGER NOT NULL REFERENCES student (student_key),
    school_key INTEGER NOT NULL REFERENCES organization (organization_key),
    school_year INTEGER NOT NULL CHECK (school_year BETWEEN 1900 AND 2100),
    action TEXT NOT NULL CHECK (action IN ('in_school_suspension', 'out_of_school_suspension',
        'expulsion_with_services', 'expulsion_without_services', 'unilateral_removal', 'hearing_officer_removal',
        'alternative_placement', 'mechanical_restraint', 'physical_restraint', 'seclusion')),
    times INTEGER NOT NULL CHECK (times > 0),
    days REAL CHECK (days >= 0),
    file_key INTEGER,
    file_row INTEGER,
    PRIMARY KEY (student_key, school_key, school_year, action)
) STRICT, WITHOUT ROWID;
-- leaving: why one enrollment of `school_enrollment` ended, in a few words (CEDS 000110 reduced). An enrollment
-- that ended without a row here ended for a reason that nobody sent.
CREATE TABLE leaving (
    student_key INTEGER NOT NULL REFERENCES student (student_key),
    school_key INTEGER NOT NULL REFERENCES organization (organization_key),
    begin_day INTEGER NOT NULL CHECK (begin_day BETWEEN -25567 AND 47481),
    reason TEXT NOT NULL CHECK (reason IN ('same_district', 'transfer_in_state', 'transfer_elsewhere', 'graduated',
        'other_completer', 'dropped_out', 'aged_out', 'died_or_ill', 'moved_away', 'may_return', 'unknown')),
    file_key INTEGER,
    file_row INTEGER,
    PRIMARY KEY (student_key, school_key, begin_day)
) STRICT, WITHOUT ROWID;
-- completion: a diploma or other credential of a student, on the day it was given, at the school that gave it.
-- REGDIP a regular diploma, ALTDPL the state's alternate diploma, OTHCOM any other credential of completion.
CREATE TABLE completion (
    student_key INTEGER NOT NULL REFERENCES student (student_key),
    day INTEGER NOT NULL CHECK (day BETWEEN -25567 AND 47481),
    kind TEXT NOT NULL CHECK (kind IN ('REGDIP', 'ALTDPL', 'OTHCOM')),
    school_key INTEGER NOT NULL REFERENCES organization (organization_key),
    file_key INTEGER,
    file_row INTEGER,
    PRIMARY KEY (student_key, day, kind)
) STRICT, WITHOUT ROWID;
CREATE INDEX completion_by_school ON completion (school_key, day);
-- graduation_cohort: the school year (the year it ends in) in which a student first entered grade 9, as the state's
-- rules adjust it. Four-year graduates of the cohort 2024 leave by the summer of 2027.
CREATE TABLE graduation_cohort (
    student_key INTEGER PRIMARY KEY REFERENCES student (student_key),
    ninth_grade_year INTEGER NOT NULL CHECK (ninth_grade_year BETWEEN 1900 AND 2100),
    file_key INTEGER,
    file_row INTEGER
) STRICT;
-- special_education_detail, english_learner_detail, homeless_detail: what is known about one membership of
-- `program_membership`: of special_education, of english_learner or bilingual, of homeless, with the same student and
-- first day. A row may say one thing and not the other. A membership without a row has no details.
CREATE TABLE special_education_detail (
    student_key INTEGER NOT NULL REFERENCES student (student_key),
    begin_day INTEGER NOT NULL CHECK (begin_day BETWEEN -25567 AND 47481),
    disability TEXT CHECK (disability IN
        ('AUT', 'DB', 'DD', 'EMN', 'HI', 'ID', 'MD', 'OHI', 'OI', 'SLD', 'SLI', 'TBI', 'VI')),
    environment TEXT CHECK (environment IN ('RC80', 'RC79TO40', 'RC39', 'SS', 'RF', 'HH', 'CF', 'PPPS',
        'REC10YSVCS', 'REC10YOTHLOC', 'REC09YSVCS', 'REC09YOTHLOC', 'SC', 'H', 'SPL')),
    file_key INTEGER,
    file_row INTEGER,
    PRIMARY KEY (student_key, begin_day),
    CHECK (disability IS NOT NULL OR environment IS NOT NULL)
) STRICT, WITHOUT ROWID;
-- home_language: ISO 639-2, three letters. learner_since_day: the first day as an English learner anywhere, which is
-- before begin_day for a child who came from another district.
CREATE TABLE english_learner_detail (
    student_key INTEGER NOT NULL REFERENCES student (student_key),
    begin_day INTEGER NOT NULL CHECK (begin_day BETWEEN -25567 AND 47481),
    home_language TEXT CHECK (home_language GLOB '[a-z][a-z][a-z]'),
    learner_since_day INTEGER CHECK (learner_since_day BETWEEN -25567 AND 47481),
    file_key INTEGER,
    file_row INTEGER,
    PRIMARY KEY (student_key, begin_day),
    CHECK (home_language IS NOT NULL OR learner_since_day IS NOT NULL)
) STRICT, WITHOUT ROWID;
-- night_residence: D doubled up, HM hotel or motel, STH shelter or transitional housing, U unsheltered.
CREATE TABLE homeless_detail (
    student_key INTEGER NOT NULL REFERENCES student (student_key),
    begin_day INTEGER NOT NULL CHECK (begin_day BETWEEN -25567 AND 47481),
    night_residence TEXT CHECK (night_residence IN ('D', 'HM', 'STH', 'U')),
    is_unaccompanied INTEGER CHECK (is_unaccompanied IN (0, 1)),
    file_key INTEGER,
    file_row INTEGER,
    PRIMARY KEY (student_key, begin_day),
    CHECK (night_residence IS NOT NULL OR is_unaccompanied IS NOT NULL)
) STRICT, WITHOUT ROWID;
-- Three more sensitive fields, off like the others until a person turns them on.
CREATE TABLE field_choice_more (
    name TEXT PRIMARY KEY CHECK (name IN ('special_education', 'section_504', 'economic', 'homeless', 'foster',
        'migrant', 'military', 'disability', 'home_language', 'night_residence', 'discipline', 'leaving_reason',
        'meals', 'family_relation')),
    is_on INTEGER NOT NULL CHECK (is_on IN (0, 1)),
    purpose TEXT NOT NULL,
    until_day INTEGER CHECK (until_day BETWEEN -25567 AND 47481),
    chosen_by TEXT NOT NULL,
    chosen_at TEXT NOT NULL,
    CHECK (purpose <> '' OR NOT is_on)
) STRICT, WITHOUT ROWID;
INSERT INTO field_choice_more SELECT name, is_on, purpose, until_day, chosen_by, chosen_at FROM field_choice;
INSERT INTO field_choice_more
SELECT value, 0, '', NULL, 'as shipped', strftime('%Y-%m-%dT%H:%M:%S+00:00', 'now')
  FROM json_each('["disability", "home_language", "night_residence"]');
DROP TABLE field_choice;
ALTER TABLE field_choice_more RENAME TO field_choice;
