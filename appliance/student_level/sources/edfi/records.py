"""The records of an interchange, one after the other, read from XML that nobody vouches for.

expat does the reading. No document type, hence no entity of one's own and none from outside (OWASP ASVS 5.0, V1.5.1);
at most 64 levels; no record over a megabyte, whatever makes it large: text, an attribute, a comment, children. A file
of any size is read in the memory of one record.
"""

import hashlib
from collections import Counter
from collections.abc import Collection, Iterator
from dataclasses import dataclass, field
from xml.parsers import expat

from appliance.errors import BadFile
from appliance.progress import Progress, quietly
from appliance.student_level.sources.archive import SourceFile

MOST_LEVELS = 64
MOST_BYTES_PER_RECORD = 1 << 20
"""The largest real ones, a test result with its parts, take about 30 KB."""
_STEP, _MEGABYTE = 1 << 16, 1 << 20
_NO_GROUP: dict[str, str] = {}
_REPEATED = frozenset({"RacialCategory", "CourseLevelCharacteristic"})
"""Names below a child of which each one counts; the second is kept as "name 2" or the like."""

Group = dict[str, str]
"""A child of a record: its own text under "", its attributes under "@name", and under each name below it the first
text of that name."""


@dataclass(slots=True)
class Record:
    """One child of an interchange. `line` is the line of `file` it begins in; `id` is good within that file only."""

    kind: str
    file: str
    line: int
    id: str
    children: dict[str, list[Group]] = field(default_factory=dict)

    def groups(self, *names: str) -> list[Group]:
        """All children of the first of these names that has any."""
        return next((self.children[name] for name in names if name in self.children), [])

    def group(self, *names: str) -> Group:
        """The first child of the first of these names; an empty one if there is none."""
        return next((self.children[name][0] for name in names if name in self.children), _NO_GROUP)

    def text(self, name: str, *below: str) -> str:
        """The text of a child, or of the first of `below` that stands under it; empty if there is none."""
        group = self.group(name)
        return first(group, *below) if below else group.get("", "")


def first(group: Group, *names: str) -> str:
    """The text of the first of these names that has any."""
    return next((group[name] for name in names if name in group), "")


@dataclass(frozen=True, slots=True)
class Interchange:
    """An XML file that was looked through once. `counts`: how many records of each kind it holds."""

    file: SourceFile
    root: str
    sha256: str
    md5: str
    """Control files name it. It tells a file that broke on the way, no more."""
    counts: Counter[str]
    says: frozenset[str] = frozenset()
    """Which of the words that few files hold stand in it: a file is not read once more for what it does not say."""

    @property
    def names_homerooms(self) -> bool:
        """Whether any of its records says that a section is a student's homeroom."""
        return _HOMEROOM in self.says


_HOMEROOM = "HomeroomIndicator>true<"
_TELLING = frozenset({_HOMEROOM, "Diploma", "CohortYear", "HomeLanguage", "<Language", "Disabilit"})
_UTF_16 = (b"\xff\xfe", b"\xfe\xff")


