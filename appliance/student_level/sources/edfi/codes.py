"""Ed-Fi's code words, of its first and its current edition, in the words that the layouts know.

A word that is not listed goes on as it is, and the layout's own check refuses it with its row.
"""

from collections.abc import Iterable

_GRADE_LEVELS = {
    "infant/toddler": "IT", "early education": "PR", "preschool/prekindergarten": "PK", "prekindergarten": "PK",
    "transitional kindergarten": "TK", "kindergarten": "KG", "first grade": "01", "second grade": "02",
    "third grade": "03", "fourth grade": "04", "fifth grade": "05", "sixth grade": "06", "seventh grade": "07",
    "eighth grade": "08", "ninth grade": "09", "tenth grade": "10", "eleventh grade": "11", "twelfth grade": "12",
    "grade 13": "13", "postsecondary": "13", "ungraded": "UG", "adult education": "AE", "other": "Other",
}  # fmt: skip

_ROLES = {
    "teacher": "teacher",
    "counselor": "counselor", "school counselor": "counselor",
    "principal": "principal", "assistant principal": "principal", "school leader": "principal",
    "school administrator": "principal",
    "superintendent": "districtAdministrator", "lea administrator": "districtAdministrator",
    "assistant superintendent": "districtAdministrator",
    "lea system administrator": "systemAdministrator",
}  # fmt: skip
"""Of StaffClassification. Everybody else at a school counts as an aide: they see nobody but through a class."""

_CALENDAR_EVENTS = {
    "student late arrival/early dismissal": "Late arrival/early dismissal",
    "emergency day": "Weather day",
}

_PROGRAMS = {
    "special education services": "Special education",
    "esl": "English as a Second Language (ESL)",
    "english as a second language (esl)": "English as a Second Language (ESL)",
    "bilingual summer": "Bilingual",
    "migrant education": "Migrant",
    "section 504 placement": "Section 504",
    "foster care": "Foster care",
}
PROGRAMS_NOT_KEPT = frozenset(
    ("title i part a", "neglected and delinquent program", "compensatory services for disadvantaged students",
     "school food service", "counseling services", "athletics", "teacher professional development/mentoring", "other")
)  # fmt: skip
"""Kinds of program for which nothing here has a purpose, or none that would outweigh what they say of a child."""

_RACES = (
    ("american indian", "indian"), ("asian", "asian"), ("black", "black"), ("native hawaiian", "pacific"),
    ("white", "white"), ("two or more", "several"),
)  # fmt: skip
"""How the names of races begin, which differ from edition to edition, and the layout's field."""

_SEXES = {"not selected": "unspecified", "non-binary": "other", "nonbinary": "other"}
_SEMESTERS = ("semester", "trimester")
_COURSE_GRADES = {
    "grading period": "Grading period grade", "final": "Final grade", "semester": "Term grade", "term": "Term grade",
    "quarter": "Quarter grade", "mid term grade": "Progress mark", "mid-term grade": "Progress mark",
    "progress report": "Progress mark",
}  # fmt: skip
GRADEBOOK = "Gradebook"
CATEGORIES = (*dict.fromkeys(_COURSE_GRADES.values()), "Other grade", GRADEBOOK)

_COURSE_LEVELS = {
    "advanced placement": "AP", "international baccalaureate": "IB", "dual credit": "Dual credit", "honors": "Honors",
}  # fmt: skip
"""Of CourseLevelCharacteristic. `Advanced`, `College-level` and `Pre-AP` name no program that anybody counts."""


def grade_level(word: str) -> str:
    """`Ninth grade` as 09."""
    return _GRADE_LEVELS.get(word.lower(), word)


def role(classification: str) -> str:
    """What somebody of this staff classification may be here; the least of rights for one that is not listed."""
    return _ROLES.get(classification.lower(), "aide")


def calendar_event(word: str) -> str:
    """A calendar event in the words of the calendar layout."""
    return _CALENDAR_EVENTS.get(word.lower(), word)


def program(word: str) -> str:
    """A type of program in the words of the programs layout."""
    return _PROGRAMS.get(word.lower(), word)


def races(words: Iterable[str]) -> dict[str, str]:
    """The layout's flags for the races named; what names none (`Other`, `Choose not to respond`) sets none."""
    said = [word.lower() for word in words]
    return {flag: "true" for start, flag in _RACES if any(word.startswith(start) for word in said)}


def sex(word: str) -> str:
    """A sex in the words of the demographics layout."""
    return _SEXES.get(word.lower(), word)


def kind_of_session(term: str) -> str:
    """`semester` for a half or third of a year, else `term`."""
    return "semester" if any(word in term.lower() for word in _SEMESTERS) else "term"


def category(grade_type: str) -> str:
    """The gradebook category of a grade type, titled so that a grade of a whole period is known as one."""
    return _COURSE_GRADES.get(grade_type.lower(), "Other grade")


def course_level(characteristics: Iterable[str]) -> str:
    """The most advanced kind that a course is said to be, in the words of the layout."""
    said = {word.lower() for word in characteristics}
    return next((level for word, level in _COURSE_LEVELS.items() if word in said), "Regular")
