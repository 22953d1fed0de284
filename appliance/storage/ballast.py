"""Room that is kept for the moment when the disk has none: thrown off, it lets a full disk start, tidy up and log.

On a full disk not even reading works (SQLite needs a little shared memory beside the file), and what a change that did
not fit has written ahead cannot be cut off without some room either (measured).
"""

import os
from contextlib import suppress
from pathlib import Path

BALLAST_FILE = "ballast"
BALLAST_BYTES = 32 * 1024 * 1024


def lay_in(home: Path, size: int = BALLAST_BYTES) -> None:
    """Keep so much room in a home, unless it is kept already. On a disk that has not so much, nothing is kept."""
    file = home / BALLAST_FILE
    if file.exists():
        return
    descriptor = os.open(file, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    try:
        os.posix_fallocate(descriptor, 0, size)
    except OSError:
        file.unlink()
    finally:
        os.close(descriptor)


def throw_off(home: Path) -> bool:
    """Give the room back; whether there was any."""
    with suppress(FileNotFoundError):
        (home / BALLAST_FILE).unlink()
        return True
    return False
