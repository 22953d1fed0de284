"""An invented district of any size, written to files."""

from collections import defaultdict
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import date
from pathlib import Path
from random import Random

from appliance.errors import Trouble
from appliance.sample.courses import MATHEMATICS, SCIENCE
from appliance.sample.dice import dice
from appliance.sample.files import Files
from appliance.sample.for_totals import END_OF_YEAR, Leavers
from appliance.sample.last_year import LastYear
from appliance.sample.people import Attends, Stay, invent_students, plan_stays
from appliance.sample.rows import (
    write_class_attendance,
    write_frame,
    write_leaver,
    write_section,
    write_staff,
    write_stay,
    write_student,
    write_tests,
)
from appliance.sample.schools import DEMO_SCHOOL, DISTRICT_ID, DISTRICT_NAME, GRADES, School, plan_schools
from appliance.sample.staff import (
    ASSISTANT_NAME,
    COUNSELOR_NAME,
    MATH_TEACHER_NAME,
    PRINCIPAL_NAME,
    STEWARD_NAME,
    SUPERINTENDENT_NAME,
    TEACHER_NAME,
    DemoPerson,
    Office,
    Role,
    Staff,
    introduce,
)
from appliance.sample.stories import Kind, choose_stories
from appliance.sample.timetable import Section, Timetable, begin_in_homerooms, make_timetable
from appliance.sample.year import SchoolYear, year_of

LEAST_STUDENTS = 40

_CASELOAD = (80, 150)


@dataclass(frozen=True, slots=True)
class Change:
    """Something that changed this week for one student. `class_key` is a OneRoster class, empty if it is about days."""

    student_id: str
    kind: Kind
    school_id: str
    class_key: str


@dataclass(frozen=True, slots=True)
class SampleDistrict:
    """What was written. `files` begins with the OneRoster package."""

    name: str
    district_id: str
    files: tuple[Path, ...]
    people: tuple[DemoPerson, ...]
    changes: tuple[Change, ...]
    begins: date
    last_day: date
    """The latest school day with attendance."""
    count_day: date
    """A day for a release: the first school day of October, or `last_day` when that is earlier."""
    note: str
    """A sentence when the year is not the current one (in summer), else empty."""


def write_district(
    directory: Path,
    *,
    students: int = 2000,
    today: date,
    seed: int = 1,
    last_year: bool = False,
    progress: Callable[[str, int, int], None] = lambda what, done, of: None,
) -> SampleDistrict:
    """Invent a district with exactly so many students and write its files, over those of an earlier run.

    The school year is the one that `today` lies in, known up to today; in summer it is the year that has just ended.
    The same arguments give the same bytes. `last_year`: with the days that the same students missed in the year before,
    the tests they took and their course grades, so that pages can compare, and with those who have left since, beyond
    the number asked for. `progress` is told what was done, how many, of how many. Memory holds one school at a time,
    with `last_year` also who sat where in all of them. Raises Trouble for fewer than 40 students.
    """
    if students < LEAST_STUDENTS:
        raise Trouble(f"An invented district needs at least {LEAST_STUDENTS} students; {students} were asked for.")
    year = year_of(today)
    schools = plan_schools(students, dice(seed, "schools"))
    with Files(directory, system_name="Schoolhouse sample", system_code=DISTRICT_ID) as files:
        write_frame(files, schools, year)
        before = year_of(date(year.ends_in - 1, 6, 30)) if last_year else None
        district = _District(files, schools, year, before, seed)
        if before:
            files.export("calendar", before.calendar())
        for done, school in enumerate(schools, start=1):
            district.write_school(school)
            progress("schools", done, len(schools))
        district.write_last_years_classes()
        progress("package", 0, 1)
    progress("package", 1, 1)
    october = date(year.begin.year, 10, 1)
    return SampleDistrict(
        name=DISTRICT_NAME,
        district_id=DISTRICT_ID,
        files=files.paths,
        people=tuple(district.people),
        changes=tuple(district.changes),
        begins=year.begin,
        last_day=year.last_day,
        count_day=min(next(day for day in year.days if day >= october), year.last_day),
        note=_summer_note(year),
    )


