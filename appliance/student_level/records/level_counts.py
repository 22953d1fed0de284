"""How many levels of a school's classes are which by one rule or another: numbers, before the rule is changed."""

from collections import Counter
from collections.abc import Sequence

from appliance.storage.database import Reading
from appliance.student_level.records.levels import Levels
from appliance.student_level.records.roster import students_of_class
from appliance.student_level.records.standards import standards_grid
from appliance.student_level.sources.district_csv import subject_of

MOST_CLASSES = 10
"""Of a school: enough to see what a rule does, and few enough to wait for in a district of a hundred schools."""
_CLASSES = """
    SELECT section_key, course.subject, course.title
      FROM visible_section JOIN course USING (course_key)
     WHERE begin_day <= :today AND end_day > :today
       AND EXISTS (SELECT 1 FROM line_item CROSS JOIN line_item_standard USING (line_item_key)
                    WHERE line_item.section_key = visible_section.section_key)
     ORDER BY section_key LIMIT :most
"""


def level_counts(reading: Reading, today: int, rules: Sequence[Levels]) -> list[Counter[int]]:
    """For each rule the count of levels, by their place in LEVELS, on the grids of a school's first ten classes."""
    counted: list[Counter[int]] = [Counter() for _ in rules]
    for row in reading.query(_CLASSES, {"today": today, "most": MOST_CLASSES}):
        students = students_of_class(reading, row["section_key"], today)
        subject = subject_of(row["subject"], row["title"])
        for levels, counts in zip(rules, counted, strict=True):
            grid = standards_grid(reading, row["section_key"], students, subject, today, levels)
            counts.update(one.level for key in students for one in grid.of(key) if one.level)
    return counted
