"""The worked examples beside the metrics, read for both who need them: tests count them, the manual prints them.

Those in `released/` are counted as a release counts, each student at one school.

An example is a table of students, sometimes a day or a rule above it, and the table that the metric gives for them.
"""

import re
from dataclasses import dataclass
from functools import cache
from pathlib import Path

from appliance.student_level.records.marks import Letters

_FOLDER = Path(__file__).parent / "examples"
_SNAPSHOT = re.compile(r"^snapshot: day (\d+)$", re.MULTILINE)
_ASKED = re.compile(r"^credits asked: (.+)$", re.MULTILINE)
_LETTERS = re.compile(r"^letters from: (\d+), (\d+), (\d+), (\d+)$", re.MULTILINE)
_FALLEN = re.compile(r"^a grade fell far by: (\d+) points$", re.MULTILINE)
LAST_DAY = 180
"""The day of the count where an example says nothing else: the last day of school."""


@dataclass(frozen=True, slots=True)
class Table:
    """A table as it stands in the file: its columns, and its rows, cell by cell."""

    columns: tuple[str, ...]
    rows: tuple[tuple[str, ...], ...]

    @property
    def records(self) -> list[dict[str, str]]:
        """Each row by column."""
        return [dict(zip(self.columns, row, strict=True)) for row in self.rows]


@dataclass(frozen=True, slots=True)
class Example:
    """One example. `snapshot`: the number of the school day on which it is counted, from 1. `credits_asked`: grade to
    credits that the district's table asks for by the end of it. `letters` and `points_fallen`: where they are not as
    shipped.
    """

    metric: str
    title: str
    snapshot: int
    credits_asked: dict[str, float]
    letters: Letters | None
    points_fallen: int | None
    given: Table
    result: Table
    is_released: bool


@cache
def worked_examples() -> tuple[Example, ...]:
    """Every example of every metric, for pages first. Raises ValueError for a file that cannot be read as one."""
    return tuple(
        _read(path.stem, block, is_released=path.parent != _FOLDER)
        for path in (*sorted(_FOLDER.glob("*.txt")), *sorted(_FOLDER.glob("released/*.txt")))
        for block in re.split(r"^# ", path.read_text(), flags=re.MULTILINE)[1:]
    )


def _read(metric: str, block: str, *, is_released: bool) -> Example:
    title, _, rest = block.partition("\n")
    given, gives, result = rest.partition("\ngives\n")
    if not gives:
        raise ValueError(f"an example of {metric} does not say what it gives: {title}")
    day, asked = _SNAPSHOT.search(given), _ASKED.search(given)
    letters, fallen = _LETTERS.search(given), _FALLEN.search(given)
    return Example(
        metric,
        title,
        int(day[1]) if day else LAST_DAY,
        {grade.zfill(2): float(number) for number, grade in re.findall(r"([\d.]+) by the end of grade (\d+)", asked[1])}
        if asked
        else {},
        Letters(*map(int, letters.groups())) if letters else None,
        int(fallen[1]) if fallen else None,
        _table(given),
        _table(result),
        is_released,
    )


def _table(text: str) -> Table:
    columns, *rows = (tuple(cell.strip() for cell in line.split("|")) for line in text.splitlines() if "|" in line)
    return Table(columns, tuple(rows))
