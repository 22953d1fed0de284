"""The one place where noise is made: OpenDP's discrete Gaussian on whole numbers, from the operating system's entropy.

Not numpy and not Python's `random`: their floats leak the count through the last bits, and their state can be guessed
(disclosure.md, section 4). OpenDP is an optional extra, loaded when a pulse is drawn and at no other time.
"""

import math
from collections.abc import Sequence
from fractions import Fraction
from types import ModuleType
from typing import Any

from appliance.aggregate.codelists import ALL
from appliance.aggregate.pulse.measured import Measured
from appliance.aggregate.pulse.question import D_IN, METRIC, Question
from appliance.aggregate.refusal import Refused
from appliance.aggregate.tabulation import DISTRICT, Tabulation

MOST_STUDENTS = 10_000_000
_TRIES = 64


def _opendp() -> ModuleType:
    try:
        import opendp.prelude as dp
    except ImportError:
        raise Refused(
            "The weekly pulse needs OpenDP, which is not installed. Install it beside Schoolhouse with: "
            'pip install "schoolhouse[dp]" (in a checkout: .venv/bin/pip install -e ".[dp]"). Nothing was debited.'
        ) from None
    # The discrete Gaussian is among the parts whose proof OpenDP's own process has not signed off in every point.
    dp.enable_features("contrib")
    return dp


class Mechanism:
    """Noise for one level of counts, of which a student changes one by one, at a cost of at most `rho`.

    Raises `Refused` when OpenDP is not installed, or when its own map will not certify the cost.
    """

    def __init__(self, rho: Fraction) -> None:
        self._dp = _opendp()
        self.rho = rho
        # A float at or above the exact sigma; OpenDP rounds its loss upward, so a few steps more may be needed.
        self.scale = math.sqrt(Fraction(D_IN * D_IN) / (2 * rho))
        for _ in range(_TRIES):
            self._measurement = self._make(self.scale)
            if self.loss <= rho and Fraction(self.scale) ** 2 * 2 * rho >= D_IN * D_IN:
                return
            self.scale = math.nextafter(self.scale, math.inf)
        raise Refused(f"OpenDP does not certify a loss of {rho} for the pulse's noise. Nothing was debited.")

    def _make(self, scale: float) -> Any:
        dp = self._dp
        space = dp.vector_domain(dp.atom_domain(T="i64")), dp.l2_distance(T="i64")
        return dp.m.make_gaussian(*space, scale=scale, MO="ZeroConcentratedDivergence")

    @property
    def loss(self) -> Fraction:
        """The rho that OpenDP's map gives for one student, exactly as its float says."""
        return Fraction(self._measurement.map(D_IN))

    def epsilon(self, rho: Fraction, delta: Fraction) -> float:
        """A loss of `rho` said as epsilon at `delta`, by OpenDP's conversion."""
        measurement = self._make(math.sqrt(1 / (2 * rho)))
        return float(self._dp.c.make_zCDP_to_approxDP(measurement).map(D_IN).epsilon(float(delta)))

    def draw(self, counts: Sequence[int]) -> list[int]:
        """The counts with fresh noise. Raises TypeError for anything but whole numbers: floats never get in."""
        if not all(type(count) is int and 0 <= count <= MOST_STUDENTS for count in counts):
            raise TypeError("Only whole numbers of students can be measured.")
        return [int(noisy) for noisy in self._measurement(list(counts))]

    def measure(self, question: Question, exact: Tabulation) -> Measured:
        """The answer to a question. Whoever calls has debited it, and keeps the answer before anything else is done.

        Nothing in here fails on account of what was drawn: a draw that is thrown away because of its value would be a
        second draw that nobody paid for. Raises `Refused`, before drawing, when the counts are not those asked for.
        """
        counts = check_counts(question, exact)
        if question.rho_of_a_level != self.rho:
            raise Refused("The noise was set up for another question.")
        district = self.draw(counts[DISTRICT])
        schools = self.draw([count for school in question.school_ids for count in counts[school]])
        pairs = zip(schools[::2], schools[1::2], strict=True)
        places = dict(zip(question.school_ids, pairs, strict=True))
        return Measured(question, {DISTRICT: (district[0], district[1]), **places})


def check_counts(question: Question, exact: Tabulation) -> dict[str, tuple[int, int]]:
    """The exact (missed, missed none) by geography. Raises `Refused` when they are of another week or do not add up."""
    if exact.metric != METRIC or (exact.school_year, exact.snapshot) != (
        question.school_year,
        question.monday.isoformat(),
    ):
        raise Refused("The counts are those of another week or table than the pulse asks for.")
    cells = {cell.school_id: cell for cell in exact.cells if (cell.dimension, cell.category) == (ALL, ALL)}
    if len(cells) < len(exact.cells) or sorted(cells) != [DISTRICT, *question.school_ids]:
        raise Refused("The counts are not those of the district and each school that the pulse asks for.")
    found = {place: (cell.count, cell.out_of - cell.count) for place, cell in cells.items()}
    for part in (0, 1):
        if sum(found[school][part] for school in question.school_ids) != found[DISTRICT][part]:
            raise Refused("The counts of the schools do not add up to the district's. No pulse is drawn from them.")
    return found
