"""What an import did and what was wrong: entities with their counts, problems by file, row and column.

Nothing here holds a value of any row, so a report may be printed, mailed and kept.
"""

from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import asdict, dataclass, field
from typing import Literal

from appliance.wording import plural

MOST_PROBLEMS_KEPT = 10_000
"""Of one batch, row by row. Beyond it problems are counted by kind, not listed."""


@dataclass(frozen=True, slots=True)
class Problem:
    """One thing wrong in one place. `row` is the line a spreadsheet shows: the header is row 1."""

    file: str
    row: int | None
    column: str
    code: str
    value_kind: str
    sentence: str
    missing: str = ""
    """The kind of record that the row names and nobody sent: school, student, class and the like."""

    def __str__(self) -> str:
        where = f"{self.file}" + (f", row {self.row}" if self.row else "") + (f", {self.column}" if self.column else "")
        return f"{where}: {self.sentence}"


@dataclass(slots=True)
class EntityCount:
    """What happened to one kind of record. `ended`: in the database, no longer in the file, so made inactive."""

    added: int = 0
    changed: int = 0
    unchanged: int = 0
    ended: int = 0
    refused: int = 0

    @property
    def held(self) -> int:
        """Records that the files hold."""
        return self.added + self.changed + self.unchanged

    @property
    def moved(self) -> int:
        """Records that are different now."""
        return self.added + self.changed + self.ended


Deed = Literal["added", "changed", "ended", "refused"]


@dataclass(slots=True)
class SchoolCount:
    """What happened to one kind of record at one school. An empty name: no school is known of them."""

    school: str = ""
    added: int = 0
    changed: int = 0
    ended: int = 0
    refused: int = 0

    def add(self, deed: Deed, number: int) -> None:
        """Count so many more."""
        setattr(self, deed, getattr(self, deed) + number)

    @property
    def sum(self) -> int:
        """All of them together."""
        return self.added + self.changed + self.ended + self.refused


@dataclass(slots=True)
class FileRead:
    """A file of the batch: what it was taken for, and its rows."""

    name: str
    kind: str
    sha256: str
    rows: int = 0
    note: str = ""
    """Why it was left out, when it was; or what was unusual about it."""
    system: str = ""
    """Whose ids it carries."""
    file_key: int | None = None
    """Our own number for it, by which a record says that it came from this file."""
    columns_left_out: tuple[str, ...] = ()
    """Columns that held something and were not read: they have no purpose in the field catalogue."""
    linked: dict[str, int] = field(default_factory=dict)
    """How rows found their person (roster id, local id, state id, decision), or that they are new, that they wait, or
    that they name nobody who is loaded -> rows."""

    @property
    def people(self) -> str:
        """The same as a sentence; empty for a file that names nobody."""
        return how_linked(self.linked) if self.linked else ""


