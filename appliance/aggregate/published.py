"""What any reader of a release sees: rows of counts, some of them hidden. Plain data; anyone may build one.

A `PublishedTable` is what the state reads back from a package and what the attacker is given. Only a `ProtectedTable`,
which `disclosure` alone makes, can be written into a release.
"""

from dataclasses import dataclass
from typing import Literal, NamedTuple

from appliance.aggregate.tabulation import DISTRICT, Suppression

DistrictRule = Literal["equal"]
"""How a table's district rows relate to the sum of its school rows: nobody counts in two schools, so they are equal."""

Measure = Literal["n", "denominator", "complement", "left_out"]


class Key(NamedTuple):
    """The name of one number of a release.

    Two are never printed and can be derived from what is. `complement`: of the group, those not in n. `left_out`: of a
    group of the metric that this one is `within`, those not counted here.
    """

    measure: Measure
    metric: str
    detail: str
    school_id: str
    dimension: str
    category: str


@dataclass(frozen=True, slots=True)
class PublishedCell:
    """One row of a table. None means empty: hidden, or nothing to say.

    `none`: the numbers are there. `coded`: `n` lies between `n_lower` and `n_upper`, and the group size is there.
    `hidden`: `n` is not (and `denominator` is not when its group is hidden too).
    `not_offered`: the group has nobody in it, so there is nothing to count.
    `n_lower` and `n_upper` of a hidden number: what anyone can derive about `n`; None above means no bound.
    """

    school_id: str
    dimension: str
    category: str
    detail: str
    n: int | None
    denominator: int | None
    suppression: Suppression
    n_lower: int | None = None
    n_upper: int | None = None
    n_as_of: str = ""
    """The earlier release that `n` (or `not_offered`) is carried forward from, by its label; empty: of this one."""
    denominator_as_of: str = ""


class Area(NamedTuple):
    """A geography made of schools, such as all charter schools. Its rows carry `code` in place of a school id."""

    code: str
    schools: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class PublishedTable:
    """The rows of one metric at one snapshot, as published. `district` holds for every area as well."""

    metric: str
    school_year: str
    snapshot: str
    district: DistrictRule
    cells: tuple[PublishedCell, ...]
    areas: tuple[Area, ...] = ()

    def wholes(self) -> dict[str, frozenset[str]]:
        """Each geography that is a sum of schools, the district first, to the schools of this table in it."""
        codes = {area.code for area in self.areas}
        there = {cell.school_id for cell in self.cells} - {DISTRICT}
        schools = frozenset(there - codes)
        found = {DISTRICT: schools} if schools else {}
        return found | {area.code: schools.intersection(area.schools) for area in self.areas if area.code in there}
