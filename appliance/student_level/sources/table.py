"""What every reader hands on, whatever the file was: rows of text under a header."""

from collections.abc import Iterator
from typing import Protocol


class Table(Protocol):
    """Rows of text, read as a stream, each with the number by which a person finds it in the file again."""

    @property
    def name(self) -> str:
        """The file's name for reports; inside a zip `package.zip/users.csv`."""

    @property
    def sha256(self) -> str:
        """Of the file's bytes, as hexadecimal."""

    @property
    def encoding(self) -> str:
        """How its text is encoded."""

    @property
    def header(self) -> tuple[str, ...]:
        """The names of the columns."""

    def rows(self) -> Iterator[tuple[int, list[str]]]:
        """(row number, fields) of each row. Raises BadFile for a file that breaks off."""
