"""Reads the worked examples beside the metrics, and puts their students into a database."""

import re
from dataclasses import dataclass
from datetime import date, timedelta
from pathlib import Path

import appliance.student_level.metrics as metrics
from appliance.actions import Action
from appliance.days import day_number
from appliance.storage.database import Database, Event
from appliance.student_level.metrics.counting import count_everything
from appliance.student_level.records.rule_book import AS_SHIPPED
from appliance.student_level.staging.attendance_codes import DAILY
from tests.sensitive_fields import keep

FOLDER = Path(metrics.__file__).parent / "examples"
FIRST = date(2026, 8, 17)
SCHOOL_DAYS = [
    day_number(day) for n in range(280) if (day := FIRST + timedelta(days=n)).weekday() < 5
]  # 200 weekdays, all in one school year


@dataclass(frozen=True)
class Example:
    metric: str
    title: str
    snapshot: int
    students: list[dict[str, str]]
    result: list[dict[str, str]]


def read_examples():
    """Every example of every metric."""
    for path in sorted(FOLDER.glob("*.txt")):
        for block in re.split(r"^# ", path.read_text(), flags=re.M)[1:]:
            title, rest = block.split("\n", 1)
            given, gives = rest.split("\ngives\n")
            snapshot = re.search(r"^snapshot: day (\d+)$", given, re.M)
            yield Example(path.stem, title, int(snapshot[1]) if snapshot else 180, table(given), table(gives))


def table(text):
    lines = [[cell.strip() for cell in line.split("|")] for line in text.splitlines() if "|" in line]
    return [dict(zip(lines[0], line, strict=True)) for line in lines[1:]]


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
            first, last = (int(part) for part in row["days"].split("-"))
            stay = (student, self.keys["school"][row["school"]], day(first), day(last + 1), row["grade"])
            self.add("INSERT INTO school_enrollment VALUES (?, ?, ?, ?, ?, NULL, NULL) ON CONFLICT DO NOTHING", *stay)
            if not known:
                self.absences(student, first, row)
            if row.get("score"):
                self.course_grade(student, row)
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

    def absences(self, student, first, row):
        missed, late = int(row.get("missed") or 0), int(row.get("late") or 0)
        for n in range(missed + late):
            category = "tardy" if n >= missed else ("excused", "unexcused")[n % 2]
            code = DAILY[category]
            self.add("INSERT INTO attendance_day VALUES (?, ?, ?, NULL, NULL)", student, day(first + n), code)

    def course_grade(self, student, row):
        course, section = self.key("course", row["subject"]), self.key("section", row["section"])
        item = self.key("line_item", (row["section"], row["day"]))
        school = self.keys["school"][row["school"]]
        self.add(
            "INSERT OR IGNORE INTO course VALUES (?, ?, ?, ?)", course, row["subject"], row["subject"], row["subject"]
        )
        self.add("INSERT OR IGNORE INTO section VALUES (?, ?, ?, ?, '', '', '', ?, ?, 1)",
                 section, school, course, row["section"], day(1), day(180))  # fmt: skip
        self.add("INSERT OR IGNORE INTO line_item (line_item_key, section_key, title, kind, due_day)"
                 " VALUES (?, ?, 'Quarter', 'course_grade', ?)", item, section, day(int(row["day"])))  # fmt: skip
        self.add(
            "INSERT INTO grade (student_key, line_item_key, score) VALUES (?, ?, ?)", student, item, float(row["score"])
        )

    def test_result(self, student, row):
        name = f"{row['test']} {row['subject']}" if row["test"] == "State" else row["test"]
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
        Builder(tables).build(example.students)
        tabulations = {t.metric: t for t in count_everything(tables, snapshot=day(example.snapshot), book=AS_SHIPPED)}
    database.close()
    families = {row["family"] for row in example.result}
    return [
        {"family": c.dimension, "place": c.school_id or "District", "group": c.category, "detail": c.detail,
         "count": str(c.count), "out of": str(c.out_of)}
        for c in tabulations[example.metric].cells if c.dimension in families
    ]  # fmt: skip
