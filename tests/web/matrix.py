"""The matrix: every door of the house, tried by one person, with what is theirs, what is not, and what is not there.

Nothing here lists routes. They are walked, and what a route asks for (a student, a class, a form) is filled in from the
tables below; a route that asks for something unknown fails with a sentence that says which table needs a line.
"""

import io
import typing
import zipfile
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from itertools import product

import httpx
import msgspec
from litestar import Litestar
from litestar.handlers import HTTPRouteHandler

from appliance.actions import Action, may
from appliance.jobs.people import person as person_called
from appliance.roles import Scope
from appliance.storage.connection import GatedConnection
from appliance.storage.database import Database
from appliance.student_level.access import reading_as
from appliance.web.addresses import Addresses, Kind
from appliance.web.guards import OPEN_TO_ANYBODY
from tests import everyone, maplewood
from tests.conftest import Person
from tests.everyone import TODAY
from tests.maplewood import KEY, NOW, STUDENTS

NOT_THERE = 999_999
LEFT_OUT = {
    "/sign-out": "it would end the matrix's own session; test_signing_in.py walks it",
    "/accounts/lock-down": "it would shut the house to everybody else; test_sessions_end.py walks it",
    "/prove": "a wrong password counts against its owner, who is then slowed down; test_sessions_end.py walks it",
    "/data/import/files": "it reads its form from the stream; test_upload.py walks it",
}
"""Forms that are tried only by those who may not send them, and why."""
PRINTERS = frozenset({"okafor", "ruiz"})
"""Drawing a sheet of paper takes half a second, so of those who may, two have it drawn. All others ask for what is not
theirs, which is refused before anything is drawn."""
BY_NAME = {Action.SEE_WHO_MAY_SEE, Action.SEE_AUDIT, Action.EXPORT_AUDIT, Action.SEE_WHO_IS_WHO}
"""Behind these, whoever sees one student by name may read that name."""
FIELDS = {
    "day": "2026-11-20",
    "who": "okafor",
    "since": "2026-11-16",
    "until": "2026-12-01",
    "teacher": "staff",
    "coach": "coach",
    "section": "section",
    "name": "van",
    "snapshot": "2026-11-20",
    "measure": "chronic_absence",
}
"""What a form's field, or a query that must be there, gets by its name: a text, or a kind of key. Others get what
their type asks for."""


@dataclass(frozen=True)
class Keys:
    """Addresses for one parameter: of what is the person's, of what is not, and of what is not there."""

    mine: str | None
    others: str | None
    missing: str | None


@dataclass
class Walker:
    """One person, signed in, and what they may see according to the database."""

    database: Database
    app: Litestar
    username: str
    person: Person
    token: str
    students: frozenset[int] = field(init=False)
    complaints: list[str] = field(default_factory=list)

    def __post_init__(self) -> None:
        self.viewer = person_called(self.database, self.username).as_viewer(TODAY, NOW, family_pages=True)
        self.by_name = self.viewer.role.terms.scope is Scope.ONE_BY_NAME
        self.students = frozenset(self._visible("student"))
        self.addresses = Addresses(self.token)

    def _visible(self, what: str) -> set[int]:
        if self.viewer.role.terms.scope is Scope.NOBODY:
            return set()
        with reading_as(self.database, self.viewer) as reading:
            return {row[f"{what}_key"] for row in reading.query(f"SELECT {what}_key FROM visible_{what}")}

    def _keys(self, kind: Kind, mine: set[int], everything: set[int]) -> Keys:
        def first(keys: set[int]) -> str | None:
            return self.addresses.of(kind, min(keys)) if keys else None

        return Keys(first(mine & everything), first(everything - mine), self.addresses.of(kind, NOT_THERE))

    def student(self) -> Keys:
        everybody = set(KEY.values())
        return self._keys(Kind.STUDENT, everybody if self.by_name else set(self.students), everybody)

    def section(self) -> Keys:
        everything = {maplewood.SCIENCE, maplewood.READING, maplewood.OAK_MATH}
        return self._keys(Kind.SECTION, everything if self.by_name else self._visible("section"), everything)

    def school(self) -> Keys:
        mine = {
            Scope.SCHOOL: {maplewood.ELM},
            Scope.ONE_BY_NAME: {maplewood.ELM, maplewood.OAK},
        }.get(self.viewer.role.terms.scope, set())
        return self._keys(Kind.SCHOOL, mine, {maplewood.ELM, maplewood.OAK})

    def any_school(self) -> Keys:
        """For who asks about every school and sees no student of it."""
        both = {maplewood.ELM, maplewood.OAK}
        return self._keys(Kind.SCHOOL, both, both)

    def grant(self) -> Keys:
        made = {everyone.open_to_coach(self.database, section) for section in (maplewood.SCIENCE, maplewood.OAK_MATH)}
        return self._keys(Kind.GRANT, made if self.by_name else {min(made)}, made)

    def day_code(self) -> Keys:
        shea, gray = (person_called(self.database, name) for name in ("shea", "gray"))
        everyone.cover(self.database, shea, maplewood.OKAFOR)
        everyone.cover(self.database, gray, maplewood.LIND)
        both = {shea.account_key, gray.account_key}
        return self._keys(Kind.ACCOUNT, both if self.by_name else {shea.account_key}, both)

    def colleague(self) -> Keys:
        okafor, lind = (person_called(self.database, name).account_key for name in ("okafor", "lind"))
        return self._keys(Kind.ACCOUNT, {okafor}, {okafor, lind})

    def coach(self) -> Keys:
        cruz = {person_called(self.database, "cruz").account_key}
        return self._keys(Kind.ACCOUNT, cruz, cruz)

    def staff(self) -> Keys:
        both = {maplewood.OKAFOR, maplewood.LIND}
        return self._keys(Kind.STAFF, both if self.by_name else {maplewood.OKAFOR}, both)


