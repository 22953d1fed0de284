"""Ms. Amadi, whom the demo lets sign in, reads in her math class how much her students grew, and how sure that is."""

import re
from collections.abc import Iterator
from datetime import date

import pytest
from playwright.sync_api import Browser, Page

from appliance.jobs.compute_metrics import refresh
from appliance.jobs.demo_people import sign_ins
from appliance.jobs.import_files import import_files
from appliance.server import build_app
from appliance.settings import Settings
from appliance.storage.database import Database
from tests.journeys.browser import AXE, CHROMIUM, hindrances, serving, signed_in
from tests.sample.written import Written, invent

pytestmark = [
    pytest.mark.journey,
    pytest.mark.skipif(not CHROMIUM.exists(), reason="needs the distribution's Chromium: apt install chromium"),
]
FRIDAY = date(2026, 11, 20)
CELL = re.compile(r"(?:([+-][\d.]+)|no change), typical ([\d.]+)\s+(may be chance: )?the margin is (\d+) points?")


@pytest.fixture(scope="module")
def written(tmp_path_factory: pytest.TempPathFactory) -> Written:
    """The demo's district, small, as its files say it."""
    return invent(tmp_path_factory.mktemp("files"), students=200, today=FRIDAY)


@pytest.fixture(scope="module")
def class_page(written: Written, browser: Browser, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Page]:
    """The first math class of the demo's math teacher."""
    folder = tmp_path_factory.mktemp("demo")
    database = Database.create(folder / "home")
    import_files(database, written.told.files)
    refresh(database)
    password, _ = sign_ins(database, written.told, folder)
    app = build_app(database, Settings(), secure_cookies=False, as_of=FRIDAY)
    with serving(app) as address, browser.new_context(viewport={"width": 1280, "height": 900}) as context:
        page = signed_in(context, address, "j.amadi", password)
        page.goto(f"{address}/classes")
        page.locator("main").get_by_role("link", name=re.compile("^Math")).first.click()
        yield page
    database.close()


def growth_by_name(page: Page) -> dict[str, str]:
    """What the column of growth says of each student, in the order of the page."""
    heads = page.locator("table.roster thead th").all_inner_texts()
    [place] = [place for place, head in enumerate(heads) if head.startswith("Growth")]
    rows = page.locator("table.roster tbody tr").all()
    return {row.locator("th").inner_text(): row.locator("th,td").nth(place).inner_text() for row in rows}


def test_growth_stands_beside_typical_growth_with_its_margin_as_the_file_says(
    written: Written, class_page: Page
) -> None:
    called = {f"{row['familyName']}, {row['givenName']}": row["identifier"] for row in written.oneroster("users")}
    sent = {row["student_id"]: row for row in written.export("test_growth") if "math" in row["assessment_id"].lower()}
    said = growth_by_name(class_page)
    assert len(said) >= 10
    read = 0
    for name, text in said.items():
        row = sent.get(called[name])
        if row is None:
            assert text == "not tested"
            continue
        found = CELL.fullmatch(text)
        assert found, text
        observed, typical, margin = (float(row[key]) for key in ("observed_growth", "typical_growth", "growth_error"))
        assert float(found[1] or 0) == observed
        assert float(found[2]) == typical
        assert int(found[4]) == round(margin)
        assert bool(found[3]) == (abs(observed - typical) <= margin)
        read += 1
    assert read >= 10


def test_growth_is_in_sight_without_scrolling_and_sorts_the_class(class_page: Page) -> None:
    cell = class_page.locator("td.grown").first.bounding_box()
    frame = class_page.locator(".scroll:has(table.roster)").bounding_box()
    assert cell
    assert frame
    assert cell["x"] + cell["width"] <= frame["x"] + frame["width"]
    class_page.get_by_role("link", name=re.compile("^Growth")).click()
    apart = [
        float(found[1] or 0) - float(found[2])
        for text in growth_by_name(class_page).values()
        if (found := CELL.fullmatch(text))
    ]
    assert apart == sorted(apart)


@pytest.mark.skipif(not AXE.exists(), reason="needs axe-core: make build/axe.min.js")
@pytest.mark.parametrize("form", ["light", "dark", "phone"])
def test_nothing_hinders_who_reads_growth(class_page: Page, form: str) -> None:
    class_page.emulate_media(color_scheme="dark" if form == "dark" else "light")
    class_page.set_viewport_size({"width": 400 if form == "phone" else 1280, "height": 900})
    assert hindrances(class_page) == []
