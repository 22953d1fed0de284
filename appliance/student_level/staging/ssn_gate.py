"""Whether a column that is read holds social security numbers: decided before any row of the file is loaded.

A column whose name says so, or in which more than one value in a hundred is one, stops the whole file in one sentence.
Single ones refuse their row. The first rows are looked at before anything is loaded; should the share only show later
on, the transaction of the whole batch is taken back.
"""

from collections.abc import Sequence
from itertools import chain, islice

from appliance.errors import BadFile
from appliance.student_level.sources import ssn
from appliance.student_level.sources.layout import Column, Layout
from appliance.student_level.sources.table import Block
from appliance.student_level.sources.values import Refused, is_nothing

LOOKED_AT_FIRST = 2_000
"""Rows."""
MOST_SHARE = 0.01
_FEW = 3
"""Fewer than these are single values, unless a column of ids holds nothing else."""
_NEVER = "They are never taken, stored or kept in quarantine."

REFUSED = Refused(
    "social_security",
    "holds a social security number, which is never taken",
    "Take it out in the source system; send the person's own id where an id is needed.",
)


class SsnGate:
    """The decision for the columns of one file. `read`: each column that is read, and where it stands."""

    def __init__(self, file: str, header: Sequence[str], layout: Layout, read: Sequence[tuple[Column, int]]) -> None:
        self._file = file
        self.sieves = [ssn.Sieve(column.field, layout.entity) for column, _ in read]
        self._places = [place for _, place in read]
        self._names = [header[place] for place in self._places]
        self._hits: list[list[int]] = [[] for _ in read]
        for name in self._names:
            if ssn.in_a_column_named(name):
                raise BadFile(f"{file}: the column {name} is one of social security numbers by its name. {self._end()}")

    def look_at(self, blocks: Sequence[Block]) -> None:
        """Look at the first rows of the file. Raises BadFile for a column that holds them."""
        numbers = list(islice(chain.from_iterable(block.numbers for block in blocks), LOOKED_AT_FIRST))
        for nth, (sieve, place) in enumerate(zip(self.sieves, self._places, strict=True)):
            cells = list(islice(chain.from_iterable(block.columns[place] for block in blocks), LOOKED_AT_FIRST))
            if sieve.lets_all_pass("\n".join(cells)):
                continue
            hits = [number for number, cell in zip(numbers, cells, strict=True) if sieve.holds(cell.strip())]
            filled = sum(not is_nothing(cell.strip()) for cell in cells)
            if len(hits) > MOST_SHARE * filled and (len(hits) >= _FEW or (sieve.is_id and len(hits) == filled)):
                raise self._refuse(nth, hits)

    def found(self, nth: int, row: int, rows_so_far: int) -> None:
        """Take note of one value that was refused. Raises BadFile once they are more than single ones."""
        hits = self._hits[nth]
        hits.append(row)
        if rows_so_far > LOOKED_AT_FIRST and len(hits) > MOST_SHARE * rows_so_far:
            raise self._refuse(nth, hits)

    def _refuse(self, nth: int, rows: Sequence[int]) -> BadFile:
        listed = ", ".join(map(str, islice(rows, 3)))
        where = f"row {listed}" if len(rows) == 1 else f"rows {listed}"
        more = f" and {len(rows) - 3:,} more of those looked at" if len(rows) > 3 else ""
        return BadFile(
            f"{self._file}: the column {self._names[nth]} holds social security numbers ({where}{more}). {self._end()}"
        )

    def _end(self) -> str:
        return (
            f"{_NEVER} Nothing was loaded; ask the sender to leave the column out, and to send the people's own ids "
            "where ids are needed."
        )


def refuse_file_names(names: Sequence[str]) -> None:
    """Raise BadFile for a file called after a social security number: its name would stand in reports and logs."""
    for number, name in enumerate(names, start=1):
        if ssn.in_text(name):
            raise BadFile(
                f"File {number} of {len(names)} has a social security number in its name, which would stand in every "
                "report. Rename it; nothing was loaded."
            )
