"""Numbers of staff that come back with another name. Rights hang on them, so they pass to nobody by themselves.

A row whose id leads to somebody of another given name and another family name is refused. If no other row of the file
uses the id for its holder, it is nobody's from then on, and who had it by this sender has no rights left, until a
person says what happened: a change of name, or another person.
"""

from typing import Any

from sqlite_utils import Database as Tables

from appliance.days import from_day_number
from appliance.errors import Trouble
from appliance.student_level.sources.layout import Layout
from appliance.student_level.staging.batch import NEWEST_KEY, Batch
from appliance.student_level.staging.linking.likeness import ALIKE, Person, names
from appliance.student_level.staging.report import FileRead

ANOTHER = "another_person"
"""The code of a row with a number that was somebody else's."""
_Id = tuple[str, str]
"""(system, id)."""
_NAMES = "SELECT staff_key, given_name, family_name FROM staff"
_FORMER = "SELECT system, source_id, max(gone_day) FROM former_identity WHERE entity = 'staff' GROUP BY 1, 2"
_PART = """
    INSERT INTO former_identity (entity, system, source_id, key, since_day, gone_day)
    SELECT entity, system, source_id, key, since_day, ?3 FROM identity
     WHERE entity = 'staff' AND (system, source_id) = (?1, ?2)
"""
_IS_NO_MORE = "DELETE FROM identity WHERE entity = 'staff' AND (system, source_id) = (?, ?)"
_RIGHTS = {
    "staff": "UPDATE staff SET is_active = 0 WHERE staff_key = ? AND is_active = 1",
    "staff_role": "DELETE FROM staff_role WHERE staff_key = ?",
    "teaching": "DELETE FROM teaching WHERE staff_key = ?",
}
_POST = "DELETE FROM staff_role WHERE (staff_key, organization_key, role) = (?, ?, ?)"


class StaffNumbers:
    """The ids of the staff of one file."""

    def __init__(self, batch: Batch) -> None:
        self._batch = batch
        self._names = {key: Person(given, family) for key, given, family in batch.ask(_NAMES)}
        self._former = {(system, one): day for system, one, day in batch.ask(_FORMER)}
        self._used: set[_Id] = set()
        self._strangers: dict[_Id, int] = {}

    def refuses(self, layout: Layout, read: FileRead, number: int, row: Any) -> bool:
        """Whether a row is refused, because one of its ids is, or was, somebody else's."""
        ids = {
            "source_id": (self._batch.system, row.source_id),
            "local_id": ("district", row.local_id or row.source_id),
        }
        if row.state_id:
            ids["state_id"] = ("state", row.state_id)
        holders = {one: key for one in ids.values() if (key := self._batch.known("staff", one[0]).get(one[1]))}
        told = Person(row.given_name, row.family_name)
        strangers = {one: key for one, key in holders.items() if self._is_another(key, told)}
        former = {one: self._former[one] for one in ids.values() if one in self._former and not holders}
        if not strangers and not former:
            self._used.update(ids.values())
            return False
        self._strangers |= strangers
        at_fault, until = (strangers, self._batch.today) if strangers else (former, max(former.values()))
        field = next((field for field, one in ids.items() if one in at_fault and getattr(row, field)), "source_id")
        column = next((one.headers[0] for one in layout.columns if one.field == field), "")
        self._batch.refuse(layout, read, number, column, ANOTHER, _SENTENCE.format(from_day_number(until)))
        return True

    def _is_another(self, key: int, told: Person) -> bool:
        if (known := self._names.get(key)) is None:  # Brought by this file, or given to somebody who is yet to come.
            return False
        found = names(told, known)
        return found.given < ALIKE and found.family < ALIKE

    def close(self) -> None:
        """Take the ids of others from those who had them, and the rights of whom this sender names by no other id.

        A row that was refused earlier and comes again takes nothing from anybody.
        """
        batch = self._batch
        if batch.adds_only:
            return
        seen, led = batch.seen.get("staff", set()), batch.leading.keys("staff", batch.system)
        for (system, one), key in sorted(self._strangers.items()):
            if (system, one) in self._used:
                continue
            batch.run(_PART, (system, one, batch.today))
            batch.run(_IS_NO_MORE, (system, one))
            batch.known("staff", system).pop(one)
            if system != batch.system or key in led:
                continue
            # Roles of a file of changes are kept before its people are read.
            posts = [(key, organization, role) for role, organization, *_ in batch.roles.get(one, ())]
            batch.report.count("staff_role").ended += batch.end_many(_POST, posts)
            for entity, sql in _RIGHTS.items():
                if key not in seen or entity == "teaching":  # Who has another number now is told anew what they teach.
                    batch.report.count(entity).ended += batch.end_many(sql, [(key,)])


_SENTENCE = (
    "this staff number belonged to another person until {}, so it gives nobody their rights. If it is a change of "
    "name, say so with: schoolhouse who renamed. If the number was given to somebody else: schoolhouse who newcomer."
)

_FREE = """
    SELECT key, system, source_id, min(since_day) AS since_day FROM former_identity AS former
     WHERE entity = 'staff' AND NOT EXISTS (SELECT 1 FROM identity
           WHERE (entity, system, source_id) = (former.entity, former.system, former.source_id))
"""
_NEWEST = _FREE + " AND source_id = ? GROUP BY former_identity_key ORDER BY former_identity_key DESC LIMIT 1"
_HIS = _FREE + " AND key = ? GROUP BY system, source_id"
_GIVE = "INSERT INTO identity (entity, system, source_id, key, since_day) VALUES ('staff', ?, ?, ?, ?)"
_RENAME = "UPDATE staff SET given_name = ?, family_name = ?, is_active = 1 WHERE staff_key = ?"
_HAD = "DELETE FROM former_identity WHERE entity = 'staff' AND (system, source_id, key) = (?, ?, ?)"


def give_back(tables: Tables, number: str, given_name: str, family_name: str) -> None:
    """It was a change of name: who had the number last has it again, with all their others, and the new name."""
    key = _last_holder(tables, number)
    for one in list(tables.query(_HIS, [key])):
        tables.execute(_GIVE, [one["system"], one["source_id"], key, one["since_day"]])
        tables.execute(_HAD, [one["system"], one["source_id"], key])
    tables.execute(_RENAME, [given_name, family_name, key])


def give_to_newcomer(tables: Tables, number: str, today: int) -> None:
    """It is another person: the number is that of somebody new, whose row may come. Former rights stay behind."""
    _last_holder(tables, number)
    key = tables.execute(NEWEST_KEY, ["staff"]).fetchone()[0] + 1
    systems = {one["system"] for one in tables.query(_FREE + " AND source_id = ? GROUP BY system", [number])}
    for system in sorted(systems):
        tables.execute(_GIVE, [system, number, key, today])


def _last_holder(tables: Tables, number: str) -> int:
    found = next(iter(tables.query(_NEWEST, [number])), None)
    if found is None:
        raise Trouble("No staff number like this waits for a decision. See which do: schoolhouse quarantine list")
    return int(found["key"])
