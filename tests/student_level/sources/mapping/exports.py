"""Exports of two systems that nobody wrote a mapping for: one in Clever's manner, one in Aspen's.

Invented, with the habits that such exports have: odd names, NULL, years 0003, a mark and a letter in one cell, a
column of Social Security numbers.
"""

import random
from pathlib import Path

FIRST = "Ada Ben Cyd Dee Eve Fay Gus Hal Ida Jan".split()
LAST = "Amin Bell Cole Diaz Egan Ford Gray Hunt".split()
MARKS = ["85.12 B+", "91 A", "NULL", "70.5 C-", "64.2 D"]
PUPILS = 60


def _csv(path: Path, *rows: list[str]) -> Path:
    path.write_text("".join(",".join(f'"{cell}"' if "," in cell else cell for cell in row) + "\n" for row in rows))
    return path


def aspen_like(folder: Path) -> dict[str, Path]:
    """Five files of sixty students in two schools, by what they hold."""
    dice = random.Random(7)
    pupils = [
        (f"{70_000 + n}", dice.choice(FIRST), dice.choice(LAST), "101" if n % 2 else "102") for n in range(PUPILS)
    ]
    births = [f"{dice.randint(1, 12)}/{dice.randint(1, 28)}/{dice.randint(2011, 2014)}" for _ in pupils]
    births[3], births[5] = "NULL", "3/4/0003"
    section = {school: f"{school}-MATH7" for school in ("101", "102")}
    students = [
        [number, last, first, birth, f"0{dice.randint(6, 8)}", school, "8/28/2026", dice.choice(["F", "M", "NULL"]),
         f"123-45-{6000 + n}"]
        for n, ((number, first, last, school), birth) in enumerate(zip(pupils, births, strict=True))
    ]  # fmt: skip
    absences = [
        [number, f"{last}, {first}", f"9/{1 + n % 18}/2026", dice.choice(["A-E", "A-U", "T", "FT"]), school]
        for n, (number, first, last, school) in enumerate(pupils)
    ]
    return {
        "schools": _csv(
            folder / "SKL_20261101.csv", ["SKL_SCHOOL_ID", "SKL_SCHOOL_NAME"], ["101", "Elm"], ["102", "Oak"]
        ),
        "students": _csv(
            folder / "STD_20261101.csv",
            ["STD_ID_LOCAL", "PSN_NAME_LAST", "PSN_NAME_FIRST", "PSN_DOB", "STD_GRADE_LEVEL", "SKL_SCHOOL_ID",
             "ENR_ENTRY_DT", "PSN_GENDER_CODE", "PSN_SSN"],
            *students,
        ),
        "sections": _csv(
            folder / "MST_20261101.csv",
            ["MST_COURSE_SECTION", "CRS_TITLE", "SKL_SCHOOL_ID", "TERM_NAME", "TERM_START_DT", "TERM_END_DT"],
            *([section[school], "Math 7", school, "Q1", "8/28/2026", "11/1/2026"] for school in ("101", "102")),
        ),
        "attendance": _csv(
            folder / "ATT_20261101.csv",
            ["STD_ID_LOCAL", "STD_NAME_VIEW", "ATT_DATE", "ATT_CODE_VIEW", "SKL_SCHOOL_ID"],
            *absences,
        ),
        "marks": _csv(
            folder / "TRN_20261101.csv",
            ["STD_ID_LOCAL", "MST_COURSE_SECTION", "GRD_TERM", "TRN_FINAL_GRADE"],
            *([number, section[school], "Q1", MARKS[n % 5]] for n, (number, _, _, school) in enumerate(pupils)),
        ),
    }  # fmt: skip


def clever_like(folder: Path) -> dict[str, Path]:
    """Roster files with the columns of a syncing service, under names of its own."""
    dice = random.Random(11)
    pupils = [
        [f"s{n}", dice.choice(FIRST), dice.choice(LAST), f"{dice.randint(1, 5)}", "Elm-1",
         f"{dice.randint(2015, 2020)}-0{dice.randint(1, 9)}-1{dice.randint(0, 9)}", dice.choice(["Female", "Male"])]
        for n in range(PUPILS)
    ]  # fmt: skip
    return {
        "schools": _csv(folder / "schools.csv", ["schoolId", "schoolName"], ["Elm-1", "Elm"]),
        "students": _csv(
            folder / "students.csv",
            ["studentId", "firstName", "lastName", "gradeLevel", "schoolId", "dateOfBirth", "gender"],
            *pupils,
        ),
        "teachers": _csv(
            folder / "teachers.csv",
            ["teacherId", "firstName", "lastName", "schoolId"], ["t1", "Ngozi", "Okafor", "Elm-1"],
            ["t2", "Luis", "Ruiz", "Elm-1"],
        ),
        "sections": _csv(
            folder / "sections.csv",
            ["sectionId", "courseName", "courseNumber", "schoolId", "teacherId", "termName", "termStart", "termEnd"],
            ["c1", "Reading 3", "R3", "Elm-1", "t1", "Year", "2026-08-17", "2027-06-05"],
            ["c2", "Reading 4", "R4", "Elm-1", "t2", "Year", "2026-08-17", "2027-06-05"],
        ),
        "enrollments": _csv(
            folder / "enrollments.csv", ["sectionId", "studentId"], *([f"c{1 + n % 2}", f"s{n}"] for n in range(PUPILS))
        ),
    }  # fmt: skip
