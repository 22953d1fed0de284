-- What each row was before a batch changed it, so that the newest batches can be taken back.
CREATE TABLE batch_undo (
    batch_key INTEGER NOT NULL REFERENCES batch (batch_key),
    sequence INTEGER NOT NULL CHECK (sequence >= 1),
    table_name TEXT NOT NULL,
    deed TEXT NOT NULL CHECK (deed IN ('was empty', 'insert', 'update', 'delete')),
    row TEXT NOT NULL CHECK (json_valid(row)),
    PRIMARY KEY (batch_key, sequence)
) STRICT, WITHOUT ROWID;
