"""CSV as districts really write it, read as a stream of text rows with their row numbers.

One reader serves the dry run and the import. It is lenient about how a file is written (BOM, UTF-16, cp1252, header
case, any line end) and strict about what would lose data: an unclosed quote, a NUL, a file that breaks off in a row.
"""

import codecs
import csv
import hashlib
import io
from collections.abc import Iterator
from dataclasses import dataclass

from appliance.errors import BadFile
from appliance.student_level.sources.archive import SourceFile

_STEP = 1 << 20
LONGEST_FIELD = 100_000
"""Characters in one field. Longer ones are a sign of an unclosed quote, not of data."""
_LONGEST_LINE = 8 * LONGEST_FIELD
_BOMS = ((codecs.BOM_UTF8, "utf-8-sig"), (codecs.BOM_UTF16_LE, "utf-16"), (codecs.BOM_UTF16_BE, "utf-16"))


@dataclass(frozen=True, slots=True)
class TextTable:
    """A CSV file that was looked through once: what it hashes to, how it is encoded, what its header says."""

    file: SourceFile
    sha256: str
    encoding: str
    header: tuple[str, ...]
    """As written, without surrounding blanks."""
    separator: str = ","

    @property
    def name(self) -> str:
        """The file's name for reports; inside a zip `package.zip/users.csv`."""
        return self.file.name

    def rows(self) -> Iterator[tuple[int, list[str]]]:
        """(row number, fields) of each row that is not blank. The header is row 1.

        A row may be shorter or longer than the header: that is the checks' business. Raises BadFile for a file that
        breaks off inside a row or a quoted field.
        """
        number, fields = 1, list(self.header)
        try:
            with _text(self.file, self.encoding) as lines:
                reader = csv.reader(lines, strict=True, delimiter=self.separator)
                next(reader, None)
                for number, fields in enumerate(reader, start=2):
                    if fields:
                        yield number, fields
        except csv.Error as error:
            raise BadFile(
                f"{self.name}, near row {number + 1}: {_csv_reason(error)} Nothing of this file was loaded; ask the "
                "sender to export it again."
            ) from None
        except UnicodeDecodeError:
            raise BadFile(f"{self.name} mixes character encodings. Export it as UTF-8.") from None
        if fields and len(fields) < len(self.header) and not _ends_with_newline(self.file):
            raise BadFile(
                f"{self.name} breaks off in row {number}: it looks cut short on the way. Nothing of it was loaded; "
                "send the whole file again."
            )

    def lines(self) -> Iterator[str]:
        """Each line as it stands, the first one too: for files whose columns have fixed places."""
        try:
            with _text(self.file, self.encoding) as lines:
                for line in lines:
                    yield line.rstrip("\r\n")
        except UnicodeDecodeError:
            raise BadFile(f"{self.name} mixes character encodings. Export it as UTF-8.") from None


def look_through(file: SourceFile) -> TextTable:
    """Hash a file, find its encoding and read its header, in one pass over its bytes and a fixed amount of memory."""
    digest, is_utf8, holds_nul = hashlib.sha256(), True, False
    decoder = codecs.getincrementaldecoder("utf-8")()
    with file.open() as stream:
        start = block = stream.read(_STEP)
        while block:
            digest.update(block)
            holds_nul = holds_nul or b"\x00" in block
            if is_utf8:
                try:
                    decoder.decode(block)
                except UnicodeDecodeError:
                    is_utf8 = False
            block = stream.read(_STEP)
    encoding = next((name for bom, name in _BOMS if start.startswith(bom)), "utf-8" if is_utf8 else "cp1252")
    if not start:
        raise BadFile(f"{file.name} is empty. Ask the sender to export it again.")
    if holds_nul and encoding != "utf-16":
        raise BadFile(f"{file.name} holds NUL characters, so it is not a text file. Send it as CSV in UTF-8.")
    try:
        with _text(file, encoding) as lines:
            header = next(csv.reader(lines, strict=True), [])
        separator = next((sign for sign in "\t;|" if len(header) == 1 and sign in header[0]), ",")
        if separator != ",":
            header = next(csv.reader(header, delimiter=separator), [])
    except csv.Error as error:
        raise BadFile(f"{file.name}, row 1: {_csv_reason(error)} Ask the sender to export it again.") from None
    except UnicodeDecodeError:
        raise BadFile(f"{file.name} mixes character encodings. Export it as UTF-8.") from None
    return TextTable(file, digest.hexdigest(), encoding, tuple(name.strip() for name in header), separator)


def _text(file: SourceFile, encoding: str) -> io.TextIOWrapper:
    csv.field_size_limit(LONGEST_FIELD)
    # cp1252 leaves five bytes undefined; a name with one of them is kept readable rather than lost.
    errors = "replace" if encoding == "cp1252" else "strict"
    return io.TextIOWrapper(io.BufferedReader(_Watched(file), _STEP), encoding, errors, newline="")


class _Watched(io.RawIOBase):
    """A file's bytes; stops at a line that is longer than any row can be, before it fills the memory."""

    def __init__(self, file: SourceFile) -> None:
        self._name, self._stream, self._line = file.name, file.open(), 0

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: "memoryview") -> int:  # type: ignore[override]
        block = self._stream.read(len(buffer))
        buffer[: len(block)] = block
        last = max(block.rfind(b"\n"), block.rfind(b"\r"))
        self._line = len(block) - last if last >= 0 else self._line + len(block)
        if self._line > _LONGEST_LINE + _STEP:
            raise BadFile(f"{self._name} has a line longer than any row can be. Export it again as CSV.")
        return len(block)

    def close(self) -> None:
        if not self.closed:
            self._stream.close()
        super().close()


def _ends_with_newline(file: SourceFile) -> bool:
    last = b""
    with file.open() as stream:
        while block := stream.read(_STEP):
            last = block
    return last.rstrip(b"\x00").endswith((b"\n", b"\r"))


def _csv_reason(error: csv.Error) -> str:
    reason = str(error)
    if "unexpected end of data" in reason:
        return "a quotation mark is opened and never closed."
    if "field larger than" in reason:
        return f"a field is longer than {LONGEST_FIELD:,} characters, so a quotation mark may not be closed."
    return "a quotation mark stands in the wrong place."
