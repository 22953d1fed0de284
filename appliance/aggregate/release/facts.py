"""What a release says about itself besides its tables. No student-level thing has a field here."""

import re
from dataclasses import dataclass, field

from appliance.aggregate import codelists
from appliance.aggregate.refusal import Refused

_ID = re.compile(r"[0-9A-Za-z][0-9A-Za-z_-]{0,19}")
_DAY = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}")
_SHA256 = re.compile(r"[0-9a-f]{64}")


@dataclass(frozen=True, slots=True)
class School:
    """One row of the directory. `school_id` is the state's id; `grades` are codes of the code list."""

    school_id: str
    name: str
    grades: tuple[str, ...] = ()
    session_days: int | None = None


def label(snapshot: str, version: int) -> str:
    """What later releases call a release: its day, and the version where a day was released more than once."""
    return snapshot if version == 1 else f"{snapshot}v{version}"


@dataclass(frozen=True, slots=True)
class EarlierPackage:
    """A package of the same school year that left before this one."""

    label: str
    snapshot: str
    sha256: str


@dataclass(frozen=True, slots=True)
class ReleaseFacts:
    """Who releases what, when and why. Raises `Refused` when a fact has not the form that the package needs."""

    lea_id: str
    district_name: str
    school_year: str
    snapshot: str
    """ISO date that the counts describe."""
    drafted_on: str
    """ISO date."""
    drafted_by: str
    rules_signed: str
    """Who proposed and who signed the disclosure rules, when and why, as one sentence."""
    schools: tuple[School, ...]
    software: str = "schoolhouse"
    version: int = 1
    replaces: str = ""
    """sha256 of the package that this one amends; empty for a first version."""
    withdraws: tuple[str, ...] = ()
    """sha256 of every package of the school year that the district has withdrawn: nobody should use their numbers."""
    reason: str = ""
    """Why there is a further version."""
    earlier: tuple[EarlierPackage, ...] = ()
    """Every release of the school year that left before, oldest first, withdrawn ones too: they cannot be unread."""
    pulse: str = ""
    """What the weekly pulse has spent of the school year's privacy budget; empty where there was none."""
    missing: dict[str, str] = field(default_factory=dict)
    """Table that this release lacks to the reason, as a sentence: what is not kept is not zero."""
    definitions: dict[str, str] = field(default_factory=dict)
    """Name of a setting to its value, such as the smallest number of days enrolled."""

    def __post_init__(self) -> None:
        self._check_schools()
        if not re.fullmatch(r"([0-9]{4})-([0-9]{4})", self.school_year):
            raise Refused(f"The school year {self.school_year!r} is not written like 2026-2027.")
        if not (_DAY.fullmatch(self.snapshot) and _DAY.fullmatch(self.drafted_on)):
            raise Refused("The snapshot and the day of drafting are written like 2026-10-01.")
        if self.version < 1 or (self.replaces and not _SHA256.fullmatch(self.replaces)):
            raise Refused("A version is 1 or more, and `replaces` is the sha256 of the package before it.")
        if self.version > 1 and not (self.replaces and self.reason):
            raise Refused("A further version of a release says which package it replaces, and why.")
        shas = (*self.withdraws, *(package.sha256 for package in self.earlier))
        if not all(_SHA256.fullmatch(sha) for sha in shas):
            raise Refused("An earlier package is named by its sha256, in hexadecimal.")
        if any(package.snapshot > self.snapshot for package in self.earlier):
            raise Refused("An earlier release describes a later day. Releases of a school year go forward.")
        texts = (self.district_name, self.drafted_by, self.reason, self.software, self.rules_signed)
        for text in texts:
            if not text.isprintable():
                raise Refused("A name or reason of the release holds a character that cannot be printed.")

    def _check_schools(self) -> None:
        for value, what in ((self.lea_id, "lea_id"), *((school.school_id, "school_id") for school in self.schools)):
            if not _ID.fullmatch(value):
                raise Refused(f"{what} {value!r} is not an id that the package can carry: letters, digits, - and _.")
        if len({school.school_id for school in self.schools}) < len(self.schools):
            raise Refused("Two schools of the directory have one id. Give each its own state school id.")
        for school in self.schools:
            unknown = set(school.grades) - set(codelists.CODES["grade"])
            if unknown:
                raise Refused(f"School {school.school_id} offers {sorted(unknown)}, which are not grade codes.")
            if not school.name.isprintable() or school.name[:1] in ("=", "+", "-", "@"):
                raise Refused(f"The name of school {school.school_id} is not one that a spreadsheet may open.")

    @property
    def previous(self) -> str:
        """sha256 of the package that left last; empty for the first of a school year."""
        return self.earlier[-1].sha256 if self.earlier else ""

    @property
    def file_name(self) -> str:
        """The name of the package file: who, which year, which day, which version."""
        return file_name(self.lea_id, self.school_year, self.snapshot, self.version)


@dataclass(frozen=True, slots=True)
class Approval:
    """Who approved a draft, and on which day (ISO). Raises `Refused` for what a package cannot say."""

    by: str
    on: str
    withdraws: tuple[str, ...] = ()
    """As in `ReleaseFacts`, at the moment of building: it may be more than when the release was drafted."""

    def __post_init__(self) -> None:
        if not (self.by.isprintable() and _DAY.fullmatch(self.on)):
            raise Refused("An approval has a name that can be printed, and a day written like 2026-10-01.")


def file_name(lea_id: str, school_year: str, snapshot: str, version: int) -> str:
    """The name of a package: who, which year, which day, which version."""
    return f"schoolhouse-{lea_id}-{school_year}-{snapshot.replace('-', '')}-v{version}.zip"
