"""Addresses that say nothing: each session has its own, and nobody can make one up.

A student's address is the student's key, encrypted under a secret that only this session has. It carries no name and no
id, means nothing in another session, and an edited one opens nothing.
"""

import hmac
import re
from base64 import urlsafe_b64decode, urlsafe_b64encode
from enum import IntEnum

from cryptography.hazmat.primitives.ciphers import Cipher, algorithms, modes

_PROOF = bytes(7)
"""Zeros beside each key: an edited address decrypts to something else, but for one in 2**56."""


class Kind(IntEnum):
    """What an address leads to."""

    STUDENT = 1
    SECTION = 2
    SCHOOL = 3
    STAFF = 4
    ACCOUNT = 5
    GRANT = 6


class Addresses:
    """The addresses of one session."""

    def __init__(self, token: str) -> None:
        secret = hmac.digest(token.encode(), b"addresses", "sha256")
        # One block holds kind, proof and key. A block cipher on a single block is a permutation, so equal rows have
        # equal addresses within the session (links stay good), which is all that this mode gives away.
        self._cipher = Cipher(algorithms.AES(secret), modes.ECB())  # noqa: S305

    def of(self, kind: Kind, key: int) -> str:
        """The address of a row: 22 characters that fit into a path."""
        block = bytes([kind]) + _PROOF + key.to_bytes(8, "big")
        encryptor = self._cipher.encryptor()
        return urlsafe_b64encode(encryptor.update(block) + encryptor.finalize()).rstrip(b"=").decode()

    def rewritten(self, path: str, fresh: "Addresses") -> str:
        """A path of this session as one of the `fresh` session, for somebody who proved who they are on the way."""

        def rewrite(found: re.Match[str]) -> str:
            keys = ((kind, self.key(kind, found[0])) for kind in Kind)
            return next((fresh.of(kind, key) for kind, key in keys if key is not None), found[0])

        return re.sub(r"(?<![\w-])[\w-]{22}(?![\w-])", rewrite, path)

    def key(self, kind: Kind, address: str) -> int | None:
        """The key behind an address, or None for one of another kind, of another session, or made up."""
        if len(address) != 22 or not address.isascii():
            return None
        try:
            block = urlsafe_b64decode(address + "==")
        except ValueError:  # Letters outside the alphabet are skipped, and then one may be left over.
            return None
        if len(block) != 16 or urlsafe_b64encode(block).rstrip(b"=").decode() != address:
            return None
        decryptor = self._cipher.decryptor()
        plain = decryptor.update(block) + decryptor.finalize()
        if plain[:8] != bytes([kind]) + _PROOF:
            return None
        return int.from_bytes(plain[8:], "big")
