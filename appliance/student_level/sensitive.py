"""The sensitive fields of a student: which of them the district keeps, what for, and until when.

Each is off unless a choice says otherwise; the choices stand in `field_choice`. What is off is not stored at all.
"""

import re
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

from sqlite_utils import Database as Tables

from appliance.days import LATEST, day_number
from appliance.errors import Trouble


class NoSuchField(Trouble):
    """A sensitive field that is not known, or that nothing here can keep."""


SENSITIVE = {
    "special_education": "special education under IDEA, from the programs file",
    "section_504": "plans under Section 504, from the programs file",
    "economic": "low income, from the programs file; feeds totals only",
    "homeless": "homelessness, from the programs file; feeds totals only",
    "foster": "foster care, from the programs file; feeds totals only",
    "migrant": "migrant education, from the programs file; feeds totals only",
    "military": "military families, from the programs file; feeds totals only",
    "disability": "primary disability and where the student is taught, beside special education; feeds totals only",
    "home_language": "language at home and first day as an English learner; feeds totals only",
    "night_residence": "where a homeless student spends the night, and whether without family; feeds totals only",
    "discipline": "how often and for how many days a student was removed, never what happened; feeds totals only",
    "leaving_reason": "why a student left a school, in a few words for all there are; feeds totals only",
    "meals": "free and reduced-price meals",
    "family_relation": "who a student's family is",
}
"""Name -> what it is, in the order they are shown."""

PROGRAMS = frozenset({"special_education", "section_504", "economic", "homeless", "foster", "migrant", "military"})
"""Those that are kinds of `program_membership`."""
TABLES = {
    "disability": "special_education_detail",
    "home_language": "english_learner_detail",
    "night_residence": "homeless_detail",
    "discipline": "discipline",
    "leaving_reason": "leaving",
}
"""Those that have a table of their own, and which."""
KEEPABLE = PROGRAMS | TABLES.keys()
"""Those that can be stored. Nothing can keep the others yet, so they stay off."""

_OFF = "SELECT name FROM field_choice WHERE NOT is_on OR until_day < ?"
_PART_OF = {"special_education": "disability", "homeless": "night_residence"}
"""Programs whose memberships have details: these go with them."""
_FORGET_PROGRAM = (
    "DELETE FROM program_membership WHERE program = ?",
    # Notes for taking batches back are old rows too; a note's second value is the program.
    "DELETE FROM batch_undo WHERE table_name = 'program_membership' AND json_extract(row, '$[1]') = ?",
)
_FORGET_ALL = {
    "disability": "DELETE FROM special_education_detail",
    "home_language": "DELETE FROM english_learner_detail",
    "night_residence": "DELETE FROM homeless_detail",
    "discipline": "DELETE FROM discipline",
    "leaving_reason": "DELETE FROM leaving",
}
_FORGET_NOTES = "DELETE FROM batch_undo WHERE table_name = ?"
_FORGET_WAITING = (
    "DELETE FROM quarantine WHERE loaded_as = ?",
    "DELETE FROM batch_undo WHERE table_name = 'quarantine' AND json_extract(row, '$[6]') = ?",
)
_READ_AGAIN = "DELETE FROM known_file"
"""What is gone comes back only from its file, once it is wanted again: no file is passed over as known."""


@dataclass(frozen=True, slots=True)
class Choice:
    """One sensitive field as it stands. `until_day`: the last day it is on; None: as long as the house keeps it."""

    name: str
    is_on: int
    purpose: str
    until_day: int | None
    chosen_by: str
    chosen_at: str


def switched_off(ask: Callable[[str, tuple[Any, ...]], Iterable[tuple[Any, ...]]], today: int) -> frozenset[str]:
    """The names of the fields that are off on a day: by choice, or because their time is over."""
    return frozenset(name for (name,) in ask(_OFF, (today,)))


def known(name: str) -> str:
    """The name as the table has it, from what somebody typed. Raises NoSuchField."""
    plain = name.strip().lower().replace("-", "_")
    if plain not in SENSITIVE:
        raise NoSuchField(f"{name} is no sensitive field. They are: {', '.join(SENSITIVE)}.")
    return plain


def until(keep: str, today: date) -> int:
    """The last day of `2027-06-30`, `90 days` or `2 years`, from today. Raises Trouble for anything else."""
    wrong = f"--keep {keep!r} is no time. Write a day like 2027-06-30, or a span like 90 days or 2 years."
    if match := re.fullmatch(r"(\d{1,4}) ?(day|year)s?", keep.strip(), re.ASCII | re.IGNORECASE):
        days = int(match[1]) * (365 if match[2].lower() == "year" else 1)
        last = day_number(today) + days
    else:
        try:
            last = day_number(date.fromisoformat(keep.strip()))
        except ValueError:
            raise Trouble(wrong) from None
    if not day_number(today) <= last <= min(LATEST, day_number(today + timedelta(days=3653))):
        raise Trouble(f"{wrong} It must lie between today and ten years from now.")
    return last


def switch_on(tables: Tables, choice: Choice) -> None:
    """Write down that a field may be kept from now on. Raises NoSuchField for one that nothing can keep."""
    if choice.name not in KEEPABLE:
        raise NoSuchField(
            f"{choice.name.replace('_', ' ')} cannot be switched on: nothing in Schoolhouse uses it yet, so there is "
            "no purpose for which it could be kept."
        )
    if not choice.purpose.strip():
        raise Trouble("A sensitive field needs a purpose: say in a few words what it is for.")
    _write(tables, choice)


def switch_off(tables: Tables, choice: Choice) -> int:
    """Write down that a field is off, and forget what is stored of it; the number of records that went."""
    _write(tables, choice)
    return forget(tables, choice.name)


def forget(tables: Tables, name: str) -> int:
    """Remove what is stored of a field, in the records, in quarantine and in the notes for taking batches back, so that
    taking one back does not bring it back; the number of records that went.
    """
    if name not in KEEPABLE:
        return 0
    gone = forget(tables, _PART_OF[name]) if name in _PART_OF else 0
    if name in PROGRAMS:
        gone += tables.execute(_FORGET_PROGRAM[0], [name]).rowcount
        tables.execute(_FORGET_PROGRAM[1], [name])
    else:
        gone += tables.execute(_FORGET_ALL[name]).rowcount
        tables.execute(_FORGET_NOTES, [TABLES[name]])
    for statement in _FORGET_WAITING:
        tables.execute(statement, ["school enrollment" if name == "leaving_reason" else "programs"])
    tables.execute(_READ_AGAIN)
    return int(gone)


def _write(tables: Tables, choice: Choice) -> None:
    tables.execute(
        "UPDATE field_choice SET is_on = ?, purpose = ?, until_day = ?, chosen_by = ?, chosen_at = ? WHERE name = ?",
        [choice.is_on, choice.purpose, choice.until_day, choice.chosen_by, choice.chosen_at, choice.name],
    )
