"""An invented district as its files tell it, read with nothing but the standard library."""

import csv
import io
import zipfile
from collections import defaultdict
from dataclasses import dataclass, field
from datetime import date, timedelta
from functools import cached_property

from appliance.sample import SampleDistrict, write_district

FRIDAY = date(2026, 11, 20)


@dataclass
class Written:
    told: SampleDistrict
    _tables: dict = field(default_factory=dict)

    def export(self, name):
        path = next(path for path in self.told.files if path.name == f"{name}.csv")
        with path.open(encoding="utf-8", newline="") as rows:
            return list(csv.DictReader(rows))

    def oneroster(self, name):
        if name not in self._tables:
            with zipfile.ZipFile(self.told.files[0]) as package, package.open(f"{name}.csv") as member:
                self._tables[name] = list(csv.DictReader(io.TextIOWrapper(member, "utf-8", newline="")))
        return self._tables[name]

    @cached_property
    def school_days(self):
        """Instructional days with attendance, oldest first, as ISO text."""
        last = self.told.last_day.isoformat()
        return [
            row["date"]
            for row in self.export("calendar")
            if row["event"] == "Instructional day" and row["date"] <= last
        ]

    @cached_property
    def enrolled(self):
        """The days each student was enrolled at the school of the whole day."""
        visits = {row["userSourcedId"] for row in self.oneroster("roles") if row["roleType"] == "secondary"}
        days = defaultdict(list)
        for row in self.export("school_enrollment"):
            if f"stu-{row['student_id']}" in visits and row["student_id"] in days:
                continue
            until = row["exit_date"] or "9999"
            days[row["student_id"]] += [day for day in self.school_days if row["entry_date"] <= day < until]
        return days

    @cached_property
    def marks(self):
        """Absences and late arrivals by student: day -> category."""
        marks = defaultdict(dict)
        for row in self.export("attendance"):
            assert row["date"] not in marks[row["student_id"]], "two marks on one day"
            marks[row["student_id"]][row["date"]] = row["category"]
        return marks

    def missed(self, student):
        return {day for day, category in self.marks[student].items() if category.endswith("Absence")}

    def late(self, student):
        return {day for day, category in self.marks[student].items() if category == "Tardy"}

    def results(self, category, student, class_key):
        """(due date, row) of a student in a class, oldest first."""
        items = {
            row["sourcedId"]: row["dueDate"]
            for row in self.oneroster("lineItems")
            if row["categorySourcedId"] == category and row["classSourcedId"] == class_key
        }
        return sorted(
            (
                (items[row["lineItemSourcedId"]], row)
                for row in self.oneroster("results")
                if row["lineItemSourcedId"] in items and row["studentSourcedId"] == f"stu-{student}"
            ),
            key=lambda pair: pair[0],
        )

    def person(self, role):
        return next(person for person in self.told.people if person.role == role)

    def students_of(self, staff_id):
        classes = {
            row["classSourcedId"]
            for row in self.oneroster("enrollments")
            if row["userSourcedId"] == f"stf-{staff_id}" and row["role"] == "teacher"
        }
        tomorrow = (self.told.last_day + timedelta(days=1)).isoformat()
        students = {
            row["userSourcedId"].removeprefix("stu-")
            for row in self.oneroster("enrollments")
            if row["classSourcedId"] in classes and row["role"] == "student" and row["endDate"] > tomorrow
        }
        return classes, students


def invent(directory, **arguments):
    return Written(write_district(directory, **{"today": FRIDAY, **arguments}))
