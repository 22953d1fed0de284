"""CSV as districts really write it, read as a stream of text rows with their row numbers.

One reader serves the dry run and the import. It is lenient about how a file is written (BOM, UTF-16, cp1252, header
case, any line end) and strict about what would lose data: an unclosed quote, a NUL, a file that breaks off in a row.
"""

import codecs
import csv
import hashlib
import io
from collections.abc import Iterator
from dataclasses import dataclass, field
from itertools import chain, count

from appliance.errors import BadFile
from appliance.progress import Progress, quietly
from appliance.student_level.sources.archive import SourceFile
from appliance.student_level.sources.lines import Hashes, LineHashes
from appliance.student_level.sources.table import Block, TextRow, block_of

_STEP = 1 << 20
LONGEST_FIELD = 100_000
"""Characters in one field. Longer ones are a sign of an unclosed quote, not of data."""
_LONGEST_LINE = 8 * LONGEST_FIELD
_BOMS = ((codecs.BOM_UTF8, "utf-8-sig"), (codecs.BOM_UTF16_LE, "utf-16"), (codecs.BOM_UTF16_BE, "utf-16"))


@dataclass(slots=True)
class TextTable:
    """A CSV file that was looked through once: what it hashes to, how it is encoded, what its header says."""

    file: SourceFile
    sha256: str
    encoding: str
    header: tuple[str, ...]
    """As written, without surrounding blanks."""
    separator: str = ","
    expected: int = 0
    """Rows, about: lines but for the header's."""
    line_key: bytes = field(default=b"", repr=False)
    """What its lines are hashed with; empty when they need not be."""
    is_line_by_line: bool = False
    """Whether each row was one line and each line one row; known when all rows were read."""
    may_end_short: bool = False
    """Whether a last row that breaks off is one wrong row, and not a sign that the rest is missing: said of files that
    end nothing by what they leave out."""

    _line_hashes: Hashes | None = field(default=None, repr=False)

    @property
    def line_hashes(self) -> Hashes | None:
        """The keyed hash of each line. Reads the file once more if that was not done while it was looked through."""
        if self._line_hashes is None and self.line_key:
            hashes = LineHashes(self.line_key)
            with self.file.open() as stream:
                while block := stream.read(_STEP):
                    hashes.take(block)
            self._line_hashes = hashes.end()
        return self._line_hashes

    @property
    def name(self) -> str:
        """The file's name for reports; inside a zip `package.zip/users.csv`."""
        return self.file.name

    def rows(self) -> Iterator[TextRow]:
        """(row number, fields) of each row that is not blank. The header is row 1.

        A row may be shorter or longer than the header: that is the checks' business. Raises BadFile for a file that
        breaks off inside a row or a quoted field.
        """
        for block in self.by_column():
            yield from block.rows()

    def by_column(self) -> Iterator[Block]:
        """The same rows by column."""
        reading = _Reading(len(self.header), self.separator)
        try:
            with _text(self.file, self.encoding) as text:
                yield from reading.blocks(text)
            self.is_line_by_line = reading.is_line_by_line
        except csv.Error as error:
            raise BadFile(
                f"{self.name}, near row {reading.row + 1}: {_csv_reason(error)} Nothing of this file was loaded; ask "
                "the sender to export it again."
            ) from None
        except UnicodeDecodeError:
            raise BadFile(f"{self.name} mixes character encodings. Export it as UTF-8.") from None
        if reading.breaks_off and not self.may_end_short:
            raise BadFile(
                f"{self.name} breaks off in row {reading.row}: it looks cut short on the way. Nothing of it was "
                "loaded; send the whole file again."
            )

    def lines(self) -> Iterator[str]:
        """Each line as it stands, the first one too: for files whose columns have fixed places."""
        try:
            with _text(self.file, self.encoding) as lines:
                for line in lines:
                    yield line.rstrip("\r\n")
        except UnicodeDecodeError:
            raise BadFile(f"{self.name} mixes character encodings. Export it as UTF-8.") from None


