"""Accounts of the people who sign in here: made, shut, opened again, given another role."""

from collections.abc import Iterable
from dataclasses import dataclass, replace

from appliance.actions import Action, Role
from appliance.errors import Trouble
from appliance.jobs.named_at_desk import is_in_roster
from appliance.jobs.passwords import SHORTEST_ALONE, SHORTEST_WITH_SECOND_FACTOR, check_strength, hash_password
from appliance.storage.connection import Gate
from appliance.storage.database import Database, Event, IntegrityError, Reading, Tables

ACCOUNTS = Gate(
    open_desk_tables=frozenset({"account", "web_session"}),
    views={
        "second_factor": """SELECT account_key, 'app' AS kind FROM {desk}.authenticator_app
            UNION ALL SELECT account_key, 'passkey' FROM {desk}.passkey""",
        "visible_passkey": "SELECT passkey_key, account_key, credential_id, name, added_at FROM {desk}.passkey",
        "codes_left": "SELECT account_key, count(*) AS codes FROM {desk}.recovery_code GROUP BY account_key",
        "known_outside": "SELECT issuer, subject, account_key FROM {desk}.outside_identity",
        "locked": "SELECT begun_at, by_whom, reason FROM {desk}.lock_down",
        "organization_name": "SELECT name FROM {vault}.organization",
    },
)
"""What signing in reads: accounts and sessions, which second factors there are but no secret of theirs; no student."""
ACCOUNTS_A_PAGE = 20
_NUMBER = """
    SELECT count(*) AS number FROM account WHERE instr(lower(username || ' ' || display_name), lower(:typed)) > 0
"""
_SOME = """
    SELECT account_key, username, display_name, role, is_disabled, password_hash <> '' AS has_password,
           EXISTS (SELECT 1 FROM second_factor WHERE second_factor.account_key = account.account_key) AS has_factor,
           (SELECT count(*) FROM web_session WHERE web_session.account_key = account.account_key) AS sessions
      FROM account WHERE instr(lower(username || ' ' || display_name), lower(:typed)) > 0
     ORDER BY username COLLATE NOCASE LIMIT :most OFFSET :skipped
"""


class AccountTrouble(Trouble):
    """An account cannot be made or changed as asked."""


@dataclass(frozen=True, slots=True)
class Listed:
    """An account, as the list of accounts shows it."""

    account_key: int
    username: str
    display_name: str
    role: Role
    is_disabled: bool
    has_password: bool
    has_factor: bool
    sessions: int


def make_account(
    database: Database,
    *,
    username: str,
    password: str | None,
    role: Role,
    staff_key: int | None,
    display_name: str,
    by: str,
) -> int:
    """Make an account and return its key. `staff_key` ties it to the roster; without one its owner sees no student.

    Without a password it opens by a one-time code, or by the directory. Raises AccountTrouble when the name is taken or
    the roster has no such person, BadPassword when the password is too weak.
    """
    username, display_name = username.strip(), display_name.strip()
    if not username or not display_name:
        raise AccountTrouble("An account needs a user name and the name to show. Give both.")
    if password is not None:
        check_strength(
            password, shortest=shortest_password(role), words=words_to_avoid(database, username, display_name)
        )
    if staff_key is not None and not is_in_roster(database, staff_key):
        raise AccountTrouble("The roster has no person with that key. Import the roster first.")
    row = (username, hash_password(password) if password else "", role, staff_key, display_name)
    sql = "INSERT INTO account (username, password_hash, role, staff_key, display_name) VALUES (?, ?, ?, ?, ?)"
    try:
        with database.desk.changing(Event(by, Action.MAKE_ACCOUNT, f"{username}, {role}")) as tables:
            return int(tables.execute(sql, row).lastrowid or 0)
    except IntegrityError:
        raise AccountTrouble("That user name is taken. Choose another.") from None


