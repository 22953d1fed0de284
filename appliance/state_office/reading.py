"""A package opened with care: archive, descriptor, hashes, tables. Nothing is written to the disk."""

import hashlib
import json
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, cast, get_args

from appliance.aggregate import codelists
from appliance.aggregate.disclosure import policy_file
from appliance.aggregate.disclosure.policy import Policy
from appliance.aggregate.published import Area, DistrictRule, PublishedTable
from appliance.aggregate.release import archive, descriptor, rows
from appliance.aggregate.release.package import DESCRIPTOR, SIGNATURE, SUMS, sums
from appliance.errors import BadFile


@dataclass(frozen=True, slots=True)
class Package:
    """The files of a package whose archive and hashes are in order."""

    sha256: str
    files: dict[str, bytes]
    described: dict[str, Any]

    @property
    def facts(self) -> dict[str, Any]:
        """What the release says about itself."""
        return cast("dict[str, Any]", self.described["schoolhouse"])

    @property
    def policy(self) -> Policy:
        """The rules it was made under. Raises `Refused` when they are laxer than any policy may be."""
        told = dict(self.facts["policy"])
        digest = told.pop("sha256", None)
        policy = policy_file.from_document(told, "datapackage.json, policy")
        if digest is not None and digest != policy.sha256:
            raise BadFile("datapackage.json: the sha256 of the policy is not that of its rules. Refuse the package.")
        return policy

    @property
    def earlier(self) -> dict[str, str]:
        """Label of each release of the school year that left before this one, oldest first, to its sha256."""
        return {one["label"]: one["sha256"] for one in self.facts["earlier"]}

    @property
    def smallest_hidden(self) -> int:
        """What everyone knows of a hidden group size; nothing in a later release, where it may be empty by now."""
        return 0 if self.earlier else self.policy.smallest_hidden

    @property
    def areas(self) -> tuple[Area, ...]:
        """Declared geographies that are sums of schools."""
        return tuple(Area(one.code, tuple(sorted(one.schools))) for one in self.policy.geographies)


def open_archive(path: Path) -> tuple[bytes, dict[str, bytes]]:
    """The archive's bytes and its files. Raises `BadFile` unless it is exactly as an appliance writes it."""
    try:
        if path.stat().st_size > archive.LARGEST_PACKAGE:
            raise BadFile(f"{path.name} is larger than a package may be.")
        data = path.read_bytes()
    except OSError:
        raise BadFile(f"{path.name} cannot be read. Give the path of a package.") from None
    files = archive.unpack(data)
    if archive.pack(files) != data:
        raise BadFile("The archive was altered or packed again: it is not byte for byte as the appliance writes it.")
    return data, files


def describe(data: bytes, files: dict[str, bytes]) -> Package:
    """Read the descriptor; refuse any file that it does not list. Raises `BadFile`."""
    for needed in (DESCRIPTOR, SIGNATURE, SUMS):
        if needed not in files:
            raise BadFile(f"The package has no {needed}. It is not a package of Schoolhouse, or it is damaged.")
    try:
        described = json.loads(files[DESCRIPTOR])
        listed = {resource["path"] for resource in described["resources"]}
        known = described["schoolhouse"]["format"] == descriptor.FORMAT
        _check_facts(described["schoolhouse"])
    except (ValueError, KeyError, TypeError, AttributeError, RecursionError):
        raise BadFile(
            "datapackage.json cannot be read. The package is damaged; ask the district for it again."
        ) from None
    if not known:
        raise BadFile("The package has a format that this program does not know. Update the program.")
    extra = sorted(set(files) - listed - {DESCRIPTOR, SIGNATURE, SUMS})
    if extra:
        raise BadFile(f"The package holds {extra[0]}, which datapackage.json does not list. Refuse the package.")
    missing = sorted(listed - set(files))
    if missing:
        raise BadFile(f"datapackage.json lists {missing[0]}, which the package does not hold.")
    return Package(hashlib.sha256(data).hexdigest(), files, described)


def check_hashes(package: Package) -> str:
    """Every file against the descriptor and SHA256SUMS. Raises `BadFile` with the name of the first that differs."""
    for resource in package.described["resources"]:
        content = package.files[resource["path"]]
        if resource.get("hash") != f"sha256:{hashlib.sha256(content).hexdigest()}":
            raise BadFile(f"{resource['path']} was altered: its sha256 is not the one in datapackage.json.")
        if resource.get("bytes") != len(content):
            raise BadFile(f"{resource['path']} was altered: its size is not the one in datapackage.json.")
    if package.files[SUMS] != sums(package.files):
        raise BadFile("SHA256SUMS was altered: it does not fit the files of the package.")
    return f"The sha256 and size of all {len(package.described['resources'])} listed files fit."


def read_tables(package: Package) -> list[PublishedTable]:
    """Every table, typed, with all codes on their lists. Raises `Trouble` with the table and the row."""
    facts = package.facts
    if "directory.csv" not in package.files:
        raise BadFile("The package has no directory.csv.")
    directory = rows.read_csv(package.files["directory.csv"], "directory.csv", descriptor.DIRECTORY_COLUMNS)
    schools = [row["school_id"] for row in directory if row["school_id"]]
    if len(set(schools)) < len(schools) or any(row["lea_id"] != facts["lea_id"] for row in directory):
        raise BadFile("directory.csv lists a school twice, or another district.")
    named: dict[str, str] = facts["district_rows"]
    paths = {resource["path"] for resource in package.described["resources"] if resource["path"].endswith(".csv")}
    if paths != {f"{metric}.csv" for metric in named} | {"directory.csv"}:
        raise BadFile("The CSV files of the package are not the tables that datapackage.json describes.")
    return [
        rows.read(
            package.files[f"{codelists.metric(metric).name}.csv"],
            metric,
            lea_id=facts["lea_id"],
            school_year=facts["school_year"],
            snapshot=facts["snapshot"],
            district=_rule(rule),
            schools=schools,
            areas=package.areas,
            earlier=package.earlier,
        )
        for metric, rule in named.items()
    ]


def _check_facts(facts: Mapping[str, Any]) -> None:
    for name in ("lea_id", "school_year", "snapshot"):
        if not isinstance(facts[name], str):
            raise TypeError
    for one in facts["earlier"]:
        if not all(isinstance(one[name], str) for name in ("label", "snapshot", "sha256")):
            raise TypeError
    if not all(isinstance(sha, str) for sha in (*facts["withdraws"], facts["replaces"], facts["previous"])):
        raise TypeError
    for name in ("version", "minimum_n", "k"):
        if not isinstance(facts["policy"][name], int):
            raise TypeError
    if facts["policy"]["zeros"] not in ("published", "hidden") or not isinstance(facts["version"], int):
        raise TypeError
    if not all(isinstance(rule, str) for rule in facts["district_rows"].values()):
        raise TypeError


def _rule(text: str) -> DistrictRule:
    if text in ("at_most", "free"):
        raise BadFile(
            "An earlier program made the package: in its tables a student of two schools stands in both. Check it with "
            "the program that was installed when it came, and ask for no second release of that school year."
        )
    if text not in get_args(DistrictRule):
        raise BadFile(f"datapackage.json: {text!r} is not a rule for district rows.")
    return cast("DistrictRule", text)
