"""The way to every page: by links from somebody's first page, and by what people do where no link leads.

The journeys hold each page against its promises, and `make screens` takes its picture: both walk this way.
"""

import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from urllib.parse import urlsplit

from litestar import Litestar
from playwright.sync_api import BrowserContext, Page

from appliance.actions import Role
from appliance.storage.database import Database
from tests.journeys.browser import signed_in
from tests.journeys.districts import District

NOT_PAGES = re.compile(r"^/$|/file/|/pdf|^/static|^/healthz|/files/|^/language$")
"""Downloads, and what shows nothing of its own: `/` leads on to one's first page."""
AT_THE_DOOR = ("/sign-in", "/sign-in/code", "/sign-in/passkey", "/manual")
"""Pages for somebody who has not signed in."""
TYPED = (
    "/releases/drafting", "/prove", "/prove/passkey", "/my-sign-in/app", "/my-sign-in/passkey", "/data/files",
)  # fmt: skip
"""Pages that a form, or a refusal, leads to; whoever may, opens them by their address."""
ELSEWHERE = {
    "/sign-in/second": "test_signing_in",
    "/sign-in/app": "test_signing_in",
    "/sign-in/provider": "tests/doorkeeper",
    "/sign-in/provider/return": "tests/doorkeeper",
    "/covered": "a day code is good for today only, so on Grand Bend, whose today is in 2011, there is none",
}
"""Pages that the tour cannot come to, and why, or where else they are walked through."""


@dataclass(frozen=True, slots=True)
class Stop:
    """Somebody's browser is on a page now."""

    name: str
    """For a file: `classes`, `classes-one`, `students-letter`, `manual-words`."""
    route: str
    """`/students/{address}/letter`; empty for an answer that has no address of its own."""
    page: Page
    status: int
    """With which the page answered; 0 when a form led to it."""


def begin(context: BrowserContext, district: District, address: str, username: str | None) -> Page:
    """Somebody's first page, or the door for None."""
    if username is None:
        page = context.new_page()
        page.goto(address + AT_THE_DOOR[0])
        return page
    return signed_in(context, address, username, district.passwords[username], district.codes_of(username))


def stops(page: Page, app: Litestar, role: Role | None) -> Iterator[Stop]:
    """Every page that a person comes to by links from the one that is open; of many alike (students, classes) one.

    Of the manual, whoever has not signed in comes to every page, and others to one.
    """
    begun = page.url
    typed = [begun.replace(urlsplit(begun).path, where) for where in (TYPED if role else AT_THE_DOOR)]
    to_see, seen = [begun, *typed], set[str]()
    while to_see:
        where = to_see.pop(0)
        route = route_of(app, where)
        name = name_of(urlsplit(where).path if role is None and route.startswith("/manual/") else route)
        if not route or name in seen or NOT_PAGES.search(route):
            continue
        if where in typed and not page.request.get(where, max_redirects=0).ok:
            continue
        answer = page.goto(where)
        assert answer is not None
        seen.add(name)
        links = page.locator("a[href^='/']").evaluate_all("links => links.map(link => link.href.split('#')[0])")
        to_see += [link for link in links if not NOT_PAGES.search(urlsplit(link).path)]
        yield Stop(name, route, page, answer.status)


def route_of(app: Litestar, address: str) -> str:
    """The route of an address: `/students/{address}`. Empty for none."""
    path = urlsplit(address).path
    routes = sorted((route.path_format for route in app.routes), key=lambda route: route.count("{"))
    return next((route for route in routes if re.fullmatch(re.sub(r"\{[^}]+\}", "[^/]+", route), path)), "")


def name_of(route: str) -> str:
    return "-".join(re.findall(r"[\w-]+", re.sub(r"\{[^}]+\}", "", re.sub(r"\{[^}]+\}$", "one", route))))


def deeds(page: Page, district: District, role: Role | None) -> Iterator[Stop]:
    """The pages that nobody comes to by links: somebody fills in a form, goes astray, or reads another language."""
    home = page.url
    for name, (roles, do) in _DEEDS.items():
        if role in roles:
            page.goto(home)
            do(page, _Known(district.database, home.removesuffix(urlsplit(home).path)))
            yield Stop(name, route_of(district.app, page.url), page, 0)


@dataclass(frozen=True, slots=True)
class _Known:
    """What people know who fill in a form."""

    database: Database
    address: str

    def one(self, sql: str) -> str:
        return str(self.database._writer.execute(sql).fetchone()[0])

    @property
    def child(self) -> str:
        return self.one("SELECT given_name || ' ' || family_name FROM student ORDER BY student_key LIMIT 1")

    @property
    def roster_id(self) -> str:
        return self.one("SELECT min(source_id) FROM identity WHERE entity = 'student'")


def _goes_astray(page: Page, known: _Known) -> None:
    page.goto(known.address + "/nowhere")


def _goes_where_others_work(page: Page, known: _Known) -> None:
    page.goto(known.address + "/accounts")


def _finds_students(page: Page, known: _Known) -> None:
    page.goto(known.address + "/school")
    page.get_by_label("Find a student").fill("an")
    page.get_by_role("button", name="Find").click()


def _reads_spanish(page: Page, known: _Known) -> None:
    page.goto(known.address + "/language?code=es&next=/my-children")


