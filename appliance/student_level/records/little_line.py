"""A few shares as a little line: one scale from 60 to 100, in a box of 96 by 24, lower ones at its foot."""

from collections.abc import Sequence

_LEAST = 60


def points_of(shares: Sequence[float]) -> str:
    """The points of the line, oldest first, as an SVG writes them."""
    step = 88 / max(len(shares) - 1, 1)
    return " ".join(f"{round(2 + place * step, 1):g},{height_of(share):g}" for place, share in enumerate(shares))


def height_of(share: float) -> float:
    """Where a share stands, from the top."""
    return round(22 - (min(max(share, _LEAST), 100) - _LEAST) / 2, 1)
