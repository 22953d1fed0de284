-- The lists of This week as they were made: what was new on Monday stays what it was until the next. A list is one
-- person's, or a school's for all who lead it. `change` is the newest change of the records when it was made: what was
-- taken back since, or made two students of one, ends it. `until_day` is a day of the calendar, also in a rehearsal;
-- `known_until` the last day with attendance that the list knows of. `rule` names a rule, or says that a line is good news.
CREATE TABLE week_list (
    week_list_key INTEGER PRIMARY KEY,
    account_key INTEGER REFERENCES account (account_key) ON DELETE CASCADE,
    school_key INTEGER,
    monday INTEGER NOT NULL CHECK (monday % 7 = 4),
    made_day INTEGER NOT NULL CHECK (made_day BETWEEN monday AND monday + 6),
    until_day INTEGER NOT NULL,
    known_until INTEGER,
    change INTEGER NOT NULL,
    CHECK ((account_key IS NULL) <> (school_key IS NULL))
) STRICT;
CREATE UNIQUE INDEX week_list_of_person ON week_list (account_key, monday) WHERE account_key IS NOT NULL;
CREATE UNIQUE INDEX week_list_of_school ON week_list (school_key, monday) WHERE school_key IS NOT NULL;
CREATE TABLE week_line (
    week_list_key INTEGER NOT NULL REFERENCES week_list (week_list_key) ON DELETE CASCADE,
    student_key INTEGER NOT NULL,
    place INTEGER NOT NULL,
    rule TEXT NOT NULL CHECK (rule <> ''),
    day INTEGER NOT NULL,
    text TEXT NOT NULL CHECK (text <> ''),
    PRIMARY KEY (week_list_key, student_key, place)
) STRICT, WITHOUT ROWID;