def _of_the_house(mine: str | None, missing: str) -> Callable[[Walker], Keys]:
    """Something that is no student's, no class's and no school's: there is no such thing as somebody else's."""
    return lambda walker: Keys(mine, None, missing)


PARAMETERS: dict[tuple[str, str], Callable[[Walker], Keys]] = {
    ("students", "address"): Walker.student,
    ("who-may-see", "address"): Walker.student,
    ("classes", "address"): Walker.section,
    ("schools", "address"): Walker.any_school,
    ("grants", "grant"): Walker.grant,
    ("day-codes", "account"): Walker.day_code,
    ("look-as", "person"): Walker.colleague,
    ("who-is-who", "address"): Walker.student,
    ("import", "upload"): _of_the_house(None, "no-such-upload"),
    ("of", "upload"): _of_the_house(None, "no-such-upload"),
    ("releases", "release"): _of_the_house(None, "999999"),
    ("rules", "proposal"): _of_the_house(None, "999999"),
    ("files", "name"): _of_the_house(None, "nothing.csv"),
    ("alarms", "line"): _of_the_house(None, "999999"),
    ("manual", "name"): _of_the_house("who-sees-what", "nothing"),
    ("static", "name"): _of_the_house("schoolhouse.css", "nothing.css"),
}
"""What stands in a path: (the part before it, the parameter's name) -> its addresses."""
QUERIES: dict[str, Callable[[Walker], Keys]] = {"at": Walker.school}
"""What stands behind a path's question mark and leads to a row."""


@dataclass(frozen=True)
class Door:
    """One route with one method."""

    path: str
    method: str
    handler: HTTPRouteHandler

    @property
    def action(self) -> Action:
        return self.handler.opt["action"]

    @property
    def name(self) -> str:
        return f"{self.method} {self.path}"

    @property
    def form(self) -> type[msgspec.Struct] | None:
        data = self.handler.parsed_fn_signature.parameters.get("data")
        kind = data.annotation if data else None
        return kind if isinstance(kind, type) and issubclass(kind, msgspec.Struct) else None

    @property
    def variants(self) -> list[str]:
        """As it is, and once with each value of each closed choice."""
        each = [f"{name}={value}" for name, values in self.choices.items() for value in values]
        return ["", *each] if self.method == "GET" and not self.path.endswith("/pdf") else [""]

    @property
    def must_ask(self) -> str:
        """The query that the door will not do without, but for what leads to a row."""
        return "&".join(
            f"{name}={FIELDS.get(name, '1')}"
            for name, parameter in self.handler.parsed_fn_signature.parameters.items()
            if type(parameter.kwarg_definition).__name__ == "QueryParameter"
            and parameter.is_required
            and name not in QUERIES
        )

    @property
    def closed(self) -> dict[str, tuple[object, ...]]:
        """Parameters of the path with a closed list of values."""
        return {
            name: typing.get_args(parameter.annotation)
            for name, parameter in self.handler.parsed_fn_signature.parameters.items()
            if f"{{{name}:" in self.path and typing.get_origin(parameter.annotation) is typing.Literal
        }

    @property
    def choices(self) -> dict[str, tuple[object, ...]]:
        """Query parameters with a closed list of values: orders, filters, switches."""
        found: dict[str, tuple[object, ...]] = {}
        for name, parameter in self.handler.parsed_fn_signature.parameters.items():
            if type(parameter.kwarg_definition).__name__ == "QueryParameter":
                if typing.get_origin(parameter.annotation) is typing.Literal:
                    found[name] = typing.get_args(parameter.annotation)
                elif parameter.annotation is bool:
                    found[name] = ("true",)
        return found


