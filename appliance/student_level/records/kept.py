"""What was worked out for a reader, kept in memory until any record changes.

Each change of the records leaves its mark in them; a check-in, which lies in the desk's in-tray first, does not. So
what depends on nothing else may be kept as long as the newest mark is the same. What is kept for one reader is handed
to no other; what names nobody, as which keys are alike, may be kept for all who may ask.
"""

import threading
from collections import OrderedDict
from collections.abc import Callable, Hashable
from typing import Any, TypeVar

from appliance.storage.database import Reading

_NEWEST_CHANGE = "SELECT coalesce(max(sequence), 0) AS sequence FROM carried_out"
_Worked = TypeVar("_Worked")


class Kept:
    """So many results at most; the one that was asked for longest ago goes first."""

    def __init__(self, most: int = 400) -> None:
        self._most = most
        self._kept: OrderedDict[Hashable, tuple[int, Any]] = OrderedDict()
        self._lock = threading.Lock()

    def of(self, reading: Reading, whose: Hashable, work_out: Callable[[], _Worked]) -> _Worked:
        """What one reader asked before: kept, or worked out from the very snapshot of the records that has the mark."""
        row = reading.one(_NEWEST_CHANGE)
        mark = int(row["sequence"]) if row else 0
        with self._lock:
            known = self._kept.get(whose)
            if known and known[0] == mark:
                self._kept.move_to_end(whose)
                found: _Worked = known[1]
                return found
        result = work_out()
        with self._lock:
            self._kept[whose] = mark, result
            self._kept.move_to_end(whose)
            while len(self._kept) > self._most:
                self._kept.popitem(last=False)
        return result
