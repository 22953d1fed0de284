"""The budget: what was debited for which question, chained by hashes, added up as fractions and never as floats.

Float sums misfire: 36 times 1/72 as floats is not 1/2, so a last permitted week is refused or one too many let through.
"""

import hashlib
import json
from collections.abc import Sequence
from dataclasses import dataclass
from fractions import Fraction
from typing import Final

from appliance.aggregate.pulse.question import D_IN, MECHANISM, UNIT, Question
from appliance.aggregate.refusal import Refused

FIRST: Final = "0" * 64
"""What the first entry of a ledger names as the one before it."""


@dataclass(frozen=True, slots=True)
class Entry:
    """One debit. `previous_sha256` is the `sha256` of the entry before, so that none can be taken out or changed."""

    number: int
    question: Question
    rho: Fraction
    previous_sha256: str
    sha256: str


def _seal(number: int, question: Question, rho: Fraction, previous: str) -> str:
    said = [number, question.release, question.sha256, UNIT, D_IN, f"{rho.numerator}/{rho.denominator}", MECHANISM]
    return hashlib.sha256(json.dumps([*said, previous], separators=(",", ":")).encode()).hexdigest()


def check_chain(entries: Sequence[Entry]) -> None:
    """Refuse a ledger in which an entry was changed, taken out or put in. `entries` in the order of their numbers."""
    previous = FIRST
    for number, entry in enumerate(entries, start=1):
        expected = _seal(number, entry.question, entry.question.rho, previous)
        if (entry.number, entry.rho, entry.previous_sha256, entry.sha256) != (
            *(number, entry.question.rho, previous),
            expected,
        ):
            raise Refused(
                f"Entry {number} of the pulse's ledger was changed, or one before it was taken out. No pulse is drawn "
                "from it. Restore the home from its newest backup and say what happened."
            )
        previous = entry.sha256


def spent(entries: Sequence[Entry], school_year: str) -> Fraction:
    """What the pulses of a school year have cost, drawn or not: a debit is never taken back."""
    return sum((entry.rho for entry in entries if entry.question.school_year == school_year), Fraction(0))


def least_cap(entries: Sequence[Entry], school_year: str, cap: Fraction) -> Fraction:
    """The cap that holds: within a school year it may be lowered and not raised again."""
    return min([cap, *(entry.question.cap for entry in entries if entry.question.school_year == school_year)])


def next_entry(entries: Sequence[Entry], question: Question) -> Entry:
    """The debit that a new question needs.

    Raises `Refused` when the week was asked before, in whatever words, when the year's sum would pass the cap, or when
    the ledger is not whole.
    """
    check_chain(entries)
    asked = next((entry for entry in entries if entry.question.monday == question.monday), None)
    if asked is not None:
        raise Refused(f"The week of {question.monday} was asked in entry {asked.number}; a week is asked once.")
    year = question.school_year
    cap = least_cap(entries, year, question.cap)
    already = spent(entries, year)
    if already + question.rho > cap:
        raise Refused(
            f"The pulse's budget for {year} does not allow this week: {already} of {cap} is spent and one more costs "
            f"{question.rho}. The cap of a running year cannot be raised. The next school year begins afresh."
        )
    number = len(entries) + 1
    previous = entries[-1].sha256 if entries else FIRST
    return Entry(number, question, question.rho, previous, _seal(number, question, question.rho, previous))
