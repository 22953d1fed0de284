"""What the tests share: Maplewood, and people who visit its pages."""

import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from html import unescape

import httpx
import hypothesis
import pytest
from litestar import Litestar
from litestar.testing import TestClient

from appliance.server import build_app
from appliance.settings import Settings
from appliance.storage.database import Database
from tests import maplewood

ADDRESS = "http://127.0.0.1"
FORM_HEADERS = {"Origin": ADDRESS}

# On a busy machine an example takes as long as it takes: what is too slow is a question for the benchmarks.
hypothesis.settings.register_profile(
    "any machine", deadline=None, suppress_health_check=[hypothesis.HealthCheck.too_slow]
)
hypothesis.settings.load_profile("any machine")


@pytest.fixture(scope="session")
def town(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Database]:
    """Maplewood's database. Tests read it; those that write use `own_town`."""
    database = maplewood.build(tmp_path_factory.mktemp("maplewood") / "home")
    yield database
    database.close()


@pytest.fixture
def own_town(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Database]:
    """A Maplewood of one's own, to change."""
    database = maplewood.build(tmp_path_factory.mktemp("own") / "home")
    yield database
    database.close()


def app_for(database: Database, **choices: object) -> Litestar:
    """Maplewood's server on that Monday morning."""
    settings = choices.pop("settings", Settings())
    options = {"secure_cookies": False, "clock": lambda: maplewood.NOW} | choices
    return build_app(database, settings, **options)  # type: ignore[arg-type]


@dataclass
class Person:
    """A browser, and whoever sits at it."""

    browser: TestClient[Litestar]

    def get(self, address: str) -> httpx.Response:
        return self.browser.get(address, follow_redirects=False)

    def post(self, address: str, form: dict[str, str], **headers: str) -> httpx.Response:
        return self.browser.post(address, data=form, headers=FORM_HEADERS | headers, follow_redirects=False)

    def link_to(self, text: str, on: str) -> str:
        """The address of the link with this text on a page."""
        page = self.get(on).text
        found = re.search(r'<a href="([^"]+)">(?:<bdi>)?' + re.escape(text) + r"(?:</bdi>)?</a>", unescape(page))
        assert found, f"{on} has no link {text!r}"
        return found[1]

    def csrf(self, on: str) -> str:
        """The token of the forms on a page."""
        found = re.search(r'name="csrf" value="([^"]+)"', self.get(on).text)
        assert found
        return found[1]


def sign_in(app: Litestar, username: str | None) -> Person:
    """A browser on its own, signed in by form, with a second factor where the role needs one (or not, for None)."""
    person = Person(TestClient(app, base_url=ADDRESS))
    if username is not None:
        answer = person.post("/sign-in", {"username": username, "password": maplewood.PASSWORD})
        assert answer.status_code == 303, answer.text
        if answer.headers["location"].startswith("/sign-in/second"):
            code = maplewood.code_for(app.state["house"].database, username)
            answer = person.post("/sign-in/second", {"code": code})
            assert answer.status_code == 303, answer.text
    return person


@pytest.fixture(scope="session")
def visit(town: Database) -> Callable[[str | None], Person]:
    """`visit("okafor")` is Ms. Okafor at her browser; `visit(None)` is somebody who has not signed in."""
    app = app_for(town)
    people: dict[str | None, Person] = {}

    def as_(username: str | None) -> Person:
        if username not in people or username is None:
            people[username] = sign_in(app, username)
        return people[username]

    return as_
