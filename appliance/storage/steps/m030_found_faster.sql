-- Two questions that walked through every student: who has the ids of one student, and who shares a name and birth day.
CREATE INDEX identity_of_student ON identity (key) WHERE entity = 'student';
DROP INDEX student_by_name;
CREATE INDEX student_by_name ON student (family_name, given_name, birth_day);
