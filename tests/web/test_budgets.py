"""What each page of each role may weigh, and that its work does not grow with the district.

Everybody walks through every page that leads on from their first, in an invented district of 60 students and in one of
600, each with the year before: of many alike, one is opened. It is the Monday morning on which all of Maplewood lives.
"""

import re
from dataclasses import dataclass, field
from datetime import date
from html import escape, unescape
from pathlib import Path
from urllib.parse import urlsplit

import pytest
from litestar import Litestar
from litestar.testing import TestClient

from appliance.actions import Role
from appliance.days import day_number
from appliance.jobs.compute_metrics import refresh
from appliance.jobs.demo_people import sign_ins
from appliance.jobs.grants import give_day_code
from appliance.jobs.import_files import import_files
from appliance.jobs.roster_lookup import find_staff
from appliance.jobs.second_factors import current_code
from appliance.sample import write_district
from appliance.server import build_app
from appliance.settings import Settings
from appliance.storage.database import Database
from appliance.web.rendering import STATIC
from tests.conftest import ADDRESS, FORM_HEADERS
from tests.maplewood import NOW
from tests.web.matrix import counting_questions

KB = 1024
HTML, STYLE, SCRIPT, FONT = 60 * KB, 15 * KB, 40 * KB, 55 * KB
NOT_PAGES = re.compile(r"/file/|/pdf|/static|/healthz|/language")
TODAY = date(2026, 11, 23)


@dataclass
class Seen:
    """What one walk through a district found, by role and route: the size of the page, and how much it asked."""

    sizes: dict[tuple[str, str], int] = field(default_factory=dict)
    questions: dict[tuple[str, str], list[str]] = field(default_factory=dict)
    fetched: set[str] = field(default_factory=set)
    policies: dict[tuple[str, str], str] = field(default_factory=dict)
    with_script: set[str] = field(default_factory=set)
    with_names: set[str] = field(default_factory=set)
    with_last_year: set[str] = field(default_factory=set)


@pytest.fixture(scope="module")
def small(tmp_path_factory: pytest.TempPathFactory) -> Seen:
    return walked(tmp_path_factory.mktemp("small"), 60)


@pytest.fixture(scope="module")
def large(tmp_path_factory: pytest.TempPathFactory) -> Seen:
    return walked(tmp_path_factory.mktemp("large"), 600)


def walked(folder: Path, students: int) -> Seen:
    database = Database.create(folder / "home")
    made = write_district(folder / "files", students=students, today=TODAY, last_year=True)
    import_files(database, made.files)
    refresh(database)
    password, people = sign_ins(database, made, folder)
    teacher, _ = find_staff(database, next(one.staff_id for one in made.people if one.role == Role.TEACHER))
    code = give_day_code(database, absent_staff=teacher, today=day_number(TODAY), now=NOW, by="the test")
    app = build_app(database, Settings(family_pages=True), secure_cookies=False, as_of=TODAY, clock=lambda: NOW)
    seen, names = Seen(), database._writer.execute("SELECT given_name, family_name FROM student").fetchall()
    written = [one for given, family in names for one in (f"{given} {family}", f"{family}, {given}")]
    named = re.compile("|".join(re.escape(escape(name)) for name in written))
    for person in people:
        if person.role is not Role.SUBSTITUTE:  # whose day code is of another morning
            with signed_in(app, person.username, password, person.app_secret) as browser:
                walk(browser, app, person.role, seen, named)
    with signed_in(app, code.username, code.code, "") as browser:
        walk(browser, app, Role.SUBSTITUTE, seen, named)
    database.close()
    return seen


def signed_in(app: Litestar, username: str, password: str, secret: str) -> TestClient[Litestar]:
    browser = TestClient(app, base_url=ADDRESS)
    form = {"username": username, "password": password}
    browser.post("/sign-in", data=form, headers=FORM_HEADERS, follow_redirects=False)
    if secret:
        code = {"code": current_code(secret, NOW)}
        browser.post("/sign-in/second", data=code, headers=FORM_HEADERS, follow_redirects=False)
    return browser


def walk(browser: TestClient[Litestar], app: Litestar, role: Role, seen: Seen, named: re.Pattern[str]) -> None:
    done: set[str] = set()
    to_see = ["/"]
    while to_see:
        address = to_see.pop(0)
        route = urlsplit(address).path if address.startswith("/manual") else route_of(app, address)
        if not route or route in done:
            continue
        done.add(route)
        with counting_questions() as asked:
            answer = browser.get(address)
        if answer.status_code != 200 or not answer.headers["content-type"].startswith("text/html"):
            continue
        seen.sizes[role.value, route] = len(answer.content)
        seen.questions[role.value, route] = list(asked)
        seen.policies[role.value, route] = answer.headers["content-security-policy"]
        if "<script" in answer.text:
            seen.with_script.add(route)
        if "the same week last year" in answer.text or "Last year" in answer.text:
            seen.with_last_year.add(route)
        if named.search(answer.text):
            seen.with_names.add(route)
        seen.fetched |= set(re.findall(r'(?:src|<link[^>]*? href)="([^"]+)"', answer.text))
        links = [unescape(link) for link in re.findall(r'<a [^>]*?href="(/[^"]*)"', answer.text)]
        to_see += [link.split("#")[0] for link in links if not NOT_PAGES.search(link)]


def route_of(app: Litestar, address: str) -> str:
    path = urlsplit(address).path
    routes = sorted((route.path_format for route in app.routes), key=lambda route: route.count("{"))
    return next((route for route in routes if re.fullmatch(re.sub(r"\{[^}]+\}", "[^/]+", route), path)), "")


def test_no_page_of_anybody_weighs_more_than_its_budget(large: Seen) -> None:
    assert len(large.sizes) > 70
    assert {role for role, _ in large.sizes} == {role.value for role in Role}
    assert ("substitute", "/covered") in large.sizes
    assert {"/school", "/district"} <= large.with_last_year
    assert {page: size for page, size in large.sizes.items() if size > HTML} == {}


def test_a_page_fetches_its_stylesheet_typeface_and_mark_and_nothing_else(large: Seen) -> None:
    files = {Path(urlsplit(address).path).name for address in large.fetched}
    assert all(address.startswith("/static/") for address in large.fetched)
    assert {Path(name).suffix for name in files} <= {".css", ".svg", ".js"}
    for name in files:
        if name.endswith(".css"):
            assert (STATIC / name).stat().st_size <= STYLE, name
    assert sum((STATIC / name).stat().st_size for name in files if name.endswith(".js")) <= SCRIPT
    assert sum(file.stat().st_size for file in STATIC.glob("*.woff2")) <= FONT
    assert "schoolhouse.css" in files


def test_a_script_comes_only_to_pages_that_name_no_student_and_the_policy_lets_it_in_nowhere_else(small: Seen) -> None:
    assert {"/students/{address}", "/this-week", "/classes/{address}"} <= small.with_names
    lets_in = {route for (_, route), policy in small.policies.items() if "script-src" in policy}
    calls_out = {route for (_, route), policy in small.policies.items() if "connect-src" in policy}
    assert small.with_script == lets_in == {"/data/rules"}
    assert calls_out == {"/data/rules"}
    assert not lets_in & small.with_names


def test_ten_times_as_many_students_are_no_more_questions(small: Seen, large: Seen) -> None:
    both = small.questions.keys() & large.questions.keys()
    assert len(both) > 70
    grown = {
        page: (len(small.questions[page]), len(large.questions[page]))
        for page in both
        if len(small.questions[page]) != len(large.questions[page])
    }
    assert grown == {}
