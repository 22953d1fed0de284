-- Students and staff, and which school each belongs to when.
CREATE TABLE student (
    student_key INTEGER PRIMARY KEY,
    given_name TEXT NOT NULL,
    middle_name TEXT NOT NULL DEFAULT '',
    family_name TEXT NOT NULL,
    birth_day INTEGER CHECK (birth_day BETWEEN -25567 AND 47481),
    sex TEXT CHECK (sex IN ('F', 'M', 'X')),
    race TEXT CHECK (race IN ('AM7', 'AS7', 'BL7', 'HI7', 'PI7', 'WH7', 'MU7')),
    is_active INTEGER NOT NULL DEFAULT 1 CHECK (is_active IN (0, 1))
) STRICT;
CREATE INDEX student_by_name ON student (family_name, given_name);
CREATE TABLE school_enrollment (
    student_key INTEGER NOT NULL REFERENCES student (student_key),
    school_key INTEGER NOT NULL REFERENCES organization (organization_key),
    begin_day INTEGER NOT NULL CHECK (begin_day BETWEEN -25567 AND 47481),
    end_day INTEGER CHECK (end_day BETWEEN -25567 AND 47481),
    grade_level TEXT NOT NULL CHECK (grade_level IN
        ('PK', 'KG', '01', '02', '03', '04', '05', '06', '07', '08', '09', '10', '11', '12', '13', 'UG', 'AE')),
    PRIMARY KEY (student_key, school_key, begin_day),
    CHECK (end_day IS NULL OR end_day >= begin_day)
) STRICT, WITHOUT ROWID;
CREATE INDEX school_enrollment_by_school ON school_enrollment (school_key, grade_level);
CREATE TABLE program_membership (
    student_key INTEGER NOT NULL REFERENCES student (student_key),
    program TEXT NOT NULL CHECK (program IN ('english_learner', 'bilingual', 'special_education', 'section_504',
        'economic', 'gifted', 'career_technical', 'migrant', 'homeless', 'foster', 'military')),
    begin_day INTEGER NOT NULL CHECK (begin_day BETWEEN -25567 AND 47481),
    end_day INTEGER CHECK (end_day BETWEEN -25567 AND 47481),
    PRIMARY KEY (student_key, program, begin_day),
    CHECK (end_day IS NULL OR end_day >= begin_day)
) STRICT, WITHOUT ROWID;
CREATE TABLE staff (
    staff_key INTEGER PRIMARY KEY,
    given_name TEXT NOT NULL,
    family_name TEXT NOT NULL,
    is_active INTEGER NOT NULL DEFAULT 1 CHECK (is_active IN (0, 1))
) STRICT;
CREATE TABLE staff_role (
    staff_key INTEGER NOT NULL REFERENCES staff (staff_key),
    organization_key INTEGER NOT NULL REFERENCES organization (organization_key),
    role TEXT NOT NULL CHECK (role IN
        ('teacher', 'aide', 'counselor', 'principal', 'district_administrator', 'system_administrator')),
    begin_day INTEGER CHECK (begin_day BETWEEN -25567 AND 47481),
    end_day INTEGER CHECK (end_day BETWEEN -25567 AND 47481),
    PRIMARY KEY (staff_key, organization_key, role)
) STRICT, WITHOUT ROWID;
CREATE TABLE caseload (
    staff_key INTEGER NOT NULL REFERENCES staff (staff_key),
    student_key INTEGER NOT NULL REFERENCES student (student_key),
    begin_day INTEGER NOT NULL CHECK (begin_day BETWEEN -25567 AND 47481),
    end_day INTEGER CHECK (end_day BETWEEN -25567 AND 47481),
    PRIMARY KEY (staff_key, student_key, begin_day)
) STRICT, WITHOUT ROWID;
