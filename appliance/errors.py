"""Errors that are sentences for a person.

Every error that a person can mend is a `Trouble`: its text says what happened, where, and what to do, and it carries
no student's name, id or value. The command line prints it and leaves with the error's exit code; a page shows it.
"""

from collections.abc import Iterator
from contextlib import contextmanager


class Sentence(str):
    """A sentence that families read too: English as it stands, and what a catalogue needs to say it otherwise.

    `english` has a hole %(name)s for each value. It stays what it is through `str()`, so a Trouble may carry it.
    """

    def __new__(cls, english: str, **values: object) -> "Sentence":
        """The sentence with its holes filled."""
        sentence = super().__new__(cls, english % values if values else english)
        sentence.english = english
        sentence.values = values
        return sentence

    english: str
    values: dict[str, object]

    def __str__(self) -> str:
        return self


class Trouble(Exception):
    """Something a person can mend. `exit_code`: 1 failed, 2 wrong usage, 3 needs a person's decision."""

    exit_code = 1


class BadFile(Trouble):
    """A file that cannot be read as what it claims to be. Names the file, and the row when there is one."""

    at_fault: tuple[str, ...] = ()
    """Names of the files, as they came, without which the others of a batch could be loaded; empty if not known."""


@contextmanager
def blaming(*names: str) -> Iterator[None]:
    """While it lasts, a BadFile is these files' fault, unless it says already whose it is."""
    try:
        yield
    except BadFile as trouble:
        trouble.at_fault = trouble.at_fault or names
        raise


class NeedsYou(Trouble):
    """The work stopped at a decision that only a person may take."""

    exit_code = 3


class NotAllowed(Trouble):
    """The person asked for something that their right does not cover."""


class HomeTrouble(Trouble):
    """The home cannot be opened: missing, in use, wrong key, damaged."""


class DiskFull(HomeTrouble):
    """The disk that holds the home takes no more. Nothing was changed."""