def shortest_password(role: Role) -> int:
    """How short a password of this role may be: shorter where it never stands alone."""
    return SHORTEST_WITH_SECOND_FACTOR if role.terms.needs_second_factor else SHORTEST_ALONE


def words_to_avoid(database: Database, username: str, display_name: str) -> Iterable[str]:
    """Words that a guesser tries first: the person's own names, and those of the district and its schools."""
    with database.reading(ACCOUNTS) as reading:
        rows = reading.query("SELECT name FROM organization_name")
    return [username, display_name, "Schoolhouse", *(row["name"] for row in rows)]


@dataclass(frozen=True, slots=True)
class AccountsFound:
    """One page of accounts, by user name, and how many there are on all. Pages are numbered from 0."""

    accounts: tuple[Listed, ...]
    total: int
    page: int

    @property
    def last_page(self) -> int:
        """The number of the last page."""
        return max(self.total - 1, 0) // ACCOUNTS_A_PAGE


def find_accounts(database: Database, typed: str = "", page: int = 0) -> AccountsFound:
    """Those whose user name or name holds what was typed: one page of them, the last one for a number beyond it."""
    with database.reading(ACCOUNTS) as reading:
        row = reading.one(_NUMBER, {"typed": typed})
        found = AccountsFound((), row["number"] if row else 0, 0)
        page = min(max(page, 0), found.last_page)
        return replace(found, accounts=tuple(_listed(reading, typed, ACCOUNTS_A_PAGE, page)), page=page)


def list_accounts(database: Database) -> list[Listed]:
    """Everybody who has an account, by user name."""
    with database.reading(ACCOUNTS) as reading:
        return _listed(reading, "", -1, 0)


def _listed(reading: Reading, typed: str, most: int, page: int) -> list[Listed]:
    rows = reading.query(_SOME, {"typed": typed, "most": most, "skipped": page * most})
    return [Listed(**{**row, "role": Role(row["role"]), "is_disabled": bool(row["is_disabled"])}) for row in rows]


def set_disabled(database: Database, username: str, *, disabled: bool, by: str) -> None:
    """Shut an account, which ends its sessions at once; or open it again. Raises AccountTrouble."""
    event = Event(by, Action.SHUT_ACCOUNT if disabled else Action.OPEN_ACCOUNT, username)
    with database.desk.changing(event) as tables:
        account_key = key_of(tables, username)
        tables.execute("UPDATE account SET is_disabled = ? WHERE account_key = ?", (int(disabled), account_key))
        forget_sessions(tables, account_key)


def change_role(database: Database, username: str, role: Role, *, by: str) -> None:
    """Give an account another role. What was open under the old one is closed at once. Raises AccountTrouble."""
    with database.desk.changing(Event(by, Action.CHANGE_ROLE, f"{username}, {role}")) as tables:
        account_key = key_of(tables, username)
        tables.execute("UPDATE account SET role = ? WHERE account_key = ?", (role, account_key))
        forget_sessions(tables, account_key)


def end_sessions(database: Database, username: str, *, by: str) -> int:
    """End every session of an account; how many there were. Raises AccountTrouble."""
    with database.desk.changing(Event(by, Action.END_SESSIONS, username)) as tables:
        return forget_sessions(tables, key_of(tables, username))


def forget_sessions(tables: Tables, account_key: int, *, but: bytes = b"") -> int:
    """Delete the sessions of an account, all but the one with this hash, in a transaction that happens anyway."""
    sql = "DELETE FROM web_session WHERE account_key = ? AND token_hash <> ?"
    return int(tables.execute(sql, (account_key, but)).rowcount)


def key_of(tables: Tables, username: str) -> int:
    """The key of an account. Raises AccountTrouble when nobody has that name."""
    row = tables.execute("SELECT account_key FROM account WHERE username = ?", (username,)).fetchone()
    if row is None:
        raise AccountTrouble(f"There is no account {username}. See them all: schoolhouse user list")
    return int(row[0])
