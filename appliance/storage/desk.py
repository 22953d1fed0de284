"""The desk: what is kept about the people who look. Their accounts and sessions, and the log of what they did.

It is a file of its own, `desk.db`, so that a look is written down before the page is sent even while a long import
holds the records. The log says first what will be done to the records, and durably so; the records then mark what was
carried out (`Database.changing`). A change that came to nothing gets a following line that takes it back.
"""

import threading
from collections import deque
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import astuple, dataclass, replace
from datetime import UTC, datetime

from sqlite_utils import Database as Tables

from appliance.actions import Action
from appliance.storage import audit, in_tray
from appliance.storage.connection import Connection, Encrypted, open_writer, transaction
from appliance.storage.migrations import catch_up, desk_steps

DESK_FILE = "desk.db"
THE_HOUSE = "schoolhouse"
"""Who the log names for what nobody in particular did."""
STOPPED_MIDWAY = "The program was stopped in the middle. Nothing was changed."
GIVEN_UP = "It was given up, or it failed. Nothing was changed."
_ADD_LINE = """
    INSERT INTO access_log (sequence, at, boot, who, action, subject, reason, students_sha256, is_change, takes_back,
                            previous, sha256)
    VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)
"""
_NEWEST = "SELECT sequence, sha256, at, boot FROM access_log ORDER BY sequence DESC LIMIT 1"
_UNSETTLED = """
    SELECT sequence FROM access_log AS line
     WHERE is_change AND sequence > ? AND NOT EXISTS (SELECT 1 FROM access_log WHERE takes_back = line.sequence)
     ORDER BY sequence
"""


@dataclass(frozen=True, slots=True)
class Event:
    """One line of the access log: who does what, to which students, and why they may."""

    who: str
    action: Action
    subject: str = ""
    reason: str = ""
    students: tuple[int, ...] = ()


@dataclass(frozen=True, slots=True)
class Entry:
    """A line that stands in the log: its number, and the hash that seals it."""

    sequence: int
    sha256: bytes


@dataclass(slots=True)
class _Waiting:
    event: Event
    is_change: bool
    also: Callable[[Tables], None] | None
    entry: Entry | None = None
    error: BaseException | None = None


