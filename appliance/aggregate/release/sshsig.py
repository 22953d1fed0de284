"""OpenSSH signatures (SSHSIG) with ed25519 keys: made here, checkable anywhere with `ssh-keygen -Y verify`.

Format: PROTOCOL.sshsig of OpenSSH. Only what a package needs: ed25519, sha512, armoured text.
"""

import base64
import binascii
import hashlib
import struct
from dataclasses import dataclass

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat, PublicFormat

from appliance.errors import BadFile

NAMESPACE = "schoolhouse-summary"
_BEGIN, _END = "-----BEGIN SSH SIGNATURE-----", "-----END SSH SIGNATURE-----"
_KIND = b"ssh-ed25519"
_HASH = b"sha512"


def principal(lea_id: str) -> str:
    """The name under which a district signs."""
    return f"lea-{lea_id}"


@dataclass(frozen=True, slots=True)
class PublicKey:
    """An ed25519 public key, 32 bytes."""

    raw: bytes

    @classmethod
    def from_line(cls, line: str) -> "PublicKey":
        """Read `ssh-ed25519 AAAA... comment`. Raises `BadFile` for anything else."""
        fields = line.split()
        if len(fields) < 2 or fields[0] != _KIND.decode():
            raise BadFile("The public key is not an ssh-ed25519 key. Ask the district for its signer.pub.")
        return cls.from_blob(_decode(fields[1], "The public key"))

    @classmethod
    def from_blob(cls, blob: bytes) -> "PublicKey":
        """Read the key as SSH writes it on the wire."""
        kind, rest = _take(blob)
        raw, rest = _take(rest)
        if kind != _KIND or len(raw) != 32 or rest:
            raise BadFile("The public key is not an ssh-ed25519 key. Ask the district for its signer.pub.")
        return cls(raw)

    @property
    def blob(self) -> bytes:
        """The key as SSH writes it on the wire."""
        return _string(_KIND) + _string(self.raw)

    @property
    def fingerprint(self) -> str:
        """As `ssh-keygen -l` prints it, to be read out over the telephone."""
        return "SHA256:" + base64.b64encode(hashlib.sha256(self.blob).digest()).decode().rstrip("=")

    def line(self, comment: str) -> str:
        """One line for `signer.pub`, without a line end."""
        return f"{_KIND.decode()} {base64.b64encode(self.blob).decode()} {comment}"


class Signer:
    """A district's signing key."""

    def __init__(self, key: Ed25519PrivateKey) -> None:
        self._key = key

    @classmethod
    def generate(cls) -> "Signer":
        """A new key from the operating system's randomness."""
        return cls(Ed25519PrivateKey.generate())

    @classmethod
    def from_private_bytes(cls, raw: bytes) -> "Signer":
        """The key from its 32 raw bytes, as `private_bytes` gave them."""
        return cls(Ed25519PrivateKey.from_private_bytes(raw))

    def private_bytes(self) -> bytes:
        """The 32 raw bytes of the private key, to be stored sealed."""
        return self._key.private_bytes(Encoding.Raw, PrivateFormat.Raw, NoEncryption())

    @property
    def public(self) -> PublicKey:
        """The key that the state registers."""
        return PublicKey(self._key.public_key().public_bytes(Encoding.Raw, PublicFormat.Raw))

    def sign(self, message: bytes, namespace: str = NAMESPACE) -> str:
        """The armoured signature of a message in a namespace."""
        signature = _string(_KIND) + _string(self._key.sign(_signed_part(message, namespace)))
        return _armour(self.public, namespace, signature)


def verify(message: bytes, armoured: str, namespace: str = NAMESPACE) -> PublicKey:
    """The key that signed the message. Raises `BadFile` when the signature is damaged, foreign or wrong.

    The text must be exactly what `Signer.sign` writes, so that no byte of it can change unnoticed. Whether the key is
    to be trusted is another question.
    """
    lines = armoured.splitlines()
    if len(lines) < 3 or lines[0] != _BEGIN or lines[-1] != _END:
        raise BadFile("datapackage.json.sig is not an OpenSSH signature. The package is damaged; ask for it again.")
    blob = _decode("".join(lines[1:-1]), "datapackage.json.sig")
    if blob[:6] != b"SSHSIG" or blob[6:10] != struct.pack(">I", 1):
        raise BadFile("datapackage.json.sig is not an OpenSSH signature of version 1. The package is damaged.")
    public, rest = _take(blob[10:])
    key = PublicKey.from_blob(public)
    signed_for, rest = _take(rest)
    _, rest = _take(rest)
    _, rest = _take(rest)
    signature, rest = _take(rest)
    if signed_for != namespace.encode():
        raise BadFile(f"The signature was made for another purpose, not for {namespace}. Refuse the package.")
    if armoured != _armour(key, namespace, signature):
        raise BadFile("datapackage.json.sig is not written as the appliance writes it. The package was altered.")
    kind, raw = _take(signature)
    raw, rest = _take(raw)
    try:
        if kind != _KIND or rest:
            raise InvalidSignature
        Ed25519PublicKey.from_public_bytes(key.raw).verify(raw, _signed_part(message, namespace))
    except (InvalidSignature, ValueError):
        raise BadFile("The signature does not fit datapackage.json. One of them was altered.") from None
    return key


def _signed_part(message: bytes, namespace: str) -> bytes:
    digest = hashlib.sha512(message).digest()
    return b"SSHSIG" + _string(namespace.encode()) + _string(b"") + _string(_HASH) + _string(digest)


def _armour(key: PublicKey, namespace: str, signature: bytes) -> str:
    blob = b"SSHSIG" + struct.pack(">I", 1) + _string(key.blob) + _string(namespace.encode()) + _string(b"")
    text = base64.b64encode(blob + _string(_HASH) + _string(signature)).decode()
    lines = [text[start : start + 70] for start in range(0, len(text), 70)]
    return "\n".join([_BEGIN, *lines, _END, ""])


def _string(value: bytes) -> bytes:
    return struct.pack(">I", len(value)) + value


def _take(blob: bytes) -> tuple[bytes, bytes]:
    if len(blob) < 4:
        raise BadFile("The signature or key ends too early. The package is damaged; ask for it again.")
    (size,) = struct.unpack(">I", blob[:4])
    if len(blob) < 4 + size:
        raise BadFile("The signature or key ends too early. The package is damaged; ask for it again.")
    return blob[4 : 4 + size], blob[4 + size :]


def _decode(text: str, what: str) -> bytes:
    try:
        return base64.b64decode(text, validate=True)
    except (binascii.Error, ValueError):
        raise BadFile(f"{what} is not base64 text. The package is damaged; ask for it again.") from None
