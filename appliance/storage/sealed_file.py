"""A file on disk that only this home can read: what a person uploads waits in one until it is loaded or thrown away.

Each file has a key of its own, derived from the data key and the random salt in its head (HKDF-SHA256), so throwing the
file away throws its key away. It is written as a stream in steps of 64 KiB, each sealed with AES-256-GCM. A step's
number is its nonce, which is safe since no two files share a key; whether it is the last one is sealed with it, so a
file that was cut short is noticed. Any place can be read without reading what stands before it, as zip files need.
"""

import io
import os
import secrets
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from types import TracebackType

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF

from appliance.errors import BadFile

STEP = 1 << 16
_SALT_BYTES, _TAG_BYTES = 32, 16
_HEAD = b"SCHOOLHOUSE SEALED\x01"
"""The last byte says how the rest was made."""
_BEGIN = len(_HEAD) + _SALT_BYTES
KeyOf = Callable[[bytes], bytes]
"""Salt -> the key of one file."""


def key_from(data_key: bytes, salt: bytes) -> bytes:
    """The key of the file with this salt."""
    return HKDF(SHA256(), 32, salt, b"schoolhouse sealed file v1").derive(data_key)


class SealedWriter:
    """Writes a sealed file from a stream of plain bytes; nothing plain touches the disk. Leaving the block ends it."""

    def __init__(self, path: Path, key_of: KeyOf) -> None:
        """Make the file, mode 0600. Raises FileExistsError if there is one."""
        salt = secrets.token_bytes(_SALT_BYTES)
        self._aead, self._number, self._waiting = AESGCM(key_of(salt)), 0, bytearray()
        self._file = os.fdopen(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "wb", buffering=0)
        self._file.write(_HEAD + salt)
        self.size = 0
        """Plain bytes written so far."""

    def write(self, block: bytes | bytearray | memoryview) -> None:
        """Add plain bytes."""
        self.size += len(block)
        self._waiting += block
        while len(self._waiting) > STEP:
            self._seal(bytes(self._waiting[:STEP]), is_last=False)
            del self._waiting[:STEP]

    def _seal(self, block: bytes, *, is_last: bool) -> None:
        self._file.write(self._aead.encrypt(_nonce(self._number), block, _mark(is_last)))
        self._number += 1

    def __enter__(self) -> "SealedWriter":
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        with self._file:
            if kind is None:
                self._seal(bytes(self._waiting), is_last=True)
                os.fsync(self._file.fileno())
            self._waiting.clear()


@dataclass(frozen=True, slots=True)
class SealedFile:
    """A sealed file under the name that its sender gave it: it reads like a plain one."""

    path: Path
    name: str
    key_of: KeyOf

    @property
    def suffix(self) -> str:
        """The end of its name, `.zip`."""
        return Path(self.name).suffix

    @property
    def size(self) -> int:
        """Plain bytes in it."""
        sealed = self.path.stat().st_size - _BEGIN
        return sealed - _TAG_BYTES * -(-sealed // (STEP + _TAG_BYTES))

    def is_file(self) -> bool:
        """Whether it is still there."""
        return self.path.is_file()

    def is_dir(self) -> bool:
        """Never: folders are not sealed."""
        return False

    def open_bytes(self) -> io.RawIOBase:
        """Its plain bytes, from any place. Raises BadFile when it is not what was written."""
        return _Reader(self)


class _Reader(io.RawIOBase):
    def __init__(self, sealed: SealedFile) -> None:
        self._name, self._size, self._at = sealed.name, sealed.size, 0
        self._file = sealed.path.open("rb", buffering=0)
        head = self._file.read(_BEGIN)
        if head[: len(_HEAD)] != _HEAD or self._size < 0:
            self._file.close()
            raise self._spoilt()
        self._aead = AESGCM(sealed.key_of(head[len(_HEAD) :]))
        self._number, self._block = -1, b""
        self._last = max(0, -(-self._size // STEP) - 1)

    def _spoilt(self) -> BadFile:
        return BadFile(f"{self._name} was damaged while it waited here. Send it again.")

    def readable(self) -> bool:
        return True

    def seekable(self) -> bool:
        return True

    def tell(self) -> int:
        return self._at

    def seek(self, offset: int, whence: int = io.SEEK_SET) -> int:
        start = {io.SEEK_SET: 0, io.SEEK_CUR: self._at, io.SEEK_END: self._size}[whence]
        self._at = max(0, start + offset)
        return self._at

    def readinto(self, buffer: "memoryview") -> int:  # type: ignore[override]
        if self._at >= self._size:
            if not self._size:
                self._open_step(0)  # An empty file has a last step too, so that emptiness cannot be made.
            return 0
        number, within = divmod(self._at, STEP)
        block = self._open_step(number)[within : within + len(buffer)]
        buffer[: len(block)] = block
        self._at += len(block)
        return len(block)

    def _open_step(self, number: int) -> bytes:
        if number != self._number:
            self._file.seek(_BEGIN + number * (STEP + _TAG_BYTES))
            sealed = self._file.read(STEP + _TAG_BYTES)
            try:
                self._block = self._aead.decrypt(_nonce(number), sealed, _mark(number == self._last))
            except (InvalidTag, ValueError):
                raise self._spoilt() from None
            self._number = number
        return self._block

    def close(self) -> None:
        if not self.closed and hasattr(self, "_file"):  # A reader whose file is gone never had one to close.
            self._file.close()
        super().close()


def _nonce(number: int) -> bytes:
    return number.to_bytes(12, "big")


def _mark(is_last: bool) -> bytes:
    return b"last" if is_last else b"more"
