"""htmx: two pages that name no student are brought up to date in place, and no other page can run it."""

import hashlib
import re
from pathlib import Path

import pytest

from appliance.settings import TEMPLATES
from appliance.storage.database import Database
from appliance.web.rendering import STATIC
from tests import maplewood
from tests.conftest import Person, app_for, sign_in
from tests.web.test_rules_page import form_of
from tests.web.test_upload import CANARY, package, uploaded

FILE = STATIC / "htmx-4.0.1.min.js"
PLAIN = (
    "default-src 'none'; style-src 'self'; img-src 'self'; font-src 'self'; form-action 'self'; base-uri 'none'; "
    "frame-ancestors 'none'; object-src 'none'"
)


@pytest.fixture
def kim(own_town: Database) -> Person:
    app = app_for(own_town)
    yield sign_in(app, "kim")
    app.state["uploads"].close()


def test_the_file_is_the_one_that_its_makers_published_with_its_licence_beside_it() -> None:
    assert hashlib.sha256(FILE.read_bytes()).hexdigest() == (
        "a0abb04f2f45a1f89d1d4844023245537e5e6014c87b144553e0607b4cc32130"
    )
    assert "Zero-Clause BSD" in (STATIC / "htmx-LICENSE.txt").read_text()


def test_it_is_told_to_keep_no_history_bring_no_style_take_no_extension_and_stay_at_home() -> None:
    config = re.search(r'name="htmx-config" content="([^"]*)"', (TEMPLATES / "parts/htmx.html").read_text())
    assert set(config[1].split()) == {
        "history:false", "includeIndicatorCSS:false", "mode:same-origin", "extensions:none",
    }  # fmt: skip


def test_no_template_asks_it_to_run_a_text_as_code() -> None:
    asked = [
        name for path in TEMPLATES.rglob("*.html") for name in re.findall(r"\b(?:data-)?hx-[\w:-]+", path.read_text())
    ]
    assert {name.removeprefix("data-hx-") for name in asked} == {
        "get", "post", "vals", "trigger", "sync", "select", "target", "swap",
    }  # fmt: skip
    for path in TEMPLATES.rglob("*.html"):
        for value in re.findall(r'data-hx-(?:vals|trigger|get|post)="([^"]*)"', path.read_text()):
            assert not re.search(r"js:|javascript:|\[", value), path.name


def test_v3_4_3_exactly_three_routes_may_call_out_and_only_to_where_they_came_from(town: Database) -> None:
    handlers = [
        (route.path, method, handler.opt)
        for route in app_for(town).routes
        for handler in route.route_handlers
        for method in handler.http_methods - {"OPTIONS"}
    ]
    assert {(path, method) for path, method, opt in handlers if opt.get("runs_htmx")} == {
        ("/data/rules", "GET"),
        ("/data/rules/change", "POST"),
        ("/data/import/{upload:str}", "GET"),
    }
    assert len(handlers) > 60


def test_v3_4_3_those_three_get_two_sources_more_and_nothing_else(kim: Person, tmp_path: Path) -> None:
    rules = kim.get("/data/rules")
    tried = kim.post("/data/rules/change", form_of(rules.text) | {"do": "preview"})
    upload = kim.get(uploaded(kim, ("roster.zip", package(tmp_path)))[0])
    for answer in (rules, tried, upload):
        assert answer.status_code == 200
        assert answer.headers["content-security-policy"] == f"{PLAIN}; script-src 'self'; connect-src 'self'"
        assert CANARY not in answer.text
        assert not [family for _, given, family in maplewood.STUDENTS.values() if f"{given} {family}" in answer.text]
    for other in ("/data", "/data/import", "/data/mappings", "/this-week", "/who-may-see"):
        assert kim.get(other).headers["content-security-policy"] == PLAIN