class _Reading:
    """Records out of text. Text without quotation marks is cut by column, all else goes through the csv module."""

    def __init__(self, width: int, separator: str) -> None:
        self._width, self._separator = width, separator
        self.row = 1
        """Number of the last row that was read."""
        self.breaks_off = False
        """Whether the file ends in the middle of a row."""
        self.is_line_by_line = True

    def blocks(self, text: io.TextIOWrapper) -> Iterator[Block]:
        header = csv.reader(iter(text.readline, ""), strict=True, delimiter=self._separator)
        next(header, None)
        self.is_line_by_line = header.line_num == 1
        while piece := text.read(_PIECE) + text.readline():
            block = self._cut(piece) or self._read(piece, text)
            if block.numbers or block.odd:
                yield block

    def _cut(self, piece: str) -> Block | None:
        """The records of whole lines, when each line plainly is one of them."""
        if '"' in piece or _MARK in piece or len(piece) > LONGEST_FIELD or self._width < 2:
            return None
        if "\r" in piece and "\r" in (piece := piece.replace("\r\n", "\n")):
            return None
        lines, step, sign = piece.count("\n") + (piece[-1] != "\n"), self._width + 1, self._separator
        # A mark after each line, as if it were one more cell: every mark is in its place only if no line is odd.
        cells = piece.removesuffix("\n").replace("\n", f"{sign}{_MARK}{sign}").split(sign)
        if len(cells) != lines * step - 1 or cells[self._width :: step].count(_MARK) != lines - 1:
            return None
        first, self.row = self.row + 1, self.row + lines
        return Block(range(first, first + lines), [cells[place::step] for place in range(self._width)])

    def _read(self, piece: str, text: io.TextIOWrapper) -> Block:
        """The records of these lines; the last of them may reach into lines beyond."""
        lines, rows, fields = list(io.StringIO(piece, newline="")), list[TextRow](), list[str]()
        last = lines[-1]

        def beyond() -> Iterator[str]:  # csv asks for a line only when it needs one
            nonlocal last
            while line := text.readline():
                last = line
                yield line

        reader = csv.reader(chain(lines, beyond()), strict=True, delimiter=self._separator)
        before = self.row
        for fields in reader:
            self.row += 1
            if fields:
                rows.append((self.row, fields))
            if reader.line_num >= len(lines):
                break
        if reader.line_num != self.row - before or any(line.endswith("\r") for line in lines):
            self.is_line_by_line = False
        self.breaks_off = 0 < len(fields) < self._width and last[-1] not in "\r\n"
        return block_of(rows, self._width)


_PIECE = 1 << 16
_MARK = "\x00"


def look_through(
    file: SourceFile, line_key: bytes = b"", *, hash_lines: bool = False, progress: Progress = quietly
) -> TextTable:
    """Hash a file, find its encoding and read its header, in one pass over its bytes and a fixed amount of memory.

    `line_key`: what its lines can be hashed with; `hash_lines`: in the same pass, in eight bytes of memory a line.
    """
    digest, is_utf8, holds_nul, expected = hashlib.sha256(), True, False, 0
    line_hashes = LineHashes(line_key) if hash_lines else None
    decoder = codecs.getincrementaldecoder("utf-8")()
    with file.open() as stream:
        start = block = stream.read(_STEP)
        for megabyte in count(1):
            if not block:
                break
            progress(f"{file.name}, looking through (MB)", megabyte, file.size // _STEP + 1)
            digest.update(block)
            expected += block.count(b"\n")
            if line_hashes:
                line_hashes.take(block)
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
    header, separator = _header_of(file, encoding)
    found = TextTable(file, digest.hexdigest(), encoding, tuple(name.strip() for name in header), separator)
    found.expected, found.line_key = max(expected - 1, 0), line_key
    found._line_hashes = line_hashes.end() if line_hashes else None
    return found


def _header_of(file: SourceFile, encoding: str) -> tuple[list[str], str]:
    """The names of the columns, and what stands between them."""
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
    return header, separator


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


def _csv_reason(error: csv.Error) -> str:
    reason = str(error)
    if "unexpected end of data" in reason:
        return "a quotation mark is opened and never closed."
    if "field larger than" in reason:
        return f"a field is longer than {LONGEST_FIELD:,} characters, so a quotation mark may not be closed."
    return "a quotation mark stands in the wrong place."
