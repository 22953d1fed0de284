"""Puts the students of a worked example into a database, and counts them."""

import re
from datetime import date, timedelta

import msgspec

from appliance.actions import Action
from appliance.days import day_number
from appliance.storage.database import Database, Event
from appliance.student_level.metrics.counting import count_everything, count_for_release
from appliance.student_level.records.rule_book import AS_SHIPPED
from appliance.student_level.staging.attendance_codes import BY_SECTION, DAILY
from tests.sensitive_fields import keep

FIRST = date(2026, 8, 17)
SCHOOL_DAYS = [
    day_number(day) for n in range(280) if (day := FIRST + timedelta(days=n)).weekday() < 5
]  # 200 weekdays, all in one school year
SCHOOL_YEARS = {"this": 2027, "last": 2026, "before": 2025}


class Builder:
    """Puts an example's students into the tables."""

    def __init__(self, tables):
        self.tables = tables
        self.keys = {}

    def key(self, kind, name):
        keys = self.keys.setdefault(kind, {})
        return keys.setdefault(name, len(keys) + 1)

    def add(self, sql, *values):
        self.tables.execute(sql, values)

    def build(self, students):
        self.add("INSERT INTO organization VALUES (1000, 'District', 'district', 'D', NULL, 1)")
        for row in students:
            known = row["student"] in self.keys.get("student", {})
            self.school(row["school"])
            student = self.key("student", row["student"])
            if not known:
                self.student(student, row)
                self.for_totals(student, row)
            if not row["days"]:
                continue
            first, last = (int(part) for part in row["days"].split("-"))
            stay = (student, self.keys["school"][row["school"]], day(first), day(last + 1), row["grade"])
            self.add("INSERT INTO school_enrollment VALUES (?, ?, ?, ?, ?, NULL, NULL) ON CONFLICT DO NOTHING", *stay)
            if not known:
                self.absences(student, first, row)
            if row.get("class"):
                self.seat(student, row)
            if row.get("score") or row.get("letter"):
                self.course_grade(student, row)
            if row.get("course"):
                self.transcript(student, row)
            if row.get("test"):
                self.test_result(student, row)

    def school(self, name):
        if name not in self.keys.get("school", {}):
            key = self.key("school", name)
            self.add("INSERT INTO organization VALUES (?, ?, 'school', ?, 1000, 1)", key, name, name)
            self.tables.conn.executemany("INSERT INTO attendance_taken VALUES (?, ?)", [(key, d) for d in SCHOOL_DAYS])

    def student(self, key, row):
        columns = "(student_key, given_name, family_name, sex, race)"
        traits = (row.get("sex") or None, row.get("race") or None)
        self.add(f"INSERT INTO student {columns} VALUES (?, ?, '', ?, ?)", key, row["student"], *traits)
        for program in filter(None, row.get("programs", "").split(", ")):
            name, *when = program.split(" ", 1)
            begin = day(int(when[0].split()[-1])) if when and "from" in when[0] else day(1)
            end = day(int(when[0].split()[-1])) if when and "until" in when[0] else None
            self.add("INSERT INTO program_membership VALUES (?, ?, ?, ?, NULL, NULL)", key, name, begin, end)

    def for_totals(self, student, row):
        """Last year's enrollment, with how it ended; the graduation cohort; discipline; details of programs."""
        school = self.keys["school"][row["school"]]
        if row.get("last year"):
            stay = (student, school, day(1) - 365, day(1) - 60, row["last year"])
            self.add("INSERT INTO school_enrollment VALUES (?, ?, ?, ?, ?, NULL, NULL)", *stay)
        if row.get("left"):
            self.add("INSERT INTO leaving VALUES (?, ?, ?, ?, NULL, NULL)", student, school, day(1) - 365, row["left"])
        if row.get("diploma"):
            self.add("INSERT INTO completion VALUES (?, ?, ?, ?, NULL, NULL)",
                     student, day(1) - 60, row["diploma"], school)  # fmt: skip
        if row.get("years since grade 9"):
            began = 2026 + 1 - int(row["years since grade 9"])
            self.add("INSERT INTO graduation_cohort VALUES (?, ?, NULL, NULL)", student, began)
        if row.get("action"):
            self.add("INSERT INTO discipline VALUES (?, ?, 2027, ?, 1, ?, NULL, NULL)",
                     student, school, row["action"], float(row["removed"]) if row["removed"] else None)  # fmt: skip
        if row.get("language"):
            self.add("INSERT INTO english_learner_detail VALUES (?, ?, ?, ?, NULL, NULL)",
                     student, day(1), row["language"], day(1) - 365 * int(row["years"]))  # fmt: skip
        if row.get("disability"):
            self.add("INSERT INTO special_education_detail VALUES (?, ?, ?, ?, NULL, NULL)",
                     student, day(1), row["disability"], row["environment"])  # fmt: skip
        if row.get("residence"):
            self.add("INSERT INTO homeless_detail VALUES (?, ?, ?, 0, NULL, NULL)", student, day(1), row["residence"])

    def absences(self, student, first, row):
        missed, late = int(row.get("missed") or 0), int(row.get("late") or 0)
        for n in range(missed + late):
            category = "tardy" if n >= missed else ("excused", "unexcused")[n % 2]
            code = DAILY[category]
            self.add("INSERT INTO attendance_day VALUES (?, ?, ?, NULL, NULL)", student, day(first + n), code)

    def section(self, row, code, subject):
        school = self.keys["school"][row["school"]]
        course, section = self.course(subject, row.get("advanced")), self.key("section", (school, code))
        columns = "(section_key, school_key, course_key, code, title, begin_day, end_day)"
        self.add(f"INSERT OR IGNORE INTO section {columns} VALUES (?, ?, ?, ?, '', ?, ?)",
                 section, school, course, code, day(1), day(200))  # fmt: skip
        if row.get("teacher"):
            staff = self.key("staff", row["teacher"])
            self.add("INSERT OR IGNORE INTO staff (staff_key, given_name, family_name) VALUES (?, '', ?)",
                     staff, row["teacher"])  # fmt: skip
            self.add("INSERT OR IGNORE INTO teaching (staff_key, section_key, begin_day) VALUES (?, ?, ?)",
                     staff, section, day(1))  # fmt: skip
        return section

    def course(self, title, advanced):
        key = self.key("course", title)
        self.add("INSERT OR IGNORE INTO course (course_key, code, title, subject, advanced) VALUES (?, ?, ?, ?, ?)",
                 key, title, title, title, advanced or None)  # fmt: skip
        return key

    def seat(self, student, row):
        section = self.section(row, row["class"], row["class"])
        first, last = (int(part) for part in row["in class"].split("-"))
        self.add("INSERT INTO section_enrollment (section_key, student_key, begin_day, end_day) VALUES (?, ?, ?, ?)",
                 section, student, day(first), day(last + 1))  # fmt: skip
        missed, late = int(row.get("meetings missed") or 0), int(row.get("meetings late") or 0)
        met = self.met(section, row.get("class met") or "not said", first, last)
        for n in range(missed + late):
            code = BY_SECTION["tardy" if n >= missed else ("excused", "unexcused")[n % 2]]
            self.add("INSERT INTO attendance_section (student_key, day, section_key, code) VALUES (?, ?, ?, ?)",
                     student, day(met[n]), section, code)  # fmt: skip

    def met(self, section, told, first, last):
        """Numbers of the school days on which the class met; every day where no file says on which."""
        if told == "not said":
            return range(first, last + 1)
        step, begins = re.fullmatch(r"every (\d)nd day from (\d+)", told).groups()
        said = range(int(begins), last + 1, int(step))
        for number in said:
            self.add("INSERT OR IGNORE INTO section_met VALUES (?, ?)", section, day(number))
        return [*range(first, int(begins)), *said]

    def course_grade(self, student, row):
        section = self.section(row, row["section"], row["subject"])
        item = self.key("line_item", (section, row["day"]))
        scale = float(row["scale"]) if row.get("scale") else None
        self.add("INSERT OR IGNORE INTO line_item (line_item_key, section_key, title, kind, due_day, highest)"
                 " VALUES (?, ?, 'Quarter', 'course_grade', ?, ?)",
                 item, section, day(int(row["day"])), scale)  # fmt: skip
        score = float(row["score"]) if row["score"] else None
        scored_day = day(int(row["given"])) if row.get("given") else None
        self.add("INSERT INTO grade (student_key, line_item_key, score, score_text, scored_day) VALUES (?, ?, ?, ?, ?)",
                 student, item, score, row.get("letter") or None, scored_day)  # fmt: skip

    def transcript(self, student, row):
        columns = "student_key, school_year, course_code, result, course_key, credits_attempted, credits_earned"
        self.add(f"INSERT INTO transcript_course ({columns}, grade_level) VALUES (?, ?, ?, ?, ?, ?, ?, ?)",
                 student, SCHOOL_YEARS[row["year"]], row["course"], row["result"],
                 self.course(row["course"], row.get("advanced")), float(row.get("attempted") or 1),
                 float(row["earned"]), row.get("grade then") or None)  # fmt: skip

    def test_result(self, student, row):
        name = f"{row['test']} {row['subject']}" if row["test"] in ("State", "Benchmark") else row["test"]
        test, kind = self.key("test", name), {"State": "state", "Benchmark": "benchmark"}.get(row["test"], "other")
        self.add("INSERT OR IGNORE INTO test (test_key, code, title, subject, kind) VALUES (?, ?, ?, ?, ?)",
                 test, name, name, row["subject"], kind)  # fmt: skip
        meets = {"yes": 1, "no": 0}.get(row.get("meets", ""))
        self.add("INSERT INTO test_result (student_key, test_key, day, level, meets) VALUES (?, ?, ?, ?, ?)",
                 student, test, day(int(row["day"])), row.get("level") or None, meets)  # fmt: skip


def day(number):
    """The day number of the n-th school day, from 1."""
    return SCHOOL_DAYS[number - 1]


def count(folder, example):
    """What the metric of an example gives for its students, as the example writes it."""
    database = Database.create(folder / "home")
    keep(database)
    with database.changing(Event("test", Action.COMPUTE_METRICS)) as tables:
        Builder(tables).build(example.given.records)
        book = msgspec.structs.replace(
            AS_SHIPPED,
            credits_by_grade=example.credits_asked,
            letters=example.letters or AS_SHIPPED.letters,
            points_fallen=example.points_fallen or AS_SHIPPED.points_fallen,
        )
        families = {row["family"] for row in example.result.records}
        if example.is_released:
            counted = count_for_release(tables, snapshot=day(example.snapshot), book=book, earlier={}).tabulations
        else:
            counted = tuple(count_everything(tables, snapshot=day(example.snapshot), book=book))
        tabulations = {t.metric: t for t in counted}
    database.close()
    return [
        {"family": c.dimension, "place": c.school_id or "District", "group": c.category, "detail": c.detail,
         "count": str(c.count), "out of": str(c.out_of)}
        for c in tabulations[example.metric].cells
        if c.dimension in families and (c.out_of or not example.is_released)
    ]  # fmt: skip