def doors(app: Litestar) -> list[Door]:
    """Every door, those that look before those that change something."""
    found = [
        Door(route.path, method, handler)
        for route in app.routes
        for handler in route.route_handlers
        for method in handler.http_methods
        if method not in ("OPTIONS", "HEAD")
    ]
    return sorted(found, key=lambda door: (door.method != "GET", door.path))


def walk(walker: Walker) -> list[str]:
    """Try every door; what is wrong, as sentences."""
    for door in doors(walker.app):
        _try(walker, door)
    return walker.complaints


def _try(walker: Walker, door: Door) -> None:
    allowed = may(walker.viewer.role, door.action) or door.action in OPEN_TO_ANYBODY
    if not allowed:
        _is_shut(walker, door)
    elif door.method == "GET" or door.path not in LEFT_OUT:
        _is_open(walker, door)


def _is_shut(walker: Walker, door: Door) -> None:
    """Without the right, what is theirs, what is not and what is not there get one answer: this is not for you."""
    for address, _ in _addresses(walker, door):
        answer = _ask(walker, door, address)
        if answer.status_code != 403 or "belongs to another role" not in answer.text:
            walker.complaints.append(f"{door.name} answers {answer.status_code}, though the role has no right to it")
        _no_strangers(walker, door, answer)


def _is_open(walker: Walker, door: Door) -> None:
    answers: dict[str, tuple[httpx.Response, int, int]] = {}
    for address, whose in _addresses(walker, door):
        before = _log_lines(walker)
        with counting_questions() as questions:
            answer = _ask(walker, door, address)
        answers[whose] = answer, len(questions), _log_lines(walker) - before
        _no_strangers(walker, door, answer)
        expected = _expected(door, whose, is_anybodys="others" in answers)
        # Who signs in, by whichever way, is answered as that way demands; here it matters only whom the answer names.
        if answer.status_code not in expected and door.action not in (Action.SIGN_IN, Action.PROVE_AGAIN):
            walker.complaints.append(f"{door.name} answers {answer.status_code} for what is {whose}, not {expected}")
        if door.action is Action.VIEW_AS and whose == "mine":
            walker.person.post("/look-as/end", {"csrf": _csrf(walker)})
    if "others" in answers and "missing" in answers:
        _alike(walker, door, answers["others"], answers["missing"])


def _expected(door: Door, whose: str, *, is_anybodys: bool) -> tuple[int, ...]:
    """The answers that are right. A form that the matrix filled in without knowing what it is about may be refused.

    `is_anybodys`: whether the door leads to what may be somebody else's; then only "no such thing" will do.
    """
    if whose == "mine":
        return (200, 303) if door.method == "GET" else (200, 303, 400) + ((404,) if "{" not in door.path else ())
    return (404,) if whose == "others" or is_anybodys else (400, 404)


def _alike(
    walker: Walker, door: Door, others: tuple[httpx.Response, int, int], missing: tuple[httpx.Response, int, int]
) -> None:
    """Somebody else's and not there: the same status, headers and body, after the same work."""
    if others[0].text != missing[0].text or _headers(others[0]) != _headers(missing[0]):
        walker.complaints.append(f"{door.name} tells somebody else's from what is not there")
    if others[1:] != missing[1:]:
        walker.complaints.append(f"{door.name} does other work for somebody else's than for what is not there")


def _headers(answer: httpx.Response) -> dict[str, str]:
    return {name: value for name, value in answer.headers.items() if name != "date"}


def _addresses(walker: Walker, door: Door) -> Iterator[tuple[str, str]]:
    """The door's address with what is theirs (once for each order and filter), with what is not, and what is not there.

    Where an address leads to several things, one of them is varied: the one of which somebody else may have another.
    """
    found = _everything_named(walker, door)
    varied = next((name for name, keys in found.items() if keys.others), next(iter(found), ""))
    chosen = found.get(varied, Keys("", None, None))
    for address, whose in ((chosen.mine, "mine"), (chosen.others, "others"), (chosen.missing, "missing")):
        if address is None or (whose == "mine" and door.path.endswith("/pdf") and walker.username not in PRINTERS):
            continue
        named = {name: keys.mine or keys.missing or "" for name, keys in found.items()} | {varied: address}
        query = "&".join(f"{name}={text}" for name, text in named.items() if name in QUERIES)
        for path, choice in product(_paths(door, named), door.variants) if whose == "mine" else [(None, "")]:
            asked = "&".join(part for part in (query, door.must_ask, choice) if part)
            yield f"{path or _paths(door, named)[0]}?{asked}".rstrip("?"), whose


