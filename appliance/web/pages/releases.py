"""Releases: what has been drafted, approved and built, and what the reader may do about it."""

from dataclasses import dataclass
from typing import Any, ClassVar

from litestar import Response, get
from litestar.di import NamedDependency

from appliance.actions import Action, may
from appliance.storage.database import Reading
from appliance.web.rendering import show
from appliance.web.visit import Frame, Visit

_RELEASES = """
    SELECT release_key, snapshot, school_year, version, status, minimum_n, drafted_by, drafted_at, approved_by,
           approved_at, package_name
      FROM release ORDER BY release_key DESC LIMIT 50
"""


@dataclass(frozen=True, slots=True)
class Release:
    """One release, from draft to package."""

    release_key: int
    snapshot: str
    school_year: str
    version: int
    status: str
    minimum_n: int
    drafted_by: str
    drafted_at: str
    approved_by: str | None
    approved_at: str | None
    package_name: str | None


@dataclass(frozen=True, slots=True)
class ReleasesPage:
    """The releases, newest first."""

    template: ClassVar[str] = "pages/releases.html"
    frame: Frame
    username: str
    drafts: bool
    releases: tuple[Release, ...]


def _releases(reading: Reading) -> tuple[Release, ...]:
    rows: list[dict[str, Any]] = reading.query(_RELEASES)
    return tuple(Release(**row) for row in rows)


@get("/releases", action=Action.APPROVE_RELEASE, sync_to_thread=True)
def see_releases(visit: NamedDependency[Visit]) -> Response[str]:
    """What leaves, or has left, the district. Totals only; no student stands on this page."""
    with visit.reading() as reading:
        page = ReleasesPage(
            frame=visit.frame(reading),
            username=visit.session.account.username,
            drafts=may(visit.role, Action.DRAFT_RELEASE),
            releases=_releases(reading),
        )
    return show(page)
