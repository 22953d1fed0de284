"""A family's pages in a real browser: the switch of language without a script, and room for a third more text."""

from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser

from appliance.settings import Settings
from tests import everyone, maplewood
from tests.conftest import app_for
from tests.journeys.browser import AXE, CHROMIUM, hindrances, serving, signed_in
from tests.web import invented_language

pytestmark = [
    pytest.mark.journey,
    pytest.mark.skipif(not CHROMIUM.exists(), reason="needs the distribution's Chromium: apt install chromium"),
    pytest.mark.skipif(not AXE.exists(), reason="needs axe-core: make build/axe.min.js"),
]
PAGES = ("/my-children", "/what-we-keep", "/my-sign-in", "/nowhere")


@pytest.fixture(scope="module")
def address(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    database = maplewood.build(tmp_path_factory.mktemp("families") / "home")
    everyone.move_in(database)
    with invented_language.spoken(tmp_path_factory.mktemp("catalogues")):
        settings = Settings(family_pages=True, letter_contact="Elm School office, (555) 010-0142")
        with serving(app_for(database, settings=settings)) as where:
            yield where
    database.close()


def test_a_mother_reads_in_spanish_with_two_clicks_and_no_script(browser: Browser, address: str) -> None:
    with browser.new_context(java_script_enabled=False, locale="en-US") as context:
        page = signed_in(context, address, "rosa", maplewood.PASSWORD)
        assert page.locator("html").get_attribute("lang") == "en"
        page.get_by_role("link", name="Español").click()
        assert page.locator("html").get_attribute("lang") == "es"
        assert page.get_by_role("heading", name="Mis hijos").is_visible()
        page.get_by_role("link", name="Qué guardamos y qué puede pedir usted").first.click()
        assert page.get_by_role("heading", name="Lo que usted puede pedir").is_visible()
        page.get_by_role("link", name="English").click()
        page.get_by_role("heading", name="What you may ask").wait_for()
        assert page.url.endswith("/what-we-keep")


def test_a_browser_set_to_spanish_is_greeted_in_spanish(browser: Browser, address: str) -> None:
    with browser.new_context(locale="es-MX") as context:
        page = context.new_page()
        page.goto(f"{address}/sign-in")
        assert page.get_by_label("Nombre de usuario").is_visible()


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("width", [320, 1280])
def test_a_third_more_text_has_room(browser: Browser, address: str, width: int, scheme: str) -> None:
    size = {"width": width, "height": 800}
    with browser.new_context(viewport=size, color_scheme=scheme, locale="en-US") as context:  # type: ignore[arg-type]
        page = signed_in(context, address, "rosa", maplewood.PASSWORD)
        page.goto(f"{address}/language?code={invented_language.CODE}&next=/my-children")
        assert page.locator("html").get_attribute("lang") == invented_language.CODE
        for where in PAGES:
            page.goto(address + where)
            assert hindrances(page) == [], where
