"""Looking over a shoulder: who sees pages as somebody else sees them, and for how long.

It is kept in memory and ends with the server. While it lasts, only what both people may do and see is there, and
nothing can be changed; the guard and the database's gates see to that, not the pages.
"""

import threading
from collections.abc import Callable

from appliance.actions import Action
from appliance.jobs.people import Person
from appliance.web.sessions import Session

LONGEST_SECONDS = 30 * 60
STILL_OPEN = frozenset({Action.VIEW_AS, Action.SIGN_OUT})
"""What the looker may do in their own right meanwhile: end it."""


class Shoulder:
    """Who looks as whom, by session."""

    def __init__(self, clock: Callable[[], float]) -> None:
        self._clock = clock
        self._looking: dict[bytes, tuple[Person, float]] = {}
        self._lock = threading.Lock()

    def begin(self, session: Session, person: Person) -> None:
        """From the next request on, the session looks as that person."""
        with self._lock:
            now = self._clock()
            self._looking = {key: one for key, one in self._looking.items() if one[1] > now}
            self._looking[session.token_hash] = (person, now + LONGEST_SECONDS)

    def end(self, session: Session) -> None:
        """From the next request on, the session looks as itself."""
        with self._lock:
            self._looking.pop(session.token_hash, None)

    def over_whose(self, session: Session) -> Person | None:
        """As whom the session looks, or None."""
        with self._lock:
            person, until = self._looking.get(session.token_hash, (None, 0.0))
        return person if until > self._clock() else None
