"""From when until when each id was in use: a whole roster that no longer names somebody by an id ends it."""

import json
from collections.abc import Sequence
from typing import Any

from appliance.student_level.staging.batch import LOCAL_CODE, Batch

_ENDED = "SELECT source_id FROM identity WHERE entity = ? AND system = ? AND gone_day IS NOT NULL"
_END = "UPDATE identity SET gone_day = ? WHERE entity = ? AND system = ? AND source_id = ?"

_END_ALL = """
    UPDATE identity SET gone_day = ?
     WHERE entity = ? AND gone_day IS NULL AND system IN (?, 'district', 'state', 'local')
       AND key IN (SELECT value FROM json_each(?))
"""


def end_ids(batch: Batch, entity: str, keys: Sequence[int]) -> None:
    """End the ids of people whom a file of changes ends."""
    if keys:
        batch.run(_END_ALL, (batch.today, entity, batch.system, json.dumps(keys)))


class DaysOfIds:
    """The ids by which one file names people of one kind, to be held against those that were in use before."""

    def __init__(self, batch: Batch, entity: str) -> None:
        self._batch, self._entity = batch, entity
        self.is_first = not batch.known(entity, batch.system)
        """Whether the sender named nobody yet: then there is nothing to end."""
        self._seen: dict[str, set[str]] = {system: set() for system in (batch.system, "district", "state", LOCAL_CODE)}

    def see(self, row: Any) -> None:
        """Take note of the ids of a row, whether it is loaded or waits."""
        if not self.is_first:
            self._seen[self._batch.system].add(row.source_id)
            self._seen["district"].add(row.local_id or row.source_id)
            if row.state_id:
                self._seen["state"].add(row.state_id)
            self._seen[LOCAL_CODE].update(row.other_ids)

    def close(self) -> None:
        """End the ids that a whole file names no more, and open those again that it does. A part ends none."""
        batch = self._batch
        if self.is_first or batch.adds_only or not self._seen[batch.system]:
            return
        ours = batch.known(self._entity, batch.system)
        refused = {ours[one] for one in batch.spared.texts("source_id") if one in ours}
        of_sender = set(ours.values()) - refused
        for system, seen in self._seen.items():
            ended = {source_id for (source_id,) in batch.ask(_ENDED, (self._entity, system))}
            batch.run_many(_END, [(None, self._entity, system, one) for one in sorted(ended & seen)])
            if batch.is_delta or not seen or batch.spared.all:
                continue
            known = batch.known(self._entity, system)
            # Ids of people whom only another system names are not this file's to speak of; nor those of refused rows.
            gone = sorted(one for one in known.keys() - seen - ended if known[one] in of_sender)
            batch.run_many(_END, [(batch.today, self._entity, system, one) for one in gone])
