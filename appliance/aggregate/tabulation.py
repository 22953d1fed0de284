"""The two kinds of table in the house: exact and confidential, or protected and free to leave.

A `Tabulation` is what a metric counts. Only `disclosure` turns tabulations into `ProtectedTable`s, and only a
`ProtectedTable` can be written into a release, so passing exact counts on is an error before anything runs.
"""

from dataclasses import dataclass
from typing import Literal

DISTRICT = ""
"""The geography code of the whole district. A school's code is its state school id."""

Suppression = Literal["none", "coded", "hidden", "not_offered"]


@dataclass(frozen=True, slots=True)
class Cell:
    """One exact count: `count` of the `out_of` students in a category of one geography. Confidential.

    `school_id` is a state school id, or `DISTRICT`. `dimension` names one reporting group family (all, grade, race,
    sex, english_learner, disability, economic) and `category` a code of its published code list. District cells are
    those of the schools together: each student stands at one school.
    `detail` splits an outcome further where the metric has more than one (subject and level), else is empty.
    For a plain headcount `out_of` equals `count`.
    """

    school_id: str
    dimension: str
    category: str
    count: int
    out_of: int
    detail: str = ""

    def __post_init__(self) -> None:
        if not 0 <= self.count <= self.out_of:
            raise ValueError(f"{self.dimension} {self.category}: a count must lie between 0 and its denominator")


@dataclass(frozen=True, slots=True)
class Tabulation:
    """Every exact cell of one metric at one snapshot. Confidential: it never leaves the district."""

    metric: str
    school_year: str
    """As EDFacts writes it: `2026-2027`."""
    snapshot: str
    """ISO date that the counts describe."""
    cells: tuple[Cell, ...]
