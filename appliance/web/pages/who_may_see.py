"""Who may see this student: everybody who can sign in and would find the student on their pages, with the reason."""

from dataclasses import dataclass
from typing import Annotated, ClassVar

import msgspec
from litestar import Response, get, post
from litestar.di import NamedDependency
from litestar.params import FromPath

from appliance.actions import Action
from appliance.jobs.people import people
from appliance.roles import Scope
from appliance.student_level.access import Viewer
from appliance.student_level.onlookers import Onlooker, Ties, onlookers
from appliance.student_level.records.enrollments import Name, find_by_name, names
from appliance.web.addresses import Kind
from appliance.web.forms import FromForm
from appliance.web.rendering import show
from appliance.web.visit import Frame, NoSuch, Visit


@dataclass(frozen=True, slots=True)
class AskWhoPage:
    """The form, and those whom the typed name or id found."""

    template: ClassVar[str] = "pages/ask_who_may_see.html"
    frame: Frame
    by_whole_name: bool
    typed: str = ""
    found: tuple[tuple[str, Name], ...] = ()


@dataclass(frozen=True, slots=True)
class WhoMaySeePage:
    """The list for one student; it prints on one sheet, for a family."""

    template: ClassVar[str] = "pages/who_may_see.html"
    frame: Frame
    name: Name
    today: int
    onlookers: tuple[Onlooker, ...]


class AskForm(msgspec.Struct, forbid_unknown_fields=True):
    """What the form sends."""

    csrf: str
    name: Annotated[str, msgspec.Meta(max_length=100)]


@get("/who-may-see", action=Action.SEE_WHO_MAY_SEE, sync_to_thread=True)
def ask_who_may_see(visit: NamedDependency[Visit]) -> Response[str]:
    """The form. It shows nobody."""
    with visit.reading() as reading:
        return show(AskWhoPage(visit.frame(reading), _by_whole_name(visit)))


@post("/who-may-see/find", action=Action.SEE_WHO_MAY_SEE, sync_to_thread=True, status_code=200)
def find_whom(visit: NamedDependency[Visit], data: FromForm[AskForm]) -> Response[str]:
    """Those of that name: whose own students they are not, must type it whole, or the district's id."""
    typed = " ".join(data.name.split())
    with visit.reading(typed=typed) as reading:
        found, _ = find_by_name(reading, "" if _by_whole_name(visit) else typed) if typed else ({}, False)
        lines = tuple((_address(visit, key), name) for key, name in found.items())
        page = AskWhoPage(visit.frame(reading), _by_whole_name(visit), typed, lines)
    if found:
        visit.saw(Action.SEE_WHO_MAY_SEE, students=tuple(found), reason="looked up by name", subject="found by name")
    return show(page)


@get("/who-may-see/{address:str}", action=Action.SEE_WHO_MAY_SEE, sync_to_thread=True)
def see_who_may_see(address: FromPath[str], visit: NamedDependency[Visit]) -> Response[str]:
    """People and reasons, as of this moment. Each was asked through their own gate."""
    key = visit.key(Kind.STUDENT, address)
    with visit.reading(named=key) as reading:
        name = names(reading, [key]).get(key)
        if name is None:
            raise NoSuch("student")
        frame = visit.frame(reading)
    house = visit.house

    def those(ties: Ties) -> list[Viewer]:
        return [
            one.as_viewer(visit.today, house.clock(), family_pages=house.settings.family_pages)
            for one in people(house.database, staff=ties.staff, accounts=ties.accounts)
        ]

    found = tuple(onlookers(house.database, key, those))
    visit.saw(Action.SEE_WHO_MAY_SEE, students=(key,), reason=name.reason)
    return show(WhoMaySeePage(frame, name, visit.today, found))


def _by_whole_name(visit: Visit) -> bool:
    return visit.role.terms.scope is Scope.ONE_BY_NAME


def _address(visit: Visit, key: int) -> str:
    return f"/who-may-see/{visit.addresses.of(Kind.STUDENT, key)}"
