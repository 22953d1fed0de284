-- That the superintendent asked a school about its week, or saw no need to. `until_day` as in `week_list`.
CREATE TABLE school_asked (
    school_key INTEGER NOT NULL,
    monday INTEGER NOT NULL CHECK (monday % 7 = 4),
    account_key INTEGER NOT NULL REFERENCES account (account_key) ON DELETE CASCADE,
    day INTEGER NOT NULL CHECK (day BETWEEN monday AND monday + 6),
    kind TEXT NOT NULL CHECK (kind IN ('asked', 'not_needed')),
    until_day INTEGER NOT NULL,
    PRIMARY KEY (school_key, monday)
) STRICT, WITHOUT ROWID;
