"""A package held against other packages of the same school year: what was carried forward, hidden, withdrawn."""

import hashlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from appliance.aggregate.disclosure.attacker.loot import Target, hidden_numbers, numbers, plunder
from appliance.aggregate.disclosure.history import with_new_schools
from appliance.aggregate.published import Key, PublishedTable
from appliance.aggregate.release import archive, sshsig
from appliance.aggregate.release.package import DESCRIPTOR, SIGNATURE
from appliance.errors import BadFile
from appliance.state_office import reading
from appliance.state_office.reading import Package
from appliance.wording import plural


@dataclass(frozen=True, slots=True)
class Other:
    """Another package of the district, read and whole."""

    package: Package
    tables: list[PublishedTable]


def read(files: Sequence[tuple[bytes, dict[str, bytes]]]) -> list[Other]:
    """Other packages whose bytes and signatures are in order. Raises `BadFile` for one that is not."""
    found = []
    for data, content in files:
        package = reading.describe(data, content)
        reading.check_hashes(package)
        sshsig.verify(package.files[DESCRIPTOR], package.files[SIGNATURE].decode(errors="replace"))
        found.append(Other(package, reading.read_tables(package)))
    return found


def still_stands(package: Package, others: Sequence[Other]) -> str:
    """No other package replaces or withdraws this one. Raises `BadFile` when one does."""
    for other in others:
        facts = other.package.facts
        if facts["lea_id"] != package.facts["lea_id"]:
            raise BadFile(f"A package of district {facts['lea_id']} was given beside it. Give this district's own.")
        if package.sha256 == facts["replaces"]:
            raise BadFile(f"It was replaced by the package of {facts['snapshot']}: {facts['reason']} Use that one.")
        if package.sha256 in facts["withdraws"]:
            raise BadFile(f"The district has withdrawn it: the package of {facts['snapshot']} says so.")
    return "No package that was given replaces or withdraws it." if others else "No other package was given."


def named_in(folder: Path, package: Package, given: Sequence[Path]) -> list[Path]:
    """The earlier packages that a package names, where they lie in a folder: found by hash, whatever their name."""
    wanted = set(package.earlier.values()) - {_sha256(path) for path in given}
    found: dict[str, Path] = {}
    for path in sorted(folder.glob("*.zip")) if wanted else ():
        if (sha256 := _sha256(path)) in wanted:
            found.setdefault(sha256, path)
    return list(found.values())


def _sha256(path: Path) -> str:
    """The hash of a file; empty for one that cannot be read or is larger than a package may be."""
    try:
        if path.stat().st_size > archive.LARGEST_PACKAGE:
            return ""
        with path.open("rb") as file:
            return hashlib.file_digest(file, "sha256").hexdigest()
    except OSError:
        return ""


def not_given(package: Package, others: Sequence[Other]) -> dict[str, str]:
    """The earlier releases that the package names and that are not among the others: label to sha256."""
    given = {other.package.sha256 for other in others}
    return {label: sha256 for label, sha256 in package.earlier.items() if sha256 not in given}


def chain(package: Package, others: Sequence[Other]) -> str:
    """The earlier releases that the package names are those that were given, each after those that it names itself.

    Raises `BadFile` when packages of one year tell its order otherwise.
    """
    named = list(package.earlier.items())
    if package.facts["previous"] != (named[-1][1] if named else ""):
        raise BadFile("The previous package is not the last of the earlier ones. Refuse the package.")
    for place, (label, sha256) in enumerate(named):
        for other in others:
            if other.package.sha256 == sha256 and list(other.package.earlier.items()) != named[:place]:
                raise BadFile(
                    f"The package of {label} names other releases before it than this one does. One of the two leaves "
                    "a release out: ask the district for all packages of the year."
                )
    missing = not_given(package, others)
    if missing:
        each = ", ".join(f"{label} (sha256 {sha256})" for label, sha256 in missing.items())
        return (
            f"It names {plural(len(named), 'earlier release')} of the school year. Not given, and so neither compared "
            f"nor attacked together with it: {each}."
        )
    return f"All {len(named)} earlier releases of the school year were given, byte for byte as it names them."


def carried(package: Package, tables: Sequence[PublishedTable], others: Sequence[Other]) -> str:
    """Numbers and classes carried forward are those of the release that they name; what one hid is hidden still."""
    by_sha = {other.package.sha256: other for other in others}
    there = {label: by_sha[sha256] for label, sha256 in package.earlier.items() if sha256 in by_sha}
    shown = {label: _own(other.tables) for label, other in there.items()}
    checked = 0
    for key, number, as_of in numbers(tables):
        if as_of in shown and number is not None:
            checked += 1
            if shown[as_of].get(key, 0 if number == 0 else None) != number:
                raise BadFile(f"{_where(key)}: the number carried forward is not the one that {as_of} shows.")
    classes = {label: _classes(other.tables) for label, other in there.items()}
    for key, (told, as_of) in _classes(tables).items():
        if as_of in classes:
            checked += 1
            if classes[as_of].get(key) != (told, ""):
                raise BadFile(f"{_where(key)}: the class carried forward is not the one that {as_of} shows.")
    now = {key for key, number, _ in numbers(tables) if number is not None} | _classes(tables).keys()
    for label, other in there.items():
        opened = sorted((hidden_numbers(other.tables) - _classes(other.tables).keys()) & now)
        if opened:
            raise BadFile(f"{_where(opened[0])}: {label} hides the number, and this package shows it.")
    return (
        f"{checked} numbers and classes carried forward are those that the earlier packages show; none that they hide "
        "is shown."
    )


def attack(package: Package, tables: Sequence[PublishedTable], others: Sequence[Other]) -> str:
    """Attack the package together with each earlier one. Raises `BadFile` when a number falls."""
    earlier = set(package.earlier.values())
    now = _target(package, tables)
    attacked = 0
    for other in others:
        if other.package.sha256 not in earlier:
            continue
        then = _target(other.package, with_new_schools(other.tables, tables))
        for one, beside in ((now, then), (then, now)):
            below, exact = plunder(one, {}, beside)
            if below or exact:
                raise BadFile(f"{_where(min(below | exact))}: two packages together give a hidden number away.")
        attacked += 1
    return f"Attacked together with {attacked} earlier packages, guessing that nobody moved: none fell."


def _target(package: Package, tables: Sequence[PublishedTable]) -> Target:
    return Target(tables, package.policy.minimum_n, package.policy.k, package.smallest_hidden)


def _own(tables: Sequence[PublishedTable]) -> Mapping[Key, int | None]:
    return {key: number for key, number, as_of in numbers(tables) if not as_of}


def _classes(tables: Sequence[PublishedTable]) -> dict[Key, tuple[tuple[int | None, ...], str]]:
    """Every outcome told as a class of counts: its ends and the group's size, and the label it is carried from."""
    return {
        Key("n", table.metric, cell.detail, cell.school_id, cell.dimension, cell.category): (
            (cell.n_lower, cell.n_upper, cell.denominator),
            cell.n_as_of,
        )
        for table in tables
        for cell in table.cells
        if cell.suppression == "coded"
    }


def _where(key: Key) -> str:
    geography = f"school {key.school_id}" if key.school_id else "the district"
    return f"{key.metric}.csv {key.measure}, {geography}, {key.dimension} {key.category}"
