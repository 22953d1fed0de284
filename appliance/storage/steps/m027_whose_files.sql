-- Whose ids a file carries, so that the system whose roster came first is known. NULL for what was loaded before this.
ALTER TABLE batch_file ADD COLUMN system TEXT;
