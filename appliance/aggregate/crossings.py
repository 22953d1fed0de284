"""How the numbers of a table hang together: crossings of dimensions, their margins, and shares of an outcome.

A dimension is one reporting group family (`race`), a *crossing* of several (`race*sex`), or `all`. The category of a
crossing is the codes in the same order (`WH7*F`). Summed over one of its families, a crossing gives its *margin*:
`race*sex` over sex gives `race`. Every margin that a release prints is a sum that anybody can write down.

A crossing with the family `outcome` splits a rate's two outcomes into *shares*: `race*outcome*level` says how many of a
race met the standard (outcome YES) at level L3. Shares of YES sum to n of their group, shares of NO to those who are
without, and a share's denominator is the denominator of its group, printed a second time.
"""

from functools import cache
from typing import Final

from appliance.aggregate.codes import ALL, CATEGORY_SETS, CODES, MISSING

CROSS: Final = "*"
_SHARED: Final = ("outcome", "level", "cohort_status", "diploma", "removal")
"""The family of a rate's outcomes, and those that its shares are named by."""

Group = tuple[str, str]
"""Dimension and category."""


@cache
def families(dimension: str) -> tuple[str, ...]:
    """The reporting group families of a dimension, in order; none for the total."""
    return () if dimension == ALL else tuple(dimension.split(CROSS))


@cache
def codes(dimension: str, category: str) -> dict[str, str]:
    """Each family of a dimension with the category's code. Do not change what is returned."""
    return {} if dimension == ALL else dict(zip(families(dimension), category.split(CROSS), strict=True))


@cache
def is_known(dimension: str, category: str) -> bool:
    """Whether every code of a category is on the list of its family."""
    if dimension == ALL:
        return category == ALL
    told = category.split(CROSS)
    names = families(dimension)
    return len(told) == len(names) and all(code in CODES[name] for name, code in zip(names, told, strict=True))


@cache
def rank(dimension: str, category: str) -> tuple[int, ...]:
    """Where a category stands among those of its dimension."""
    return tuple(CODES[name].index(code) for name, code in codes(dimension, category).items())


@cache
def category_set(dimension: str) -> str:
    """What a package calls the set of a dimension's categories: `RACE_SEX`."""
    return "_".join(CATEGORY_SETS[name] for name in families(dimension)) or CATEGORY_SETS[ALL]


@cache
def margins(dimension: str, category: str) -> tuple[tuple[str, Group], ...]:
    """Each family that a category can be summed over, with the category that the sum is; those of a total are none."""
    told = codes(dimension, category)
    return tuple((family, named({other: told[other] for other in told if other != family})) for family in told)


_SIDE: Final = {"cohort_status": "NO", "diploma": "NO", "removal": "YES"}
"""Families of shares that split one outcome only, into the codes of their list. A level may lie on either side."""


def side(family: str) -> str | None:
    """The outcome that a family of shares splits; None when it may split both."""
    return _SIDE.get(family)


def always(shares: tuple[str, ...]) -> set[tuple[str, ...]]:
    """The shares (outcome and code) that a table names although nobody has one, so that none stands out by absence."""
    _, family = shares
    return {(_SIDE[family], code) for code in CODES[family] if code != MISSING} if family in _SIDE else set()


def named(told: dict[str, str]) -> Group:
    """The dimension and category of some families' codes; the total for none."""
    return (CROSS.join(told), CROSS.join(told.values())) if told else (ALL, ALL)


@cache
def is_share(dimension: str) -> bool:
    """Whether a dimension holds shares of an outcome."""
    return _SHARED[0] in families(dimension)


@cache
def group(dimension: str, category: str) -> Group:
    """The group that a share is of; any other category is its own group."""
    if not is_share(dimension):
        return dimension, category
    return named({name: code for name, code in codes(dimension, category).items() if name not in _SHARED})


@cache
def has_outcome(dimension: str, category: str) -> bool:
    """Whether a share is of those with the outcome, and not of those without."""
    return codes(dimension, category)[_SHARED[0]] == CODES[_SHARED[0]][0]