def look_through(file: SourceFile, progress: Progress = quietly) -> Interchange:
    """Read a whole file once: is it sound, what is its root, what does it hold? Raises BadFile."""
    reader = _Reader(file, ())
    sha256, md5 = hashlib.sha256(), hashlib.md5(usedforsecurity=False)
    missed, before = {word.encode(): word for word in _TELLING}, b""
    for number, block in enumerate(reader.blocks(), start=1):
        whole = before[-len(_HOMEROOM) :] + block
        missed = {} if block[:2] in _UTF_16 else {word: text for word, text in missed.items() if word not in whole}
        before = block
        if number * _STEP % _MEGABYTE == 0:
            progress(f"{file.name}, looking through (MB)", number * _STEP // _MEGABYTE, file.size // _MEGABYTE + 1)
        sha256.update(block)
        md5.update(block)
    says = _TELLING - set(missed.values())
    return Interchange(file, reader.root, sha256.hexdigest(), md5.hexdigest(), reader.counts, says)


def records(file: SourceFile, kinds: Collection[str]) -> Iterator[Record]:
    """The records of these kinds, in the order of the file. Raises BadFile for one that is not sound XML."""
    reader = _Reader(file, frozenset(kinds))
    for _ in reader.blocks():
        yield from reader.done
        reader.done.clear()


def _local(name: str) -> str:
    """A name without its prefix."""
    return name.rpartition(":")[2] if ":" in name else name


class _Reader:
    def __init__(self, file: SourceFile, kinds: Collection[str]) -> None:
        self.file, self.root, self.counts = file, "", Counter[str]()
        self.done: list[Record] = []
        self._kinds, self._depth, self._boundary = kinds, 0, 0
        self._record: Record | None = None
        self._group: Group = {}
        self._text: list[str] = []
        self._is_leaf = False
        self._parser = parser = expat.ParserCreate()
        parser.buffer_text = True
        parser.StartElementHandler = self._start
        parser.EndElementHandler = self._end
        parser.StartDoctypeDeclHandler = self._doctype
        if kinds:
            parser.CharacterDataHandler = self._text.append

    def blocks(self) -> Iterator[bytes]:
        """Parse the file, block by block; after each, what was found so far stands in the attributes."""
        fed = 0
        with self.file.open() as stream:
            while True:
                block = stream.read(_STEP) or b""
                try:
                    self._parser.Parse(block, not block)
                except expat.ExpatError as error:
                    raise self._bad(
                        f"is not sound XML ({expat.ErrorString(error.code)}); it may be cut short. Nothing of it was "
                        "loaded; ask the sender to export it again."
                    ) from None
                except (LookupError, ValueError):
                    raise self._bad("is in an encoding that is not read here. Export it as UTF-8.") from None
                fed += len(block)
                if fed - self._boundary > MOST_BYTES_PER_RECORD + _STEP:
                    raise self._bad("holds a record larger than any real one. It was not loaded.")
                if not block:
                    return
                yield block

    # These two are called for every element of a file that may hold fifty million: each step in them is weighed.

    def _start(self, name: str, attributes: dict[str, str]) -> None:
        self._depth = depth = self._depth + 1
        if depth > 3:
            if depth > MOST_LEVELS:
                raise self._bad(f"is nested deeper than {MOST_LEVELS} levels. It was not loaded.")
            self._text.clear()
            self._is_leaf = True
        elif depth == 3:
            if self._record is not None:
                self._text.clear()
                self._is_leaf = True
                self._group = {f"@{key}": value for key, value in attributes.items()} if attributes else {}
                self._record.children.setdefault(_local(name), []).append(self._group)
        elif depth == 2:
            name = _local(name)
            self.counts[name] += 1
            if name in self._kinds:
                line = self._parser.CurrentLineNumber
                self._record = Record(name, self.file.name, line, attributes.get("id", ""))
        else:
            self.root = _local(name)

    def _end(self, name: str) -> None:
        self._depth = depth = self._depth - 1
        if self._is_leaf:
            self._is_leaf = False
            if self._record is not None and (text := "".join(self._text).strip()):
                if text.startswith("uri://"):  # a descriptor of Ed-Fi 3 and later: namespace#code
                    text = text.rpartition("#")[2]
                below = "" if depth == 2 else _local(name)
                if below in _REPEATED and below in self._group:
                    below = f"{below} {len(self._group)}"
                self._group.setdefault(below, text)
        if depth == 1:
            self._boundary = self._parser.CurrentByteIndex
            self._text.clear()
            if self._record is not None:
                self.done.append(self._record)
                self._record = None

    def _doctype(self, *_: object) -> None:
        raise self._bad("declares a document type, which can hide an attack and has no place in a data file.")

    def _bad(self, sentence: str) -> BadFile:
        return BadFile(f"{self.file.name}, line {self._parser.CurrentLineNumber}: {sentence}")
