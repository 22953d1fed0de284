"""Files that a data steward uploads: they wait sealed, are checked, and are loaded when the steward says so.

An upload is never on disk in plain text, nor whole in memory: it is sealed as it arrives (`storage.sealed_file`), under
names of our own, and the readers open the sealed files. One thread does one thing at a time; pages ask how far it is.
"""

import json
import secrets
import shutil
import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from pathlib import Path, PurePosixPath
from types import TracebackType
from typing import Literal

import structlog

from appliance.errors import BadFile, HomeTrouble, Trouble
from appliance.jobs.compute_metrics import refresh
from appliance.jobs.drop_folder import DropFolder
from appliance.jobs.import_files import check_files, import_files, undo_batch
from appliance.progress import Progress
from appliance.settings import Settings
from appliance.storage.database import Database
from appliance.storage.sealed_file import SealedFile, SealedWriter
from appliance.student_level.staging.report import ImportReport

MOST_WAITING, MOST_FILES, LONGEST_NAME = 5, 40, 120
KEPT_SECONDS = 24 * 3600
"""An upload that nobody loads is thrown away after so long."""
_INDEX = "index"
State = Literal["arrived", "checking", "checked", "refused", "loading", "loaded", "held", "taken back"]
log = structlog.get_logger("schoolhouse")


@dataclass(slots=True)
class Upload:
    """An upload, or other work on batches that the page follows; and how far it is."""

    key: str
    by: str
    at: float
    files: list[SealedFile] = field(default_factory=list)
    title: str = ""
    state: State = "arrived"
    report: ImportReport | None = None
    trouble: str = ""
    doing: str = ""
    done: int = 0
    expected: int = 0
    """How much of it there is to do; 0 when that is not known."""

    @property
    def is_busy(self) -> bool:
        """Whether something is being done with it."""
        return self.state in ("checking", "loading")

    @property
    def names(self) -> list[str]:
        """What its files are called."""
        return [file.name for file in self.files]

    def note(self, what: str, done: int, expected: int) -> None:
        """Take down how far a check or an import is."""
        self.doing, self.done, self.expected = what, done, expected


class Uploads:
    """The uploads of a home."""

    def __init__(self, database: Database, settings: Settings, clock: Callable[[], float] = time.time) -> None:
        """`clock`: Unix seconds."""
        self._database, self._settings, self._clock = database, settings, clock
        self._folder = database.home / "incoming"
        self._worker = ThreadPoolExecutor(1, thread_name_prefix="intake")
        self._all: dict[str, Upload] = {}
        self.drop_folder = DropFolder(database, settings) if settings.drop_folder else None
        self._find_what_waits()

    @property
    def most_bytes(self) -> int:
        """The most that one upload may bring."""
        return self._settings.upload_megabytes * 1024**2

    def _find_what_waits(self) -> None:
        for folder in sorted(self._folder.iterdir()) if self._folder.is_dir() else []:
            try:
                index = SealedFile(folder / _INDEX, _INDEX, self._database.sealing_key).open_bytes()
                with index:
                    told = json.loads(index.readall() or b"")
                files = [self._sealed(folder, place, name) for place, name in enumerate(told["names"])]
                self._all[folder.name] = Upload(folder.name, told["by"], told["at"], files)
            except (OSError, ValueError, KeyError, BadFile):  # It was still arriving when the server stopped.
                shutil.rmtree(folder, ignore_errors=True)

    def _sealed(self, folder: Path, place: int, name: str) -> SealedFile:
        return SealedFile(folder / f"{place}.sealed", name, self._database.sealing_key)

    def all(self) -> list[Upload]:
        """Newest first. What nobody loaded within a day is thrown away."""
        for upload in list(self._all.values()):
            if self._clock() - upload.at > KEPT_SECONDS and not upload.is_busy:
                self.discard(upload)
        return sorted(self._all.values(), key=lambda one: one.at, reverse=True)

    def find(self, key: str) -> Upload | None:
        """An upload by its key."""
        return self._all.get(key)

    def arriving(self, by: str) -> "Arriving":
        """A new upload, to be filled. Raises Trouble when too many wait already."""
        if len([one for one in self.all() if one.files]) >= MOST_WAITING:
            raise Trouble(f"{MOST_WAITING} uploads wait already. Load one of them, or throw one away.")
        return Arriving(self, self._folder / secrets.token_hex(16), by)

    def arrived(self, folder: Path, names: list[str], by: str) -> Upload:
        """Keep an upload whose files are all there, and begin to check it."""
        at = self._clock()
        with SealedWriter(folder / _INDEX, self._database.sealing_key) as index:
            index.write(json.dumps({"by": by, "at": at, "names": names}).encode())
        files = [self._sealed(folder, place, name) for place, name in enumerate(names)]
        upload = self._all[folder.name] = Upload(folder.name, by, at, files)
        self.check(upload)
        return upload

    def writer(self, folder: Path, place: int) -> SealedWriter:
        """What the next file of an arriving upload is written with."""
        return SealedWriter(folder / f"{place}.sealed", self._database.sealing_key)

    def check(self, upload: Upload) -> None:
        """Find out what loading it would do."""

        def work() -> None:
            upload.report = check_files(
                self._database, upload.files, self._settings, by=upload.by, progress=self._follow(upload)
            )
            upload.state = "checked"

        self._begin(upload, "checking", work)

    def load(self, upload: Upload, *, by: str, despite_hold: str = "") -> None:
        """Load it as one batch, and throw its files away."""

        def work() -> None:
            report = import_files(
                self._database,
                upload.files,
                self._settings,
                by=by,
                despite_hold=despite_hold,
                progress=self._follow(upload),
            )
            upload.report = report
            if report.held:
                upload.state = "held"
                return
            self._unlink(upload)
            upload.files = []
            if report.changed_anything:
                refresh(self._database)
            upload.state = "loaded"

        self._begin(upload, "loading", work)

    def release(self, batch: int, *, by: str, reason: str) -> Upload:
        """Load a batch that waits in the drop folder all the same."""
        folder = self.drop_folder
        if folder is None or batch not in folder.held_batches():
            raise Trouble(f"Batch {batch} does not wait in the drop folder any more.")
        upload = self._without_files(f"Batch {batch} of the drop folder", by)

        def work() -> None:
            upload.report = folder.release(batch, by=by, reason=reason)
            upload.state = "loaded"

        self._begin(upload, "loading", work)
        return upload

    def take_back(self, batch: int, *, by: str, reason: str) -> Upload:
        """Take the newest batch back."""
        upload = self._without_files(f"Batch {batch}, to be taken back", by)

        def work() -> None:
            undo_batch(self._database, batch, reason=reason, by=by)
            refresh(self._database)
            upload.state = "taken back"

        self._begin(upload, "loading", work)
        return upload

    def _follow(self, upload: Upload) -> Progress:
        """Progress for the page; and between two blocks of rows the work gives way to whoever opens a page."""

        def follow(what: str, done: int, expected: int) -> None:
            upload.note(what, done, expected)
            self._database.give_way()

        return follow

    def _without_files(self, title: str, by: str) -> Upload:
        key = secrets.token_hex(16)
        upload = self._all[key] = Upload(key, by, self._clock(), title=title)
        return upload

    def _begin(self, upload: Upload, state: State, work: Callable[[], None]) -> None:
        if upload.is_busy:
            raise Trouble("This is being done already. Wait until it is finished.")
        upload.state, upload.trouble = state, ""
        upload.note("", 0, 0)
        self._worker.submit(self._run, upload, work)

    def _run(self, upload: Upload, work: Callable[[], None]) -> None:
        try:
            work()
        except Trouble as trouble:
            upload.trouble, upload.state = str(trouble), "refused"
        except Exception as error:
            # The text of an error may hold a value, so only its kind is logged.
            log.error("import failed", error=type(error).__name__)
            upload.trouble, upload.state = _FAULT, "refused"

    def discard(self, upload: Upload) -> None:
        """Throw an upload away."""
        if upload.is_busy:
            raise Trouble("It is being read at this moment. Wait until that is finished.")
        self._unlink(upload)
        self._all.pop(upload.key, None)

    def _unlink(self, upload: Upload) -> None:
        if upload.files:
            shutil.rmtree(self._folder / upload.key, ignore_errors=True)

    def close(self) -> None:
        """Let the work in hand come to its end, and begin no other."""
        self._worker.shutdown(wait=True, cancel_futures=True)


