"""Which student sits in which class, and who teaches it.

In middle and high schools a grade is cut into groups of about 24. Group n takes its i-th course in period n + i, so
nobody is in two rooms at once. Groups that rotate together are mixed anew for each course, and the electives of a
period mix the grades. The day begins in a homeroom, to which a grade is sent by the alphabet.
"""

from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from random import Random

from appliance.sample.courses import CORE, ELECTIVES, HOMEROOM, Course
from appliance.sample.people import Attends, Stay
from appliance.sample.schools import School

PERIODS = 6
_MOST_IN_A_CLASS = 25
_MOST_SECTIONS = 5


@dataclass(slots=True)
class Section:
    """A class. `period` is 0 in an elementary school. `teacher` counts the school's teachers from 0."""

    key: str
    course: Course
    school: School
    grade: str
    period: int
    stays: list[Stay]
    teacher: int = 0

    @property
    def title(self) -> str:
        """As a teacher would call it: Science 7, period 3."""
        return f"{self.course.title}, period {self.period}" if self.period else f"{self.course.title}, {self.room}"

    @property
    def code(self) -> str:
        """The district's own number of the class."""
        return self.key.removeprefix("cls-")

    @property
    def room(self) -> str:
        """Each teacher keeps one room."""
        return f"Room {101 + self.teacher}"


@dataclass(slots=True)
class Timetable:
    """A school's classes. `groups`: the classes that a student who comes later joins together, by grade."""

    sections: list[Section] = field(default_factory=list)
    groups: dict[str, list[list[Section]]] = field(default_factory=lambda: defaultdict(list))
    homerooms: dict[str, list[Section]] = field(default_factory=lambda: defaultdict(list))
    """Of a school with periods, by grade; they are among the sections too."""

    def join(self, stay: Stay) -> None:
        """Seat a student who moved here with the smallest group and homeroom of the grade, a visitor in the smallest
        elective.
        """
        if stay.attends is Attends.ONE_ELECTIVE:
            electives = [section for section in self.sections if section.grade == ""]
            min(electives, key=lambda section: len(section.stays)).stays.append(stay)
        elif self.groups[stay.student.grade]:
            for section in min(self.groups[stay.student.grade], key=lambda group: len(group[0].stays)):
                section.stays.append(stay)
            if rooms := self.homerooms[stay.student.grade]:
                min(rooms, key=lambda room: len(room.stays)).stays.append(stay)

    def classes_with_periods(self) -> dict[str, list[Section]]:
        """The classes in which attendance is taken, by student: all but homerooms and an elementary school's."""
        classes: dict[str, list[Section]] = defaultdict(list)
        for section in sorted(self.sections, key=lambda section: section.period):
            for stay in section.stays if section.period else ():
                classes[stay.student.student_id].append(section)
        return classes

    def teachers(self) -> int:
        """How many teachers the school needs."""
        return max((section.teacher + 1 for section in self.sections), default=0)


def make_timetable(school: School, stays: Sequence[Stay], rng: Random) -> Timetable:
    """Classes for the students who belong to the school; those who come from another one `join` afterwards."""
    by_grade: dict[str, list[Stay]] = {grade: [] for grade in school.students_by_grade}
    for stay in stays:
        by_grade[stay.student.grade].append(stay)
    table = Timetable()
    if school.is_elementary:
        _fill_homerooms(table, school, by_grade, rng)
    else:
        _fill_periods(table, school, by_grade, rng)
        _give_teachers(table.sections)
    return table


