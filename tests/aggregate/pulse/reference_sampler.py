"""A second discrete Gaussian, written from the paper: Canonne, Kamath, Steinke, "The Discrete Gaussian for Differential
Privacy" (2020), algorithms 1 to 3. Whole numbers and fractions only; slow, seeded, for comparison in tests and nowhere
else. Beside it a second accountant, and the chi-square that compares samples.
"""

import math
from collections import Counter
from collections.abc import Sequence
from fractions import Fraction
from random import Random


class ReferenceSampler:
    def __init__(self, seed: int) -> None:
        self._bits = Random(seed)

    def _true_with(self, probability: Fraction) -> bool:
        return self._bits.randrange(probability.denominator) < probability.numerator

    def _true_with_exp_of_minus(self, gamma: Fraction) -> bool:
        """Algorithm 1: true with probability exp(-gamma)."""
        while gamma > 1:
            if not self._true_with_exp_of_minus(Fraction(1)):
                return False
            gamma -= 1
        k = 1
        while self._true_with(gamma / k):
            k += 1
        return k % 2 == 1

    def laplace(self, t: int) -> int:
        """Algorithm 2: discrete Laplace of whole scale t."""
        while True:
            u = self._bits.randrange(t)
            if not self._true_with_exp_of_minus(Fraction(u, t)):
                continue
            v = 0
            while self._true_with_exp_of_minus(Fraction(1)):
                v += 1
            magnitude = u + t * v
            is_negative = self._bits.getrandbits(1) == 1
            if not (is_negative and magnitude == 0):
                return -magnitude if is_negative else magnitude

    def gaussian(self, variance: Fraction) -> int:
        """Algorithm 3: discrete Gaussian with sigma squared = variance."""
        t = math.isqrt(math.floor(variance)) + 1
        while True:
            y = self.laplace(t)
            if self._true_with_exp_of_minus((abs(y) - variance / t) ** 2 / (2 * variance)):
                return y


def mass(variance: Fraction, reach: int) -> dict[int, float]:
    """The probabilities of the discrete Gaussian, by definition; beyond `reach` nothing is left that counts."""
    weight = {k: math.exp(-k * k / (2 * float(variance))) for k in range(-reach, reach + 1)}
    total = math.fsum(weight.values())
    return {k: one / total for k, one in weight.items()}


def renyi(variance: Fraction, shift: int, alpha: float) -> float:
    """The Renyi divergence of order alpha between two discrete Gaussians that lie `shift` apart, summed up."""
    spread = 2 * float(variance)
    reach = math.ceil(40 * math.sqrt(float(variance))) + math.ceil(alpha) * shift
    log_total = math.log(math.fsum(math.exp(-k * k / spread) for k in range(-reach, reach + 1)))
    exponents = [
        -(alpha * (k - shift) ** 2 + (1 - alpha) * k * k) / spread - log_total for k in range(-reach, reach + 1)
    ]
    return math.log(math.fsum(math.exp(e) for e in exponents)) / (alpha - 1)


def chi_square_surprise(first: Sequence[int], second: Sequence[int]) -> float:
    """How many standard deviations two samples are further apart than two of one kind would be (Wilson-Hilferty)."""
    one, two = Counter(first), Counter(second)
    bins: list[list[int]] = [[0, 0]]
    for value in sorted({*one, *two}):
        bins[-1][0] += one[value]
        bins[-1][1] += two[value]
        if sum(bins[-1]) >= 40:
            bins.append([0, 0])
    last = bins.pop()
    bins[-1] = [bins[-1][0] + last[0], bins[-1][1] + last[1]]
    a, b = math.sqrt(len(second) / len(first)), math.sqrt(len(first) / len(second))
    statistic = sum((a * x - b * y) ** 2 / (x + y) for x, y in bins)
    df = len(bins) - 1
    return ((statistic / df) ** (1 / 3) - (1 - 2 / (9 * df))) / math.sqrt(2 / (9 * df))
