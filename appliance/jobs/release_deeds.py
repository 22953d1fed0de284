"""The deeds of the release desk: who may do them, and each with its person, its time and its reason, kept for ever."""

from datetime import UTC, datetime
from typing import Any

from appliance.actions import Action, Role, may
from appliance.errors import NotAllowed, Trouble
from appliance.jobs.import_files import AT_THE_KEYBOARD
from appliance.jobs.release_record import show
from appliance.jobs.release_states import Deed, Step, step
from appliance.storage.connection import Gate
from appliance.storage.database import Database, Event, Tables

_ACCOUNTS = Gate(views={"account_right": "SELECT username, role, is_disabled FROM {desk}.account"})


def approve(database: Database, key: int, *, by: str) -> dict[str, Any]:
    """Approve a draft. Raises NotAllowed when the same person drafted it, or the person may not approve.

    A home without any account that may approve, as it is before its people are set up, takes the name it is given.
    """
    return carry_out(database, key, "approve", by, "")


def discard(database: Database, key: int, *, by: str, reason: str) -> dict[str, Any]:
    """Put a draft, or an approved release that has not left, aside for good."""
    return carry_out(database, key, "discard", by, reason)


def carry_out(database: Database, key: int, deed: Deed, by: str, reason: str) -> dict[str, Any]:
    """Do it, when this person may. Returns the release as `show` does."""
    release = show(database, key)
    line = allowed(database, release, deed, by, reason)
    by, reason = " ".join(by.split()), " ".join(reason.split())
    approval = {"approved_by": by, "approved_at": now()} if deed == "approve" else {}
    with database.changing(Event(by, line.action, f"release {key}", reason)) as tables:
        take(tables, release, line, by, reason, **approval)
    return show(database, key)


def take(tables: Tables, release: dict[str, Any], line: Step, by: str, reason: str, **also: object) -> None:
    """Take a step. Raises Trouble when the release is something else by now than it was when it was looked at."""
    key = release["release_key"]
    (status,) = tables.execute("SELECT status FROM release WHERE release_key = ?", (key,)).fetchone()
    if status != release["status"]:
        raise Trouble(f"Somebody else was at release {key} in the same moment, and it is {status}. Look at it again.")
    tables.table("release").update(key, {"status": line.after, **also})
    note(tables, key, line.deed, by, reason)


def allowed(database: Database, release: dict[str, Any], deed: Deed, by: str, reason: str) -> Step:
    """The line of the table for a deed, when this person may do it to this release."""
    line = step(release["status"], deed, release["release_key"])
    if line.another and person(by) == person(release["drafted_by"]):
        raise NotAllowed(f"{by} drafted release {release['release_key']}, so another person has to {deed} it.")
    check_right(database, by, line.action)
    if line.reason and not reason.strip():
        raise Trouble(f"To {deed} a release takes a reason, in a sentence.")
    return line


def check_right(database: Database, by: str, action: Action) -> None:
    """Whether a person may; a home without any account that may, as it is in the beginning, takes the name it gets."""
    if not by.strip():
        raise NotAllowed(f"To {action.value} takes the name of a person.")
    if by.endswith(AT_THE_KEYBOARD):
        return  # whoever sits at the appliance itself; to approve still takes somebody else
    with database.reading(_ACCOUNTS) as reading:
        accounts = reading.query("SELECT username, role FROM account_right WHERE NOT is_disabled")
    rightful = {person(one["username"]) for one in accounts if may(Role(one["role"]), action)}
    known = {person(one["username"]) for one in accounts}
    if person(by) not in rightful and (rightful or person(by) in known):
        raise NotAllowed(f"{by} may not {action.value}: it takes the account of a superintendent or a data steward.")


def person(name: str) -> str:
    """A name as it is compared: however it is spaced or cased, at the command line or on a page."""
    return " ".join(name.split()).casefold().removesuffix(AT_THE_KEYBOARD)


def note(tables: Tables, key: int, deed: Deed, by: str, reason: str) -> None:
    """Write a deed into the history of a release."""
    (steps,) = tables.execute("SELECT count(*) FROM release_step WHERE release_key = ?", (key,)).fetchone()
    row = {"release_key": key, "step": steps + 1, "deed": deed, "who": by, "at": now(), "reason": reason}
    tables.table("release_step").insert(row)


def now() -> str:
    """The time, as the history writes it: ISO, in UTC."""
    return datetime.now(UTC).isoformat(timespec="seconds")
