"""A OneRoster package of any number of grades, written as a stream; and the same a night later."""

import random
import zipfile
from collections.abc import Iterable, Iterator
from pathlib import Path

STUDENTS_A_CLASS, ITEMS_A_CLASS, CLASSES_A_STUDENT = 25, 20, 5
GRADES_A_CLASS = STUDENTS_A_CLASS * ITEMS_A_CLASS
CHANGED, GONE = 0.004, 0.001
"""Of a night's lines."""


def write(path: Path, grades: int, *, night: int = 0) -> Path:
    """The package. On night 1 one line in two hundred is another one, or gone, than on night 0."""
    classes = max(grades // GRADES_A_CLASS, CLASSES_A_STUDENT)
    students = classes * STUDENTS_A_CLASS // CLASSES_A_STUDENT
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED, compresslevel=1) as package:
        for name, rows in {
            "orgs": ["sourcedId,name,type,identifier,parentSourcedId", "d,Maplewood,district,100,",
                     *(f"s{n},School {n},school,{200 + n},d" for n in range(students // 600 + 1))],
            "academicSessions": ["sourcedId,title,type,startDate,endDate,parentSourcedId,schoolYear",
                                 "sy,2026-2027,schoolYear,2026-08-17,2027-06-05,,2027"],
            "courses": ["sourcedId,title,courseCode,subjects", *(f"c{n},Course {n},C-{n},Math" for n in range(40))],
            "classes": _classes(classes, students),
            "users": _users(students),
            "enrollments": _enrollments(classes, students),
            "categories": ["sourcedId,title", "hw,Homework"],
            "lineItems": _line_items(classes),
            "results": _results(classes, students, night),
        }.items():  # fmt: skip
            with package.open(f"{name}.csv", "w", force_zip64=True) as member:
                for block in _in_blocks(rows):
                    member.write(block)
    return path


def _in_blocks(rows: Iterable[str]) -> Iterator[bytes]:
    some: list[str] = []
    for row in rows:
        some.append(row)
        if len(some) == 5000:
            yield ("\n".join(some) + "\n").encode()
            some.clear()
    yield "".join(f"{row}\n" for row in some).encode()


def _classes(classes: int, students: int) -> Iterator[str]:
    yield "sourcedId,title,courseSourcedId,classCode,location,schoolSourcedId,termSourcedIds,periods"
    for n in range(classes):
        school = n * (students // 600 + 1) // classes
        yield f"class-{n},Class {n},c{n % 40},C-{n},R{n % 90},s{school},sy,{n % 8}"


def _users(students: int) -> Iterator[str]:
    yield "sourcedId,givenName,familyName,middleName,identifier,role,orgSourcedIds"
    for n in range(students):
        yield f"stu-{n:07},Given{n % 977},Family{n % 4999},,{n + 100000},student,s{n // 600}"


def _pupils(number: int, students: int) -> Iterator[int]:
    first = number // CLASSES_A_STUDENT * STUDENTS_A_CLASS
    return ((first + place) % students for place in range(STUDENTS_A_CLASS))


def _enrollments(classes: int, students: int) -> Iterator[str]:
    yield "sourcedId,classSourcedId,userSourcedId,role,primary,beginDate,endDate"
    for number in range(classes):
        for pupil in _pupils(number, students):
            yield f"e-{number}-{pupil},class-{number},stu-{pupil:07},student,false,2026-08-17,2027-06-05"


def _line_items(classes: int) -> Iterator[str]:
    yield "sourcedId,title,classSourcedId,categorySourcedId,academicSessionSourcedId,dueDate,resultValueMax"
    for number in range(classes):
        for item in range(ITEMS_A_CLASS):
            yield f"li-{number}-{item},Homework {item},class-{number},hw,sy,2026-{9 + item % 3:02}-{1 + item:02},100"


def _results(classes: int, students: int, night: int) -> Iterator[str]:
    yield ("sourcedId,status,dateLastModified,lineItemSourcedId,studentSourcedId,scoreStatus,score,scoreDate,comment,"
           "textScore,classSourcedId,inProgress,incomplete,late,missing")  # fmt: skip
    dice, tonight = random.Random(1), random.Random(night)
    for number in range(classes):
        for item in range(ITEMS_A_CLASS):
            day = f"2026-{9 + item % 3:02}-{1 + item:02}"
            for pupil in _pupils(number, students):
                score, chance = dice.randrange(100), tonight.random() if night else 1.0
                if chance < GONE:
                    continue
                if chance < GONE + CHANGED:
                    score += 1
                yield (f"r-{number}-{item}-{pupil},,,li-{number}-{item},stu-{pupil:07},fully graded,{score},{day},,,"
                       f"class-{number},false,false,false,false")  # fmt: skip