def _signs_in_in_spanish(page: Page, known: _Known) -> None:
    page.goto(known.address + "/language?code=es&next=/sign-in")


def _mistypes(page: Page, known: _Known) -> None:
    page.goto(known.address + "/sign-in")
    page.get_by_label("User name").fill("nobody")
    page.get_by_label("Password").fill("nothing at all")
    page.get_by_role("button", name="Sign in").click()
    page.get_by_role("alert").wait_for()


def _asks_who_looked(page: Page, known: _Known) -> None:
    page.goto(known.address + "/audit")
    page.get_by_label("The whole name").fill(known.child)
    page.get_by_role("button", name="Find").click()
    page.locator("main a[href^='/audit/students/']").first.click()
    page.wait_for_url("**/audit/students/*")


def _reads_a_day_of_the_log(page: Page, known: _Known) -> None:
    page.goto(known.address + "/audit")
    page.get_by_role("button", name="Show").last.click()
    page.wait_for_url("**/audit/day?*")


def _asks_who_may_see(page: Page, known: _Known) -> None:
    page.goto(known.address + "/who-may-see")
    page.get_by_label("The whole name").fill(known.child)
    page.get_by_role("button", name="Find").click()
    page.locator("main a[href^='/who-may-see/']").first.click()
    page.wait_for_url("**/who-may-see/*")


def _finds_a_record(page: Page, known: _Known) -> None:
    page.goto(known.address + "/data/who-is-who")
    page.get_by_label("Roster id").fill(known.roster_id)
    page.get_by_role("button", name="Find").click()
    page.wait_for_url("**/data/who-is-who/*")


def _sends(page: Page, where: str, button: str, name: str, text: str) -> None:
    page.goto(where)
    page.get_by_label("Files of one export").set_input_files(
        {"name": name, "mimeType": "text/csv", "buffer": text.encode()}
    )
    page.get_by_role("button", name=button).click()
    page.get_by_role("button", name="Throw these files away").wait_for(timeout=60_000)


def _sends_a_file(page: Page, known: _Known) -> None:
    text = "student_id,school_id,entry_date,grade_level\nno-such-student,no-such-school,2026-08-17,07\n"
    _sends(page, known.address + "/data/import", "Check these files", "late.csv", text)


def _describes_a_file(page: Page, known: _Known) -> None:
    rows = "".join(f"{n},9/{1 + n % 28}/2026,{'A-U' if n % 2 else 'QQ'}\n" for n in range(7000, 7040))
    text = "PUPIL_NO,ATT_DT,ATT_CODE\n" + rows
    _sends(page, known.address + "/data/mappings", "Look into these files", "absences.csv", text)
    page.get_by_role("link", name="Say what the columns are").click()
    page.wait_for_url("**/data/mappings/of/*")


def _tries_a_rule(page: Page, known: _Known) -> None:
    page.goto(known.address + "/data/rules")
    page.get_by_label("Names on a list, at most").fill("3")
    page.get_by_role("button", name="Show what this would do").click()
    page.wait_for_load_state()


def _breaks_the_glass(page: Page, known: _Known) -> None:
    page.goto(known.address + "/break-glass")
    page.get_by_label("The student’s whole name").fill(known.child)
    page.get_by_label("Why").fill("The family called about a lost transcript.")
    page.get_by_role("button", name="Open this student for an hour").click()
    page.wait_for_load_state()


def _prints_a_day_code(page: Page, known: _Known) -> None:
    page.goto(known.address + "/grants")
    make = page.get_by_role("button", name="Make a day code")
    if make.count():
        make.click()
        page.locator("dd code").first.wait_for()
    else:
        page.get_by_text("It is past six").wait_for()


def _looks_as_a_colleague(page: Page, known: _Known) -> None:
    page.goto(known.address + "/look-as")
    page.get_by_role("button", name=re.compile("^Look as ")).first.click()
    page.get_by_text("You look as").wait_for()


_PRINCIPAL = (Role.PRINCIPAL,)
_STEWARD = (Role.DATA_STEWARD,)
_DEEDS: dict[str, tuple[tuple[Role | None, ...], Callable[[Page, _Known], None]]] = {
    "sign-in-refused": ((None,), _mistypes),
    "sign-in-spanish": ((None,), _signs_in_in_spanish),
    "no-such-page": ((Role.TEACHER,), _goes_astray),
    "not-for-this-role": ((Role.TEACHER,), _goes_where_others_work),
    "found": (_PRINCIPAL, _finds_students),
    "audit-students": (_STEWARD, _asks_who_looked),
    "audit-day": (_STEWARD, _reads_a_day_of_the_log),
    "who-may-see-answer": (_STEWARD, _asks_who_may_see),
    "who-is-who-record": (_STEWARD, _finds_a_record),
    "import-upload": (_STEWARD, _sends_a_file),
    "mapping": (_STEWARD, _describes_a_file),
    "rules-tried": (_STEWARD, _tries_a_rule),
    "one-student": ((Role.SUPERINTENDENT,), _breaks_the_glass),
    "day-code": (_PRINCIPAL, _prints_a_day_code),
    "looks-as": (_PRINCIPAL, _looks_as_a_colleague),
    "my-children-spanish": ((Role.GUARDIAN,), _reads_spanish),
}
"""Name -> (whose deed it is, None for somebody at the door; what they do). Looking as a colleague ends the others."""
