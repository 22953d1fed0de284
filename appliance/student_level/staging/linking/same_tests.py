"""One test under two names: a district may send its results in Ed-Fi XML and in a vendor's or its own CSV file.

Two signs say that another sender's test is the same one. Either sender gives it the other's name as well (Ed-Fi has
room for a publisher's codes). Or their results tell: wherever both have a student's result of a day, they agree, for
several students with several scores. That names are alike is no sign.

The sender who was there first leads: of a student's sitting that it tells, its word counts, and the other adds the
sittings that it lacks.
"""

from collections import defaultdict, deque
from collections.abc import Iterable, Iterator
from itertools import islice
from typing import Any

from appliance.student_level.staging.batch import Batch
from appliance.student_level.staging.report import FileRead
from appliance.student_level.staging.rows import Typed

_AHEAD = 40
"""Blocks that are read before a new test is judged: about 20,000 results."""
_STUDENTS, _SCORES, _SHARE = 5, 3, 0.9
"""Of students and of scores in which two tests must agree at least, and the share of common sittings."""
_BY_OTHERS = """
    SELECT test_key, day, raw_score, scale_score, level FROM test_result
     WHERE student_key = ? AND file_key IN (SELECT file_key FROM temp.others_file)
"""
_SITTING = """
    SELECT 1 FROM test_result WHERE student_key = ? AND test_key = ? AND day = ?
       AND file_key IN (SELECT file_key FROM temp.others_file) LIMIT 1
"""
_Score = tuple[Any, ...]
_Sittings = dict[tuple[int, int], set[_Score]]
"""(student, day) -> scores."""


class SameTests:
    """The tests of one file, held against those that came in the other format."""

    def __init__(self, batch: Batch, read: FileRead) -> None:
        self._batch, self._read = batch, read
        other = "tests" if read.kind == "Ed-Fi tests" else "Ed-Fi tests"
        batch.run("DROP TABLE IF EXISTS temp.others_file")
        batch.run("CREATE TEMP TABLE others_file (file_key INTEGER PRIMARY KEY)")
        batch.run(
            "INSERT INTO temp.others_file SELECT file_key FROM batch_file WHERE kind = ? AND file_key > 0", [other]
        )
        now = [(one.file_key,) for one in batch.report.files if one.kind == other and one.file_key is not None]
        batch.run_many("INSERT OR IGNORE INTO temp.others_file VALUES (?)", now)
        self._is_alone = next(batch.ask("SELECT NOT EXISTS (SELECT 1 FROM temp.others_file)"))[0]
        self._same: dict[str, list[int]] = {}
        self._codes = {code: key for key, code in batch.ask("SELECT test_key, code FROM test")}

    def key(self, name: str) -> int | None:
        """The test that another sender brought under another name, if this is one."""
        return next(iter(self._same.get(name, ())), None)

    def untold(self, blocks: Iterable[Typed]) -> Iterator[Typed]:
        """The results but for those of sittings that the other sender tells."""
        if self._is_alone:
            yield from blocks
            return
        remaining, waiting, told = iter(blocks), deque[Typed](), 0
        while block := waiting.popleft() if waiting else next(remaining, None):
            if any(name not in self._same for name in block["test"]):
                waiting.extend(islice(remaining, _AHEAD))
                self._judge([block, *waiting])
            places = {place for place, row in enumerate(zip(*block.of("test", "student_key", "day"), strict=True))
                      if self._is_told(*row)}  # fmt: skip
            told += len(places)
            yield block.without(places)
        self._batch.report.count("test_result").unchanged += told
        if told:
            self._read.note = f"{told:,} of its results came in another file already, under other names of tests"

    def _is_told(self, name: str, student: int, day: int) -> bool:
        return any(next(self._batch.ask(_SITTING, (student, key, day)), None) for key in self._same[name])

    def _judge(self, blocks: list[Typed]) -> None:
        sittings: dict[str, _Sittings] = defaultdict(lambda: defaultdict(set))
        called: dict[str, tuple[str, ...]] = {}
        for block in blocks:
            columns = block.of("test", "also_named", "student_key", "day", "raw_score", "scale_score", "level")
            for name, also, student, day, *score in zip(*columns, strict=True):
                if name not in self._same:
                    sittings[name][student, day].add(_told(*score))
                    called[name] = also
        known = self._batch.known("test", "district")
        for name, its in sittings.items():
            if name in known and self._codes.get(name) == known[name]:
                self._same[name] = []  # It was here first under this name.
                continue
            named = [known[one] for one in (name, *called[name]) if one in known]
            self._same[name] = list(dict.fromkeys(named or self._twins(its)))
            if self._same[name]:
                self._batch.link("test", name, self._same[name][0])

    def _twins(self, its: _Sittings) -> list[int]:
        """The other sender's tests whose results say that they are this one, the one that agrees most first."""
        theirs: dict[int, _Sittings] = defaultdict(lambda: defaultdict(set))
        for student in {student for student, _ in its}:
            for key, day, *score in self._batch.ask(_BY_OTHERS, (student,)):
                if (student, day) in its:
                    theirs[key][student, day].add(_told(*score))
        agreeing: dict[int, int] = {}
        for key, both in theirs.items():
            same = [where for where, scores in both.items() if scores <= its[where] or its[where] <= scores]
            students = {student for student, _ in same}
            scores = {score for where in same for score in both[where] if score[0] == "scores"}
            if len(students) >= _STUDENTS and len(scores) >= _SCORES and len(same) >= _SHARE * len(both):
                agreeing[key] = len(same)
        return sorted(agreeing, key=lambda key: -agreeing[key])


def _told(raw: float | None, scale: float | None, level: str | None) -> _Score:
    """What a result says that two senders would say alike: its scores, or its level where it has none."""
    return ("level", level) if raw is None and scale is None else ("scores", raw, scale)
