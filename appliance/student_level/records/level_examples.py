"""The worked examples of levels, read for both who need them: tests roll them up, the manual prints them."""

import re
from dataclasses import dataclass
from functools import cache
from pathlib import Path

import msgspec

from appliance.student_level.records.levels import LEVELS, Levels, level_in_words

_FILE = Path(__file__).with_suffix(".txt")
_RULE = re.compile(r"^rule: (?P<roll_up>\w+)(?: of (?P<newest>\d+))?$", re.MULTILINE)
_LINES = re.compile(r"^levels from: (\d+), (\d+), (\d+)$", re.MULTILINE)


@dataclass(frozen=True, slots=True)
class LevelExample:
    """A rule, and what it makes of marks: (marks as they are written, oldest first; the level)."""

    title: str
    levels: Levels
    rows: tuple[tuple[str, str], ...]

    def given_by(self, marks: str) -> str:
        """The level that the rule gives for such marks."""
        said = [
            self.levels.level_of(float(mark), None, 100) if mark[0].isdigit() else level_in_words(mark)
            for mark in marks.split(", ")
        ]
        return LEVELS[self.levels.rolled_up(said[::-1])]


@cache
def level_examples() -> tuple[LevelExample, ...]:
    """Every example, in the order of the file. Raises ValueError for one that names no rule."""
    return tuple(_read(block) for block in re.split(r"^# ", _FILE.read_text(), flags=re.MULTILINE)[1:])


def _read(block: str) -> LevelExample:
    title, _, rest = block.partition("\n")
    rule, lines = _RULE.search(rest), _LINES.search(rest)
    if rule is None:
        raise ValueError(f"an example of levels does not name its rule: {title}")
    told: dict[str, object] = {name: value for name, value in rule.groupdict().items() if value}
    if lines:
        told |= dict(zip(("getting_there", "meets", "exceeds"), lines.groups(), strict=True))
    _, *rows = (tuple(cell.strip() for cell in line.split("|")) for line in rest.splitlines() if "|" in line)
    return LevelExample(title, msgspec.convert(told, Levels, strict=False), tuple((one, two) for one, two in rows))
