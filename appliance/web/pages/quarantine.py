"""Refused rows: what they wait for, the first thing to mend first, trying them again, letting go of them."""

from dataclasses import dataclass
from typing import Annotated, ClassVar

import msgspec
from litestar import Response, get, post
from litestar.di import NamedDependency
from litestar.params import FromQuery
from litestar.response import Redirect

from appliance.actions import Action
from appliance.errors import Trouble
from appliance.jobs.compute_metrics import refresh
from appliance.jobs.import_files import retry_quarantine
from appliance.jobs.quarantine import drop_batch, what_waits
from appliance.student_level.records.quarantine import Cause, OfBatch
from appliance.web.forms import FromForm
from appliance.web.rendering import show
from appliance.web.visit import Frame, Visit

_HERE = "/data/quarantine"


@dataclass(frozen=True, slots=True)
class QuarantinePage:
    """Root causes in the order in which to mend them, and the batches that left rows. No value of any row."""

    template: ClassVar[str] = "pages/quarantine.html"
    frame: Frame
    causes: tuple[Cause, ...]
    batches: tuple[OfBatch, ...]
    tried: int
    """How many rows left when they were tried again just now; -1 when they were not."""
    dropped: int

    @property
    def rows(self) -> int:
        """All rows that wait."""
        return sum(cause.rows for cause in self.causes)


@get(_HERE, action=Action.RETRY_QUARANTINE, sync_to_thread=True)
def see_quarantine(
    visit: NamedDependency[Visit], tried: FromQuery[int] = -1, dropped: FromQuery[int] = -1
) -> Response[str]:
    """What waits, for what, and who can help."""
    causes, batches = what_waits(visit.house.database)
    with visit.reading() as reading:
        page = QuarantinePage(visit.frame(reading), tuple(causes), tuple(batches), tried, dropped)
    return show(page)


class RetryForm(msgspec.Struct, forbid_unknown_fields=True):
    """What the form to try again sends."""

    csrf: str


@post(_HERE + "/retry", action=Action.RETRY_QUARANTINE, sync_to_thread=True)
def retry(visit: NamedDependency[Visit], data: FromForm[RetryForm]) -> Redirect:
    """Try all rows again. What can be loaded is a batch of its own, which can be taken back."""
    by = visit.session.account.username
    report = retry_quarantine(visit.house.database, by=by)
    if report.changed_anything:
        refresh(visit.house.database, by=by)
    return Redirect(f"{_HERE}?tried={report.left_quarantine}", status_code=303)


class DropForm(msgspec.Struct, forbid_unknown_fields=True):
    """What the form to let go of a batch's rows sends."""

    csrf: str
    batch: Annotated[str, msgspec.Meta(pattern=r"^[0-9]{1,9}$")]
    reason: Annotated[str, msgspec.Meta(max_length=300)]


@post(_HERE + "/drop", action=Action.DROP_QUARANTINE, sync_to_thread=True)
def drop(visit: NamedDependency[Visit], data: FromForm[DropForm]) -> Redirect:
    """Forget the rows that a batch left, with a reason."""
    reason = data.reason.strip()
    if not reason:
        raise Trouble("A reason is needed; it is kept in the access log. Go back and write one.")
    gone = drop_batch(visit.house.database, int(data.batch), reason=reason, by=visit.session.account.username)
    return Redirect(f"{_HERE}?dropped={gone}", status_code=303)


QUARANTINE_PAGES = (see_quarantine, retry, drop)
