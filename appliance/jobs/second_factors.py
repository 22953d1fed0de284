"""Second factors: codes of an authenticator app, and the paper codes for the day when the phone is gone.

Each is checked inside the transaction that records the sign-in, so that of two people with one code one gets in.
"""

import hashlib
import secrets
from collections.abc import Iterator
from dataclasses import dataclass

import pyotp
import segno

from appliance.storage.database import IntegrityError, Tables

_STEP_SECONDS = 30
_TOLERATED_STEPS = 1
"""A phone's clock may be half a minute off, on either side."""
_RECOVERY_CODES = 10
_LETTERS = "abcdefghjkmnpqrstuvwxyz23456789"
"""Without i, l, o, 0 and 1, which look alike on paper."""


@dataclass(frozen=True, slots=True)
class QrCode:
    """A QR code as the one path of a picture of `size` by `size` squares, the quiet margin included."""

    size: int
    path: str


def new_secret() -> str:
    """A secret for an authenticator app: 160 bits, as the apps want it written."""
    return pyotp.random_base32()


def app_address(secret: str, username: str, house: str) -> str:
    """What the app reads from the QR code. `house` is the name under which people open Schoolhouse."""
    return pyotp.TOTP(secret).provisioning_uri(name=f"{username}@{house}", issuer_name="Schoolhouse")


def qr_code(text: str) -> QrCode:
    """The text as a QR code."""
    rows = [list(row) for row in segno.make(text, error="m").matrix_iter(border=4)]
    return QrCode(len(rows), "".join(_runs(rows)))


def _runs(rows: list[list[int]]) -> Iterator[str]:
    for y, row in enumerate(rows):
        begin = None
        for x, dark in enumerate([*row, 0]):
            if dark and begin is None:
                begin = x
            elif not dark and begin is not None:
                yield f"M{begin} {y}h{x - begin}v1h{begin - x}z"
                begin = None


def step_of(secret: str, code: str, now: float) -> int | None:
    """The half minute whose code this is, or None. All are compared, so that the time taken says nothing."""
    code = "".join(code.split())
    present = int(now) // _STEP_SECONDS
    found = None
    for step in range(present - _TOLERATED_STEPS, present + _TOLERATED_STEPS + 1):
        if pyotp.utils.strings_equal(pyotp.TOTP(secret).at(step * _STEP_SECONDS), code):
            found = step
    return found


def current_code(secret: str, now: float) -> str:
    """What the app shows now."""
    return pyotp.TOTP(secret).at(int(now))


def add_app(tables: Tables, account_key: int, secret: str, now: float) -> None:
    """Keep the secret of a confirmed app; it takes the place of an earlier one."""
    tables.execute("DELETE FROM authenticator_app WHERE account_key = ?", (account_key,))
    tables.execute("DELETE FROM spent_step WHERE account_key = ?", (account_key,))
    row = (account_key, secret, now)
    tables.execute("INSERT INTO authenticator_app (account_key, secret, added_at) VALUES (?, ?, ?)", row)


def spend_app_code(tables: Tables, account_key: int, code: str, now: float) -> bool:
    """Whether the app shows this code now. Each half minute counts once, even when the clock was put back."""
    row = tables.execute("SELECT secret FROM authenticator_app WHERE account_key = ?", (account_key,)).fetchone()
    step = step_of(row[0], code, now) if row else None
    if step is None:
        return False
    try:
        tables.execute("INSERT INTO spent_step (account_key, step) VALUES (?, ?)", (account_key, step))
    except IntegrityError:
        return False
    return True


def new_recovery_codes(tables: Tables, account_key: int) -> list[str]:
    """Ten codes for paper; earlier ones stop working. Only their hashes are kept: show them now or never."""
    codes = [new_code() for _ in range(_RECOVERY_CODES)]
    tables.execute("DELETE FROM recovery_code WHERE account_key = ?", (account_key,))
    tables.conn.executemany(
        "INSERT INTO recovery_code (account_key, code_sha256) VALUES (?, ?)",
        [(account_key, code_sha256(account_key, code)) for code in codes],
    )
    return codes


def spend_recovery_code(tables: Tables, account_key: int, code: str) -> bool:
    """Whether it is one of the person's paper codes, which is gone with this."""
    sql = "DELETE FROM recovery_code WHERE account_key = ? AND code_sha256 = ?"
    return bool(tables.execute(sql, (account_key, code_sha256(account_key, code))).rowcount == 1)


def new_code() -> str:
    """A code to be read aloud and typed: four times four letters, 79 bits."""
    return "-".join("".join(secrets.choice(_LETTERS) for _ in range(4)) for _ in range(4))


def code_sha256(account_key: int, code: str) -> bytes:
    """What is kept of a code. Drawn from 79 bits, it needs no slow hash. Case, spaces and dashes do not matter."""
    plain = "".join(letter for letter in code.lower() if letter.isalnum())
    return hashlib.sha256(f"{account_key}:{plain}".encode()).digest()
