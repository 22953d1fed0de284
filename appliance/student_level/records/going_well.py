"""What goes well: said before or beside every worry."""

from appliance.errors import Sentence
from appliance.student_level.records.marks import letters_between
from appliance.student_level.records.rules import CourseNow, Situation

EVERY_DAY = 20
"""Here on each of so many school days in a row: four weeks."""
LEAST_COURSES = 3
LEAST_RISE = 5
"""Points: from 79 to 80 is a new letter and no news."""
_NUMBERS = (
    "0", "1", "2", Sentence("three"), Sentence("four"), Sentence("five"), Sentence("six"), Sentence("seven"),
    Sentence("eight"), Sentence("nine"), Sentence("ten"),
)  # fmt: skip


def going_well(seen: Situation) -> list[str]:
    """Clauses without a subject, the strongest first; empty when nothing is recorded: then ask."""
    found: list[str] = []
    if improved := [course for course in seen.courses if _rose(course)]:
        course = improved[0]
        assert course.now
        assert course.before
        found.append(
            Sentence(
                "%(course)s up from %(before)s to %(now)s since %(period)s",
                course=course.title, before=course.before.shown, now=course.now.shown, period=course.before_period,
            )
        )  # fmt: skip
    letters = [course.now.letter for course in seen.courses if course.now]
    if len(letters) >= LEAST_COURSES and set(letters) <= {"A", "B"}:
        found.append(Sentence("B or better in all %(number)s courses", number=_count(len(letters))))
    elif best := [course.title for course in seen.courses if course.now and course.now.letter == "A"]:
        found.append(_best("A", best))
    elif best := [course.title for course in seen.courses if course.now and course.now.letter == "B"]:
        found.append(_best("B", best))
    if seen.takes_part_in_attendance:
        found += _days(seen)
    return found


def is_news(seen: Situation) -> str:
    """Something good that is new, for a line home; empty when there is none."""
    rose = next((course for course in seen.courses if _rose(course)), None)
    if rose and rose.now and rose.before:
        return f"{rose.title} up from {rose.before.shown} to {rose.now.shown}"
    streak = _streak(seen)
    if EVERY_DAY <= streak < min(len(seen.days), EVERY_DAY + 5) and seen.days_missed >= LEAST_COURSES:
        return "here every day for four weeks, after missing days before"
    return ""


def _best(letter: str, titles: list[str]) -> Sentence:
    if len(titles) == 1:
        return Sentence("%(letter)s in %(course)s", letter=letter, course=titles[0])
    return Sentence("%(letter)s in %(course)s and %(other)s", letter=letter, course=titles[0], other=titles[1])


def _days(seen: Situation) -> list[str]:
    streak = _streak(seen)
    if seen.days and seen.days_missed == 0 and seen.days_enrolled >= EVERY_DAY:
        return [Sentence("has not missed one of %(days)s days", days=seen.days_enrolled)]
    if streak >= EVERY_DAY:
        return [Sentence("here every day for four weeks")]
    return []


def _streak(seen: Situation) -> int:
    return next((place for place, day in enumerate(seen.days) if day in seen.missed), len(seen.days))


def _rose(course: CourseNow) -> bool:
    if not course.now or not course.before:
        return False
    before, now = course.before.points, course.now.points
    is_small = before is not None and now is not None and now - before < LEAST_RISE
    return (letters_between(course.before, course.now) or 0) >= 1 and not is_small


def _count(number: int) -> str:
    return _NUMBERS[number] if number < len(_NUMBERS) else str(number)
