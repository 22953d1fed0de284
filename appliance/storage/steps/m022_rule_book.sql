-- The numbers behind This week and the attendance figures: each version is kept, with who chose it, why and from when.
CREATE TABLE rule_book (
    version INTEGER PRIMARY KEY,
    from_day INTEGER NOT NULL CHECK (from_day BETWEEN -25567 AND 47481),
    chosen_at TEXT NOT NULL,
    chosen_by TEXT NOT NULL,
    reason TEXT NOT NULL CHECK (reason <> ''),
    rules TEXT NOT NULL CHECK (json_valid(rules))
) STRICT;
