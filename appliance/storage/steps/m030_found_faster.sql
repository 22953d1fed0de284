-- Indexes for questions that walked through the whole district: which ids a student has; who has an id or a whole name
-- that was typed; who shares a name and a birth day; on which days anybody took attendance; whose caseload a student is
-- on; who leads a school; and the totals of each place on the counts shelf, without its groups.
CREATE INDEX identity_of_student ON identity (key) WHERE entity = 'student';
CREATE INDEX identity_by_id_of_student ON identity (source_id) WHERE entity = 'student';
CREATE INDEX student_by_whole_name ON student (lower(given_name || ' ' || family_name));
DROP INDEX student_by_name;
CREATE INDEX student_by_name ON student (family_name, given_name, birth_day);
CREATE INDEX attendance_taken_by_day ON attendance_taken (day);
CREATE INDEX caseload_by_student ON caseload (student_key);
CREATE INDEX staff_role_of_principal ON staff_role (organization_key) WHERE role = 'principal';
CREATE INDEX count_cell_of_place ON count_cell (count_table_key, school_id, detail, count, out_of)
 WHERE dimension = 'all';
