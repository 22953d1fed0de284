"""Files as districts send them: a plain file, or a zip that is opened with care.

A zip's own word is not trusted: names are only labels (nothing is ever extracted to a path), declared sizes may lie, so
each member is read in steps against a cap. Limits follow OWASP ASVS 5.0, V5.2.3 to V5.3.3.
"""

import io
import struct
import zipfile
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import partial
from pathlib import Path, PurePosixPath
from typing import IO

from appliance.errors import BadFile
from appliance.storage.sealed_file import SealedFile

MOST_MEMBERS = 200
MOST_BYTES = 8 * 1024**3
"""Unpacked, a whole package. A district of 404,000 students sends about 3 GB of grades a year."""
MOST_RATIO = 100
"""Unpacked to packed. Real packages stay under 30; a bomb is far above."""
MOST_RATIO_OF_XML = 300
"""XML repeats its tags: Grand Bend's attendance alone is packed to a 92nd."""
_RATIO_COUNTS_FROM = 10 * 1024**2
_ZIP_START = b"PK\x03\x04"
_ENCRYPTED = 0x1
_STEP = 1 << 16
_DAMAGE = (zipfile.BadZipFile, NotImplementedError, RuntimeError, ValueError, OSError, EOFError, struct.error)
_CLUTTER = ("__macosx", ".ds_store", "thumbs.db", "desktop.ini")
"""What file managers put into a zip unasked."""


Source = Path | SealedFile
"""Where a file lies: as it came, or sealed with a key while it waits."""


def opened(path: Source) -> io.RawIOBase:
    """The file's bytes, to be read from the start."""
    return path.open_bytes() if isinstance(path, SealedFile) else path.open("rb", buffering=0)


def size_of(path: Source) -> int:
    """Bytes in a file."""
    return path.size if isinstance(path, SealedFile) else path.stat().st_size


def seekable(path: Source) -> Path | IO[bytes]:
    """What a reader takes that wants to jump about in a file."""
    return io.BufferedReader(path.open_bytes(), _STEP) if isinstance(path, SealedFile) else path


@dataclass(frozen=True, slots=True)
class SourceFile:
    """One readable file: its name for reports, its size in bytes, and how to open it again from the start."""

    name: str
    size: int
    open: Callable[[], io.RawIOBase]


def came_as(name: str) -> str:
    """The name under which a table's file was sent: a package's members and a workbook's sheets stand after a slash."""
    return name.partition("/")[0]


def files_in(path: Source) -> Iterator[SourceFile]:
    """The CSV files of one path: itself, or the members of a zip. Raises BadFile with one clear sentence."""
    if path.is_dir():
        raise BadFile(f"{path.name} is a folder. Name the files in it.")
    if not path.is_file():
        raise BadFile(f"{path.name}: there is no such file. Check the path.")
    try:
        with opened(path) as file:
            start = file.read(4)
    except OSError as error:
        raise BadFile(f"{path.name} cannot be read ({error.strerror}). Check who may read it.") from error
    if path.suffix.lower() == ".zip":
        if start != _ZIP_START:
            raise BadFile(f"{path.name} ends in .zip but is not a zip file. Export it again, or send the CSV files.")
        yield from _members(path)
    elif start == _ZIP_START:
        raise BadFile(f"{path.name} is a zip file under another name. Rename it to end in .zip.")
    else:
        yield SourceFile(path.name, size_of(path), lambda: opened(path))


def _members(path: Source) -> Iterator[SourceFile]:
    try:
        with zipfile.ZipFile(seekable(path)) as package:
            members = [m for m in package.infolist() if not m.is_dir() and not _is_clutter(m.filename)]
    except _DAMAGE as error:
        raise BadFile(f"{path.name} is a damaged zip file ({error}). Ask the sender to export it again.") from error
    _refuse_unsafe(path, members)
    for member in members:
        name = f"{path.name}/{PurePosixPath(member.filename).name}"
        yield SourceFile(name, member.file_size, partial(_Member, path, member))


def _is_xml_package(members: list[zipfile.ZipInfo]) -> bool:
    """Ed-Fi packages carry others beside their files. Those are never opened, and the reader says so."""
    return any(member.filename.lower().endswith(".xml") for member in members)


def _is_clutter(name: str) -> bool:
    parts = PurePosixPath(name.lower()).parts
    return any(part in _CLUTTER or part.startswith("._") for part in parts)


def _refuse_unsafe(path: Source, members: list[zipfile.ZipInfo]) -> None:
    if len(members) > MOST_MEMBERS:
        raise BadFile(f"{path.name} holds {len(members)} files; at most {MOST_MEMBERS} are read. Send fewer at a time.")
    seen: set[str] = set()
    for member in members:
        label = PurePosixPath(member.filename.replace("\\", "/"))
        if label.is_absolute() or ".." in label.parts or ":" in member.filename:
            raise BadFile(f"{path.name} holds a file whose name leads out of the package. Nothing was read from it.")
        if (member.external_attr >> 16) & 0o170000 == 0o120000:
            raise BadFile(f"{path.name} holds a link instead of a file. Nothing was read from it.")
        if member.flag_bits & _ENCRYPTED:
            raise BadFile(f"{path.name} is locked with a password. Send it without one.")
        if label.suffix.lower() == ".zip" and not _is_xml_package(members):
            raise BadFile(f"{path.name} holds another zip file. Unpack it once and send what is inside.")
        if label.name.lower() in seen:
            raise BadFile(f"{path.name} holds two files of the same name ({label.name}). Remove one.")
        seen.add(label.name.lower())
    unpacked, packed = sum(m.file_size for m in members), sum(m.compress_size for m in members)
    most_ratio = MOST_RATIO_OF_XML if _is_xml_package(members) else MOST_RATIO
    if unpacked > MOST_BYTES or (unpacked > _RATIO_COUNTS_FROM and unpacked > most_ratio * max(packed, 1)):
        raise BadFile(
            f"{path.name} would unpack to {unpacked:,} bytes, more than a real package does. It was not read."
        )


class _Member(io.RawIOBase):
    """A zip member read as a stream, never past the size it declared."""

    def __init__(self, path: Source, member: zipfile.ZipInfo) -> None:
        self._name, self._left = path.name, member.file_size
        try:
            self._package = zipfile.ZipFile(seekable(path))
            self._stream = self._package.open(member)
        except _DAMAGE as error:
            super().close()  # There is no stream to close; without this Python 3.13 complains on stderr about it.
            raise BadFile(f"{self._name} is damaged inside. Ask the sender to export it again.") from error

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: "memoryview") -> int:  # type: ignore[override]
        try:
            block = self._stream.read(len(buffer))
        except Exception as error:  # BadZipFile, EOFError, zlib.error and their kin have no common parent
            raise BadFile(f"{self._name} is damaged inside. Ask the sender to export it again.") from error
        self._left -= len(block)
        if self._left < 0:
            raise BadFile(f"{self._name} holds more than it says. It was not read.")
        buffer[: len(block)] = block
        return len(block)

    def close(self) -> None:
        if not self.closed:
            self._stream.close()
            self._package.close()
        super().close()
