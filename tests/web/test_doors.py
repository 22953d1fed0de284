"""Deny by default: what every door of the house has, and what no door lets in."""

import re

import pytest
from litestar import get
from litestar.handlers import HTTPRouteHandler
from litestar.testing import TestClient

from appliance.actions import Action, Role
from appliance.settings import TEMPLATES, Settings
from appliance.storage.database import Database, Event
from appliance.web.guards import OPEN_TO_ANYBODY, let_in
from appliance.web.rendering import STATIC
from tests import maplewood
from tests.conftest import ADDRESS, app_for, sign_in
from tests.page_text import read

EVERY_PAGE = (
    "/sign-in /this-week /classes /caseload /school /data /releases /what-i-can-see /manual / /nowhere /healthz".split()
)


def test_v8_2_1_every_handler_stands_behind_the_guard_and_names_its_action(town: Database) -> None:
    seen = 0
    for route in app_for(town).routes:
        for handler in getattr(route, "route_handlers", None) or [route.route_handler]:
            assert let_in in handler.resolve_guards(), route.path
            if "OPTIONS" not in handler.http_methods:
                assert isinstance(handler.opt.get("action"), Action), route.path
                seen += 1
    assert seen > 15


def test_v8_2_1_only_signing_in_and_pages_without_students_are_open_to_anybody(town: Database, visit) -> None:
    nobody = visit(None)
    for route in app_for(town).routes:
        for handler in route.route_handlers:
            if "GET" not in handler.http_methods or "{" in route.path:
                continue
            answer = nobody.get(route.path)
            if handler.opt["action"] in OPEN_TO_ANYBODY:
                assert (
                    "/sign-in" not in answer.headers.get("location", "")
                    or route.path == "/"
                    or "/sign-in/" in route.path
                )
            else:
                assert answer.status_code == 303
                assert answer.headers["location"] == f"/sign-in?next={route.path}"


def test_v8_2_1_a_handler_that_names_no_action_is_shut_even_for_those_who_signed_in(town: Database) -> None:
    @get("/forgotten", sync_to_thread=False)
    def forgotten() -> str:
        return "everything about everybody"

    app = app_for(town)
    app.register(forgotten)
    for username in ("ruiz", None):
        answer = sign_in(app, username).get("/forgotten")
        assert answer.status_code == 403
        assert "everybody" not in answer.text


def test_v4_1_4_other_methods_open_nothing(town: Database) -> None:
    okafor = sign_in(app_for(town), "okafor")
    for method in ("OPTIONS", "PUT", "DELETE", "TRACE", "PATCH"):
        answer = okafor.browser.request(method, "/this-week", headers={"Origin": ADDRESS})
        assert answer.status_code in (403, 405), method
        assert "Ada" not in read(answer.text)
    answer = okafor.post("/this-week", {"_method": "GET"}, **{"X-HTTP-Method-Override": "GET"})
    assert answer.status_code == 405


def test_who_goes_astray_stays_at_home_and_who_has_not_signed_in_learns_nothing(visit) -> None:
    okafor, nobody = visit("okafor"), visit(None)
    for where in ("/nowhere", "/classes/nobody-teaches-this", "/students"):
        page = okafor.get(where)
        assert page.status_code == 404
        assert "To your first page" in page.text
        assert ">My classes</a>" in page.text
        assert "Sign out" in page.text
    page = nobody.get("/nowhere")
    assert page.status_code == 404
    assert "To the sign-in page" in page.text
    assert "My classes" not in page.text


@pytest.mark.parametrize("username", ["okafor", "ruiz", "kim", None])
@pytest.mark.parametrize("page", EVERY_PAGE)
def test_v3_4_3_v3_4_4_v3_4_5_v3_4_6_v3_4_8_v14_2_2_v14_3_2_every_answer_shuts_the_browser(
    visit, username: str | None, page: str
) -> None:
    headers = visit(username).get(page).headers
    assert headers["content-security-policy"].startswith("default-src 'none'; style-src 'self';")
    assert "unsafe" not in headers["content-security-policy"]
    assert headers["x-content-type-options"] == "nosniff"
    assert headers["referrer-policy"] == "no-referrer"
    assert headers["cross-origin-opener-policy"] == headers["cross-origin-resource-policy"] == "same-origin"
    assert headers["cache-control"] == "no-store"
    assert "server" not in headers
    assert "strict-transport-security" not in headers