class _District:
    """Writes school after school, and remembers the few things that go from one to the next."""

    def __init__(
        self, files: Files, schools: Sequence[School], year: SchoolYear, before: SchoolYear | None, seed: int
    ) -> None:
        self.people: list[DemoPerson] = []
        self.changes: list[Change] = []
        self._files, self._schools, self._year, self._before, self._seed = files, schools, year, before, seed
        self._office = Office()
        self._leavers = Leavers(before or year, seed)
        self._last_year = LastYear(files, year, before, seed) if before else None
        self._next_student = 100_001
        self._coming: dict[str, list[Stay]] = defaultdict(list)
        self._write_district_office()

    def write_school(self, school: School) -> None:
        """A school's people, classes and days. Students who moved away wait for their next school."""
        year, rng = self._year, dice(self._seed, school.identifier)
        here = self._enroll(school, rng)
        timetable = make_timetable(school, here, rng)
        if not school.is_elementary:
            begin_in_homerooms(timetable, school, here, spared=_demo_teacher_of(school, timetable.sections))
        teachers = self._hire_teachers(school, timetable, rng)
        stories = choose_stories(_where_stories_happen(school, timetable.sections), year, rng)
        self._write_leaders(school, here, stories, rng)
        arrived = self._coming.pop(school.key, [])
        for stay in arrived:
            timetable.join(stay)
        for stay in here:
            write_student(self._files, stay, year, self._seed)
        classes = timetable.classes_with_periods()
        for stay in [*here, *arrived]:
            story = stories.get(stay.student.student_id)
            write_stay(self._files, stay, story, year, self._seed)
            write_class_attendance(self._files, stay, story, classes[stay.student.student_id], year, self._seed)
        if self._before and self._last_year:
            self._last_year.taught(school, timetable.sections, teachers)
            for stay in here:
                self._write_last_year(stay, self._before, self._last_year)
            for leaver in self._leavers.of(school):
                write_leaver(self._files, leaver, self._before, self._seed)
        for section in timetable.sections:
            write_section(self._files, section, teachers[section.teacher], stories, year, self._seed)
        self.changes += [
            Change(student, story.kind, school.identifier, story.section.key if story.is_about_a_grade else "")
            for student, story in stories.items()
        ]

    def write_last_years_classes(self) -> None:
        """After all schools: who sat where a year ago, whichever school they are at now."""
        if self._last_year:
            self._last_year.write_classes(self._schools)

    def _write_last_year(self, stay: Stay, before: SchoolYear, classes: LastYear) -> None:
        """The year before of somebody here since this one began: a grade lower, at a school that has it."""
        grade = GRADES.index(stay.student.grade)
        if stay.first or not grade:
            return
        student = replace(stay.student, grade=GRADES[grade - 1])
        rng = dice(self._seed, "last year", student.student_id)
        schools = [school for school in self._schools if student.grade in school.students_by_grade]
        school = stay.school if stay.school in schools else rng.choice(schools)
        whole = Stay(student, school, 0, len(before.days), settled=True)
        write_stay(self._files, whole, None, before, self._seed + 1, reason=END_OF_YEAR)
        write_tests(self._files, student, before, self._seed + 1)
        classes.attended(whole)

    def _enroll(self, school: School, rng: Random) -> list[Stay]:
        """The school's own students; those who leave for another school are announced there."""
        later = [other for other in self._schools if other.number > school.number and other.level == school.level]
        students = invent_students(school, self._year, rng, first_id=self._next_student)
        stays = list(plan_stays(students, school, later, self._year, rng))
        self._next_student += len(stays)
        if school.name == DEMO_SCHOOL:
            self._send_one_to_high_school(stays)
        for stay in stays:
            if stay.goes_to:
                moved = Stay(stay.student, stay.goes_to, stay.stop, len(self._year.days), settled=False)
                self._coming[stay.goes_to.key].append(moved)
        return stays

    def _send_one_to_high_school(self, stays: list[Stay]) -> None:
        """One eighth-grader takes an elective at the high school and belongs to two schools."""
        high = next(school for school in self._schools if school.level == "High")
        for place, stay in enumerate(stays):
            if stay.settled and stay.student.grade == "08":
                stays[place] = replace(stay, settled=False, attends=Attends.ALL_BUT_ELECTIVE)
                visit = replace(stay, school=high, settled=False, attends=Attends.ONE_ELECTIVE)
                self._coming[high.key].append(visit)
                return

    def _hire_teachers(self, school: School, timetable: Timetable, rng: Random) -> list[Staff]:
        known = _demo_teachers_of(school, timetable.sections)
        teachers = [
            self._hire(school, Role.TEACHER, rng=rng, name=known.get(number)) for number in range(timetable.teachers())
        ]
        for demo in known:
            mine = [section for section in timetable.sections if section.teacher == demo]
            seen = {stay.student.student_id for section in mine for stay in section.stays if self._is_here(stay)}
            classes = f"{len(mine)} class{'es' if len(mine) > 1 else ''}"
            self.people.append(
                introduce(teachers[demo], "teacher", f"{len(seen)} students in {classes} at {school.name}")
            )
        return teachers

    def _write_leaders(self, school: School, here: Sequence[Stay], stories: Iterable[str], rng: Random) -> None:
        is_demo = school.name == DEMO_SCHOOL
        principal = self._hire(school, Role.PRINCIPAL, rng=rng, name=PRINCIPAL_NAME if is_demo else None)
        if is_demo:
            count = sum(self._is_here(stay) for stay in here)
            self.people.append(introduce(principal, "principal", f"all {count} students of {school.name}"))
            own_dice = dice(self._seed, "assistant principal")
            assistant = self._hire(school, Role.PRINCIPAL, rng=own_dice, name=ASSISTANT_NAME)
            self.people.append(introduce(assistant, "assistant_principal", "the same, as her assistant"))
        if school.is_elementary:
            return
        counselor = self._hire(school, Role.COUNSELOR, rng=rng, name=COUNSELOR_NAME if is_demo else None)
        caseload = _caseload(here, stories, rng)
        self._files.export(
            "caseload", [(counselor.staff_id, student_id, self._year.begin, "") for student_id in caseload]
        )
        if is_demo:
            sees = f"{len(caseload)} students on the caseload at {school.name}"
            self.people.append(introduce(counselor, "counselor", sees))

    def _write_district_office(self) -> None:
        rng = dice(self._seed, "office")
        steward = self._hire(None, Role.DISTRICT_ADMINISTRATOR, Role.SYSTEM_ADMINISTRATOR, rng=rng, name=STEWARD_NAME)
        superintendent = self._hire(None, Role.DISTRICT_ADMINISTRATOR, rng=rng, name=SUPERINTENDENT_NAME)
        self.people += [
            introduce(steward, "data_steward", f"imports, data health and releases of {DISTRICT_NAME}"),
            introduce(superintendent, "superintendent", f"totals of {DISTRICT_NAME}, and approves what leaves it"),
        ]

    def _hire(self, school: School | None, *roles: Role, rng: Random, name: tuple[str, str] | None) -> Staff:
        staff = self._office.hire(school, *roles, rng=rng, name=name)
        write_staff(self._files, staff)
        return staff

    def _is_here(self, stay: Stay) -> bool:
        return not stay.has_left(self._year)


