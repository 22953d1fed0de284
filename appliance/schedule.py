"""What runs by itself, and when."""

from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass

import structlog
from apscheduler.schedulers.background import BackgroundScheduler

log = structlog.get_logger("schoolhouse")


@dataclass(frozen=True, slots=True)
class Recurring:
    """A piece of work that comes again: every so many minutes or hours, or each night at an hour (0 to 23, local time).

    What comes every few minutes is logged only when it fails.
    """

    name: str
    work: Callable[[], object]
    every_hours: int = 0
    every_minutes: int = 0
    nightly_at: int | None = None


@contextmanager
def run_in_background(recurring: Sequence[Recurring]) -> Iterator[None]:
    """Let the work come again while the block runs. One that fails is logged by its name and tried at its next turn."""
    scheduler = BackgroundScheduler(job_defaults={"coalesce": True, "max_instances": 1, "misfire_grace_time": 3600})
    for one in recurring:
        if one.nightly_at is not None:
            scheduler.add_job(_run, "cron", [one], hour=one.nightly_at, name=one.name)
        else:
            scheduler.add_job(_run, "interval", [one], hours=one.every_hours, minutes=one.every_minutes, name=one.name)
    scheduler.start()
    try:
        yield
    finally:
        scheduler.shutdown(wait=True)


def _run(one: Recurring) -> None:
    try:
        one.work()
    except Exception as error:
        # The text of an error may hold a value, so only its kind is logged.
        log.error("recurring work failed", work=one.name, error=type(error).__name__)
    else:
        if not one.every_minutes:
            log.info("recurring work done", work=one.name)
