"""One-time codes: how somebody gets a first password, or a new one, that nobody else has ever seen.

An administrator makes the code and hands it over; whoever brings it chooses the password. It opens once.
"""

import time

from appliance.actions import Action, Role
from appliance.errors import Sentence
from appliance.jobs.accounts import (
    AccountTrouble,
    forget_sessions,
    key_of,
    list_accounts,
    make_account,
    shortest_password,
    words_to_avoid,
)
from appliance.jobs.passwords import check_strength, hash_password
from appliance.jobs.second_factors import code_sha256, new_code
from appliance.storage.connection import Gate
from appliance.storage.database import Database, Event

SETUP_MINUTES = 15
"""How long the very first code of a home is good."""
RESET_MINUTES = 24 * 60
REFUSED = Sentence("That name and code do not belong together, or the code was used or is too old. Ask for a new one.")
_CODES = Gate(
    views={
        "open_code": """SELECT account_key, username, display_name, role, ends_at, forgets_factors, code_sha256
            FROM {desk}.account JOIN {desk}.one_time_code USING (account_key) WHERE NOT is_disabled"""
    }
)
_FIND = "SELECT * FROM open_code WHERE username = :username COLLATE NOCASE"
_FORGET_FACTORS = (
    "DELETE FROM authenticator_app WHERE account_key = ?",
    "DELETE FROM passkey WHERE account_key = ?",
    "DELETE FROM recovery_code WHERE account_key = ?",
)


def give_code(
    database: Database,
    username: str,
    *,
    by: str,
    minutes: int = RESET_MINUTES,
    forgets_factors: bool = False,
    now: float | None = None,
) -> str:
    """A code with which the owner of an account chooses a password; an earlier one stops working.

    `forgets_factors`: it also takes the account's second factors away when it is used, for a lost phone. Raises
    AccountTrouble when there is no such account.
    """
    code = new_code()
    ends_at = (time.time() if now is None else now) + minutes * 60
    event = Event(by, Action.GIVE_CODE, username, "also takes second factors away" if forgets_factors else "")
    with database.desk.changing(event) as tables:
        account_key = key_of(tables, username)
        tables.execute("DELETE FROM one_time_code WHERE account_key = ?", (account_key,))
        row = (account_key, code_sha256(account_key, code), ends_at, int(forgets_factors))
        sql = "INSERT INTO one_time_code (account_key, code_sha256, ends_at, forgets_factors) VALUES (?, ?, ?, ?)"
        tables.execute(sql, row)
    return code


def redeem_code(database: Database, username: str, code: str, password: str, *, now: float) -> None:
    """Set the password that the bringer of a code chose; ends the account's sessions, and its wait after wrong tries.

    Raises AccountTrouble for a code that does not open, BadPassword for a password that will not do; the code is then
    still good.
    """
    with database.reading(_CODES) as reading:
        found = reading.one(_FIND, {"username": username.strip()})
    if found is None or code_sha256(found["account_key"], code) != found["code_sha256"] or now >= found["ends_at"]:
        raise AccountTrouble(REFUSED)
    account_key, name = found["account_key"], found["username"]
    words = words_to_avoid(database, name, found["display_name"])
    check_strength(password, shortest=shortest_password(Role(found["role"])), words=words)
    password_hash = hash_password(password)
    event = Event(name, Action.CHANGE_MY_SIGN_IN, "chose a password with a one-time code")
    with database.desk.changing(event) as tables:
        spent = (account_key, found["code_sha256"])
        sql = "DELETE FROM one_time_code WHERE account_key = ? AND code_sha256 = ?"
        if tables.execute(sql, spent).rowcount != 1:
            raise AccountTrouble(REFUSED)
        sql = "UPDATE account SET password_hash = ?, failures = 0, not_before = 0 WHERE account_key = ?"
        tables.execute(sql, (password_hash, account_key))
        for statement in _FORGET_FACTORS if found["forgets_factors"] else ():
            tables.execute(statement, (account_key,))
        forget_sessions(tables, account_key)


def first_code(database: Database, username: str, *, by: str) -> str:
    """The set-up code of a new home: for its first administrator, whose account it makes when it is not there.

    Raises AccountTrouble when somebody else is administrator already: then codes are theirs to give.
    """
    present = list_accounts(database)
    admins = [one for one in present if one.role is Role.DISTRICT_ADMIN and not one.is_disabled]
    if any(one.has_password for one in admins):
        raise AccountTrouble(
            "This home is set up: it has an administrator, who gives codes on the page Accounts. At the machine: "
            "schoolhouse user code USERNAME"
        )
    if all(one.username.lower() != username.lower() for one in admins):
        make_account(database, username=username, password=None, role=Role.DISTRICT_ADMIN, staff_key=None,
                     display_name=username, by=by)  # fmt: skip
    return give_code(database, username, by=by, minutes=SETUP_MINUTES)
