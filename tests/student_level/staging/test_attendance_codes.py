"""The codes that are written are the words that are read."""

from appliance.actions import Action
from appliance.storage.database import Event
from appliance.student_level.staging.attendance_codes import BY_SECTION, DAILY, from_sections


def test_every_code_of_a_day_reads_as_its_word_and_what_told_it(two_schools):
    with two_schools.database.changing(Event("test", Action.IMPORT)) as tables:
        tables.execute("INSERT INTO student (student_key, given_name, family_name) VALUES (1, 'Ada', 'Lovell')")
        for place, (word, code) in enumerate(DAILY.items()):
            tables.execute("INSERT INTO attendance_day (student_key, day, code) VALUES (1, ?, ?)", [place, code])
            sql = f"INSERT INTO attendance_day (student_key, day, code) SELECT 1, ?, {from_sections('?')}"
            tables.execute(sql, [100 + place, word])
        read = tables.execute("SELECT day, category, basis FROM attendance_day").fetchall()
    assert read == [(place, word, "daily") for place, word in enumerate(DAILY)] + [
        (100 + place, word, "sections") for place, word in enumerate(DAILY)
    ]


def test_every_code_of_a_class_reads_as_its_word(two_schools):
    with two_schools.database.changing(Event("test", Action.IMPORT)) as tables:
        tables.execute("INSERT INTO student (student_key, given_name, family_name) VALUES (1, 'Ada', 'Lovell')")
        tables.execute("INSERT INTO organization VALUES (1, 'Elm', 'school', '1', NULL, 1)")
        tables.execute("INSERT INTO course (course_key, code, title) VALUES (1, 'M', 'Math')")
        tables.execute(
            "INSERT INTO section (section_key, school_key, course_key, code, title, begin_day, end_day)"
            " VALUES (1, 1, 1, 'M', 'M', 1, 9)"
        )
        for day, code in enumerate(BY_SECTION.values()):
            sql = "INSERT INTO attendance_section (student_key, day, section_key, code) VALUES (1, ?, 1, ?)"
            tables.execute(sql, [day, code])
        read = tables.execute("SELECT category FROM attendance_section ORDER BY day").fetchall()
    assert read == [(word,) for word in BY_SECTION]
