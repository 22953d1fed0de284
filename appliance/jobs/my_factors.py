"""A person's own second factors: what is there, adding one, taking one away."""

from dataclasses import dataclass
from datetime import UTC, datetime

from appliance.actions import Action, Role
from appliance.errors import Sentence, Trouble
from appliance.jobs import passkeys, second_factors
from appliance.jobs.accounts import ACCOUNTS, forget_sessions, shortest_password, words_to_avoid
from appliance.jobs.passwords import check_strength, hash_password
from appliance.storage.database import Database, Event

_APP = "SELECT 1 FROM second_factor WHERE account_key = :account AND kind = 'app'"
_PASSKEYS = """
    SELECT passkey_key, name, credential_id, added_at FROM visible_passkey
     WHERE account_key = :account ORDER BY added_at
"""
_CODES = "SELECT codes FROM codes_left WHERE account_key = :account"
_WITH_PASSWORD = "SELECT password_hash <> '' AS has_password FROM account WHERE account_key = :account"  # noqa: S105
_COUNT = """
    SELECT (SELECT count(*) FROM authenticator_app WHERE account_key = :account)
         + (SELECT count(*) FROM passkey WHERE account_key = :account)
"""


@dataclass(frozen=True, slots=True)
class Owner:
    """Whose factors they are."""

    account_key: int
    username: str
    role: Role


@dataclass(frozen=True, slots=True)
class Passkey:
    """One passkey, as its owner knows it. `added_at`: Unix seconds."""

    passkey_key: int
    name: str
    credential_id: bytes
    added_at: float

    @property
    def added(self) -> str:
        """When it was added, as ISO text."""
        return datetime.fromtimestamp(self.added_at, UTC).isoformat()


@dataclass(frozen=True, slots=True)
class Factors:
    """What a person has set up."""

    has_app: bool
    passkeys: tuple[Passkey, ...]
    codes_left: int


def factors_of(database: Database, account_key: int) -> Factors:
    """What the owner of the account has set up."""
    who = {"account": account_key}
    with database.reading(ACCOUNTS) as reading:
        codes = reading.one(_CODES, who)
        keys = tuple(Passkey(**row) for row in reading.query(_PASSKEYS, who))
        return Factors(reading.one(_APP, who) is not None, keys, codes["codes"] if codes else 0)


def add_app(database: Database, owner: Owner, secret: str, code: str, now: float) -> list[str] | None:
    """Keep an app in place of an earlier one; new paper codes, or None when the code is not the app's."""
    if second_factors.step_of(secret, code, now) is None:
        return None
    with database.desk.changing(_change(owner, "set up an authenticator app")) as tables:
        second_factors.add_app(tables, owner.account_key, secret, now)
        second_factors.spend_app_code(tables, owner.account_key, code, now)
        return second_factors.new_recovery_codes(tables, owner.account_key)


def has_password(database: Database, owner: Owner) -> bool:
    """Whether the person has a password of Schoolhouse itself, and not only one of the directory."""
    with database.reading(ACCOUNTS) as reading:
        row = reading.one(_WITH_PASSWORD, {"account": owner.account_key})
    return bool(row and row["has_password"])


def change_password(database: Database, owner: Owner, password: str, *, keep: bytes) -> None:
    """Another password; every session but the one with the hash `keep` ends. Raises BadPassword, or Trouble."""
    if owner.role is Role.SUBSTITUTE or not has_password(database, owner):
        raise Trouble(Sentence("This sign-in has no password of its own that could be changed here."))
    words = words_to_avoid(database, owner.username, "")
    check_strength(password, shortest=shortest_password(owner.role), words=words)
    row = (hash_password(password), owner.account_key)
    with database.desk.changing(_change(owner, "chose another password")) as tables:
        tables.execute("UPDATE account SET password_hash = ? WHERE account_key = ?", row)
        forget_sessions(tables, owner.account_key, but=keep)


def new_paper_codes(database: Database, owner: Owner) -> list[str]:
    """Ten new paper codes; the old ones stop working."""
    with database.desk.changing(_change(owner, "new paper codes")) as tables:
        return second_factors.new_recovery_codes(tables, owner.account_key)


def add_passkey(
    database: Database,
    owner: Owner,
    place: passkeys.Place,
    *,
    name: str,
    answer: str,
    challenge: bytes,
    now: float,
) -> None:
    """Keep a passkey. Raises PasskeyRefused."""
    with database.desk.changing(_change(owner, "added a passkey")) as tables:
        passkeys.add(
            tables, place, account_key=owner.account_key, name=name.strip() or "Passkey", answer=answer,
            challenge=challenge, now=now,
        )  # fmt: skip


def take_away(database: Database, owner: Owner, which: str) -> None:
    """Take the app (`app`) or a passkey (its number) away. Raises Trouble for the last one that the role demands."""
    with database.desk.changing(_change(owner, f"took {'an app' if which == 'app' else 'a passkey'} away")) as tables:
        if which == "app":
            tables.execute("DELETE FROM authenticator_app WHERE account_key = ?", (owner.account_key,))
        else:
            sql = "DELETE FROM passkey WHERE account_key = ? AND passkey_key = ?"
            tables.execute(sql, (owner.account_key, int(which)))
        (left,) = tables.execute(_COUNT, {"account": owner.account_key}).fetchone()
        if left == 0 and owner.role.terms.needs_second_factor:
            raise Trouble(Sentence("Your role needs a second factor, and this is your last. Add another one first."))


def _change(owner: Owner, what: str) -> Event:
    return Event(owner.username, Action.CHANGE_MY_SIGN_IN, what)
