-- Which file, and which row of it, each record came from. NULL for what was loaded before this was kept.
ALTER TABLE batch_file ADD COLUMN file_key INTEGER;
CREATE UNIQUE INDEX batch_file_by_key ON batch_file (file_key) WHERE file_key IS NOT NULL;
ALTER TABLE student ADD COLUMN file_key INTEGER;
ALTER TABLE student ADD COLUMN file_row INTEGER;
ALTER TABLE school_enrollment ADD COLUMN file_key INTEGER;
ALTER TABLE school_enrollment ADD COLUMN file_row INTEGER;
ALTER TABLE section_enrollment ADD COLUMN file_key INTEGER;
ALTER TABLE section_enrollment ADD COLUMN file_row INTEGER;
ALTER TABLE program_membership ADD COLUMN file_key INTEGER;
ALTER TABLE program_membership ADD COLUMN file_row INTEGER;
ALTER TABLE grade ADD COLUMN file_key INTEGER;
ALTER TABLE grade ADD COLUMN file_row INTEGER;
ALTER TABLE test_result ADD COLUMN file_key INTEGER;
ALTER TABLE test_result ADD COLUMN file_row INTEGER;
ALTER TABLE attendance_day ADD COLUMN file_key INTEGER;
ALTER TABLE attendance_day ADD COLUMN file_row INTEGER;
ALTER TABLE attendance_section ADD COLUMN file_key INTEGER;
ALTER TABLE attendance_section ADD COLUMN file_row INTEGER;
