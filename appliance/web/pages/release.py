"""One release: who did what, how it was protected and attacked, its files byte for byte, and what comes next."""

import csv
import hashlib
import io
from dataclasses import dataclass
from typing import Annotated, Any, ClassVar

import msgspec
from litestar import Response, get, post
from litestar.di import NamedDependency
from litestar.params import FromPath, FromQuery
from litestar.response import Redirect

from appliance.actions import Action, may
from appliance.errors import Trouble
from appliance.jobs.policy import Rules, rules_of
from appliance.jobs.release_changes import SinceLast, since_last
from appliance.jobs.release_deeds import approve, discard, person
from appliance.jobs.release_gaps import Gap, gaps
from appliance.jobs.release_outbox import build_package, withdraw
from appliance.jobs.release_record import TITLES, content, files
from appliance.jobs.release_record import show as record_of
from appliance.jobs.release_states import LEFT, STEPS, Step, possible
from appliance.web.forms import FromForm
from appliance.web.pages.releases import may_see
from appliance.web.rendering import show
from appliance.web.visit import Frame, NoSuch, Visit

MOST_ROWS = 600
"""Rows of a table that one page shows; the file itself is a link away."""


@dataclass(frozen=True, slots=True)
class File:
    """One file of the package."""

    name: str
    size: int
    sha256: str


@dataclass(frozen=True, slots=True)
class ReleasePage:
    """One release. `steps`: what this reader may do with it now."""

    template: ClassVar[str] = "pages/release.html"
    most_rows: ClassVar[int] = MOST_ROWS
    titles: ClassVar[dict[str, str]] = TITLES
    done: ClassVar[dict[str, str]] = {step.deed: step.after for step in STEPS}
    frame: Frame
    release: dict[str, Any]
    files: tuple[File, ...]
    steps: tuple[Step, ...]
    drafted_it: bool
    sources: bool
    since: SinceLast | None
    gaps: tuple[Gap, ...]
    rules: Rules | None

    def rows(self, state: str) -> int:
        """How many rows of all tables are in a state, as the report names it."""
        return sum(table.get(state, 0) for table in self.release["report"]["tables"])

    @property
    def has_left(self) -> bool:
        """Whether this is the file itself, and not its preview."""
        return self.release["status"] in LEFT


@dataclass(frozen=True, slots=True)
class FilePage:
    """One file of a release: a table as a table, anything else as text."""

    template: ClassVar[str] = "pages/release_file.html"
    frame: Frame
    release: dict[str, Any]
    file: File
    columns: tuple[str, ...]
    rows: tuple[tuple[str, ...], ...]
    more: int
    text: str


def _release(visit: Visit, key: int) -> dict[str, Any]:
    try:
        found = record_of(visit.house.database, key)
    except Trouble:
        raise NoSuch("release") from None
    if not may_see(visit, found):
        raise NoSuch("release")
    return found


@get("/releases/{release:int}", action=Action.SEE_RELEASES, sync_to_thread=True)
def see_release(release: FromPath[int], visit: NamedDependency[Visit]) -> Response[str]:
    """Everything about one release."""
    found = _release(visit, release)
    mine = person(found["drafted_by"]) == person(visit.session.account.username)
    with visit.reading() as reading:
        frame = visit.frame(reading)
    return show(
        ReleasePage(
            frame=frame,
            release=found,
            files=tuple(_files(visit, release)),
            steps=tuple(
                step
                for step in possible(found["status"])
                if may(visit.role, step.action) and not (step.another and mine)
            ),
            drafted_it=mine and found["status"] == "drafted",
            sources=may(visit.role, Action.APPROVE_RELEASE),
            since=since_last(visit.house.database, found),
            gaps=gaps(visit.house.database, found),
            rules=rules_of(visit.house.database, found),
        )
    )


def _files(visit: Visit, key: int) -> list[File]:
    try:
        kept = files(visit.house.database, key)
    except Trouble:
        return []
    return [File(name, len(data), hashlib.sha256(data).hexdigest()) for name, data in kept.items()]


@get("/releases/{release:int}/files/{name:str}", action=Action.SEE_RELEASES, sync_to_thread=True)
def see_release_file(
    release: FromPath[int], name: FromPath[str], visit: NamedDependency[Visit], raw: FromQuery[bool] = False
) -> Response[Any]:
    """One file, to read or, with `raw`, byte for byte as it would leave or has left. `package.zip` is the whole."""
    found = _release(visit, release)
    kept = files(visit.house.database, release)
    if raw and name == "package.zip" and found["status"] in LEFT:
        return _download(content(visit.house.database, release), found["package_name"])
    if name not in kept:
        raise NoSuch("file of this release")
    if raw:
        return _download(kept[name], name)
    text = kept[name].decode(errors="replace")
    lines = [tuple(line) for line in csv.reader(io.StringIO(text, newline=""))] if name.endswith(".csv") else []
    with visit.reading() as reading:
        frame = visit.frame(reading)
    return show(
        FilePage(
            frame=frame,
            release=found,
            file=File(name, len(kept[name]), hashlib.sha256(kept[name]).hexdigest()),
            columns=lines[0] if lines else (),
            rows=tuple(lines[1 : MOST_ROWS + 1]),
            more=max(0, len(lines) - 1 - MOST_ROWS),
            text="" if lines else text,
        )
    )


def _download(data: bytes, name: str) -> Response[bytes]:
    headers = {"Content-Disposition": f'attachment; filename="{name}"'}
    return Response(data, media_type="application/octet-stream", headers=headers)


class StepForm(msgspec.Struct, forbid_unknown_fields=True):
    """What a form about one release sends."""

    csrf: str
    reason: Annotated[str, msgspec.Meta(max_length=300)] = ""


@post("/releases/{release:int}/approve", action=Action.APPROVE_RELEASE, sync_to_thread=True)
def approve_release(release: FromPath[int], visit: NamedDependency[Visit], data: FromForm[StepForm]) -> Redirect:
    """Approve a draft of somebody else."""
    _release(visit, release)
    approve(visit.house.database, release, by=visit.session.account.username)
    return _back(release)


@post("/releases/{release:int}/discard", action=Action.DISCARD_RELEASE, sync_to_thread=True)
def discard_release(release: FromPath[int], visit: NamedDependency[Visit], data: FromForm[StepForm]) -> Redirect:
    """Put a draft aside for good."""
    _release(visit, release)
    discard(visit.house.database, release, by=visit.session.account.username, reason=data.reason)
    return _back(release)


@post("/releases/{release:int}/build", action=Action.BUILD_RELEASE, sync_to_thread=True)
def build_release(release: FromPath[int], visit: NamedDependency[Visit], data: FromForm[StepForm]) -> Redirect:
    """Make the signed package, in the outbox of the home."""
    _release(visit, release)
    database = visit.house.database
    build_package(database, release, database.home / "outbox", by=visit.session.account.username)
    return _back(release)


@post("/releases/{release:int}/withdraw", action=Action.WITHDRAW_RELEASE, sync_to_thread=True)
def withdraw_release(release: FromPath[int], visit: NamedDependency[Visit], data: FromForm[StepForm]) -> Redirect:
    """Take back a release that has left."""
    _release(visit, release)
    database = visit.house.database
    withdraw(database, release, database.home / "outbox", by=visit.session.account.username, reason=data.reason)
    return _back(release)


def _back(release: int) -> Redirect:
    return Redirect(f"/releases/{release}", status_code=303)


RELEASE_PAGES = [see_release, see_release_file, approve_release, discard_release, build_release, withdraw_release]