def _everything_named(walker: Walker, door: Door) -> dict[str, Keys]:
    """By the names of the door's parameters, in its path and behind its question mark: the addresses of each."""
    found = {}
    parts = door.path.strip("/").split("/")
    for before, part in zip(["", *parts], parts, strict=False):
        name = part.strip("{}").split(":")[0]
        if part.startswith("{") and name not in door.closed:
            assert (before, name) in PARAMETERS, (
                f"{door.name}: nobody knows what {part} is. Add ({before!r}, {name!r}) to PARAMETERS in {__name__}, "
                "with an address of what is one's own, of what is somebody else's, and of what is not there."
            )
            found[name] = PARAMETERS[before, name](walker)
    asked = door.handler.parsed_fn_signature.parameters
    return found | {name: keys(walker) for name, keys in QUERIES.items() if name in asked}


def _paths(door: Door, named: dict[str, str]) -> list[str]:
    """The path with what is named in it, once for each value of a parameter that has a closed list of them."""
    found = [door.path]
    for name, text in named.items():
        found = [path.replace(f"{{{name}:str}}", text).replace(f"{{{name}:int}}", text) for path in found]
    for name, values in door.closed.items():
        found = [path.replace(f"{{{name}:str}}", str(value)) for path in found for value in values]
    return found


def _ask(walker: Walker, door: Door, address: str) -> httpx.Response:
    if door.method == "GET":
        return walker.person.get(address)
    answer = walker.person.post(address, {"csrf": _csrf(walker), **_filled(walker, door)})
    drafted(walker.app)  # what goes on behind a page would count as questions and log lines of the next door
    return answer


def drafted(app: Litestar) -> None:
    """Wait until the draft in hand is made, or refused."""
    app.state["drafting"]._worker.submit(lambda: None).result()


def _filled(walker: Walker, door: Door) -> dict[str, str]:
    """A form with something in each field that its type demands."""
    if door.form is None:
        return {}
    filled = {}
    for one in msgspec.structs.fields(door.form):
        if one.name == "csrf" or (one.default is not msgspec.NODEFAULT and one.name not in FIELDS):
            continue
        filled[one.name] = _value(walker, one.name, msgspec.inspect.type_info(one.type))
    return filled


def _value(walker: Walker, name: str, kind: msgspec.inspect.Type) -> str:
    text = FIELDS.get(name, "")
    if text and hasattr(walker, text):
        keys: Keys = getattr(walker, text)()
        return keys.mine or keys.missing or ""
    if isinstance(kind, msgspec.inspect.LiteralType):
        return str(kind.values[0])
    if isinstance(kind, msgspec.inspect.StrType) and kind.pattern and "0-9" in kind.pattern:
        return "1"
    return text or ("1" if isinstance(kind, msgspec.inspect.IntType | msgspec.inspect.FloatType) else "for the matrix")


def _csrf(walker: Walker) -> str:
    session = walker.app.state["house"].sessions.find(walker.token)
    assert session is not None, f"{walker.username} was signed out by the door before"
    return str(session.csrf_token)


def _no_strangers(walker: Walker, door: Door, answer: httpx.Response) -> None:
    """Whatever the answer is, a page or a file: it names nobody whom the person may not see."""
    if answer.status_code >= 500:
        walker.complaints.append(f"{door.name} breaks")
    told = _text(answer)
    for key, given, family in STUDENTS.values():
        may_read = key in walker.students or (walker.by_name and door.action in BY_NAME)
        if not may_read and family.isalpha() and family in told.replace("Rosa Lovell", ""):
            walker.complaints.append(f"{door.name} names {given} {family}")


def _text(answer: httpx.Response) -> str:
    if not answer.content.startswith(b"PK"):
        return answer.content.decode("utf-8", "replace")
    with zipfile.ZipFile(io.BytesIO(answer.content)) as workbook:
        return "".join(workbook.read(name).decode("utf-8", "replace") for name in workbook.namelist())


def _log_lines(walker: Walker) -> int:
    head = walker.database.log_head()
    return head.sequence if head else 0


class counting_questions:  # noqa: N801 reads as what it does
    """Counts the questions that reach the database while it is open."""

    def __enter__(self) -> list[str]:
        self._asked: list[str] = []
        self._query = GatedConnection.query

        def counted(connection, sql, values):  # type: ignore[no-untyped-def]
            self._asked.append(sql)
            return self._query(connection, sql, values)

        GatedConnection.query = counted  # type: ignore[method-assign]
        return self._asked

    def __exit__(self, *_: object) -> None:
        GatedConnection.query = self._query  # type: ignore[method-assign]
