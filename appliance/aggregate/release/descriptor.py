"""`datapackage.json`: a Frictionless Data Package (v2) that lists every file with its size and sha256.

What the standard has no word for (who, which rules) stands under `schoolhouse`; states read it, other tools skip it.
"""

import hashlib
import json
from collections.abc import Mapping
from dataclasses import asdict
from typing import Any

from appliance.aggregate import codelists, crossings
from appliance.aggregate.disclosure import Report
from appliance.aggregate.published import PublishedTable
from appliance.aggregate.release import rows
from appliance.aggregate.release.facts import Approval, ReleaseFacts

FORMAT = 1
"""Version of the package format. A reader refuses one that it does not know."""
PROFILE = "https://datapackage.org/profiles/2.0/datapackage.json"
DIRECTORY_COLUMNS = ["school_year", "lea_id", "school_id", "name", "grades", "session_days"]

Json = dict[str, Any]


def describe(
    facts: ReleaseFacts, report: Report, tables: Mapping[str, PublishedTable], files: Mapping[str, bytes]
) -> bytes:
    """The descriptor of a package whose other files are `files`, by name."""
    resources = [_resource(name, content, _schema(name, tables)) for name, content in sorted(files.items())]
    document = {
        "$schema": PROFILE,
        "name": facts.file_name.removesuffix(".zip").lower(),
        "title": f"Protected summary of {facts.district_name}, {facts.school_year}",
        "description": "Counts of students by school and group. Small and telling counts are hidden; see report.txt.",
        "version": f"{facts.version}.0.0",
        "created": _moment(facts.drafted_on),
        "schoolhouse": {
            "format": FORMAT,
            "lea_id": facts.lea_id,
            "district_name": facts.district_name,
            "school_year": facts.school_year,
            "snapshot": facts.snapshot,
            "version": facts.version,
            "previous": facts.previous,
            "replaces": facts.replaces,
            "withdraws": list(facts.withdraws),
            "earlier": [asdict(package) for package in facts.earlier],
            "reason": facts.reason,
            "drafted_by": facts.drafted_by,
            "approved_by": "",
            "software": facts.software,
            "definitions": dict(sorted(facts.definitions.items())),
            "not_collected": dict(sorted(facts.missing.items())),
            "codelists": codelists.EDITION,
            "policy": report.policy.document() | {"sha256": report.policy.sha256},
            "district_rows": {metric: table.district for metric, table in sorted(tables.items())},
        },
        "resources": resources,
    }
    return _written(document)


def approve(drafted: bytes, approval: Approval, name: str, content: bytes) -> bytes:
    """The descriptor of a draft, which nobody had approved, once somebody has; `name`: the file that says so too."""
    document: Json = json.loads(drafted)
    document["created"] = _moment(approval.on)
    document["schoolhouse"] |= {"approved_by": approval.by, "withdraws": list(approval.withdraws)}
    for resource in document["resources"]:
        if resource["path"] == name:
            resource |= _fingerprint(content)
    return _written(document)


def _written(document: Json) -> bytes:
    return (json.dumps(document, ensure_ascii=False, indent=1) + "\n").encode()


def _moment(day: str) -> str:
    return f"{day}T00:00:00Z"


def _fingerprint(content: bytes) -> Json:
    return {"bytes": len(content), "hash": f"sha256:{hashlib.sha256(content).hexdigest()}"}


def _resource(name: str, content: bytes, schema: Json | None) -> Json:
    stem, _, suffix = name.rpartition(".")
    kinds = {"csv": "text/csv", "txt": "text/plain", "pub": "text/plain"}
    resource: Json = {
        "name": stem.lower(),
        "path": name,
        "format": suffix,
        "mediatype": kinds[suffix],
        "encoding": "utf-8",
    } | _fingerprint(content)
    if schema is not None:
        resource |= {"type": "table", "schema": schema}
    return resource


def _schema(name: str, tables: Mapping[str, PublishedTable]) -> Json | None:
    stem = name.removesuffix(".csv")
    if name == "directory.csv":
        fields = [
            *(_text(column) for column in DIRECTORY_COLUMNS[:4]),
            _text("grades", description="Grades offered, separated by spaces."),
            {"name": "session_days", "type": "integer", "constraints": {"minimum": 0}},
        ]
        return {"fields": fields, "primaryKey": ["lea_id", "school_id"]}
    if stem in tables:
        return _table_schema(stem)
    return None


def _table_schema(metric: str) -> Json:
    known = codelists.metric(metric)
    groups = {family: list(codes) for family, codes in codelists.CODES.items()}
    groups[known.detail_name] = [code for code in known.details if code]
    sets = [crossings.category_set(dimension) for dimension in known.all_dimensions]
    fields = [
        _text("school_year", required=True),
        _text("lea_id", required=True),
        _text("school_id", description="Empty in the district's own rows, which are counted and not summed."),
        _text("category_set", required=True, enum=sets),
        *(_text(column, enum=groups[column]) for column in rows.dimension_columns(metric)),
        _count("n", known.definition + " Empty when hidden."),
        _count("denominator", "The size of the group, where n is a part of it. Empty when hidden."),
        _text(
            "suppression",
            required=True,
            enum=["none", "coded", "hidden", "not_offered"],
            description="coded: n is n_lower to n_upper. not_offered: nobody is in this group.",
        ),
        _count("n_lower", "The least n that agrees with every published number."),
        _count("n_upper", "The greatest n that agrees with every published number. Empty when nothing bounds it."),
        _text("n_as_of", description="Where n is carried forward: the earlier release that counted it. Else empty."),
        _text("denominator_as_of", description="Where the denominator is carried forward: likewise. Else empty."),
    ]
    return {
        "fields": fields,
        "primaryKey": rows.key_columns(metric),
        "foreignKeys": [{"fields": ["school_id"], "reference": {"resource": "directory", "fields": ["school_id"]}}],
    }


def _text(name: str, *, description: str = "", required: bool = False, enum: list[str] | None = None) -> Json:
    described: Json = {"name": name, "type": "string"}
    if description:
        described["description"] = description
    constraints: Json = {}
    if required:
        constraints["required"] = True
    if enum:
        constraints["enum"] = enum
    if constraints:
        described["constraints"] = constraints
    return described


def _count(name: str, description: str) -> Json:
    return {"name": name, "type": "integer", "description": description, "constraints": {"minimum": 0}}
