"""Passkeys: a person proves to be there with a finger, a face, a PIN or a key, and types nothing into a wrong page.

The browser speaks for the device; `webauthn` checks what it says. A passkey asks for the person each time (user
verification), so it is both factors at once, and a page elsewhere cannot use it: the browser binds it to our name.
"""

import json
import secrets
from dataclasses import dataclass
from typing import Any

import webauthn
from webauthn.helpers.exceptions import WebAuthnException
from webauthn.helpers.structs import (
    AuthenticatorSelectionCriteria,
    PublicKeyCredentialDescriptor,
    ResidentKeyRequirement,
    UserVerificationRequirement,
)

from appliance.errors import Sentence, Trouble
from appliance.jobs.accounts import ACCOUNTS
from appliance.storage.database import Database, Tables

_UNBELIEVED = Sentence("Your browser’s answer could not be believed. Open the page again and try again.")
_OWNER = "SELECT account_key FROM visible_passkey WHERE credential_id = :credential"
_FIND = """
    SELECT account_key, credential_id, public_key, sign_count FROM passkey WHERE credential_id = ?
"""


class PasskeyRefused(Trouble):
    """What the browser sent does not prove anything."""


@dataclass(frozen=True, slots=True)
class Place:
    """Where the browser is: the name in its address line (`host`, without a port), and the whole origin."""

    host: str
    origin: str

    @property
    def takes_passkeys(self) -> bool:
        """Browsers bind passkeys to names, never to numbers such as 127.0.0.1."""
        return not self.host.replace(".", "").isdecimal() and not self.host.startswith("[")


def new_challenge() -> bytes:
    """What a device is given to sign."""
    return secrets.token_bytes(32)


def to_add(place: Place, *, account_key: int, username: str, challenge: bytes, known: list[bytes]) -> str:
    """What the browser is asked when a passkey is added, as JSON. `known` are credentials that the person has."""
    options = webauthn.generate_registration_options(
        rp_id=place.host,
        rp_name="Schoolhouse",
        user_id=account_key.to_bytes(8, "big"),
        user_name=username,
        challenge=challenge,
        authenticator_selection=AuthenticatorSelectionCriteria(
            resident_key=ResidentKeyRequirement.REQUIRED, user_verification=UserVerificationRequirement.REQUIRED
        ),
        exclude_credentials=[PublicKeyCredentialDescriptor(id=one) for one in known],
    )
    return webauthn.options_to_json(options)


def to_sign_in(place: Place, challenge: bytes) -> str:
    """What the browser is asked when somebody signs in, as JSON. It offers whatever passkey it has for us."""
    options = webauthn.generate_authentication_options(
        rp_id=place.host, challenge=challenge, user_verification=UserVerificationRequirement.REQUIRED
    )
    return webauthn.options_to_json(options)


def add(
    tables: Tables, place: Place, *, account_key: int, name: str, answer: str, challenge: bytes, now: float
) -> None:
    """Keep a new passkey. Raises PasskeyRefused when the answer is not one to this challenge, at this place."""
    try:
        made = webauthn.verify_registration_response(
            credential=answer,
            expected_challenge=challenge,
            expected_rp_id=place.host,
            expected_origin=place.origin,
            require_user_verification=True,
        )
    except (WebAuthnException, ValueError, KeyError):
        raise PasskeyRefused(_UNBELIEVED) from None
    row = (account_key, made.credential_id, made.credential_public_key, made.sign_count, name, now)
    sql = """INSERT INTO passkey (account_key, credential_id, public_key, sign_count, name, added_at)
             VALUES (?, ?, ?, ?, ?, ?)"""
    tables.execute(sql, row)


def owner(database: Database, answer: str) -> int:
    """The key of the account that has the passkey which answered; nothing is proved yet. Raises PasskeyRefused."""
    with database.reading(ACCOUNTS) as reading:
        row = reading.one(_OWNER, {"credential": _credential_id(answer)})
    if row is None:
        raise PasskeyRefused(Sentence("Schoolhouse does not know this passkey. Sign in with your password and add it."))
    return int(row["account_key"])


def spend(tables: Tables, place: Place, *, answer: str, challenge: bytes) -> int:
    """The key of the account whose passkey answered this challenge. Raises PasskeyRefused, also for a copied device."""
    row = tables.execute(_FIND, (_credential_id(answer),)).fetchone()
    if row is None:
        raise PasskeyRefused(_UNBELIEVED)
    account_key, credential_id, public_key, sign_count = row
    try:
        seen = webauthn.verify_authentication_response(
            credential=answer,
            expected_challenge=challenge,
            expected_rp_id=place.host,
            expected_origin=place.origin,
            credential_public_key=public_key,
            credential_current_sign_count=sign_count,
            require_user_verification=True,
        )
    except (WebAuthnException, ValueError, KeyError):
        raise PasskeyRefused(_UNBELIEVED) from None
    tables.execute("UPDATE passkey SET sign_count = ? WHERE credential_id = ?", (seen.new_sign_count, credential_id))
    return int(account_key)


def _credential_id(answer: str) -> bytes:
    try:
        told: Any = json.loads(answer)
        return webauthn.base64url_to_bytes(told["rawId"])
    except (ValueError, KeyError, TypeError):
        raise PasskeyRefused(
            Sentence("Your browser’s answer could not be read. Open the page again and try again.")
        ) from None
