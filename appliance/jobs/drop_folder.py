"""The drop folder: what other systems put there is imported by itself, once it is whole.

A file is taken when nothing about it has changed for a while, or when `NAME.done` lies beside it. All that are still
are one batch. They are first moved to `.loading`, which only this program may enter; so a crash leaves them there, and
they are looked at again before anything newer: what was loaded already changes nothing. A file that cannot be read
does not keep the others out.

    loaded/DAY/  read and kept     held/BATCH/  waits for the data steward     refused/DAY/  with the reason beside it
"""

import errno
import fcntl
import os
import stat
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import date
from functools import partial
from pathlib import Path

from appliance.errors import BadFile, HomeTrouble, Trouble, blaming
from appliance.jobs.compute_metrics import refresh
from appliance.jobs.import_files import import_files
from appliance.settings import Settings
from appliance.storage.database import Database
from appliance.student_level.staging.report import ImportReport

BY = "drop folder"
LOADING, LOADED, HELD, REFUSED = ".loading", "loaded", "held", "refused"
DONE = ".done"
_UNFINISHED = (".part", ".partial", ".filepart", ".tmp", ".crdownload", "~")
"""How senders call a file that they are still writing."""
_MOST_TRIES = 3
Signature = tuple[int, ...]
"""What changes when a file does: device, inode, size, times."""


class NotPlain(Exception):
    """Something that is not a file of its own: a link, a pipe, one of two names of a file."""


@dataclass(slots=True)
class Done:
    """What one look at the folder did."""

    waiting: int = 0
    """Files that are not still yet."""
    loaded: list[str] = field(default_factory=list)
    held: list[str] = field(default_factory=list)
    refused: list[str] = field(default_factory=list)
    report: ImportReport | None = None


class DropFolder:
    """The watched folder of a home. `look` is called now and then; a second call at the same time does nothing."""

    def __init__(self, database: Database, settings: Settings, clock: Callable[[], float] = time.monotonic) -> None:
        """`clock` counts seconds and never goes back."""
        self._database, self._settings, self._clock = database, settings, clock
        self.folder = database.home / settings.drop_folder
        """Absolute, whatever the setting says."""
        self._seen: dict[str, tuple[Signature, float]] = {}
        self._faults = 0

    def look(self) -> Done:
        """Import what is whole. Raises HomeTrouble for what lies with this machine; the files then wait."""
        with self._alone() as alone:
            if not alone:
                return Done()
            for name in (LOADED, HELD, REFUSED, LOADING):
                (self.folder / name).mkdir(mode=0o700, exist_ok=True)
            left = sorted(path.name for path in (self.folder / LOADING).iterdir())
            done = Done()
            if left:  # The last look was cut off between loading and moving, or before.
                self._import(left, done)
            names = self._still(done)
            for name in names:
                (self.folder / name).rename(self.folder / LOADING / name)
                self._seen.pop(name, None)
                (self.folder / f"{name}{DONE}").unlink(missing_ok=True)
            return self._import(names, done) if names else done

    @contextmanager
    def _alone(self) -> Iterator[bool]:
        try:
            self.folder.mkdir(mode=0o700, parents=True, exist_ok=True)
            lock = (self._database.home / "drop_folder.lock").open("w")
        except OSError as error:
            raise HomeTrouble(f"The drop folder {self.folder} cannot be opened ({error.strerror}).") from error
        with lock:
            try:
                fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
            except BlockingIOError:
                yield False
            else:
                yield True

    def _still(self, done: Done) -> list[str]:
        """The files that nothing has touched for long enough. What is not a plain file is refused at once."""
        now, found = self._clock(), []
        entries = sorted(entry.name for entry in os.scandir(self.folder) if not entry.is_dir(follow_symlinks=False))
        self._seen = {name: seen for name, seen in self._seen.items() if name in entries}
        for name in entries:
            if name.startswith(".") or name.lower().endswith((DONE, *_UNFINISHED)):
                continue
            try:
                signature = signature_of(self.folder / name)
            except FileNotFoundError:
                continue
            except (NotPlain, OSError) as reason:
                self._refuse([name], _why_not(name, reason), done, self.folder)
                continue
            if f"{name}{DONE}" in entries:
                found.append(name)
                continue
            before, since = self._seen.setdefault(name, (signature, now))
            if before != signature:
                self._seen[name] = (signature, now)
            elif now - since >= self._settings.drop_folder_still_seconds:
                found.append(name)
        done.waiting = len(self._seen.keys() - set(found))
        return found

    def _import(self, names: list[str], done: Done) -> Done:
        """Load files as one batch. One that cannot be read is refused, and the others are loaded without it."""
        signatures, folder = self._plain(names, done), self.folder / LOADING
        while signatures:
            try:
                paths = [folder / name for name in signatures]
                unchanged = partial(_refuse_if_changed, folder, signatures)
                done.report = import_files(self._database, paths, self._settings, by=BY, last_look=unchanged)
            except HomeTrouble:
                raise
            except Trouble as trouble:
                at_fault = trouble.at_fault if isinstance(trouble, BadFile) else ()
                refused, reason = [name for name in at_fault if name in signatures] or list(signatures), str(trouble)
            except Exception:
                self._faults += 1
                if self._faults < _MOST_TRIES:
                    raise
                refused, reason = list(signatures), _FAULT
            else:
                self._faults = 0
                self._put_away(list(signatures), done.report, done)
                break
            self._refuse(refused, reason, done, folder)
            signatures = {name: seen for name, seen in signatures.items() if name not in refused}
        return done

    def _plain(self, names: list[str], done: Done) -> dict[str, Signature]:
        signatures: dict[str, Signature] = {}
        for name in names:
            try:
                signatures[name] = signature_of(self.folder / LOADING / name)
            except (NotPlain, OSError) as reason:
                self._refuse([name], _why_not(name, reason), done, self.folder / LOADING)
        return signatures

    def _put_away(self, names: list[str], report: ImportReport, done: Done) -> None:
        if report.held:
            place = self.folder / HELD / str(report.batch)
            done.held += names
        else:
            place = self.folder / LOADED / date.today().isoformat()
            done.loaded += names
        for name in names:
            if not report.held and self._settings.drop_folder_afterwards == "shred":
                shred(self.folder / LOADING / name)
            else:
                _move(self.folder / LOADING / name, place)
        if report.changed_anything and not report.held:
            refresh(self._database)

    def _refuse(self, names: list[str], reason: str, done: Done, where: Path) -> None:
        place = self.folder / REFUSED / date.today().isoformat()
        for name in names:
            moved = _move(where / name, place)
            moved.with_name(f"{moved.name}.txt").write_text(f"{name} was not loaded.\n\n{reason}\n")
        done.refused += names

    def held_batches(self) -> dict[int, list[Path]]:
        """Batch -> its files, of the batches that wait here for the data steward."""
        place = self.folder / HELD
        found = [one for one in place.iterdir() if one.name.isdigit()] if place.is_dir() else []
        return {int(one.name): sorted(one.iterdir()) for one in found if any(one.iterdir())}

    def refused_files(self) -> int:
        """How many files lie in `refused`."""
        place = self.folder / REFUSED
        return sum(not one.is_dir() and one.suffix != ".txt" for one in place.rglob("*")) if place.is_dir() else 0

    def release(self, batch: int, *, by: str, reason: str) -> ImportReport:
        """Load a held batch all the same. Raises Trouble when it does not wait here, or nothing can be loaded."""
        with self._alone() as alone:
            if not alone:
                raise Trouble("Another import from the drop folder is running. Try again when it is done.")
            files = self.held_batches().get(batch)
            if not files:
                raise Trouble(f"Batch {batch} does not wait in the drop folder any more.")
            try:
                signatures = {file.name: signature_of(file) for file in files}
            except (NotPlain, OSError):
                raise BadFile(f"A file of batch {batch} is not a plain file any more. Nothing was loaded.") from None
            unchanged = partial(_refuse_if_changed, files[0].parent, signatures)
            report = import_files(
                self._database, files, self._settings, by=by, despite_hold=reason, last_look=unchanged
            )
            place = self.folder / LOADED / date.today().isoformat()
            for file in files:
                if self._settings.drop_folder_afterwards == "shred":
                    shred(file)
                else:
                    _move(file, place)
            files[0].parent.rmdir()
            if report.changed_anything:
                refresh(self._database)
            return report


