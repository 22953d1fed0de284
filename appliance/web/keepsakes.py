"""What is kept in memory for people who are between two pages of signing in: for ten minutes, and not for too many.

Nothing of it is worth the database: a restart asks people to begin again.
"""

import hashlib
import secrets
import threading
import time
from collections import OrderedDict
from collections.abc import Callable
from typing import Generic, TypeVar

KEPT_SECONDS = 600
MOST = 5_000
_Thing = TypeVar("_Thing")


class Keepsakes(Generic[_Thing]):
    """Things, each found again by a secret token that a browser's cookie holds. The oldest go first when it is full."""

    def __init__(self, clock: Callable[[], float] = time.monotonic, most: int = MOST) -> None:
        self._clock = clock
        self._most = most
        self._kept: OrderedDict[bytes, tuple[float, _Thing]] = OrderedDict()
        self._lock = threading.Lock()

    def keep(self, thing: _Thing) -> str:
        """The token by which the thing is found again."""
        token = secrets.token_urlsafe(32)
        with self._lock:
            self._kept[_hash(token)] = (self._clock(), thing)
            while len(self._kept) > self._most:
                self._kept.popitem(last=False)
        return token

    def find(self, token: str) -> _Thing | None:
        """The thing, unless it is too old, forgotten or was never kept."""
        with self._lock:
            found = self._kept.get(_hash(token))
            if found and self._clock() - found[0] < KEPT_SECONDS:
                return found[1]
            self._kept.pop(_hash(token), None)
            return None

    def take(self, token: str) -> _Thing | None:
        """The thing, which is forgotten with this: of two who bring one token, one gets it."""
        found = self.find(token)
        with self._lock:
            return found if self._kept.pop(_hash(token), None) else None


def _hash(token: str) -> bytes:
    return hashlib.sha256(token.encode()).digest()
