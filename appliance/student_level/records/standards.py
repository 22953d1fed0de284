"""A class by standard: what students showed, as levels in words, rolled up by the rule that the page prints."""

import json
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from appliance.storage.database import Reading
from appliance.student_level.records.levels import LEVELS, Levels, level_in_words
from appliance.student_level.records.marks import PLACEHOLDER_DAYS

MOST_COLUMNS = 12
"""With more standards than these, those that were marked last."""
_DAYS_BACK = 400

_LINKS = """
    SELECT item.section_key AS section, item.line_item_key AS item, standard_key AS standard
      FROM json_each(:sections) AS class CROSS JOIN line_item AS item ON item.section_key = class.value
           CROSS JOIN line_item_standard USING (line_item_key)
"""
_MARKED_APART = """
    SELECT item.section_key AS section, mark.student_key AS student, mark.line_item_key AS item,
           mark.standard_key AS standard, mark.score, mark.score_text
      FROM json_each(:sections) AS class CROSS JOIN line_item AS item ON item.section_key = class.value
           CROSS JOIN visible_standard_mark AS mark USING (line_item_key)
     WHERE mark.student_key IN (SELECT value FROM json_each(:students))
"""
_WORK = """
    SELECT mark.student_key AS student, mark.line_item_key AS item, mark.score, mark.score_text,
           item.highest, coalesce(mark.scored_day, item.due_day, 0) AS day
      FROM json_each(:items) AS linked CROSS JOIN line_item AS item ON item.line_item_key = linked.value
           CROSS JOIN visible_grade AS mark USING (line_item_key)
     WHERE mark.student_key IN (SELECT value FROM json_each(:students))
       AND NOT (mark.score = 0 AND coalesce(item.due_day, mark.scored_day, :today) > :today - :placeholder_days)
"""
_STANDARDS = """
    SELECT standard_key, identifier, code, title FROM standard
     WHERE standard_key IN (SELECT value FROM json_each(:standards))
"""
_PARTS_OF_TESTS = """
    SELECT result.student_key, test.subject, test.title, test.part_of, result.day, result.level
      FROM json_each(:students) AS wanted
           CROSS JOIN visible_test_result AS result ON result.student_key = wanted.value
           CROSS JOIN test USING (test_key)
     WHERE test.part_of <> '' AND test.subject IN (SELECT value FROM json_each(:subjects)) AND result.level IS NOT NULL
       AND result.day BETWEEN :since AND :today
"""


@dataclass(frozen=True, slots=True, order=True)
class Standard:
    """A column: `code` stands above it, `title` says what it means.

    `of_test`: a part of a test, not of the gradebook.
    """

    of_test: bool
    code: str
    title: str = ""


@dataclass(frozen=True, slots=True)
class Standing:
    """Where a student stands on a standard. `level` is a place in LEVELS; `said` the newest mark's own words where they
    say no level. `marks`: how many there are, `day` the newest one's; 0 for both when there is none.
    """

    level: int = 0
    said: str = ""
    marks: int = 0
    day: int = 0

    @property
    def words(self) -> str:
        """The level in words."""
        return self.said or LEVELS[self.level]


NOT_YET = Standing()


@dataclass(frozen=True, slots=True)
class Grid:
    """Students by standards. A student without a line has shown nothing yet. `left_out`: standards not shown."""

    standards: tuple[Standard, ...] = ()
    left_out: int = 0
    standings: dict[tuple[int, Standard], Standing] | None = None

    def of(self, student_key: int) -> tuple[Standing, ...]:
        """A student's standings, in the order of the standards."""
        return tuple((self.standings or {}).get((student_key, one), NOT_YET) for one in self.standards)


@dataclass(frozen=True, slots=True, order=True)
class _Mark:
    day: int
    level: int
    said: str


