"""What people write down about one student beside check-ins: supports, and what the student cares about.

Both are kept with the records, and files that are being loaded may hold these for minutes, longer than anybody waits at
a page. So what was written is handed back to be sent again, and no sentence is lost.
"""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Annotated, ClassVar, Literal

import msgspec
from litestar import Response, post
from litestar.di import NamedDependency
from litestar.params import FromPath
from litestar.response import Redirect

from appliance.actions import Action
from appliance.errors import HomeTrouble
from appliance.storage.database import Event, Tables
from appliance.student_level.records import cares_about, supports
from appliance.student_level.records.students import Student, student
from appliance.web.addresses import Kind
from appliance.web.forms import FromForm
from appliance.web.rendering import show
from appliance.web.visit import Frame, NoSuch, Visit


class SupportForm(msgspec.Struct, forbid_unknown_fields=True):
    """What the form of a new support sends."""

    csrf: str
    kind: Literal["tutoring", "mentor", "small_group", "attendance_plan", "family_plan", "other"]
    detail: Annotated[str, msgspec.Meta(max_length=supports.LONGEST_DETAIL)] = ""


class EndForm(msgspec.Struct, forbid_unknown_fields=True):
    """What the button of a support that is in place sends."""

    csrf: str
    support: Annotated[str, msgspec.Meta(pattern=r"^[0-9]{1,12}$")]


class CaresAboutForm(msgspec.Struct, forbid_unknown_fields=True):
    """What the form of what a student cares about sends. An empty line takes the one before away."""

    csrf: str
    line: Annotated[str, msgspec.Meta(max_length=cares_about.LONGEST_LINE)] = ""


@dataclass(frozen=True, slots=True)
class Typed:
    """What a form held that could not be kept: where it goes, the field of the line, what it is called, the line."""

    goes_to: str
    field: str
    label: str
    line: str
    longest: int
    kind: str = ""


@dataclass(frozen=True, slots=True)
class NotSavedPage:
    """What was written, to be sent again. `address`: the student's page."""

    template: ClassVar[str] = "pages/not_saved.html"
    frame: Frame
    name: str
    address: str
    sentence: str
    typed: Typed


@post("/students/{address:str}/supports", action=Action.RECORD_SUPPORT, sync_to_thread=True)
def begin_support(
    address: FromPath[str], visit: NamedDependency[Visit], data: FromForm[SupportForm]
) -> Redirect | Response[str]:
    """A support begins today, for a student whom the writer may see."""
    record, detail = _seen(visit, address), " ".join(data.detail.split())

    def write(tables: Tables) -> None:
        supports.begin_support(
            tables, student_key=record.student_key, kind=data.kind, detail=detail, day=visit.today,
            by=visit.session.account.display_name,
        )  # fmt: skip

    event = _event(visit, record, Action.RECORD_SUPPORT, f"begins: {data.kind}")
    typed = Typed("supports", "detail", supports.KINDS[data.kind], data.detail, supports.LONGEST_DETAIL, data.kind)
    return _kept_or_handed_back(visit, record, event, write, typed, "#s6")


@post("/students/{address:str}/supports/end", action=Action.RECORD_SUPPORT, sync_to_thread=True)
def end_support(address: FromPath[str], visit: NamedDependency[Visit], data: FromForm[EndForm]) -> Redirect:
    """A support ends today."""
    record = _seen(visit, address)
    with visit.changing(_event(visit, record, Action.RECORD_SUPPORT, "ends")) as tables:
        key = int(data.support)
        supports.end_support(tables, support_key=key, student_key=record.student_key, day=visit.today)
    return _back(visit, record, "#s6")


@post("/students/{address:str}/cares-about", action=Action.RECORD_CARES_ABOUT, sync_to_thread=True)
def write_cares_about(
    address: FromPath[str], visit: NamedDependency[Visit], data: FromForm[CaresAboutForm]
) -> Redirect | Response[str]:
    """What a student cares about, in place of what stood there. The log keeps that it was changed, not what it says."""
    record, line = _seen(visit, address), " ".join(data.line.split())

    def write(tables: Tables) -> None:
        cares_about.keep_cares_about(
            tables, student_key=record.student_key, line=line, day=visit.today, by=visit.session.account.display_name
        )

    event = _event(visit, record, Action.RECORD_CARES_ABOUT, "writes it" if line else "takes it away")
    typed = Typed("cares-about", "line", "Cares about", data.line, cares_about.LONGEST_LINE)
    return _kept_or_handed_back(visit, record, event, write, typed)


def _kept_or_handed_back(
    visit: Visit, record: Student, event: Event, write: Callable[[Tables], None], typed: "Typed", part: str = ""
) -> Redirect | Response[str]:
    try:
        with visit.changing(event) as tables:
            write(tables)
    except HomeTrouble as trouble:
        page = NotSavedPage(
            visit.bare_frame(), record.name.full, visit.student_address(record.student_key), str(trouble), typed
        )
        return show(page, status_code=503)
    return _back(visit, record, part)


def _seen(visit: Visit, address: str) -> Student:
    key = visit.key(Kind.STUDENT, address)
    with visit.reading() as reading:
        record = student(reading, key, visit.today)
    if record is None:
        raise NoSuch("student")
    return record


def _event(visit: Visit, record: Student, action: Action, what: str) -> Event:
    return Event(visit.session.account.username, action, what, record.name.reason, (record.student_key,))


def _back(visit: Visit, record: Student, part: str = "") -> Redirect:
    return Redirect(f"{visit.student_address(record.student_key)}?done=true{part}", status_code=303)
