"""The steward's choice of sensitive fields, each with a purpose and a time."""

from dataclasses import dataclass
from typing import Annotated, ClassVar

import msgspec
from litestar import Response, get, post
from litestar.di import NamedDependency
from litestar.params import FromQuery
from litestar.response import Redirect

from appliance.actions import Action
from appliance.jobs.choose_fields import choices, stored, turn_off, turn_on
from appliance.jobs.compute_metrics import refresh
from appliance.student_level.sensitive import KEEPABLE, SENSITIVE, Choice
from appliance.web.forms import FromForm
from appliance.web.rendering import show
from appliance.web.visit import Frame, Visit

_HERE = "/data/fields"


@dataclass(frozen=True, slots=True)
class Sensitive:
    """One sensitive field as it stands. `records`: how many are stored. `can_be_kept`: whether anything uses it."""

    choice: Choice
    what: str
    records: int
    can_be_kept: bool

    @property
    def word(self) -> str:
        """Its name for people."""
        return self.choice.name.replace("_", " ")

    @property
    def decided_by_a_person(self) -> bool:
        """Whether somebody chose; the house's own state is no choice."""
        return self.choice.chosen_by != "as shipped"


@dataclass(frozen=True, slots=True)
class FieldsPage:
    """The choices; the manual shows every column."""

    template: ClassVar[str] = "pages/fields.html"
    frame: Frame
    sensitive: tuple[Sensitive, ...]
    done: str


@get(_HERE, action=Action.CHOOSE_FIELD, sync_to_thread=True)
def see_fields(visit: NamedDependency[Visit], done: FromQuery[str] = "") -> Response[str]:
    """The sensitive fields, on or off. No student stands on this page."""
    database = visit.house.database
    records = stored(database)
    found = tuple(
        Sensitive(one, SENSITIVE[one.name], records[one.name], one.name in KEEPABLE) for one in choices(database)
    )
    with visit.reading() as reading:
        frame = visit.frame(reading)
    told = done if done in SENSITIVE else ""
    return show(FieldsPage(frame, found, told))


class OnForm(msgspec.Struct, forbid_unknown_fields=True):
    """What the form to turn a field on sends. `keep`: its last day."""

    csrf: str
    name: Annotated[str, msgspec.Meta(max_length=40)]
    purpose: Annotated[str, msgspec.Meta(max_length=200)]
    keep: Annotated[str, msgspec.Meta(max_length=20)]


class OffForm(msgspec.Struct, forbid_unknown_fields=True):
    """What the form to turn a field off sends."""

    csrf: str
    name: Annotated[str, msgspec.Meta(max_length=40)]
    reason: Annotated[str, msgspec.Meta(max_length=300)]


@post(_HERE + "/on", action=Action.CHOOSE_FIELD, sync_to_thread=True)
def switch_on(visit: NamedDependency[Visit], data: FromForm[OnForm]) -> Redirect:
    """Keep a sensitive field from the next import on, for a purpose and until a day."""
    by = visit.session.account.username
    choice = turn_on(visit.house.database, data.name, purpose=data.purpose, keep=data.keep, by=by)
    return Redirect(f"{_HERE}?done={choice.name}", status_code=303)


@post(_HERE + "/off", action=Action.CHOOSE_FIELD, sync_to_thread=True)
def switch_off(visit: NamedDependency[Visit], data: FromForm[OffForm]) -> Redirect:
    """Forget what is stored of a sensitive field, keep it no longer, and count the totals again."""
    by = visit.session.account.username
    turn_off(visit.house.database, data.name, reason=data.reason.strip(), by=by)
    refresh(visit.house.database, by=by)
    return Redirect(f"{_HERE}?done={data.name}", status_code=303)


FIELD_PAGES = (see_fields, switch_on, switch_off)