class Desk:
    """The open desk of one home. Threads may share it, and two processes may work on one home."""

    def __init__(self, file: Encrypted) -> None:
        """Open a desk that exists and bring its tables up to date. Raises HomeTrouble with the reason if it cannot."""
        self._path = file.path
        self._writer = open_writer(file)
        # Whoever writes a line while they change the desk would wait for themselves for ever; so they fail at once.
        self._writing = threading.RLock()
        self._queue: deque[_Waiting] = deque()
        self._boot = audit.boot_id()
        try:
            catch_up(self._writer, self._path, desk_steps)
        except BaseException:
            self._writer.close()
            raise

    def record(self, event: Event, also: Callable[[Tables], None] | None = None) -> Entry:
        """Write a line, and what `also` writes to the desk with it. Durable when this returns, or HomeTrouble.

        Lines that wait at the same moment share one commit: whoever comes first writes for all.
        """
        return self._write(_Waiting(event, is_change=False, also=also))

    def announce(self, event: Event) -> Entry:
        """Write, durably, that the records are about to be changed. The records mark it, or `take_back` follows."""
        return self._write(_Waiting(event, is_change=True, also=None))

    def _write(self, mine: _Waiting) -> Entry:
        self._queue.append(mine)
        with self._writing:
            if mine.entry is None and mine.error is None:
                self._write_all()
        if mine.error:
            raise mine.error
        assert mine.entry is not None
        return mine.entry

    def _write_all(self) -> None:
        led = [self._queue.popleft() for _ in range(len(self._queue))]
        try:
            with transaction(self._writer, self._path):
                entries = [self._add(one.event, is_change=one.is_change, also=one.also) for one in led]
        except BaseException as error:  # Everybody who waited has to know: nothing of it was written.
            for one in led:
                one.error = error
        else:
            for one, entry in zip(led, entries, strict=True):
                one.entry = entry

    @contextmanager
    def changing(self, event: Event) -> Iterator[Tables]:
        """A writable handle to the desk, in one transaction with the event: both are kept, or neither.

        For moments only: every page that is logged waits for it.
        """
        with self._writing, transaction(self._writer, self._path):
            self._add(event)
            yield Tables(self._writer)

    def take_back(self, sequence: int, reason: str, who: str = THE_HOUSE) -> None:
        """Say in the log that what line `sequence` announced did not happen, unless the log says so already."""
        with self._writing, transaction(self._writer, self._path):
            if not self._writer.execute("SELECT 1 FROM access_log WHERE takes_back = ?", (sequence,)).fetchone():
                self._add(Event(who, Action.DID_NOT_HAPPEN, f"line {sequence}", reason), takes_back=sequence)

    def accept_loss(self, event: Event, what: str, *, after: int) -> None:
        """Take back every change after line `after`, which the records have lost, and say on whose word."""
        for sequence in self.unsettled(after):
            self.take_back(sequence, f"Lost: {event.reason}", event.who)
        with self.changing(replace(event, subject=what)) as tables:
            tables.execute("DELETE FROM newest_change")
            tables.execute("INSERT INTO newest_change SELECT 1, sequence FROM access_log WHERE sequence = ?", (after,))

    def take_in(self, records: Connection) -> list[int]:
        """Copy what lies in the in-tray into the records, inside their transaction; what `note_carried_out` clears."""
        with self._writing:
            return in_tray.take_in(records, self._writer)

    def note_carried_out(self, sequence: int, taken_in: Sequence[int] = ()) -> None:
        """Remember that the records hold this change and all before it, and what they took in."""
        with self._writing, transaction(self._writer, self._path):
            in_tray.clear(self._writer, taken_in)
            self._writer.execute(
                "INSERT INTO newest_change VALUES (1, ?)"
                " ON CONFLICT DO UPDATE SET sequence = max(sequence, excluded.sequence)",
                (sequence,),
            )

    def newest_carried_out(self) -> int:
        """The newest change that the records are known to hold; 0 when there is none."""
        with self._writing:
            row = self._writer.execute("SELECT sequence FROM newest_change").fetchone()
        return row[0] if row else 0

    def unsettled(self, after: int) -> list[int]:
        """Changes after this line that nobody has taken back: being made, stopped midway, or not yet noted."""
        with self._writing:
            return [sequence for (sequence,) in self._writer.execute(_UNSETTLED, (after,))]

    def head(self) -> audit.Head | None:
        """The newest line of the log, as a witness keeps it; None when nothing was logged yet."""
        with self._writing:
            row = self._writer.execute(_NEWEST).fetchone()
        return audit.Head(row[0], row[1].hex(), row[2], row[3]) if row else None

    def holds(self, sequence: int, sha256: bytes) -> bool:
        """Whether the log has this line."""
        with self._writing:
            row = self._writer.execute("SELECT sha256 FROM access_log WHERE sequence = ?", (sequence,)).fetchone()
        return row is not None and row[0] == sha256

    def _add(
        self,
        event: Event,
        *,
        is_change: bool = False,
        takes_back: int | None = None,
        also: Callable[[Tables], None] | None = None,
    ) -> Entry:
        newest = self._writer.execute(_NEWEST).fetchone()
        last, previous = newest[:2] if newest else (0, audit.BEFORE_THE_FIRST)
        line = audit.Line(
            sequence=last + 1,
            at=datetime.now(UTC).isoformat(timespec="milliseconds"),
            boot=self._boot,
            who=event.who,
            action=str(event.action),
            subject=event.subject,
            reason=event.reason,
            students_sha256=audit.students_sha256(event.students),
            is_change=int(is_change),
            takes_back=takes_back,
        )
        sha256 = audit.seal(previous, line)
        self._writer.execute(_ADD_LINE, (*astuple(line), previous, sha256))
        self._writer.executemany(
            "INSERT INTO access_log_student (student_key, sequence) VALUES (?, ?)",
            [(student, line.sequence) for student in sorted(set(event.students))],
        )
        if also:
            also(Tables(self._writer))
        return Entry(line.sequence, sha256)

    def close(self) -> None:
        """Close the file. Its write-ahead log is folded into it by the last one who closes."""
        self._writer.close()
