-- A draft bears the seal of the district's key. Those of an earlier program bear none: they are discarded, or drafted again.
ALTER TABLE release RENAME COLUMN content_sha256 TO seal;
