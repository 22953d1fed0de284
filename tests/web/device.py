"""A device that holds passkeys, in software: it signs as a phone or a security key would, and counts its uses."""

import hashlib
import json
import secrets
from base64 import urlsafe_b64encode
from typing import Any

import cbor2
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec

_PRESENT, _VERIFIED, _HOLDS_KEY = 0x01, 0x04, 0x40


class Device:
    """One device. `asks_person`: whether it wants a finger or a PIN, as ours must."""

    def __init__(self, *, asks_person: bool = True) -> None:
        self._flags = _PRESENT | (_VERIFIED if asks_person else 0)
        self._credential = secrets.token_bytes(32)
        self._key = ec.generate_private_key(ec.SECP256R1())
        self.uses = 0

    def make(self, options: str, origin: str) -> str:
        """What the browser sends after a passkey was made."""
        asked = json.loads(options)
        numbers = self._key.public_key().public_numbers()
        public = {1: 2, 3: -7, -1: 1, -2: numbers.x.to_bytes(32, "big"), -3: numbers.y.to_bytes(32, "big")}
        held = bytes(16) + len(self._credential).to_bytes(2, "big") + self._credential + cbor2.dumps(public)
        data = self._data(asked["rp"]["id"], self._flags | _HOLDS_KEY) + held
        attested = cbor2.dumps({"fmt": "none", "attStmt": {}, "authData": data})
        client = self._client("webauthn.create", asked["challenge"], origin)
        return self._answer({"clientDataJSON": _text(client), "attestationObject": _text(attested)})

    def use(self, options: str, origin: str, *, says: str | None = None) -> str:
        """What the browser sends after the device signed. `says`: an origin that is not the browser's own."""
        asked = json.loads(options)
        self.uses += 1
        data = self._data(asked["rpId"], self._flags)
        client = self._client("webauthn.get", asked["challenge"], says or origin)
        signature = self._key.sign(data + hashlib.sha256(client).digest(), ec.ECDSA(hashes.SHA256()))
        told = {"clientDataJSON": client, "authenticatorData": data, "signature": signature}
        return self._answer({name: _text(value) for name, value in told.items()} | {"userHandle": None})

    def _data(self, host: str, flags: int) -> bytes:
        return hashlib.sha256(host.encode()).digest() + bytes([flags]) + self.uses.to_bytes(4, "big")

    def _client(self, kind: str, challenge: str, origin: str) -> bytes:
        return json.dumps({"type": kind, "challenge": challenge, "origin": origin, "crossOrigin": False}).encode()

    def _answer(self, response: dict[str, Any]) -> str:
        name = _text(self._credential)
        return json.dumps(
            {"id": name, "rawId": name, "type": "public-key", "response": response, "clientExtensionResults": {}}
        )


def _text(value: bytes) -> str:
    return urlsafe_b64encode(value).rstrip(b"=").decode()
