"""Post-processing: noisy numbers that fit each other. It reads nothing but what was drawn, so it costs no privacy.

1. Schools and district are drawn apart, so they disagree. Each category is moved to the nearest numbers (least squares,
   all counts weighing the same, as all have the same noise) that are not negative and add up.
2. They are rounded to whole students; what rounding would add or lose goes to the largest remainders, in the order of
   school ids where these are equal.
3. The share is rounded to whole percents, and left out where noise alone could move it by more than 10 points.

All of it in fractions: the same draw gives the same file on every machine.
"""

import math
from collections.abc import Sequence
from dataclasses import dataclass
from fractions import Fraction

from appliance.aggregate.pulse.measured import Measured
from appliance.aggregate.tabulation import DISTRICT

WIDEST_MARGIN = 10
"""Percentage points. A share that is less certain than this is not printed."""
_NINETEEN_IN_TWENTY = Fraction(196, 100)


@dataclass(frozen=True, slots=True)
class Estimate:
    """One row of the pulse: students who missed at least one school day of the week, out of those enrolled.

    `percent` and `margin` (percentage points, 19 weeks in 20 the noise moves the share by less) are None where the
    margin would be wider than `WIDEST_MARGIN`.
    """

    school_id: str
    missed: int
    enrolled: int
    percent: int | None
    margin: int | None


def estimate(measured: Measured) -> tuple[Estimate, ...]:
    """The district and then each school, in the order of the question."""
    schools = measured.question.school_ids
    parts: list[list[int]] = []
    for part in (0, 1):
        noisy = [measured.counts[school][part] for school in schools]
        parts.append(_whole(nearest(noisy, measured.counts[DISTRICT][part])))
    missed, came = parts
    variance = measured.question.variance
    rows = [_row(school, m, m + c, variance) for school, m, c in zip(schools, missed, came, strict=True)]
    return (_row(DISTRICT, sum(missed), sum(missed) + sum(came), variance), *rows)


def nearest(schools: Sequence[int], district: int) -> list[Fraction]:
    """The x >= 0 with the least sum of (x_i - schools_i)^2 + (sum of x - district)^2, exactly.

    At the least, every x_i is max(0, schools_i + t) with one t, the same for all, and t = district - sum of x. The
    schools above zero are some number of the greatest, so each number is tried.
    """
    ordered = sorted(schools, reverse=True)
    t = Fraction(district)
    for positive in range(len(ordered), 0, -1):
        t = Fraction(district - sum(ordered[:positive]), positive + 1)
        if ordered[positive - 1] + t > 0:
            break
    return [max(Fraction(0), school + t) for school in schools]


def _whole(numbers: Sequence[Fraction]) -> list[int]:
    """Whole numbers with the rounded sum, each less than one away."""
    down = [math.floor(number) for number in numbers]
    missing = round(sum(numbers, Fraction(0))) - sum(down)
    by_remainder = sorted(range(len(numbers)), key=lambda i: (down[i] - numbers[i], i))
    for index in by_remainder[:missing]:
        down[index] += 1
    return down


def _row(school_id: str, missed: int, enrolled: int, variance: Fraction) -> Estimate:
    if enrolled == 0:
        return Estimate(school_id, missed, enrolled, None, None)
    share = Fraction(missed, enrolled)
    # How a share moves with noise in its two parts, to first order; the root is rounded up.
    squared = (100 * _NINETEEN_IN_TWENTY) ** 2 * variance * (share**2 + (1 - share) ** 2) / enrolled**2
    margin = math.isqrt(math.ceil(squared) - 1) + 1
    if margin > WIDEST_MARGIN:
        return Estimate(school_id, missed, enrolled, None, None)
    return Estimate(school_id, missed, enrolled, round(100 * share), margin)


def margin_of_a_count(variance: Fraction) -> int:
    """Students by which the noise moves a single count at most, 19 times in 20."""
    return math.isqrt(math.ceil(_NINETEEN_IN_TWENTY**2 * variance) - 1) + 1
