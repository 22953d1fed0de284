-- What totals rest on, and which sensitive fields a new home keeps: none.
-- Which batches brought the records that each table of a release counted, as they were when it was drafted.
CREATE TABLE release_source (
    release_key INTEGER NOT NULL,
    metric TEXT NOT NULL,
    batch_key INTEGER NOT NULL REFERENCES batch (batch_key),
    PRIMARY KEY (release_key, metric, batch_key)
) STRICT, WITHOUT ROWID;
-- A sensitive field is off until a person turns it on. Where a home keeps records of one already, it stays as it is until
-- a person decides: nothing is deleted by an update.
UPDATE field_choice SET is_on = 0, purpose = ''
 WHERE is_on AND chosen_by = 'as shipped' AND name NOT IN (SELECT program FROM program_membership);
