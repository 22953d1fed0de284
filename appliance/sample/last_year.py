"""The classes of the year before: who is here now sat in them a grade lower, and got the course grades of then."""

from collections import defaultdict
from collections.abc import Iterable, Sequence
from datetime import timedelta

from appliance.sample.dice import dice
from appliance.sample.files import Files
from appliance.sample.people import Stay
from appliance.sample.rows import write_past_section, write_sessions
from appliance.sample.schools import School
from appliance.sample.staff import Staff
from appliance.sample.timetable import Section, make_timetable
from appliance.sample.year import SchoolYear, year_of

_A_YEAR = timedelta(days=364)
"""Back to the same weekday."""


class LastYear:
    """Gathers who was at which school, and writes the classes when every school has its teachers."""

    def __init__(self, files: Files, year: SchoolYear, before: SchoolYear, seed: int) -> None:
        self._files, self._before, self._seed = files, before, seed
        then = year_of(year.last_day - _A_YEAR)
        self._then = then if then.ends_in == before.ends_in else before
        self._stays: dict[str, list[Stay]] = defaultdict(list)
        self._teachers: dict[str, dict[str, list[Staff]]] = {}

    def attended(self, stay: Stay) -> None:
        """Somebody was at a school for the whole of that year."""
        self._stays[stay.school.key].append(stay)

    def taught(self, school: School, sections: Iterable[Section], teachers: Sequence[Staff]) -> None:
        """Who teaches what at a school now has taught it then."""
        by_subject: dict[str, dict[int, Staff]] = defaultdict(dict)
        for section in sections:
            by_subject[section.course.subject][section.teacher] = teachers[section.teacher]
        self._teachers[school.key] = {subject: list(some.values()) for subject, some in by_subject.items()}

    def write_classes(self, schools: Iterable[School]) -> None:
        """The classes of every school, with a grade for each quarter; homerooms and assignments are long forgotten."""
        write_sessions(self._files, self._before)
        for school in schools:
            rng = dice(self._seed, "last year's classes", school.identifier)
            for section in make_timetable(school, self._stays[school.key], rng).sections:
                if able := self._teachers[school.key].get(section.course.subject):
                    section.key += f"-{self._before.ends_in}"
                    teacher = able[section.teacher % len(able)]
                    write_past_section(self._files, section, teacher, self._before, self._then, self._seed)
