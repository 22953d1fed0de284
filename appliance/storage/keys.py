"""The key of the database, and the key that wraps it.

The database opens with a random 32-byte data key (a raw SQLCipher key: 0.2 ms to open, no passphrase to derive). On
disk that key exists only wrapped (AES key wrap, RFC 3394) under a key-encryption key, a file of mode 0600. Wrapping
tells a wrong key from a damaged database: the unwrap fails before the database is touched.
"""

import os
import secrets
import stat
from pathlib import Path

from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF
from cryptography.hazmat.primitives.keywrap import InvalidUnwrap, aes_key_unwrap, aes_key_wrap

from appliance.errors import HomeTrouble

KEY_BYTES = 32
_KEK, _WRAPPED = "kek", "data-key.wrapped"
_VERSION = b"\x01"
"""First byte of the wrapped file: says how the rest was made."""


def make_keys(home: Path) -> bytes:
    """Make both keys of a new home and return the data key. Refuses to touch a home that has keys."""
    folder = home / "keys"
    if (folder / _WRAPPED).exists() or (folder / _KEK).exists():
        raise HomeTrouble(f"{home} already has keys; a second set would lock the first one's data away.")
    folder.mkdir(mode=0o700, exist_ok=True)
    kek, data_key = secrets.token_bytes(KEY_BYTES), secrets.token_bytes(KEY_BYTES)
    _write_private(folder / _KEK, kek)
    _write_private(folder / _WRAPPED, _VERSION + aes_key_wrap(kek, data_key))
    return data_key


def read_data_key(home: Path) -> bytes:
    """The data key of a home. Raises HomeTrouble when a key is missing, readable by others, or not the right one."""
    folder = home / "keys"
    kek_file = folder / _KEK
    try:
        if stat.S_IMODE(kek_file.stat().st_mode) & 0o077:
            raise HomeTrouble(f"{kek_file} can be read by other users. Run: chmod 600 {kek_file}")
        kek, wrapped = kek_file.read_bytes(), (folder / _WRAPPED).read_bytes()
    except FileNotFoundError as error:
        sentence = f"{home} has no keys. "
        if folder.exists() or (home / "district.db").exists():
            sentence += "Put the keys folder back from your recovery copy; without it the data cannot be read."
        else:
            sentence += f"Make a new home with: schoolhouse --home {home} init"
        raise HomeTrouble(sentence) from error
    except PermissionError as error:
        raise HomeTrouble(f"You may not read the keys in {folder}. Run as the user that owns the home.") from error
    if wrapped[:1] != _VERSION:
        raise HomeTrouble(f"{folder / _WRAPPED} was made by another version of Schoolhouse. Use that version.")
    try:
        return aes_key_unwrap(kek, wrapped[1:])
    except (InvalidUnwrap, ValueError) as error:
        raise HomeTrouble(
            f"The key in {kek_file} is not the key of this home. Put the right one back from your recovery copy; "
            "the database was not touched."
        ) from error


def desk_key(data_key: bytes) -> bytes:
    """The key of the desk, made from the data key: pages of one file are never read as pages of the other."""
    return HKDF(SHA256(), KEY_BYTES, None, b"schoolhouse desk v1").derive(data_key)


def _write_private(path: Path, content: bytes) -> None:
    descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    with os.fdopen(descriptor, "wb") as file:
        file.write(content)
        file.flush()
        os.fsync(file.fileno())
