"""What students showed on standards and tests that is good news; nothing here is read by the rules of *This week*."""

import json
from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass

from appliance.storage.database import Reading
from appliance.student_level.records.growth import Growth, newest_growth
from appliance.student_level.records.levels import Levels
from appliance.student_level.records.marks import PLACEHOLDER_DAYS

MEETS = 3
"""The place in LEVELS from which a standard is met."""
_MARKS_SINCE = 63
_TESTS_SINCE = 200
"""A test tells of about half a year: what was met before may be taught anew by now."""
_OF_WORK = """
    SELECT mark.student_key, mark.line_item_key AS item, standard_key AS standard, mark.score, mark.score_text,
           item.highest, coalesce(mark.scored_day, item.due_day) AS day
      FROM json_each(:students) AS wanted
           CROSS JOIN visible_grade AS mark ON mark.student_key = wanted.value
           CROSS JOIN line_item AS item USING (line_item_key)
           CROSS JOIN line_item_standard AS link ON link.line_item_key = item.line_item_key
     WHERE coalesce(mark.scored_day, item.due_day) BETWEEN :since AND :today
       AND NOT (mark.score = 0 AND coalesce(item.due_day, mark.scored_day) > :today - :placeholder_days)
"""
_APART = """
    SELECT mark.student_key, mark.line_item_key AS item, standard_key AS standard, mark.score, mark.score_text,
           item.highest, item.due_day AS day
      FROM json_each(:students) AS wanted
           CROSS JOIN visible_standard_mark AS mark ON mark.student_key = wanted.value
           CROSS JOIN line_item AS item USING (line_item_key)
     WHERE item.due_day BETWEEN :since AND :today
"""
_CALLED = """
    SELECT standard_key, CASE WHEN length(title) BETWEEN 1 AND :longest OR code = '' AND title <> ''
                              THEN '“' || title || '”' ELSE coalesce(nullif(code, ''), identifier) END AS called
      FROM standard WHERE standard_key IN (SELECT value FROM json_each(:standards))
"""
_LONGEST_TITLE = 48
"""Letters: a state's standard can be a whole paragraph; then its code says which one."""
_MET = """
    SELECT result.student_key, test.title, max(result.day) AS day
      FROM json_each(:students) AS wanted
           CROSS JOIN visible_test_result AS result ON result.student_key = wanted.value
           CROSS JOIN test USING (test_key)
     WHERE result.day BETWEEN :since AND :today AND result.meets = 1 AND test.part_of = ''
     GROUP BY result.student_key, test.title ORDER BY day DESC, test.title
"""


@dataclass(frozen=True, slots=True)
class Learned:
    """Of one student, each newest first: standards that are met, as they are called, tests whose standard was met, and
    tests on which more was gained than chance would give.
    """

    standards: tuple[str, ...] = ()
    tests: tuple[str, ...] = ()
    grown: tuple[tuple[str, Growth], ...] = ()


NOTHING = Learned()


def learned(reading: Reading, students: Sequence[int], today: int, levels: Levels) -> dict[int, Learned]:
    """What each of some visible students showed lately: five questions to the database, however many they are."""
    if not students:
        return {}
    standards = _standards_met(reading, students, today, levels)
    values = {"students": json.dumps(list(students)), "today": today, "since": today - _TESTS_SINCE}
    met: dict[int, list[str]] = defaultdict(list)
    for row in reading.query(_MET, values):
        met[row["student_key"]].append(row["title"])
    grown: dict[int, list[tuple[str, Growth]]] = defaultdict(list)
    for key, test, growth in newest_growth(reading, students, today - _TESTS_SINCE, today):
        if growth.is_more_than_chance:
            grown[key].append((test, growth))
    return {key: Learned(standards.get(key, ()), tuple(met[key]), tuple(grown[key])) for key in students}


def _standards_met(reading: Reading, students: Sequence[int], today: int, levels: Levels) -> dict[int, tuple[str, ...]]:
    """A mark of its own for a standard counts before the mark of the whole work."""
    values = {
        "students": json.dumps(list(students)), "today": today, "since": today - _MARKS_SINCE,
        "placeholder_days": PLACEHOLDER_DAYS,
    }  # fmt: skip
    marks = {
        (row["student_key"], row["item"], row["standard"]): row
        for question in (_OF_WORK, _APART)
        for row in reading.query(question, values)
        if row["score"] is not None or row["score_text"] is not None
    }
    by_standard: dict[tuple[int, int], list[int]] = defaultdict(list)
    for (student, _, standard), row in sorted(marks.items(), key=lambda one: (-one[1]["day"], one[0])):
        level = levels.level_of(row["score"], row["score_text"], row["highest"])
        by_standard[student, standard].append(level)
    met = [pair for pair, newest_first in by_standard.items() if levels.rolled_up(newest_first) >= MEETS]
    asked = {"standards": json.dumps(sorted({standard for _, standard in met})), "longest": _LONGEST_TITLE}
    called = {row["standard_key"]: row["called"] for row in reading.query(_CALLED, asked)}
    found: dict[int, list[str]] = defaultdict(list)
    for student, standard in met:
        found[student].append(called[standard])
    return {student: tuple(names) for student, names in found.items()}