def test_v3_2_1_a_file_that_a_browser_opens_after_all_may_do_nothing(visit) -> None:
    science = visit("okafor").link_to("Science 7", on="/classes")
    for person, file in (("okafor", f"{science}/file/csv"), ("hall", "/district/file/csv")):
        headers = visit(person).get(file).headers
        assert headers["content-disposition"].startswith("attachment;"), file
        assert headers["content-security-policy"].endswith("; sandbox")
        assert headers["x-content-type-options"] == "nosniff"
    assert "sandbox" not in visit("okafor").get(science).headers["content-security-policy"]


def test_v3_4_1_behind_tls_the_browser_is_told_to_stay_there(town: Database) -> None:
    browser = TestClient(app_for(town, secure_cookies=True), base_url="https://127.0.0.1")
    assert browser.get("/sign-in").headers["strict-transport-security"] == "max-age=31536000"


def test_v4_1_1_text_says_its_charset_and_static_files_may_be_kept(visit) -> None:
    page = visit(None).get("/sign-in")
    assert page.headers["content-type"] == "text/html; charset=utf-8"
    stylesheet = page.text.split('rel="stylesheet" href="')[1].split('"')[0]
    answer = visit(None).get(stylesheet)
    assert answer.headers["content-type"] == "text/css; charset=utf-8"
    assert answer.headers["cache-control"] == "public, max-age=31536000, immutable"


@pytest.mark.parametrize("name", ["../server.py", "%2e%2e/server.py", "..%2f..%2fserver.py", "nothing.css", ""])
def test_no_path_leads_out_of_the_static_folder(visit, name: str) -> None:
    assert visit(None).get(f"/static/{name}").status_code == 404


@pytest.mark.parametrize(
    ("host", "status"),
    [
        ("localhost", 200),
        ("LOCALHOST:8080", 200),
        ("127.0.0.1:9", 200),
        ("evil.example", 403),
        ("localhost.evil.example", 403),
        ("evil.example:localhost", 403),
    ],
)
def test_only_our_own_names_are_answered(visit, host: str, status: int) -> None:
    answer = visit(None).browser.get("/manual", headers={"Host": host, "X-Forwarded-Host": "localhost"})
    assert answer.status_code in ({status} if status == 200 else {400, 403})


def test_a_district_may_name_its_own_hosts(town: Database) -> None:
    app = app_for(town, settings=Settings(hosts=("schoolhouse.maple.example",)))
    browser = TestClient(app, base_url="http://schoolhouse.maple.example:8443")
    assert browser.get("/sign-in").status_code == 200
    assert TestClient(app, base_url="http://127.0.0.1").get("/sign-in").status_code == 403


def test_v16_5_1_v16_5_4_a_fault_shows_a_number_and_no_value_of_a_student(
    own_town: Database, capsys: pytest.CaptureFixture[str]
) -> None:
    @get("/fault", action=Action.SEE_OPEN_PAGE, sync_to_thread=False)
    def fault() -> str:
        raise RuntimeError("Ada Lovell could not be printed")

    app = app_for(own_town)
    app.register(fault)
    answer = sign_in(app, None).get("/fault")
    assert answer.status_code == 500
    assert "Number of this incident" in answer.text
    assert "Lovell" not in answer.text
    logged = capsys.readouterr()
    assert "RuntimeError" in logged.out + logged.err
    assert "Lovell" not in logged.out + logged.err


