"""A data steward chooses which sensitive fields are kept, what for, and until when."""

from datetime import UTC, date, datetime

from appliance.actions import Action
from appliance.days import day_number
from appliance.storage.connection import Gate
from appliance.storage.database import Database, Event
from appliance.student_level import sensitive
from appliance.student_level.sensitive import Choice

CHOICES = Gate(open_tables=frozenset({"field_choice"}))
_ALL = "SELECT name, is_on, purpose, until_day, chosen_by, chosen_at FROM field_choice"
LAPSED = "its time is over"
_KEPT = Gate(
    open_tables=frozenset(),
    views={
        "kept": """
        SELECT program AS name, count(*) AS records FROM {vault}.program_membership GROUP BY program
        UNION ALL SELECT 'disability', count(*) FROM {vault}.special_education_detail
        UNION ALL SELECT 'home_language', count(*) FROM {vault}.english_learner_detail
        UNION ALL SELECT 'night_residence', count(*) FROM {vault}.homeless_detail
        UNION ALL SELECT 'discipline', count(*) FROM {vault}.discipline
        UNION ALL SELECT 'leaving_reason', count(*) FROM {vault}.leaving"""
    },
)
"""For data stewards: how many records there are of each field, and never whose."""


def choices(database: Database) -> list[Choice]:
    """All sensitive fields as they stand, in the order of the manual."""
    with database.reading(CHOICES) as reading:
        found = {row["name"]: Choice(**row) for row in reading.query(_ALL)}
    return [found[name] for name in sensitive.SENSITIVE]


def stored(database: Database) -> dict[str, int]:
    """How many records are kept of each sensitive field."""
    with database.reading(_KEPT) as reading:
        counted = {row["name"]: row["records"] for row in reading.query("SELECT name, records FROM kept")}
    return {name: counted.get(name, 0) for name in sensitive.SENSITIVE}


def turn_on(database: Database, name: str, *, purpose: str, keep: str, by: str, today: date | None = None) -> Choice:
    """Let a field be kept for a purpose, until the last day of `keep`; see `sensitive.until`. Raises Trouble."""
    day = today or date.today()
    choice = _choice(sensitive.known(name), True, purpose.strip(), sensitive.until(keep, day), by)
    reason = f"{choice.purpose}; until {keep}"
    with database.changing(Event(choice.chosen_by, Action.CHOOSE_FIELD, f"{choice.name} on", reason)) as tables:
        sensitive.switch_on(tables, choice)
    return choice


def turn_off(database: Database, name: str, *, reason: str = "", by: str) -> int:
    """Keep a field no longer, and forget what is stored of it: one transaction. Returns how many records went.

    Raises NoSuchField.
    """
    choice = _choice(sensitive.known(name), False, "", None, by)
    with database.changing(Event(choice.chosen_by, Action.CHOOSE_FIELD, f"{choice.name} off", reason)) as tables:
        return sensitive.switch_off(tables, choice)


def turn_off_lapsed(database: Database, *, by: str, today: date | None = None) -> dict[str, int]:
    """Turn off the fields whose time is over; their names, and how many records went. Called each hour and before each
    import; nothing is written when there are none.
    """
    day = day_number(today or date.today())
    due = [c.name for c in choices(database) if c.is_on and c.until_day is not None and c.until_day < day]
    return {name: turn_off(database, name, reason=LAPSED, by=by) for name in due}


def forget_left_over(database: Database, name: str, *, by: str) -> int:
    """Forget what is stored of a field that is off; how many records went."""
    with database.changing(Event(by, Action.CHOOSE_FIELD, f"{name} off", "left over")) as tables:
        return sensitive.forget(tables, name)


def _choice(name: str, is_on: bool, purpose: str, until_day: int | None, by: str) -> Choice:
    at = datetime.now(UTC).isoformat(timespec="seconds")
    return Choice(name, int(is_on), purpose, until_day, by, at)
