"""What the invented courses teach, standard by standard, and which assignment shows which."""

from collections.abc import Iterator

from appliance.sample.courses import ENGLISH, MATHEMATICS, SCIENCE, SOCIAL_STUDIES
from appliance.sample.learning import ASSIGNMENT_CATEGORY, LineItem, Score
from appliance.sample.timetable import Section

LEVELS = ("beginning", "getting there", "meets", "exceeds")
_LEAST_POINTS = (60, 75, 90)
_MARKED_EVERY = 3
"""So many assignments apart, teachers mark each standard with a level of its own."""
_TAUGHT = {
    ENGLISH: {"E1": "Reading stories", "E2": "Reading to learn", "E3": "Writing", "E4": "Speaking and listening"},
    MATHEMATICS: {"M1": "Numbers", "M2": "Patterns and equations", "M3": "Shapes and measures", "M4": "Data"},
    SCIENCE: {"S1": "Planning an investigation", "S2": "Using models", "S3": "Reading data"},
    SOCIAL_STUDIES: {"H1": "Using sources", "H2": "Places and maps", "H3": "Citizens and government"},
}


def standards() -> Iterator[tuple[str, str, str]]:
    """(id, short name, title) of each standard."""
    for taught in _TAUGHT.values():
        for code, title in taught.items():
            yield _id(code), code, title


def standard_of(section: Section, item: LineItem) -> str:
    """The id of the standard that an assignment shows: one after the other; empty where the course has none."""
    taught = _TAUGHT.get(section.course.subject, {})
    if not taught or item.category != ASSIGNMENT_CATEGORY:
        return ""
    return _id(list(taught)[_number(item) % len(taught)])


def level_of(item: LineItem, score: Score) -> str:
    """The level that a teacher wrote beside the points; empty for an assignment with points alone."""
    if score.points is None or _number(item) % _MARKED_EVERY:
        return ""
    return LEVELS[sum(score.points >= least for least in _LEAST_POINTS)]


def _number(item: LineItem) -> int:
    return int(item.key.rpartition("-A")[2])


def _id(code: str) -> str:
    return f"urn:maplewood:{code}"
