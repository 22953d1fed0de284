"""What people write down about one student beside check-ins: supports, and what the student cares about."""

from typing import Annotated, Literal

import msgspec
from litestar import post
from litestar.di import NamedDependency
from litestar.params import FromPath
from litestar.response import Redirect

from appliance.actions import Action
from appliance.storage.database import Event
from appliance.student_level.records import cares_about, supports
from appliance.student_level.records.students import Student, student
from appliance.web.addresses import Kind
from appliance.web.forms import FromForm
from appliance.web.visit import NoSuch, Visit


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


@post("/students/{address:str}/supports", action=Action.RECORD_SUPPORT, sync_to_thread=True)
def begin_support(address: FromPath[str], visit: NamedDependency[Visit], data: FromForm[SupportForm]) -> Redirect:
    """A support begins today, for a student whom the writer may see."""
    record = _seen(visit, address)
    with visit.changing(_event(visit, record, Action.RECORD_SUPPORT, f"begins: {data.kind}")) as tables:
        supports.begin_support(
            tables,
            student_key=record.student_key,
            kind=data.kind,
            detail=" ".join(data.detail.split()),
            day=visit.today,
            by=visit.session.account.display_name,
        )
    return _back(visit, record, "#s6")


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
) -> Redirect:
    """What a student cares about, in place of what stood there. The log keeps that it was changed, not what it says."""
    record, line = _seen(visit, address), " ".join(data.line.split())
    what = "writes it" if line else "takes it away"
    with visit.changing(_event(visit, record, Action.RECORD_CARES_ABOUT, what)) as tables:
        cares_about.keep_cares_about(
            tables,
            student_key=record.student_key,
            line=line,
            day=visit.today,
            by=visit.session.account.display_name,
        )
    return _back(visit, record)


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
