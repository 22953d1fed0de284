"""Look as somebody else: pages as a teacher or counselor of the own school sees them, as far as the reader may too."""

from dataclasses import dataclass
from typing import Annotated, ClassVar

import msgspec
from litestar import Response, get, post
from litestar.di import NamedDependency
from litestar.params import FromPath
from litestar.response import Redirect

from appliance.actions import Action, Role
from appliance.jobs.people import Person, people
from appliance.storage.database import Event, Reading
from appliance.student_level.records import schools, sections
from appliance.web.addresses import Kind
from appliance.web.forms import FromForm
from appliance.web.rendering import show
from appliance.web.visit import Frame, NoSuch, Visit

_WHOM = frozenset({Role.TEACHER, Role.COUNSELOR})


@dataclass(frozen=True, slots=True)
class LookAsPage:
    """The people over whose shoulder the reader may look."""

    template: ClassVar[str] = "pages/look_as.html"
    frame: Frame
    people: tuple[tuple[str, Person], ...]


class LookForm(msgspec.Struct, forbid_unknown_fields=True):
    """What the button sends."""

    csrf: Annotated[str, msgspec.Meta(max_length=200)]


@get("/look-as", action=Action.VIEW_AS, sync_to_thread=True)
def see_look_as(visit: NamedDependency[Visit]) -> Response[str]:
    """Teachers and counselors of the own school."""
    with visit.reading() as reading:
        frame = visit.frame(reading)
    found = tuple((visit.addresses.of(Kind.ACCOUNT, one.account_key), one) for one in _people(visit))
    return show(LookAsPage(frame, found))


@post("/look-as/{person:str}", action=Action.VIEW_AS, sync_to_thread=True)
def look_as(person: FromPath[str], visit: NamedDependency[Visit], data: FromForm[LookForm]) -> Redirect:
    """Begin; it is in the log before the first page is sent."""
    key = visit.key(Kind.ACCOUNT, person)
    whom = next((one for one in _people(visit) if one.account_key == key), None)
    if whom is None:
        raise NoSuch("person")
    visit.house.database.record(Event(visit.session.account.username, Action.VIEW_AS, f"as {whom.username}: begins"))
    visit.house.shoulder.begin(visit.session, whom)
    return Redirect("/this-week", status_code=303)


@post("/look-as/end", action=Action.VIEW_AS, sync_to_thread=True)
def look_as_oneself(visit: NamedDependency[Visit], data: FromForm[LookForm]) -> Redirect:
    """End it."""
    if visit.looks_as is not None:
        event = Event(visit.session.account.username, Action.VIEW_AS, f"as {visit.looks_as.username}: ends")
        visit.house.database.record(event)
    visit.house.shoulder.end(visit.session)
    return Redirect("/", status_code=303)


def _people(visit: Visit) -> list[Person]:
    """Whom the reader leads, whoever's shoulder they look over at this moment."""
    with visit.own().reading() as reading:
        staff = _staff_led(reading)
    return [one for one in people(visit.house.database, staff=staff) if one.role in _WHOM]


def _staff_led(reading: Reading) -> set[int]:
    return {key for school in schools.schools_led(reading) for key in sections.staff_at(reading, school.school_key)}


LOOK_AS_PAGES = (see_look_as, look_as, look_as_oneself)