@dataclass(slots=True)
class ImportReport:
    """The report of one batch."""

    files: list[FileRead] = field(default_factory=list)
    counts: dict[str, EntityCount] = field(default_factory=dict)
    problems: list[Problem] = field(default_factory=list)
    problem_kinds: Counter[tuple[str, str, str]] = field(default_factory=Counter)
    by_school: dict[str, dict[int | None, SchoolCount]] = field(default_factory=dict)
    """Entity -> our key of the school, None where no school is known -> counts. Unchanged records are not counted."""
    samples: dict[str, dict[str, list[dict[str, object]]]] = field(default_factory=dict)
    """Entity -> deed -> the keys of a few such records: ours, never a name."""
    loaded_before: dict[str, int] = field(default_factory=dict)
    """How many records there were, of the kinds whose files held only what changed."""
    batch: int | None = None
    held: list[str] = field(default_factory=list)
    """Why the batch waits for a person; empty when it does not."""
    seconds: float = 0.0
    quarantined: int = 0
    """Refused rows that are kept, to be tried again."""
    left_quarantine: int = 0
    """Rows of earlier batches that were tried again with this one, and are loaded now."""

    def count(self, entity: str) -> EntityCount:
        """The counters of an entity, made at first use."""
        return self.counts.setdefault(entity, EntityCount())

    def school_count(self, entity: str, school: int | None) -> SchoolCount:
        """The counters of an entity at a school, made at first use."""
        return self.by_school.setdefault(entity, {}).setdefault(school, SchoolCount())

    def refuse(self, entity: str, problem: Problem) -> None:
        """Note a row that is not loaded, and why."""
        self.count(entity).refused += 1
        self.problem_kinds[problem.file, problem.column, problem.code] += 1
        if len(self.problems) < MOST_PROBLEMS_KEPT:
            self.problems.append(problem)

    def put_in_order(self, file: str) -> None:
        """Put the newest problems, those of one file, into the order of its rows."""
        begin = next((at for at in range(len(self.problems), 0, -1) if self.problems[at - 1].file != file), 0)
        self.problems[begin:] = sorted(self.problems[begin:], key=lambda problem: problem.row or 0)

    @property
    def refused(self) -> int:
        """Rows that were not loaded."""
        return sum(count.refused for count in self.counts.values())

    @property
    def changed_anything(self) -> bool:
        """Whether the database is different after this batch."""
        return any(count.moved for count in self.counts.values())

    def lines(self) -> Iterator[str]:
        """The report in plain text, one line at a time."""
        for read in self.files:
            yield f"{read.name}: {plural(read.rows, 'row')} as {read.kind}" + (f"; {read.note}" if read.note else "")
            if read.people:
                yield f"{read.name}: {read.people}"
            if read.columns_left_out:
                yield f"{read.name}: left out, since nothing here has a purpose for it: {_named(read.columns_left_out)}"
        for entity, count in self.counts.items():
            yield (
                f"{entity.replace('_', ' ')}: {count.added:,} added, {count.changed:,} changed, "
                f"{count.unchanged:,} unchanged, {count.ended:,} ended, {count.refused:,} refused"
            )
            yield from self._school_lines(entity)
        shown: Counter[tuple[str, str, str]] = Counter()
        for problem in self.problems:
            kind = (problem.file, problem.column, problem.code)
            shown[kind] += 1
            if shown[kind] <= 3:
                yield str(problem)
            elif shown[kind] == 4:
                more = plural(self.problem_kinds[kind] - 3, "more row")
                yield f"{problem.file}, {problem.column}: and {more} like these."
        if self.quarantined:
            wait = plural(self.quarantined, "refused row waits", "refused rows wait")
            yield f"{wait} in quarantine. See for what: schoolhouse quarantine list"
        if self.left_quarantine:
            one = self.left_quarantine == 1
            which = "row that an earlier import refused was" if one else "rows that earlier imports refused were"
            yield f"{self.left_quarantine:,} {which} tried again, and {'is' if one else 'are'} loaded now."

    def _school_lines(self, entity: str) -> Iterator[str]:
        counts = sorted(self.by_school.get(entity, {}).values(), key=lambda one: -one.sum)
        for one in counts[:_MOST_SCHOOLS]:
            yield (
                f"  {one.school or 'no school known'}: {one.added:,} added, {one.changed:,} changed, "
                f"{one.ended:,} ended, {one.refused:,} refused"
            )
        if len(counts) > _MOST_SCHOOLS:
            yield f"  and {plural(len(counts) - _MOST_SCHOOLS, 'more school')}; --json names them all"
        for deed, rows in self.samples.get(entity, {}).items():
            keys = "; ".join(", ".join(f"{name} {value}" for name, value in row.items()) for row in rows)
            yield f"  {deed}, for example: {keys}"

    def as_json(self) -> dict[str, object]:
        """The report as plain data; its shape is versioned by the command that prints it."""
        return {
            "batch": self.batch,
            "held": self.held,
            "files": [asdict(read) for read in self.files],
            "entities": {entity: asdict(count) for entity, count in self.counts.items()},
            "by_school": [
                {"entity": entity, "school_key": key, **asdict(count)}
                for entity, counts in self.by_school.items()
                for key, count in counts.items()
            ],
            "samples": self.samples,
            "problems": [asdict(problem) for problem in self.problems],
            "quarantined": self.quarantined,
            "left_quarantine": self.left_quarantine,
            "seconds": round(self.seconds, 3),
        }


NOT_FOUND = {
    "new": ("is new", "are new"),
    "waiting": ("waits until somebody decides who it is about", "wait until somebody decides who they are about"),
    "nobody loaded": ("is about nobody who is loaded", "are about nobody who is loaded"),
}
"""What is said of one row, and of more, that found no person."""


def how_linked(linked: Mapping[str, int]) -> str:
    """A sentence: what share of a file's rows found their person, by what, and what became of the others."""
    every, found = sum(linked.values()), sum(rows for how, rows in linked.items() if how not in NOT_FOUND)
    by = ", ".join(f"{rows:,} by {how}" for how, rows in linked.items() if how not in NOT_FOUND)
    rest = "; ".join(plural(linked[how], *said) for how, said in NOT_FOUND.items() if how in linked)
    share = f"{1000 * found // every / 10}% of {plural(every, 'row')} linked" + (f" ({by})" if by else "")
    return f"{share}; {rest}" if rest else share


_MOST_NAMED = 12
_MOST_SCHOOLS = 12


def _named(columns: tuple[str, ...]) -> str:
    shown = ", ".join(columns[:_MOST_NAMED])
    return f"{shown} and {len(columns) - _MOST_NAMED} more" if len(columns) > _MOST_NAMED else shown