def test_v14_2_1_no_log_line_holds_an_address_of_a_student(
    own_town: Database, capsys: pytest.CaptureFixture[str]
) -> None:
    okafor = sign_in(app_for(own_town), "okafor")
    address = okafor.link_to("Ada Lovell", on="/this-week")
    capsys.readouterr()
    okafor.get(address + "?done=true")
    logged = capsys.readouterr()
    assert "/students/{address}" in logged.out + logged.err
    assert address.rsplit("/", 1)[1] not in logged.out + logged.err
    assert "done" not in logged.out + logged.err


def test_v3_6_1_v14_2_3_every_page_is_small_and_calls_nothing_from_elsewhere(visit) -> None:
    for username in maplewood.ACCOUNTS:
        for page in EVERY_PAGE:
            text = visit(username).get(page).text
            assert len(text) < 60_000, page
            assert "<script" not in text
            assert " style=" not in text
            assert "http://" not in text.replace("http://www.w3.org/", "")
            assert "https://" not in text


def test_v14_3_3_nothing_of_ours_keeps_anything_in_the_browser() -> None:
    texts = [path.read_text() for folder in (STATIC, TEMPLATES) for path in folder.rglob("*.[jh][st]*")]
    assert any("navigator.credentials" in text for text in texts)
    for text in texts:
        assert not re.search(r"localStorage|sessionStorage|indexedDB|serviceWorker|document\.cookie|\bcaches\.", text)


def test_handlers_are_plain_http(town: Database) -> None:
    handlers = [handler for route in app_for(town).routes for handler in route.route_handlers]
    assert all(isinstance(handler, HTTPRouteHandler) for handler in handlers)


WAYS_IN = {
    "/sign-in": "a password, of our own or of the directory",
    "/sign-in/second": "a code of the app or of paper, after the password",
    "/sign-in/app": "setting up an app, after the password",
    "/sign-in/passkey": "a passkey",
    "/sign-in/code": "a one-time code, which sets a password and signs nobody in",
    "/sign-in/provider": "on the way to the district's provider",
    "/sign-in/provider/return": "back from the district's provider",
}


def test_v6_1_3_v6_3_4_every_way_in_is_on_a_list(town: Database) -> None:
    """A new way in needs a line here, a throttle, a line in the access log and a sentence in the manual."""
    found = {
        route.path
        for route in app_for(town).routes
        for handler in route.route_handlers
        if handler.opt.get("action") is Action.SIGN_IN
    }
    assert found == set(WAYS_IN)


def test_v7_1_1_the_manual_says_when_each_role_is_signed_out(visit) -> None:
    text = visit(None).get("/manual/signing-in").text
    for role in Role:
        line = text.split(f'<th scope="row">{role.terms.word[0].upper()}{role.terms.word[1:]}</th>')[1].split("</tr>")[
            0
        ]
        assert f"{role.terms.idle_minutes} minutes" in line
        assert f"{role.terms.session_hours} hours" in line


def test_v3_5_3_a_page_that_is_only_opened_changes_nothing_but_the_log(own_town: Database) -> None:
    app = app_for(own_town)
    people = [sign_in(app, username) for username in maplewood.ACCOUNTS]
    kept = {
        "account",
        "authenticator_app",
        "passkey",
        "recovery_code",
        "one_time_code",
        "outside_identity",
        "lock_down",
    }

    def everything() -> dict[str, list[object]]:
        with own_town.desk.changing(Event("test", Action.SEE_DATA)) as tables:
            found = {name: tables.execute(f"SELECT * FROM {name}").fetchall() for name in sorted(kept)}
        with own_town.changing(Event("test", Action.SEE_DATA)) as tables:
            sql = "SELECT name FROM sqlite_schema WHERE type = 'table' AND name <> 'carried_out'"
            names = [row[0] for row in tables.execute(sql).fetchall()]
            counts = {name: tables.execute(f'SELECT count(*) FROM "{name}"').fetchall() for name in names}
        return found | counts

    before = everything()
    for route in app.routes:
        if any("GET" in handler.http_methods for handler in route.route_handlers) and "{" not in route.path:
            for person in people:
                assert person.get(route.path).status_code < 500, route.path
    assert everything() == before
