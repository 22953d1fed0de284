"""The in-tray: check-ins lie at the desk until the next change of the records takes them in.

So a check-in is durable at once and waits for no import. Readers see it in the tray as they see it in the records
(`visible_check_in`). Two files cannot change in one step: what was taken in stays in the tray until the records have
kept it, and is known there by its number, so that it is neither lost nor taken in twice, whenever the power goes.
"""

import secrets
from collections.abc import Sequence

from sqlite_utils import Database as Tables

from appliance.storage.connection import Connection

_COLUMNS = "tray_key, student_key, account_key, day, kind, note, follow_up_day"
_PUT = f"INSERT INTO check_in_tray ({_COLUMNS}) VALUES (?, ?, ?, ?, ?, ?, ?)"  # noqa: S608 our own names
_WAITING = f"SELECT {_COLUMNS} FROM check_in_tray ORDER BY place"  # noqa: S608 our own names
# Whom somebody talked with may be another student's shell by now. A check-in of nobody who is there stays in the tray.
_TAKE_IN = f"""
    INSERT INTO check_in ({_COLUMNS})
    SELECT ?1, coalesce((SELECT student_key FROM merged_student WHERE former_key = ?2), student_key), ?3, ?4, ?5, ?6, ?7
      FROM student WHERE student_key = ?2
        ON CONFLICT (tray_key) WHERE tray_key IS NOT NULL DO NOTHING
"""  # noqa: S608 our own names
_CLEAR = "DELETE FROM check_in_tray WHERE tray_key = ?"
_IS_TAKEN_IN = "SELECT 1 FROM check_in WHERE tray_key = ?"


def put(
    desk: Tables, student_key: int, account_key: int, day: int, kind: str, note: str, follow_up_day: int | None
) -> None:
    """Lay a check-in into the tray, inside a transaction of the desk's."""
    desk.execute(_PUT, (secrets.randbits(62), student_key, account_key, day, kind, note, follow_up_day))


def take_in(records: Connection, desk: Connection) -> list[int]:
    """Copy what lies in the tray into the records, inside their transaction; the numbers to `clear` once it is kept."""
    waiting = desk.execute(_WAITING).fetchall()
    records.executemany(_TAKE_IN, waiting)
    return [key for key, *_ in waiting if records.execute(_IS_TAKEN_IN, (key,)).fetchone()]


def clear(desk: Connection, taken_in: Sequence[int]) -> None:
    """Take out of the tray what the records have kept, inside a transaction of the desk's."""
    desk.executemany(_CLEAR, [(key,) for key in taken_in])