def begin_in_homerooms(table: Timetable, school: School, stays: Iterable[Stay], *, spared: int | None) -> None:
    """Send each grade of a school with periods to its homerooms. Each has a teacher of its own, never `spared`."""
    by_grade: dict[str, list[Stay]] = {grade: [] for grade in school.students_by_grade}
    for stay in sorted(stays, key=lambda stay: (stay.student.name.family, stay.student.name, stay.student.student_id)):
        by_grade[stay.student.grade].append(stay)
    free = (teacher for teacher in range(table.teachers()) if teacher != spared)
    for grade, by_name in by_grade.items():
        count = -(-len(by_name) // _MOST_IN_A_CLASS)
        for number in range(1, count + 1):
            members = by_name[len(by_name) * (number - 1) // count : len(by_name) * number // count]
            room = _section(school, HOMEROOM[grade], number, grade, 0, members)
            room.teacher = next(free)
            table.homerooms[grade].append(room)
    table.sections += [room for rooms in table.homerooms.values() for room in rooms]


def _fill_homerooms(table: Timetable, school: School, by_grade: dict[str, list[Stay]], rng: Random) -> None:
    teacher = 0
    for grade, stays in by_grade.items():
        for number, members in enumerate(_mixed(stays, rng), start=1):
            courses = (HOMEROOM[grade], *CORE[grade])
            rooms = [_section(school, course, number, grade, 0, list(members)) for course in courses]
            for section in rooms:
                section.teacher = teacher
            teacher += 1
            table.sections.extend(rooms)
            table.groups[grade].append(rooms)


def _fill_periods(table: Timetable, school: School, by_grade: dict[str, list[Stay]], rng: Random) -> None:
    free: dict[int, list[Stay]] = defaultdict(list)
    groups_free: dict[int, list[list[Section]]] = defaultdict(list)
    for turn, (grade, stays) in enumerate(by_grade.items()):
        numbers: dict[Course, int] = defaultdict(int)
        for offset, together in _rotations(stays, turn, rng):
            halls: list[list[Section]] = []
            for place, course in enumerate(CORE[grade]):
                for part, members in enumerate(_mixed(together, rng)):
                    numbers[course] += 1
                    section = _section(school, course, numbers[course], grade, _period(offset + place), members)
                    table.sections.append(section)
                    if part == len(halls):
                        halls.append([])
                    halls[part].append(section)
            free_period = _period(offset + len(CORE[grade]))
            free[free_period] += [stay for stay in together if stay.attends is Attends.WHOLE_DAY]
            groups_free[free_period] += halls
            table.groups[grade] += halls
    _fill_electives(table, school, free, groups_free, rng)


def _fill_electives(
    table: Timetable,
    school: School,
    free: dict[int, list[Stay]],
    groups: dict[int, list[list[Section]]],
    rng: Random,
) -> None:
    """One class of each elective that a period has students for; latecomers join the first of their period."""
    offered = ELECTIVES[school.level]
    numbers: dict[Course, int] = defaultdict(int)
    for period in sorted(free):
        for turn, members in enumerate(_mixed(free[period], rng)):
            course = offered[(period + turn) % len(offered)]
            numbers[course] += 1
            section = _section(school, course, numbers[course], "", period, members)
            table.sections.append(section)
            if turn == 0:
                for group in groups[period]:
                    group.append(section)


def _rotations(stays: list[Stay], turn: int, rng: Random) -> Iterator[tuple[int, list[Stay]]]:
    """The grade's students by the period in which they take the first course. `turn` keeps small grades apart."""
    together: dict[int, list[Stay]] = defaultdict(list)
    for number, members in enumerate(_mixed(stays, rng)):
        together[(number + turn) % PERIODS] += members
    yield from together.items()


def _mixed(stays: Iterable[Stay], rng: Random) -> list[list[Stay]]:
    """The students shuffled into even groups of at most 25."""
    members = list(stays)
    rng.shuffle(members)
    count = -(-len(members) // _MOST_IN_A_CLASS)
    return [members[number::count] for number in range(count)]


def _period(place: int) -> int:
    return place % PERIODS + 1


def _section(school: School, course: Course, number: int, grade: str, period: int, stays: list[Stay]) -> Section:
    return Section(f"cls-{school.number:05d}-{course.code}-{number:02d}", course, school, grade, period, stays)


def _give_teachers(sections: Iterable[Section]) -> None:
    """Each teacher has one subject, at most five classes, and never two in one period."""
    loads: dict[str, list[tuple[int, set[int]]]] = defaultdict(list)
    hired = 0
    for section in sections:
        staff = loads[section.course.subject]
        free = (load for load in staff if section.period not in load[1] and len(load[1]) < _MOST_SECTIONS)
        load = next(free, None)
        if load is None:
            load = (hired, set())
            staff.append(load)
            hired += 1
        section.teacher, busy = load
        busy.add(section.period)
