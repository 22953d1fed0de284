"""What is taught in which grade, by OneRoster's course."""

from dataclasses import dataclass

from appliance.sample.schools import GRADES

ENGLISH, MATHEMATICS, SCIENCE = "English Language Arts", "Mathematics", "Science"
SOCIAL_STUDIES, SPORT = "Social Studies", "Physical Education"
ARTS, LANGUAGES, COMPUTING, TRADES = (
    "Fine and Performing Arts",
    "World Languages",
    "Computer Science",
    "Career and Technical Education",
)


@dataclass(frozen=True, slots=True)
class Course:
    """A course of the district's catalogue. `grades` is empty for an elective that any grade may take; `level` is what
    the district says of it: nobody reads that out of a title.
    """

    code: str
    title: str
    subject: str
    grades: tuple[str, ...] = ()
    level: str = "Regular"

    @property
    def key(self) -> str:
        """The course in the OneRoster files."""
        return f"crs-{self.code}"


def _in_each_grade(code: str, title: str, subject: str, grades: tuple[str, ...]) -> dict[str, Course]:
    return {grade: Course(f"{code}-{grade}", f"{title} {grade.lstrip('0')}", subject, (grade,)) for grade in grades}


def _one_a_grade(subject: str, **titles: str) -> dict[str, Course]:
    """Grades 9 to 12 in the order given: code=title."""
    return {
        grade: Course(code.replace("_", "-"), title, subject, (grade,))
        for grade, (code, title) in zip(GRADES[9:], titles.items(), strict=True)
    }


_LOWER, _MIDDLE = GRADES[:6], GRADES[6:9]
HOMEROOM = _in_each_grade("HR", "Homeroom", "Homeroom", GRADES)
# By grade, in the order in which a grade's groups rotate through them.
_CORE = (
    _in_each_grade("ELA", "English", ENGLISH, _LOWER + _MIDDLE)
    | _one_a_grade(ENGLISH, ENG_09="English I", ENG_10="English II", ENG_11="English III", ENG_12="English IV"),
    _in_each_grade("MATH", "Math", MATHEMATICS, _LOWER + _MIDDLE)
    | _one_a_grade(MATHEMATICS, ALG_1="Algebra I", GEOM="Geometry", ALG_2="Algebra II", PREC="Precalculus"),
    _in_each_grade("SCI", "Science", SCIENCE, _LOWER + _MIDDLE)
    | _one_a_grade(SCIENCE, BIO="Biology", CHEM="Chemistry", PHYS="Physics", ENV="Environmental Science"),
    _in_each_grade("SOC", "Social Studies", SOCIAL_STUDIES, _LOWER + _MIDDLE)
    | _one_a_grade(SOCIAL_STUDIES, GEO="World Geography", WHIST="World History", USH="U.S. History", GOV="Government"),
    _in_each_grade("PE", "Physical Education", SPORT, _MIDDLE)
    | _one_a_grade(SPORT, PE_09="Physical Education I", PE_10="Health", PE_11="Team Sports", PE_12="Lifetime Fitness"),
)
CORE = {grade: tuple(courses[grade] for courses in _CORE if grade in courses) for grade in GRADES}
ELECTIVES = {
    "Middle": (
        Course("ART-M", "Art", ARTS),
        Course("SPAN-M", "Spanish", LANGUAGES),
        Course("BAND-M", "Band", ARTS),
        Course("CODE-M", "Computing", COMPUTING),
    ),
    "High": (
        Course("SPAN-1", "Spanish I", LANGUAGES),
        Course("STUDIO", "Studio Art", ARTS),
        Course("TECH-1", "Welding I, with the college", TRADES, level="Dual credit"),
        Course("CS-1", "AP Computer Science Principles", COMPUTING, level="AP"),
        Course("CHOIR", "Choir", ARTS),
    ),
}


def catalogue() -> list[Course]:
    """Every course that any school of the district may teach."""
    in_grades = [course for courses in CORE.values() for course in courses]
    return [*HOMEROOM.values(), *in_grades, *(course for courses in ELECTIVES.values() for course in courses)]


def levels() -> list[tuple[str, str, int]]:
    """(code, level, credits) of each course that a high school teaches."""
    in_grades = [course for grade in GRADES[9:] for course in CORE[grade]]
    return [(course.code, course.level, 1) for course in (*in_grades, *ELECTIVES["High"])]
