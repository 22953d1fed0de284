"""Grades and assignments. They rise with a student's skill, which itself goes with attendance."""

from collections.abc import Iterator
from dataclasses import dataclass
from random import Random

from appliance.sample.dice import dice
from appliance.sample.people import Stay, Student
from appliance.sample.schools import GRADES
from appliance.sample.stories import Kind, Story
from appliance.sample.timetable import Section
from appliance.sample.year import LEAST_DAYS_FOR_A_GRADE, SchoolYear

GRADE_CATEGORY, ASSIGNMENT_CATEGORY = "cat-grade", "cat-assignment"

_DAYS_BETWEEN_ASSIGNMENTS = 4
_DAYS_BETWEEN_POSTINGS = 5
_LETTERS = (
    (97, "A+"), (93, "A"), (90, "A-"), (87, "B+"), (83, "B"), (80, "B-"),
    (77, "C+"), (73, "C"), (70, "C-"), (67, "D+"), (63, "D"), (60, "D-"), (0, "F"),
)  # fmt: skip
# For the running quarter: the grade before it, the grade in it, and how many of the last six assignments are missing.
_CHANGES = {Kind.GRADE_FELL: (85, 65, 5), Kind.GRADE_ROSE: (75, 88, 0)}


@dataclass(frozen=True, slots=True)
class LineItem:
    """Something that gets a score. `days`: places in `year.days`, the last of them its due day."""

    key: str
    title: str
    category: str
    session: str
    days: range
    runs: bool

    def scored_on(self, year: SchoolYear) -> int:
        """The due day; the grade of a running quarter is posted every fifth day."""
        if not self.runs:
            return self.days[-1]
        known = year.past - self.days.start
        return self.days.start + known - known % _DAYS_BETWEEN_POSTINGS - 1


@dataclass(frozen=True, slots=True)
class Score:
    """What a student got: 0 to 100, or None when the work is missing."""

    points: int | None
    is_late: bool = False

    @property
    def letter(self) -> str:
        """The letter beside the points of a grade."""
        return "" if self.points is None else next(letter for least, letter in _LETTERS if self.points >= least)


def line_items(section: Section, year: SchoolYear) -> list[LineItem]:
    """A grade for each quarter so far, the running one too, and from grade 3 the assignments of the latest two."""
    if section.course.subject == "Homeroom":
        return []
    items = []
    quarters = year.quarters()
    for session, days in quarters:
        if year.past - days.start >= LEAST_DAYS_FOR_A_GRADE:
            key = f"{section.key}-{session.key}"
            runs = year.past < days.stop
            items.append(LineItem(key, f"{session.title} grade", GRADE_CATEGORY, session.key, days, runs))
    if section.grade in GRADES[:3]:
        return items
    oldest = quarters[-2:][0][1].start
    due_days = range(_DAYS_BETWEEN_ASSIGNMENTS, year.past, _DAYS_BETWEEN_ASSIGNMENTS)
    for day in (day for day in due_days if day >= oldest):
        number = day // _DAYS_BETWEEN_ASSIGNMENTS
        session = next(session for session, days in quarters if day in days)
        days = range(day - _DAYS_BETWEEN_ASSIGNMENTS, day + 1)
        items.append(
            LineItem(
                f"{section.key}-A{number:02d}", f"Assignment {number}", ASSIGNMENT_CATEGORY, session.key, days, False
            )
        )
    return items


def scores(
    section: Section, items: list[LineItem], stories: dict[str, Story], year: SchoolYear, seed: int
) -> Iterator[tuple[LineItem, Stay, Score]]:
    """Each score of a class. A line item's draws are its own: scores given once stay as they are on later days."""
    base = dice(seed, section.key)
    typical = [81 + 7.5 * stay.student.skill + base.gauss(0, 3) for stay in section.stays]
    stories_here = {key: story for key, story in stories.items() if story.is_about_a_grade and story.section is section}
    newest = [item.key for item in items if item.category == ASSIGNMENT_CATEGORY][-6:]
    latest_grade = max((item.key for item in items if item.category == GRADE_CATEGORY), default="")
    for item in items:
        rng = dice(seed, item.key)
        for stay, level in zip(section.stays, typical, strict=True):
            if item.category == GRADE_CATEGORY:
                score = Score(_points(rng.gauss(level, 2.5)))
            else:
                score = _assignment(stay.student, level, rng)
            if not _was_there(stay, item, year):
                continue
            if stories_here and (story := stories_here.get(stay.student.student_id)):
                score = _as_told(story, item, is_new=item.key in newest or item.key == latest_grade, newest=newest)
            yield item, stay, score


def _assignment(student: Student, level: float, rng: Random) -> Score:
    draw, points = rng.random(), _points(rng.gauss(level, 8))
    missing = 0.02 + 0.5 * student.absence_rate
    return Score(None) if draw < missing else Score(points, is_late=draw > 0.95)


def _as_told(story: Story, item: LineItem, *, is_new: bool, newest: list[str]) -> Score:
    before, now, missing = _CHANGES[story.kind]
    if item.key in newest[len(newest) - missing :]:
        return Score(None)
    return Score(now if is_new else before)


def _was_there(stay: Stay, item: LineItem, year: SchoolYear) -> bool:
    """On the day the work was due; for a grade, on enough days of the quarter."""
    here = stay.days_so_far(year)
    if item.category == ASSIGNMENT_CATEGORY:
        return item.days[-1] in here
    return min(here.stop, item.days.stop) - max(here.start, item.days.start) >= LEAST_DAYS_FOR_A_GRADE


def _points(value: float) -> int:
    return max(40, min(100, round(value)))
