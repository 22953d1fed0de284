"""Whose word counts where two systems name the same record: the system whose roster was loaded first.

A district may send the same students from two systems: as OneRoster, as Ed-Fi XML, as Clever's files. Each leaves out
what it has no place for and words things its own way, so each would change, every night, what the other said. Therefore
one of them leads: the other adds what the leading one does not have, and neither changes nor ends what that one names,
nor gives or takes the rights of staff whom that one names. The setting `leading_system` names another one. Files that
carry the district's own ids (those of mappings that the steward made) are nobody's roster: they never lead.
"""

from typing import Any

_FIRST = """
    SELECT coalesce(system, CASE WHEN kind LIKE 'Ed-Fi %' THEN 'edfi' ELSE 'oneroster' END)
      FROM batch_file JOIN batch USING (batch_key)
     WHERE status = 'loaded' AND (kind LIKE 'Ed-Fi %' OR kind LIKE 'OneRoster %') AND system IS NOT 'district'
     ORDER BY batch_key, kind LIMIT 1
"""
_LED_BY = {
    "organization": ("organization", "organization_key"),
    "course": ("course", "course_key"),
    "section": ("section", "section_key"),
    "section_enrollment": ("section", "section_key"),
    "teaching": ("section", "section_key"),
    "student": ("student", "student_key"),
    "staff": ("staff", "staff_key"),
    "staff_role": ("staff", "staff_key"),
    "line_item": ("line_item", "line_item_key"),
    "grade": ("line_item", "line_item_key"),
    "standard_mark": ("line_item", "line_item_key"),
}
"""Table -> the entity by whose identity a row of it is led, and the column that names it."""


class Leading:
    """Which records the leading system names, for a batch of another one."""

    def __init__(self, connection: Any, chosen: str) -> None:
        """`chosen`: the setting; empty for the system that was loaded first."""
        self._connection, self._is_noted = connection, False
        first = connection.execute(_FIRST).fetchone()
        self.system: str = chosen or (first[0] if first else "")

    def leads_over(self, system: str) -> bool:
        """Whether records of a system may be led by another."""
        return bool(self.system) and system != self.system

    def unless_led(self, table: str, system: str) -> str:
        """A condition on a row of a table that it is not led; empty where nothing of it is."""
        if table not in _LED_BY or not self.leads_over(system):
            return ""
        self._note()
        entity, column = _LED_BY[table]
        return f"NOT EXISTS (SELECT 1 FROM temp.led WHERE entity = '{entity}' AND key = {table}.{column})"  # noqa: S608 our own names

    def keys(self, entity: str, system: str) -> set[int]:
        """The keys of an entity that are led, seen from a system."""
        if not self.leads_over(system):
            return set()
        self._note()
        return {key for (key,) in self._connection.execute("SELECT key FROM temp.led WHERE entity = ?", (entity,))}

    def _note(self) -> None:
        if self._is_noted:
            return
        self._is_noted = True
        self._connection.execute("DROP TABLE IF EXISTS temp.led")
        self._connection.execute("CREATE TEMP TABLE led (entity, key, PRIMARY KEY (entity, key)) WITHOUT ROWID")
        self._connection.execute(
            "INSERT OR IGNORE INTO temp.led SELECT entity, key FROM identity WHERE system = ?", (self.system,)
        )
