"""Every column that is kept: what it is, what it is for, how sensitive, who may see it, until when.

The table itself is `field_catalogue.txt`. What does not stand there has no place in the database: a test compares it
with the live schema. `schoolhouse fields` prints it, and the manual shows it.
"""

from dataclasses import dataclass
from pathlib import Path
from typing import Literal

from appliance.errors import Sentence

Sensitivity = Literal["public", "directory", "education record", "sensitive", "technical"]


@dataclass(frozen=True, slots=True)
class Field:
    """One column. `kept` is the rule of the house for the row that it is in.

    `is_about_students`: whether a row of its table says something about one particular student.
    """

    table: str
    column: str
    what: str
    purpose: str
    sensitivity: Sensitivity
    seen_by: str
    kept: str
    is_about_students: bool


_KEPT = {
    "years": Sentence("the school year and two more"),
    "roster": "as long as the roster names it, and two school years more",
    "log": Sentence("7 years: the access log is kept as long as the record it guards"),
    "account": "as long as the account, and 7 years more for the access log's sake",
    "session": "until sign-out, or the end of the session, at most a day",
    "release": "for ever: a release that left is public record",
    "yearend": Sentence("until the end of the school year: then there is no later release to compare with"),
    "shelf": "the school year and two more, then only what was released stays",
    "choice": "until the last day that the steward chose, at most the school year and two more",
    "undo": Sentence("until ten further imports are loaded; then an import cannot be taken back any more"),
    "quarantine": Sentence("until it can be loaded, at most 30 days"),
    "tray": "until the next change of the records takes it in, at the latest at night",
    "week": Sentence("until the next Monday"),
    "home": "as long as the home",
}
_SEEN_BY = {
    "nobody": "nobody; the programs only",
    "all": "everybody who signs in",
    "scope": "staff whose students they are",
    "steward": "data stewards",
    "totals": "nobody as a row; it is counted into totals",
    "self": "the signed-in person",
    "leads": "principals for their school, data stewards and the superintendent for releases",
}
_SENSITIVITY: dict[str, Sensitivity] = {
    "P": "public", "D": "directory", "E": "education record", "S": "sensitive", "T": "technical",
}  # fmt: skip


def _read() -> tuple[Field, ...]:
    found: list[Field] = []
    table = about = seen_by = kept = ""
    lines = Path(__file__).with_suffix(".txt").read_text().splitlines()
    for line in (line for line in lines if line and not line.startswith("#")):
        if not line.startswith(" "):
            table, rest = line.split(" = ")
            about, seen_by, kept = rest.split(" | ")
            continue
        head, what, purpose, *other = line.split(" | ")
        column, sensitivity = head.split()
        seen = _SEEN_BY[other[0] if other else seen_by]
        is_about_students = about == "students"
        found.append(
            Field(table, column, what, purpose, _SENSITIVITY[sensitivity], seen, _KEPT[kept], is_about_students)
        )
    return tuple(found)


FIELDS = _read()
"""All of them, table by table in the order the tables were made."""

STUDENT_TABLES = frozenset(field.table for field in FIELDS if field.is_about_students)
"""Tables in which a row is about one particular student. No gate may open them whole."""
