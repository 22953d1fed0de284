"""Passkeys: signing in by a device, and everything that is not quite that device, that page, that moment."""

import re
from html import unescape

import pytest

from appliance.jobs.accounts import set_disabled
from appliance.settings import Settings
from appliance.storage.database import Database
from tests import maplewood
from tests.conftest import Person, app_for, sign_in
from tests.web.device import Device

HOME = "http://localhost"


def at_home(app, username: str | None = None) -> Person:
    """A browser that has Schoolhouse open by its name, signed in with a password or not at all."""
    person = sign_in(app, None)
    person.browser.base_url = HOME
    if username:
        answer = send(person, "/sign-in", {"username": username, "password": maplewood.PASSWORD})
        assert answer.status_code == 303
        if "/second" in answer.headers["location"]:
            code = maplewood.code_for(app.state["house"].database, username)
            assert send(person, "/sign-in/second", {"code": code}).status_code == 303
    return person


def send(person: Person, address: str, form: dict[str, str]):
    return person.browser.post(address, data=form, headers={"Origin": HOME}, follow_redirects=False)


def asked(person: Person, address: str) -> tuple[str, dict[str, str]]:
    """(what the device is asked, hidden fields) of a page."""
    page = unescape(person.get(address).text)
    options = re.search(r'data-options="(.*?)">\n', page, re.DOTALL)
    assert options, page
    return options[1], dict(re.findall(r'type="hidden" name="(\w+)" value="([^"]*)"', page))


def add(person: Person, device: Device) -> None:
    options, fields = asked(person, "/my-sign-in/passkey")
    answer = send(person, "/my-sign-in/passkey", fields | {"answer": device.make(options, HOME), "name": "Phone"})
    assert answer.status_code == 303, answer.text


def use(person: Person, device: Device, **how: str):
    options, fields = asked(person, "/sign-in/passkey")
    return send(person, "/sign-in/passkey", fields | {"answer": device.use(options, HOME, **how)})


def who(person: Person) -> str:
    found = re.search(r"<bdi>(.*?)</bdi>", person.get("/what-i-can-see").text)
    return found[1] if found else ""


def test_ms_lind_adds_a_passkey_and_signs_in_with_nothing_typed(own_town: Database) -> None:
    app, phone = app_for(own_town), Device()
    add(at_home(app, "lind"), phone)
    later = at_home(app)
    assert use(later, phone).headers["location"] == "/"
    assert who(later) == "Ms. Lind"
    assert "Phone" in later.get("/my-sign-in").text


def test_v6_3_3_a_passkey_is_both_factors_for_the_principal(own_town: Database) -> None:
    app, key = app_for(own_town), Device()
    add(at_home(app, "ruiz"), key)
    later = at_home(app)
    assert use(later, key).status_code == 303
    assert later.get("/school").status_code == 200


def test_a_device_that_does_not_ask_for_the_person_is_not_enough(own_town: Database) -> None:
    lind, lax = at_home(app_for(own_town), "lind"), Device(asks_person=False)
    options, fields = asked(lind, "/my-sign-in/passkey")
    answer = send(lind, "/my-sign-in/passkey", fields | {"answer": lax.make(options, HOME), "name": "Phone"})
    assert answer.status_code == 400
    assert "could not be believed" in answer.text


def test_a_page_elsewhere_that_looks_like_ours_gets_nothing(own_town: Database) -> None:
    app, phone = app_for(own_town), Device()
    add(at_home(app, "lind"), phone)
    for elsewhere in (
        "https://evil.example",
        "http://localhost.evil.example",
        "https://localhost",
        "http://localhost:81",
    ):
        assert use(at_home(app), phone, says=elsewhere).status_code == 401


def test_an_answer_is_good_once_and_only_to_the_question_that_was_asked(own_town: Database) -> None:
    app, phone = app_for(own_town), Device()
    add(at_home(app, "lind"), phone)
    options, fields = asked(at_home(app), "/sign-in/passkey")
    _, others = asked(at_home(app), "/sign-in/passkey")
    answer = phone.use(options, HOME)
    assert send(at_home(app), "/sign-in/passkey", others | {"answer": answer}).status_code == 401
    assert send(at_home(app), "/sign-in/passkey", fields | {"answer": answer}).status_code == 303
    assert send(at_home(app), "/sign-in/passkey", fields | {"answer": answer}).status_code == 401


def test_a_copy_of_the_device_is_noticed_by_its_count(own_town: Database) -> None:
    app, phone = app_for(own_town), Device()
    add(at_home(app, "lind"), phone)
    assert use(at_home(app), phone).status_code == 303
    phone.uses = 0  # The copy was made before that.
    assert use(at_home(app), phone).status_code == 401


@pytest.mark.parametrize("answer", ["", "{}", "[]", "null", '{"rawId": 7}', '{"rawId": "AA"}', "x" * 9000])
def test_nonsense_in_place_of_an_answer_is_refused_with_a_sentence(own_town: Database, answer: str) -> None:
    person = at_home(app_for(own_town))
    _, fields = asked(person, "/sign-in/passkey")
    told = send(person, "/sign-in/passkey", fields | {"answer": answer})
    assert told.status_code == 401
    assert "callout bad" in told.text


def test_v7_4_2_the_passkey_of_a_shut_account_opens_nothing(own_town: Database) -> None:
    app, phone = app_for(own_town), Device()
    add(at_home(app, "lind"), phone)
    set_disabled(own_town, "lind", disabled=True, by="dunn")
    assert use(at_home(app), phone).status_code == 401


def test_where_schoolhouse_is_opened_by_a_number_no_passkey_is_offered(own_town: Database) -> None:
    app = app_for(own_town)
    assert "/sign-in/passkey" not in sign_in(app, None).get("/sign-in").text
    assert "/sign-in/passkey" in at_home(app).get("/sign-in").text


def test_v3_4_3_only_the_pages_that_ask_a_device_may_run_our_one_script(own_town: Database) -> None:
    person = at_home(app_for(own_town, settings=Settings()))
    policy = person.get("/sign-in/passkey").headers["content-security-policy"]
    assert "script-src 'self'" in policy
    assert "unsafe" not in policy
    assert "script-src" not in person.get("/sign-in").headers["content-security-policy"]


def test_v7_5_3_a_passkey_proves_who_one_is_before_a_grave_step_and_only_ones_own(own_town: Database) -> None:
    app, hers, his = app_for(own_town), Device(), Device()
    add(at_home(app, "ruiz"), his)
    lind = at_home(app, "lind")
    add(lind, hers)
    before = lind.browser.cookies["sh"]
    options, fields = asked(lind, "/prove/passkey?next=/my-sign-in")
    assert send(lind, "/prove/passkey", fields | {"answer": his.use(options, HOME)}).status_code == 401
    options, fields = asked(lind, "/prove/passkey?next=/my-sign-in")
    answer = send(lind, "/prove/passkey", fields | {"answer": hers.use(options, HOME)})
    assert answer.headers["location"] == "/my-sign-in"
    assert lind.browser.cookies["sh"] != before
