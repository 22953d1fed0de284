"""Chance that can be repeated: each thing of the district has dice of its own, so none disturbs another's."""

from random import Random


def dice(seed: int, *thing: object) -> Random:
    """Dice that fall the same way for the same seed and thing, in whatever order things are made."""
    return Random("/".join(str(part) for part in (seed, *thing)))  # noqa: S311 - invented people keep no secrets
