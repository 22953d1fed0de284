"""A week in Maplewood, as the pulse's tests ask about it."""

from datetime import date
from fractions import Fraction

from appliance.aggregate.pulse import METRIC, Entry, Question, next_entry
from appliance.aggregate.tabulation import DISTRICT, Cell, Tabulation

WEEK = date(2026, 11, 16)


def a_question(**changes) -> Question:
    known = {
        "lea_id": "D1",
        "monday": WEEK,
        "school_ids": ("S1", "S2"),
        "rho": Fraction(1, 72),
        "cap": Fraction(1, 2),
        "delta": Fraction(1, 1_000_000),
    }
    return Question(**(known | changes))


def tabulation(schools, *, district=None, week="2026-11-16") -> Tabulation:
    """Exact counts: school to (missed, enrolled). The district is their sum unless it is said."""
    total = district or tuple(sum(pair[part] for pair in schools.values()) for part in (0, 1))
    cells = [Cell(place, "all", "all", *pair) for place, pair in {DISTRICT: total, **schools}.items()]
    return Tabulation(METRIC, "2026-2027", week, tuple(cells))


def entries_of(questions) -> list[Entry]:
    entries: list[Entry] = []
    for question in questions:
        entries.append(next_entry(entries, question))
    return entries
