"""Charts at the size of the page's own letters, on a desk and on a phone, with the keyboard alone."""

from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser, Page

from tests import maplewood
from tests.conftest import app_for
from tests.journeys.browser import CHROMIUM, serving, signed_in

pytestmark = [
    pytest.mark.journey,
    pytest.mark.skipif(not CHROMIUM.exists(), reason="needs the distribution's Chromium: apt install chromium"),
]
PHONE, DESK = {"width": 400, "height": 800}, {"width": 1280, "height": 900}
SCALES = """charts => charts.map(svg => svg.viewBox.baseVal && svg.viewBox.baseVal.width
    ? svg.getBoundingClientRect().width / svg.viewBox.baseVal.width : 1)"""


@pytest.fixture(scope="module")
def where(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """Maplewood, served; nobody changes it here."""
    town = maplewood.build(tmp_path_factory.mktemp("charts") / "home")
    with serving(app_for(town)) as address:
        yield address
    town.close()


@pytest.fixture(
    scope="module", params=[("ruiz", "/school"), ("hall", "/district"), ("okafor", "/classes"), ("wu", "/caseload")]
)
def page(request: pytest.FixtureRequest, browser: Browser, where: str) -> Iterator[Page]:
    """A page with charts: a school's, the district's, a class's and a student's."""
    username, start = request.param
    with browser.new_context() as context:
        page = signed_in(context, where, username, maplewood.PASSWORD)
        page.goto(where + start)
        if start == "/classes":
            page.locator("main").get_by_role("link", name="Science 7").first.click()
        elif start == "/caseload":
            page.locator("table.roster tbody th a").first.click()
        assert page.locator("svg.chart, svg.spark").count()
        yield page


def test_a_chart_is_drawn_at_its_own_size_so_its_letters_are_not_larger_than_those_around(page: Page) -> None:
    page.set_viewport_size(DESK)
    scales = page.locator("svg.chart").evaluate_all(SCALES)
    assert all(0.95 <= scale <= 1.001 for scale in scales), scales
    letters = page.locator("svg.chart text").evaluate_all(
        "texts => texts.map(text => parseFloat(getComputedStyle(text).fontSize))"
    )
    assert all(11 <= size <= 14 for size in letters)


def test_on_a_phone_every_bar_shows_its_name_and_its_number(page: Page) -> None:
    page.set_viewport_size(PHONE)
    edges = page.locator("svg.chart .cat:has(+ rect.bar), svg.chart .cat:has(+ rect.hidden-n)").evaluate_all(
        "texts => texts.map(text => text.getBoundingClientRect().right)"
    )
    bars = page.locator("svg.chart rect.b1, svg.chart rect.b2").evaluate_all(
        "bars => bars.map(bar => bar.getBoundingClientRect().right)"
    )
    assert bool(edges) == page.url.split("?")[0].endswith("/school")
    assert all(edge <= PHONE["width"] for edge in [*edges, *bars])


def test_a_chart_wider_than_a_phone_is_scrolled_with_the_keyboard(page: Page) -> None:
    page.set_viewport_size(PHONE)
    assert all(scale == pytest.approx(1, abs=0.001) for scale in page.locator("svg.chart").evaluate_all(SCALES))
    wide = 0
    for region in page.locator("[role=region]:has(> svg.chart)").all():
        if region.evaluate("region => region.scrollWidth <= region.clientWidth"):
            continue
        wide += 1
        assert region.get_attribute("aria-label")
        region.focus()
        page.keyboard.press("ArrowRight")
        page.wait_for_function("region => region.scrollLeft > 0", arg=region.element_handle())
    alone = page.locator("svg.chart").evaluate_all(
        "charts => charts.filter(svg => svg.getBoundingClientRect().width > 400 && !svg.closest('[tabindex]')).length"
    )
    assert alone == 0
    assert wide or page.locator("svg.chart").count() == page.locator('svg.chart[width="100%"], .days svg.chart').count()
