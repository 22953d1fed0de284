"""How attendance is written down: a category, and what told it, as one small integer.

The tables give the words back, as columns `category` and `basis` that are worked out as they are read (step m024).
"""

from collections.abc import Mapping

DAILY: Mapping[str, int] = {"unexcused": 0, "excused": 1, "tardy": 2}
"""Category -> code, of what a file says of a day."""
BY_SECTION = DAILY
"""Category -> code, of what a file says of a class on a day."""
_FROM_SECTIONS = 3


def from_sections(category: str) -> str:
    """SQL: the code of a day that is worked out from classes. `category`: SQL for its word."""
    words = " ".join(f"WHEN '{word}' THEN {code + _FROM_SECTIONS}" for word, code in DAILY.items())
    return f"CASE {category} {words} END"
