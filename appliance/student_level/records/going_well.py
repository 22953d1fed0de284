"""What goes well: said before or beside every worry."""

from appliance.errors import Sentence
from appliance.student_level.records.learned import NOTHING, Learned
from appliance.student_level.records.marks import letters_between
from appliance.student_level.records.rules import CourseNow, Happening, Situation

EVERY_DAY = 20
"""Here on each of so many school days in a row: four weeks."""
LEAST_COURSES = 3
LEAST_RISE = 5
"""Points: from 79 to 80 is a new letter and no news."""
_NUMBERS = (
    "0", "1", "2", Sentence("three"), Sentence("four"), Sentence("five"), Sentence("six"), Sentence("seven"),
    Sentence("eight"), Sentence("nine"), Sentence("ten"),
)  # fmt: skip


def going_well(seen: Situation, shown: Learned = NOTHING) -> list[str]:
    """Clauses without a subject, the strongest first; empty when nothing is recorded: then ask.

    No course is told twice: of one that rose, its letter is said with the rise.
    """
    found: list[str] = []
    improved = next((course for course in seen.courses if _rose(course)), None)
    if improved and improved.now and improved.before:
        found.append(
            Sentence(
                "%(course)s up from %(before)s to %(now)s since %(period)s",
                course=improved.title, before=improved.before.shown, now=improved.now.shown,
                period=improved.before_period,
            )
        )  # fmt: skip
    found += _learned(shown)
    letters = [course.now.letter for course in seen.courses if course.now]
    rest = [course for course in seen.courses if course is not improved]
    if len(letters) >= LEAST_COURSES and set(letters) <= {"A", "B"}:
        found.append(Sentence("B or better in all %(number)s courses", number=_count(len(letters))))
    elif best := [course.title for course in rest if course.now and course.now.letter == "A"]:
        found.append(_best("A", best))
    elif best := [course.title for course in rest if course.now and course.now.letter == "B"]:
        found.append(_best("B", best))
    if seen.takes_part_in_attendance:
        found += _days(seen)
    return found


def is_news(seen: Situation) -> Happening | None:
    """Something good that is new, for a line home, and the day it became true."""
    rose = next((course for course in seen.courses if _rose(course)), None)
    if rose and rose.now and rose.before:
        return Happening(rose.graded_day, f"{rose.title} up from {rose.before.shown} to {rose.now.shown}")
    streak = _streak(seen)
    if EVERY_DAY <= streak < min(len(seen.days), EVERY_DAY + 5) and seen.days_missed >= LEAST_COURSES:
        return Happening(seen.days[streak - EVERY_DAY], "here every day for four weeks, after missing days before")
    return None


def _learned(shown: Learned) -> list[str]:
    found: list[str] = []
    if shown.grown:
        test, growth = shown.grown[0]
        found.append(Sentence("gained %(points)s points on %(test)s", points=f"{growth.observed:g}", test=test))
    if len(shown.standards) > 1:
        first, second = shown.standards[:2]
        found.append(Sentence("meets the standards %(standard)s and %(other)s", standard=first, other=second))
    elif shown.standards:
        found.append(Sentence("meets the standard %(standard)s", standard=shown.standards[0]))
    if shown.tests:
        found.append(Sentence("met the standard on %(test)s", test=shown.tests[0]))
    return found


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