_FAULT = (
    f"Schoolhouse failed {_MOST_TRIES} times while reading it, by a fault of its own. Tell the person who looks after "
    "Schoolhouse."
)


def signature_of(path: Path) -> Signature:
    """The signature of a plain file that can be read. Raises NotPlain for a link, a pipe, a file of two names."""
    try:
        descriptor = os.open(path, os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK | os.O_CLOEXEC)
    except OSError as error:
        if error.errno in (errno.ELOOP, errno.ENXIO):
            raise NotPlain from None
        raise
    try:
        found = os.fstat(descriptor)
    finally:
        os.close(descriptor)
    if not stat.S_ISREG(found.st_mode) or found.st_nlink != 1:
        raise NotPlain
    return found.st_dev, found.st_ino, found.st_size, found.st_mtime_ns, found.st_ctime_ns


def _refuse_if_changed(folder: Path, signatures: dict[str, Signature]) -> None:
    for name, before in signatures.items():
        if _signature_or_none(folder / name) != before:
            with blaming(name):
                raise BadFile(f"{name} changed while it was read. Send it again when it is whole.")


def _signature_or_none(path: Path) -> Signature | None:
    try:
        return signature_of(path)
    except (NotPlain, OSError):
        return None


def _why_not(name: str, reason: Exception) -> str:
    if isinstance(reason, NotPlain):
        return f"{name} is not a file of its own: a link, a pipe, or a second name of another file. Send a copy."
    detail = reason.strerror if isinstance(reason, OSError) else "unknown"
    return f"{name} cannot be read ({detail}). Schoolhouse's own user must be able to read it."


def _move(file: Path, place: Path) -> Path:
    """Move a file into a folder, under its own name or, where that is taken, a numbered one."""
    place.mkdir(mode=0o700, parents=True, exist_ok=True)
    target, number = place / file.name, 1
    while target.exists() or target.is_symlink():
        number += 1
        target = place / f"{file.stem}-{number}{file.suffix}"
    file.rename(target)
    return target


def shred(file: Path) -> None:
    """Overwrite a file with zeros and remove it.

    A flash disk, or one that keeps snapshots, may hold copies all the same; against that only an encrypted disk helps.
    """
    with file.open("r+b", buffering=0) as stream:
        left = os.fstat(stream.fileno()).st_size
        block = bytes(1 << 20)
        while left > 0:
            left -= stream.write(block[: min(left, len(block))])
        os.fsync(stream.fileno())
        stream.truncate(0)
    file.unlink()