def _demo_teachers_of(school: School, sections: Sequence[Section]) -> dict[int, tuple[str, str]]:
    """The demo's teachers: first of science, in whose classes the stories happen, then of math, where growth shows."""
    if school.name != DEMO_SCHOOL:
        return {}
    return {_busiest(sections, SCIENCE): TEACHER_NAME, _busiest(sections, MATHEMATICS): MATH_TEACHER_NAME}


def _demo_teacher_of(school: School, sections: Sequence[Section]) -> int | None:
    """The demo school's teacher in whose classes the stories happen; None elsewhere."""
    return next(iter(_demo_teachers_of(school, sections)), None)


def _busiest(sections: Iterable[Section], subject: str) -> int:
    """The teacher of a subject with the most students."""
    students: dict[int, int] = defaultdict(int)
    for section in sections:
        if section.course.subject == subject:
            students[section.teacher] += len(section.stays)
    return max(students, key=lambda teacher: students[teacher])


def _where_stories_happen(school: School, sections: Sequence[Section]) -> list[Section]:
    """The demo teacher's classes in the demo school; elsewhere all that have assignments."""
    if (teacher := _demo_teacher_of(school, sections)) is not None:
        return [section for section in sections if section.teacher == teacher]
    return [section for section in sections if section.course.subject != "Homeroom" and section.grade not in GRADES[:3]]


def _caseload(here: Sequence[Stay], stories: Iterable[str], rng: Random) -> list[str]:
    """The counselor's students: those with a story among them, about a hundred if the school has so many."""
    certain = set(stories)
    others = [stay.student.student_id for stay in here if stay.settled and stay.student.student_id not in certain]
    wanted = max(0, rng.randint(*_CASELOAD) - len(certain))
    return sorted([*certain, *rng.sample(others, min(wanted, len(others)))])


def _summer_note(year: SchoolYear) -> str:
    if not year.is_over:
        return ""
    return f"School is out: the files show the year {year.ends_in - 1}-{year.ends_in}, which ended on {year.days[-1]}."