_FAULT = "Schoolhouse failed by a fault of its own. Nothing was changed. Tell the person who looks after Schoolhouse."


class Arriving:
    """An upload while it comes in, file after file. Leaving the block with an error leaves nothing behind."""

    def __init__(self, uploads: Uploads, folder: Path, by: str) -> None:
        self._uploads, self._folder, self._by = uploads, folder, by
        self._names: list[str] = []
        self._left = uploads.most_bytes
        self._writer: SealedWriter | None = None

    def __enter__(self) -> "Arriving":
        self._folder.parent.mkdir(mode=0o700, exist_ok=True)
        self._folder.mkdir(mode=0o700)
        return self

    def begin_file(self, sent_name: str) -> None:
        """The next file. Raises BadFile for a second one of its name, and for too many."""
        name = _plain_name(sent_name)
        if name in self._names:
            raise BadFile(f"Two of the files are called {name}. Rename one, or send them one after another.")
        if len(self._names) >= MOST_FILES:
            raise BadFile(f"More than {MOST_FILES} files at once. Send them in a zip, or some of them later.")
        self._writer = self._uploads.writer(self._folder, len(self._names))
        self._names.append(name)

    def write(self, block: bytes | bytearray | memoryview) -> None:
        """More bytes of the file. Raises BadFile beyond the limit, HomeTrouble when the disk is full."""
        assert self._writer
        self._left -= len(block)
        if self._left < 0:
            raise BadFile(
                f"That is more than {self._uploads.most_bytes // 1024**2:,} MB, the most that one upload may bring. "
                "Send the files in parts, use the drop folder, or let your IT person raise upload_megabytes."
            )
        try:
            self._writer.write(block)
        except OSError as error:
            raise HomeTrouble(f"The upload could not be kept ({error.strerror}). Make room on the disk.") from error

    def end_file(self) -> None:
        """The file is whole."""
        assert self._writer
        self._writer.__exit__(None, None, None)
        self._writer = None

    def complete(self) -> Upload:
        """All files are there. Raises BadFile when there is none."""
        if not self._names:
            raise BadFile("No file was chosen. Choose the files first.")
        return self._uploads.arrived(self._folder, self._names, self._by)

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        if kind is not None:
            if self._writer:
                self._writer.__exit__(kind, error, trace)
            shutil.rmtree(self._folder, ignore_errors=True)


def _plain_name(sent: str) -> str:
    """The sender's name for a file, as a label: no folders, nothing unprintable. It never becomes a path."""
    last = PurePosixPath(sent.replace("\\", "/")).name
    plain = "".join(sign for sign in last if sign.isprintable())
    return f"{plain[:-8][:LONGEST_NAME]}{plain[-8:]}" or "file"
