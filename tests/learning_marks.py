"""Marks by standard and growth for people of Maplewood."""

from appliance.actions import Action
from appliance.storage.database import Database, Event
from tests import maplewood

OCT, NOV = 20_730, 20_765
"""Days in October and November 2026."""


def put_standards(database: Database, *marks: tuple[str, int, float, str | None]) -> None:
    """Work in Science 7 that shows "LS1 Living things"; (who, day, points, level in words) of each mark."""
    with database.changing(Event("test", Action.COMPUTE_METRICS)) as tables:
        tables.execute("UPDATE course SET subject = 'Science' WHERE course_key = 1")
        tables.execute(
            "INSERT INTO standard VALUES (1, 'urn:x', 'LS1', 'Living things'), (2, 'urn:y', 'PS1', 'Forces')"
        )
        for number, (who, day, points, said) in enumerate(marks, start=70_001):
            tables.execute(
                "INSERT INTO line_item VALUES (?, ?, 'Lab', 'assignment', 3, ?, 100)", (number, maplewood.SCIENCE, day)
            )
            tables.execute("INSERT INTO line_item_standard VALUES (?, 1), (?, 2)", (number, number))
            key = maplewood.KEY[who]
            tables.execute(
                "INSERT INTO grade (student_key, line_item_key, score, scored_day) VALUES (?, ?, ?, ?)",
                (key, number, points, day),
            )
            tables.execute("INSERT INTO standard_mark VALUES (?, ?, 1, NULL, ?, NULL, NULL)", (key, number, said))


def put_growth(database: Database, who: str, observed: float, typical: float | None, margin: float | None) -> None:
    """Points gained on a science test from fall to winter."""
    with database.changing(Event("test", Action.COMPUTE_METRICS)) as tables:
        tables.execute("UPDATE course SET subject = 'Science' WHERE course_key = 1")
        tables.execute("INSERT OR IGNORE INTO test VALUES (9, 'SCI', 'Science check', 'SCI', 'benchmark', '', '')")
        row = (maplewood.KEY[who], NOV, observed, typical, margin)
        tables.execute("INSERT INTO test_growth VALUES (?, 9, ?, 'fall to winter', ?, ?, ?, NULL, NULL)", row)