def standards_grids(
    reading: Reading, subjects: Mapping[int, str], students: Sequence[int], today: int, levels: Levels
) -> dict[int, Grid]:
    """The standards of some classes: of each gradebook's work, and parts of tests in the class's subject.

    `subjects`: EDFacts' code by class. Each class has a grid, which may be empty.
    """
    values = {
        "sections": json.dumps(list(subjects)), "students": json.dumps(list(students)), "since": today - _DAYS_BACK,
        "today": today, "placeholder_days": PLACEHOLDER_DAYS,
    }  # fmt: skip
    marks: dict[int, dict[tuple[int, Standard], list[_Mark]]] = defaultdict(lambda: defaultdict(list))
    columns: dict[int, dict[Standard, int]] = defaultdict(dict)
    for section, standard, student, mark in (
        *_of_gradebook(reading, values, levels),
        *_of_tests(reading, values, subjects),
    ):
        newest = columns[section].get(standard, 0)
        columns[section][standard] = max(newest, mark.day if mark else 0)
        if mark and student is not None:
            marks[section][student, standard].append(mark)
    return {section: _grid(columns[section], marks[section], levels) for section in subjects}


def standards_grid(
    reading: Reading, section_key: int, students: Sequence[int], subject: str, today: int, levels: Levels
) -> Grid:
    """The same for one class."""
    return standards_grids(reading, {section_key: subject}, students, today, levels)[section_key]


def _grid(columns: Mapping[Standard, int], marks: Mapping[tuple[int, Standard], list[_Mark]], levels: Levels) -> Grid:
    newest = sorted(columns, key=lambda one: (-columns[one], one))[:MOST_COLUMNS]
    return Grid(
        standards=tuple(sorted(newest)),
        left_out=len(columns) - len(newest),
        standings={place: _standing(some, levels) for place, some in marks.items()},
    )


def _standing(marks: Iterable[_Mark], levels: Levels) -> Standing:
    newest = sorted(marks, key=lambda mark: mark.day, reverse=True)
    level = levels.rolled_up([mark.level for mark in newest])
    return Standing(level, "" if level else newest[0].said, len(newest), newest[0].day)


_Found = Iterator[tuple[int, Standard, int | None, _Mark | None]]
"""(class, standard, student, mark)"""


def _of_gradebook(reading: Reading, values: dict[str, Any], levels: Levels) -> _Found:
    """A mark for a standard of its own counts before the mark of the whole work. Each standard once without a mark."""
    linked = reading.query(_LINKS, values)
    marked = reading.query(_MARKED_APART, values)
    links = {(row["item"], row["standard"]) for row in linked}
    apart = {(row["student"], row["item"], row["standard"]): row for row in marked}
    links_of: dict[int, set[int]] = defaultdict(set)
    section_of: dict[int, int] = {}
    for row in (*linked, *marked):
        links_of[row["item"]].add(row["standard"])
        section_of[row["item"]] = row["section"]
    named = json.dumps(sorted({standard for some in links_of.values() for standard in some}))
    called = {row["standard_key"]: _called(row) for row in reading.query(_STANDARDS, {"standards": named})}
    for section, standard in {(section_of[item], one) for item, some in links_of.items() for one in some}:
        yield section, called[standard], None, None
    for row in reading.query(_WORK, {**values, "items": json.dumps(sorted(links_of))}):
        for standard in links_of[row["item"]]:
            own = apart.get((row["student"], row["item"], standard))
            if own is None and (row["item"], standard) not in links:
                continue
            says = row if own is None or own["score"] is own["score_text"] is None else own
            if says["score"] is not None or says["score_text"] is not None:
                level = levels.level_of(says["score"], says["score_text"], row["highest"])
                mark = _Mark(row["day"], level, says["score_text"] or f"{says['score']:g}")
                yield section_of[row["item"]], called[standard], row["student"], mark


def _called(row: dict[str, Any]) -> Standard:
    """A standard that nobody named goes by the end of its id."""
    return Standard(False, row["code"] or row["identifier"].rpartition(":")[2], row["title"])


def _of_tests(reading: Reading, values: dict[str, Any], subjects: Mapping[int, str]) -> _Found:
    wanted = json.dumps(sorted({subject for subject in subjects.values() if subject}))
    for row in reading.query(_PARTS_OF_TESTS, {**values, "subjects": wanted}):
        part = row["title"].removeprefix(row["part_of"]).strip(" ,:-") or row["title"]
        mark = _Mark(row["day"], level_in_words(row["level"]), row["level"])
        for section in (one for one, subject in subjects.items() if subject == row["subject"]):
            yield section, Standard(True, part, row["part_of"]), row["student_key"], mark
