"""The ZIP of a package: stored, sorted, with one fixed date, so that the same files always give the same bytes.

Stored and not deflated: compressed bytes differ between zlib builds, and then nobody could tell a rebuilt archive from
an altered one. With this form every single byte of the file is checked by writing it again.
"""

import io
import os
import zipfile
import zlib
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path

from appliance.errors import BadFile

_DATE = (1980, 1, 1, 0, 0, 0)
LARGEST_FILE = 64 * 1024 * 1024
LARGEST_PACKAGE = 256 * 1024 * 1024
MOST_FILES = 64


def pack(files: Mapping[str, bytes]) -> bytes:
    """The archive of some files, by name."""
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", zipfile.ZIP_STORED) as archive:
        for name in sorted(files):
            entry = zipfile.ZipInfo(name, _DATE)
            entry.create_system = 3
            entry.external_attr = 0o100644 << 16
            archive.writestr(entry, files[name])
    return buffer.getvalue()


def unpack(data: bytes) -> dict[str, bytes]:
    """The files of an archive, by name. Raises `BadFile` for anything but a flat, plain archive within the limits."""
    try:
        with zipfile.ZipFile(io.BytesIO(data)) as archive:
            entries = archive.infolist()
            _check(entries)
            return {entry.filename: archive.read(entry) for entry in entries}
    except (zipfile.BadZipFile, zlib.error, NotImplementedError, RuntimeError, EOFError, OSError, ValueError):
        raise BadFile("The package is not a whole ZIP archive. It is damaged; ask the district for it again.") from None


def _check(entries: list[zipfile.ZipInfo]) -> None:
    names = [entry.filename for entry in entries]
    if len(names) > MOST_FILES:
        raise BadFile(f"The package holds {len(names)} files; a package holds at most {MOST_FILES}. Refuse it.")
    if len(set(names)) < len(names):
        raise BadFile("The package holds two files of one name. Refuse it.")
    for entry in entries:
        name = entry.filename
        plain = name.isascii() and name.isprintable() and not name.startswith(".")
        if not plain or any(mark in name for mark in "/\\:"):
            raise BadFile("The package holds a file with a path or a strange name. Refuse it.")
        if entry.flag_bits & 0x1 or (entry.external_attr >> 16) & 0o170000 not in (0, 0o100000):
            raise BadFile(f"The package holds {name}, which is encrypted or not a plain file. Refuse it.")
        if name.lower().endswith((".zip", ".gz", ".7z", ".tar", ".xz", ".bz2")):
            raise BadFile(f"The package holds another archive, {name}. Refuse it.")
        if entry.file_size > LARGEST_FILE:
            raise BadFile(f"The package holds {name}, which is larger than {LARGEST_FILE >> 20} MB. Refuse it.")
        if entry.compress_type != zipfile.ZIP_STORED:
            raise BadFile(f"The package holds {name} compressed; an appliance writes it plain. It was packed again.")
    if sum(entry.file_size for entry in entries) > LARGEST_PACKAGE:
        raise BadFile(f"The files of the package are larger than {LARGEST_PACKAGE >> 20} MB. Refuse it.")


def write(path: Path, data: bytes) -> None:
    """Write a file so that after a crash it is there, whole, or as it was."""
    with laid(path, data):
        pass


@contextmanager
def laid(path: Path, data: bytes) -> Iterator[None]:
    """Write beside the target and make it durable; it gets its name when the block is over, and none if that fails."""
    temporary = unfinished(path)
    try:
        with temporary.open("wb") as file:
            file.write(data)
            file.flush()
            os.fsync(file.fileno())
        yield
        temporary.replace(path)
    except BaseException:
        temporary.unlink(missing_ok=True)
        raise
    _sync(path.parent)


def unfinished(path: Path) -> Path:
    """Where a file is written before it gets its name: always the same, so that a crash leaves at most one behind."""
    return path.with_name(f".{path.name}.part")


def remove(path: Path) -> None:
    """Take a file away, durably: after a crash it is there or gone, never half."""
    path.unlink(missing_ok=True)
    _sync(path.parent)


def _sync(folder: Path) -> None:
    handle = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)
