"""On which days a class met, where a file says so: a row for each day, or class attendance that names who was there.

A class has met on a day for which a file names students who were there, and with those away at least half of the class:
fewer only take absences back. Once a class is known by its days, each later row about it names a day, too.
"""

from collections import Counter
from collections.abc import Sequence

from appliance.student_level.staging.batch import Batch

MET = "INSERT OR IGNORE INTO section_met (section_key, day) VALUES (?, ?)"
_TABLE = """
CREATE TEMP TABLE named_day (section_key, day, there, named, PRIMARY KEY (section_key, day)) WITHOUT ROWID
"""
_NOTE = """
INSERT INTO temp.named_day VALUES (?, ?, ?, ?)
ON CONFLICT DO UPDATE SET there = there + excluded.there, named = named + excluded.named
"""
_MET = """
INSERT OR IGNORE INTO section_met (section_key, day)
SELECT section_key, day FROM temp.named_day JOIN section USING (section_key)
 WHERE there > 0
   AND 2 * named >= (SELECT count(DISTINCT student_key) FROM section_enrollment AS seat
                      WHERE seat.section_key = section.section_key AND seat.begin_day <= named_day.day
                        AND coalesce(seat.end_day, section.end_day) > named_day.day)
"""
_MET_TOO = """
INSERT OR IGNORE INTO section_met (section_key, day)
SELECT section_key, day FROM temp.named_day WHERE section_key IN (SELECT section_key FROM section_met)
"""


class Meetings:
    """The days on which one file names somebody in a class."""

    def __init__(self, batch: Batch) -> None:
        self._batch = batch
        batch.run("DROP TABLE IF EXISTS temp.named_day")
        batch.run(_TABLE)

    def note(self, sections: Sequence[int], days: Sequence[int], categories: Sequence[str]) -> None:
        """Take some rows into account."""
        named = Counter(zip(sections, days, strict=True))
        there = Counter(
            (section, day)
            for section, day, category in zip(sections, days, categories, strict=True)
            if category == "present"
        )
        self._batch.run_many(_NOTE, ((*place, there[place], rows) for place, rows in sorted(named.items())))

    def keep(self) -> None:
        """Remember the days on which classes met."""
        self._batch.run(_MET)
        self._batch.run(_MET_TOO)
