"""Accounts of the people who sign in here with a password: made, and checked.

The password is kept as argon2id (19 MiB, two passes, one lane): the cheapest setting that OWASP allows, because two
cores must sign in a whole staff at eight o'clock.
"""

from argon2 import PasswordHasher
from argon2.exceptions import VerificationError

from appliance.actions import Action, Role
from appliance.errors import Trouble
from appliance.jobs.named_at_desk import is_in_roster
from appliance.storage.database import Database, Event, IntegrityError

SHORTEST_PASSWORD = 15
"""NIST 800-63B-4: the length at which a password may stand alone, without a second factor."""
LONGEST_PASSWORD = 128

_hasher = PasswordHasher(time_cost=2, memory_cost=19_456, parallelism=1)
_NOBODYS_HASH = _hasher.hash("the password of an account that does not exist")


class AccountTrouble(Trouble):
    """An account cannot be made as asked."""


def make_account(
    database: Database, *, username: str, password: str, role: Role, staff_key: int | None, display_name: str, by: str
) -> int:
    """Make an account and return its key. `staff_key` ties it to the roster; without one its owner sees no student.

    Raises AccountTrouble when the password is too weak, the name is taken or the roster has no such person.
    """
    if not username.strip() or not display_name.strip():
        raise AccountTrouble("An account needs a user name and the name to show. Give both.")
    _check_strength(username, password)
    if staff_key is not None and not is_in_roster(database, staff_key):
        raise AccountTrouble("The roster has no person with that key. Import the roster first.")
    password_hash = _hasher.hash(password)
    row = (username.strip(), password_hash, role, staff_key, display_name.strip())
    sql = "INSERT INTO account (username, password_hash, role, staff_key, display_name) VALUES (?, ?, ?, ?, ?)"
    try:
        with database.desk.changing(Event(by, Action.MAKE_ACCOUNT, f"{username.strip()}, {role}")) as tables:
            return int(tables.execute(sql, row).lastrowid or 0)
    except IntegrityError:
        raise AccountTrouble("That user name is taken. Choose another.") from None


def check_password(stored_hash: str | None, password: str) -> bool:
    """Whether the password is the one that was kept. Without a stored hash it does the same work and says no."""
    try:
        return _hasher.verify(stored_hash or _NOBODYS_HASH, password[:LONGEST_PASSWORD]) and stored_hash is not None
    except VerificationError:
        return False


def _check_strength(username: str, password: str) -> None:
    if not SHORTEST_PASSWORD <= len(password) <= LONGEST_PASSWORD:
        raise AccountTrouble(
            f"A password has {SHORTEST_PASSWORD} to {LONGEST_PASSWORD} characters. Four plain words make a good one."
        )
    if len(set(password.lower())) < 6 or username.lower() in password.lower():
        raise AccountTrouble(
            "That password is easy to guess: it repeats itself or holds the user name. Choose another."
        )
