"""Somebody who uses no mouse: every control is reached by Tab, seen when it has the focus, and left again."""

import pytest
from playwright.sync_api import Browser, Page

from tests import maplewood
from tests.journeys.browser import CHROMIUM, signed_in

pytestmark = [
    pytest.mark.journey,
    pytest.mark.skipif(not CHROMIUM.exists(), reason="needs the distribution's Chromium: apt install chromium"),
]
_CONTROLS = """() => {
    const all = document.querySelectorAll('a[href], button, input, select, textarea, summary, [tabindex="0"]')
    const open = one => one.checkVisibility({visibilityProperty: true}) && one.type !== 'hidden' && !one.disabled
    const first = one => one.type !== 'radio' ||
        one === (document.querySelector(`input[name="${one.name}"]:checked`)
                 ?? document.querySelector(`input[name="${one.name}"]`))
    return [...all].filter(open).filter(first).map((one, place) => { one.dataset.place = place; return place })
}"""
"""Numbers every control that is there to be used; of a group of radio buttons the one that Tab comes to."""
_FOCUSED = """async () => {
    await new Promise(drawn => requestAnimationFrame(() => requestAnimationFrame(drawn)))
    const one = document.activeElement
    if (!one || one === document.body) return null
    const style = getComputedStyle(one), box = one.getBoundingClientRect()
    const above = document.elementFromPoint(box.x + box.width / 2, box.y + box.height / 2)
    return {
        place: one.dataset.place === undefined ? -1 : Number(one.dataset.place),
        html: one.outerHTML.slice(0, 90),
        outlined: style.outlineStyle !== 'none' && parseFloat(style.outlineWidth) >= 2,
        inView: box.bottom > 0 && box.top < innerHeight && box.right > 0 && box.left < innerWidth,
        covered: Boolean(above) && !one.contains(above) && !above.contains(one) && box.height < innerHeight,
    }
}"""
_MOST = 500


def tabbed_through(page: Page) -> tuple[set[int], list[str]]:
    """The controls that Tab came to, and what was wrong with one that had the focus."""
    wanted = set(page.evaluate(_CONTROLS))
    reached: set[int] = set()
    wrong: list[str] = []
    last = None
    for _ in range(_MOST):
        page.keyboard.press("Tab")
        found = page.evaluate(_FOCUSED)
        if found is not None and found["place"] == last:
            continue  # A date has a stop each for its month, its day and its year.
        if found is None or found["place"] in reached:
            break
        last = found["place"]
        reached.add(last)
        faults = [name for name, bad in (("no outline", not found["outlined"]), ("out of view", not found["inView"]),
                                         ("covered", found["covered"])) if bad]  # fmt: skip
        wrong += [f"{fault}: {found['html']}" for fault in faults]
    return wanted - reached, wrong


@pytest.mark.parametrize("username", ["okafor", "ruiz", "wu", "kim", "hall"])
def test_every_control_is_reached_by_tab_and_seen_when_it_is(browser: Browser, address: str, username: str) -> None:
    with browser.new_context(viewport={"width": 1280, "height": 900}, reduced_motion="reduce") as context:
        page = signed_in(context, address, username, maplewood.PASSWORD)
        links = page.locator("nav a").evaluate_all("links => links.map(link => link.href)")
        students = page.locator("main a[href^='/students/']").evaluate_all("links => links.map(link => link.href)")
        for where in [*links, *students[:1]]:
            page.goto(where)
            missed, wrong = tabbed_through(page)
            assert (missed, wrong) == (set(), []), where


def test_a_teacher_signs_in_reads_a_reason_and_saves_a_check_in_without_a_mouse(browser: Browser, address: str) -> None:
    with browser.new_context() as context:
        page = context.new_page()
        page.goto(f"{address}/sign-in")
        for text in ("okafor", maplewood.PASSWORD):
            while page.evaluate("document.activeElement.tagName") != "INPUT":
                page.keyboard.press("Tab")
            page.keyboard.type(text)
            page.keyboard.press("Tab")
        page.get_by_label("Password").focus()
        page.keyboard.press("Enter")
        page.wait_for_url("**/this-week")
        page.keyboard.press("Tab")
        assert page.evaluate("document.activeElement.textContent").startswith("Skip")
        page.keyboard.press("Enter")
        to_reach = page.locator("li.card", has_text="Ada Lovell").locator("summary")
        for _ in range(_MOST):
            page.keyboard.press("Tab")
            if to_reach.evaluate("one => one === document.activeElement"):
                break
        page.keyboard.press("Enter")
        while not page.evaluate("document.activeElement.matches('textarea, input[type=text]')"):
            page.keyboard.press("Tab")
        page.keyboard.type("Talked about the bus.")
        while page.evaluate("document.activeElement.textContent") != "Save the check-in":
            page.keyboard.press("Tab")
        page.keyboard.press("Enter")
        page.get_by_text("Saved.").wait_for()
