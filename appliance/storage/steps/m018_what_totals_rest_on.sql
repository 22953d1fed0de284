-- Which batches brought the records that each table of a release counted, as they were when it was drafted.
CREATE TABLE release_source (
    release_key INTEGER NOT NULL,
    metric TEXT NOT NULL,
    batch_key INTEGER NOT NULL REFERENCES batch (batch_key),
    PRIMARY KEY (release_key, metric, batch_key)
) STRICT, WITHOUT ROWID;
