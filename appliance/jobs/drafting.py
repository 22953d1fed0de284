"""A draft in the making: counted, protected and attacked in a thread of its own, while pages ask how far it is.

One at a time: each is protected together with all that left before it. What is in hand is known to this process alone;
when that ends, nothing of it is kept.
"""

import threading
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, replace
from datetime import date
from typing import Literal

import structlog

from appliance.errors import Trouble
from appliance.jobs.make_release import draft
from appliance.storage.database import Database

log = structlog.get_logger("schoolhouse")
_FAULT = "Schoolhouse failed by a fault of its own. Nothing was drafted. Tell the person who looks after Schoolhouse."
_STOPPED = "Schoolhouse was stopped in the middle of it. Nothing was drafted. Draft it again."


@dataclass(slots=True)
class Draft:
    """A draft that somebody asked for, and how far it is."""

    by: str
    snapshot: date
    amends: int | None = None
    reason: str = ""
    state: Literal["drafting", "drafted", "refused"] = "drafting"
    release: int = 0
    """The release that it became, once it is drafted."""
    trouble: str = ""
    now: tuple[str, int, int] = ("", 0, 0)
    """Which of `make_release.STEPS` (empty before the first), how much of it is done, and how much there is (or 0)."""

    @property
    def is_busy(self) -> bool:
        """Whether it is being made."""
        return self.state == "drafting"


class Drafting:
    """Where the drafts of a home are made."""

    def __init__(self, database: Database) -> None:
        self._database = database
        self._worker = ThreadPoolExecutor(1, thread_name_prefix="drafting")
        self._asking = threading.Lock()
        self._last: Draft | None = None
        self._is_stopping = False

    @property
    def last(self) -> Draft | None:
        """The draft in hand, or the one before, as it is at this moment; None since the start."""
        return replace(self._last) if self._last else None

    def begin(self, snapshot: date, *, by: str, amends: int | None = None, reason: str = "") -> None:
        """Begin to draft. Raises Trouble while another draft is in hand."""
        with self._asking:
            if self._last and self._last.is_busy:
                raise Trouble(
                    f"{self._last.by} is drafting a release of {self._last.snapshot} at this moment. "
                    "One is drafted after another: wait until it is finished."
                )
            self._last = Draft(by, snapshot, amends, reason)
        self._worker.submit(self._run, self._last)

    def _run(self, one: Draft) -> None:
        try:
            made = draft(
                self._database,
                one.snapshot,
                by=one.by,
                amends=one.amends,
                reason=one.reason,
                progress=self._follow(one),
            )
            one.release, one.state = int(made["release_key"]), "drafted"
        except Trouble as trouble:
            one.trouble, one.state = str(trouble), "refused"
        except Exception as error:
            # The text of an error may hold a count, so only its kind is logged.
            log.error("drafting failed", error=type(error).__name__)
            one.trouble, one.state = _FAULT, "refused"

    def _follow(self, one: Draft) -> Callable[[str, int, int], None]:
        def follow(step: str, done: int, expected: int) -> None:
            if self._is_stopping:
                raise Trouble(_STOPPED)
            one.now = step, done, expected
            self._database.give_way()

        return follow

    def close(self) -> None:
        """Call off what is in hand, at its next piece of work, and begin no other."""
        self._is_stopping = True
        self._worker.shutdown(wait=True, cancel_futures=True)
