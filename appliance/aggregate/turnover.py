"""How many students a number has exchanged since an earlier release: what decides whether it may be published again.

Integers only, and confidential like every exact count. A number's *turnover* since a release is the number of distinct
students who are counted in it now and were not then, or were then and are not now.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import NamedTuple

from appliance.aggregate.published import Key


class Turnover(NamedTuple):
    """Distinct students who entered or left one number.

    `settled` of them changed nothing but this one school and the district, in one group of every dimension: students
    who entered or left the district, or whose outcome changed, and not those who moved between two schools or groups.
    Their counts add up over groups and schools as headcounts do, so what a union of numbers exchanged is at least the
    sum of its settled students.
    """

    changed: int
    settled: int


NOTHING = Turnover(0, 0)


@dataclass(frozen=True, slots=True)
class Turnovers:
    """The turnover of every number since one earlier release. A number that is not listed exchanged nobody.

    Keys name the measures as a package does: of a headcount `n`; of a rate `denominator`, `n` and `complement`.
    """

    since: str
    """The label of the earlier release, such as 2026-10-01."""
    of: Mapping[Key, Turnover]
