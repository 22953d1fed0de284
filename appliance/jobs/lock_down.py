"""The switch that locks the house: every session ends, and nobody but the administrator signs in until it is lifted."""

import time

from appliance.actions import Action, Role
from appliance.errors import Trouble
from appliance.jobs.accounts import ACCOUNTS
from appliance.storage.database import Database, Event, Tables

OPEN_TO = frozenset({Role.DISTRICT_ADMIN})
LONGEST_REASON = 300


def lock_down(database: Database, reason: str, *, by: str) -> int:
    """Lock the house; how many sessions that ended. Raises Trouble without a reason, or when it is locked already."""
    if not 1 <= len(reason.strip()) <= LONGEST_REASON:
        raise Trouble(f"Say why, in at most {LONGEST_REASON} letters. It stands in the access log.")
    if why_locked(database) is not None:
        raise Trouble("Schoolhouse is locked down already. Lift it with: schoolhouse lock-down --lift")
    with database.desk.changing(Event(by, Action.LOCK_DOWN, reason=reason.strip())) as tables:
        sql = "INSERT INTO lock_down (lock_down_key, begun_at, by_whom, reason) VALUES (1, ?, ?, ?)"
        tables.execute(sql, (time.time(), by, reason.strip()))
        return int(tables.execute("DELETE FROM web_session").rowcount)


def lift(database: Database, *, by: str) -> None:
    """Open the house again. Raises Trouble when it is not locked."""
    if why_locked(database) is None:
        raise Trouble("Schoolhouse is not locked down.")
    with database.desk.changing(Event(by, Action.LIFT_LOCK_DOWN)) as tables:
        tables.execute("DELETE FROM lock_down")


def why_locked(database: Database) -> str | None:
    """Who locked the house and why, or None."""
    with database.reading(ACCOUNTS) as reading:
        row = reading.one("SELECT by_whom, reason FROM locked")
    return f"{row['by_whom']}: {row['reason']}" if row else None


def may_enter(tables: Tables, role: Role) -> bool:
    """Whether somebody of this role may begin a session, asked inside the transaction that would begin it."""
    return role in OPEN_TO or tables.execute("SELECT 1 FROM lock_down").fetchone() is None
