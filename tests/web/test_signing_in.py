"""Signing in and out, and everything somebody may try instead."""

import asyncio
import hashlib

import pytest

from appliance.actions import Action
from appliance.jobs.accounts import ACCOUNTS
from appliance.settings import Settings
from appliance.storage.database import Database, Event
from appliance.web.arriving import safe_next
from appliance.web.throttle import FREE_TRIES, LONGEST_DELAY_SECONDS, delay_seconds
from tests import maplewood
from tests.access_log import at_desk, lines
from tests.conftest import ADDRESS, Person, app_for, sign_in

WRONG = "not the password at all"


class Clock:
    """A clock that tests can put forward."""

    def __init__(self) -> None:
        self.now = maplewood.NOW

    def __call__(self) -> float:
        return self.now


def sessions_in(database: Database) -> list[dict]:
    with database.reading(ACCOUNTS) as reading:
        return reading.query("SELECT * FROM web_session")


def try_to_sign_in(person: Person, username: str, password: str, **form: str):
    return person.post("/sign-in", {"username": username, "password": password, **form})


def test_ms_okafor_signs_in_and_comes_to_her_week(visit) -> None:
    okafor = visit("okafor")
    assert okafor.get("/").headers["location"] == "/this-week"
    assert "Good morning, Ms. Okafor" in okafor.get("/this-week").text


def test_v7_2_3_the_database_knows_only_the_hash_of_a_session(own_town: Database) -> None:
    okafor = sign_in(app_for(own_town), "okafor")
    token = okafor.browser.cookies["sh"]
    assert len(token) >= 43
    assert [row["token_hash"] for row in sessions_in(own_town)] == [hashlib.sha256(token.encode()).digest()]


def test_v7_2_4_a_planted_session_id_is_never_adopted(own_town: Database) -> None:
    person = sign_in(app_for(own_town), None)
    person.browser.cookies.set("sh", "ATTACKERCHOSEN", domain="127.0.0.1")
    assert person.get("/this-week").headers["location"].startswith("/sign-in")
    answer = try_to_sign_in(person, "okafor", maplewood.PASSWORD)
    assert answer.status_code == 303
    assert "ATTACKERCHOSEN" not in answer.headers["set-cookie"]
    hashes = [row["token_hash"] for row in sessions_in(own_town)]
    assert hashlib.sha256(b"ATTACKERCHOSEN").digest() not in hashes


def test_v7_2_4_signing_in_again_ends_the_session_before(own_town: Database) -> None:
    person = sign_in(app_for(own_town), "okafor")
    before = person.browser.cookies["sh"]
    assert try_to_sign_in(person, "okafor", maplewood.PASSWORD).status_code == 303
    assert person.browser.cookies["sh"] != before
    assert len(sessions_in(own_town)) == 1


def test_v7_4_1_v14_3_1_signing_out_deletes_the_session_and_asks_the_browser_to_forget(own_town: Database) -> None:
    okafor = sign_in(app_for(own_town), "okafor")
    token = okafor.browser.cookies["sh"]
    answer = okafor.post("/sign-out", {"csrf": okafor.csrf("/this-week")})
    assert answer.headers["clear-site-data"] == '"cache", "storage"'
    assert sessions_in(own_town) == []
    okafor.browser.cookies.set("sh", token, domain="127.0.0.1")
    assert okafor.get("/this-week").headers["location"].startswith("/sign-in")


def test_v7_4_2_disabling_an_account_ends_its_sessions_at_once(own_town: Database) -> None:
    okafor = sign_in(app_for(own_town), "okafor")
    with own_town.desk.changing(Event("kim", Action.MAKE_ACCOUNT, "disable okafor")) as tables:
        tables.execute("UPDATE account SET is_disabled = 1 WHERE username = 'okafor'")
    assert okafor.get("/this-week").headers["location"].startswith("/sign-in")
    assert try_to_sign_in(okafor, "okafor", maplewood.PASSWORD).status_code == 401


def test_v7_3_1_a_session_ends_when_nothing_happens_for_an_hour(own_town: Database) -> None:
    clock = Clock()
    okafor = sign_in(app_for(own_town, clock=clock), "okafor")
    for _ in range(3):
        clock.now += 59 * 60
        assert okafor.get("/this-week").status_code == 200
    clock.now += 60 * 60
    assert okafor.get("/this-week").headers["location"].startswith("/sign-in")


def test_v7_3_2_a_session_ends_after_its_hours_whatever_happens(own_town: Database) -> None:
    clock = Clock()
    app = app_for(own_town, clock=clock, settings=Settings(session_hours=2))
    okafor = sign_in(app, "okafor")
    for _ in range(3):
        clock.now += 39 * 60
        assert okafor.get("/this-week").status_code == 200
    clock.now += 4 * 60
    assert okafor.get("/this-week").headers["location"].startswith("/sign-in")
    assert app.state["house"].sessions.clear_ended() == 1
    assert sessions_in(own_town) == []


def test_v6_2_10_a_password_of_ten_years_ago_still_opens(own_town: Database) -> None:
    clock = Clock()
    clock.now += 3653 * 86_400
    answer = try_to_sign_in(sign_in(app_for(own_town, clock=clock), None), "okafor", maplewood.PASSWORD)
    assert (answer.status_code, answer.headers["location"]) == (303, "/")


def test_v16_3_1_who_came_who_left_and_who_was_refused_stands_in_the_log(own_town: Database) -> None:
    app = app_for(own_town)
    okafor = sign_in(app, "okafor")
    okafor.post("/sign-out", {"csrf": okafor.csrf("/classes")})
    assert try_to_sign_in(okafor, "okafor", WRONG).status_code == 401
    said = [line for line in lines(own_town, "who", "action") if line[1].startswith("sign")]
    assert said == [("okafor", "sign in"), ("okafor", "sign out"), ("okafor", "sign-in refused")]


def test_v3_3_1_v3_3_2_v3_3_3_v3_3_4_the_cookie_is_for_us_alone(own_town: Database) -> None:
    plain = try_to_sign_in(sign_in(app_for(own_town), None), "okafor", maplewood.PASSWORD).headers["set-cookie"]
    assert plain.startswith("sh=")
    assert {"HttpOnly", "Path=/", "SameSite=lax"} <= set(plain.split("; "))
    person = sign_in(app_for(own_town, secure_cookies=True), None)
    answer = person.browser.post(
        "https://127.0.0.1/sign-in",
        data={"username": "okafor", "password": maplewood.PASSWORD},
        headers={"Origin": "https://127.0.0.1"},
        follow_redirects=False,
    )
    secure = answer.headers["set-cookie"]
    assert secure.startswith("__Host-sh=")
    assert {"HttpOnly", "Path=/", "SameSite=lax", "Secure"} <= set(secure.split("; "))
    assert "Domain" not in plain + secure


def test_v6_3_8_an_unknown_name_reads_and_waits_like_a_wrong_password(own_town: Database) -> None:
    known, unknown = (sign_in(app_for(own_town), None) for _ in range(2))
    for attempt in range(FREE_TRIES + 1):
        answers = try_to_sign_in(known, "okafor", WRONG), try_to_sign_in(unknown, "nobody.here", WRONG)
        assert [answer.status_code for answer in answers] == [401, 401]
        assert answers[0].text == answers[1].text, attempt
    assert "Wait 2 seconds" in answers[0].text or "Wait 3 seconds" in answers[0].text


def test_v6_1_1_the_right_password_waits_too_and_there_is_no_permanent_lock(own_town: Database) -> None:
    clock = Clock()
    person = sign_in(app_for(own_town, clock=clock), None)
    for _ in range(FREE_TRIES + 3):
        try_to_sign_in(person, "okafor", WRONG)
        clock.now += LONGEST_DELAY_SECONDS
    try_to_sign_in(person, "okafor", WRONG)
    assert try_to_sign_in(person, "okafor", maplewood.PASSWORD).status_code == 401
    clock.now += LONGEST_DELAY_SECONDS + 1
    assert try_to_sign_in(person, "okafor", maplewood.PASSWORD).status_code == 303
    assert try_to_sign_in(person, "okafor", WRONG).status_code == 401
    assert try_to_sign_in(person, "okafor", maplewood.PASSWORD).status_code == 303


def test_v6_3_1_the_delay_doubles_up_to_ten_minutes() -> None:
    assert [delay_seconds(n) for n in range(8)] == [0, 0, 0, 0, 0, 2, 4, 8]
    assert delay_seconds(100) == LONGEST_DELAY_SECONDS == 600


def test_what_was_typed_as_a_name_is_not_kept(own_town: Database) -> None:
    try_to_sign_in(sign_in(app_for(own_town), None), "my secret passphrase", WRONG)
    assert at_desk(own_town, "SELECT who FROM access_log WHERE action = 'sign-in refused'") == [("(unknown name)",)]


def test_when_the_desk_is_full_people_are_asked_to_come_back(own_town: Database) -> None:
    app = app_for(own_town, sign_in_places=1)
    desk = app.state["house"].front_desk
    assert desk._places.acquire(blocking=False)
    answer = try_to_sign_in(sign_in(app, None), "okafor", maplewood.PASSWORD)
    assert answer.status_code == 503
    assert answer.headers["retry-after"] == "5"
    assert "Many people are signing in" in answer.text
    desk._places.release()
    assert try_to_sign_in(sign_in(app, None), "okafor", maplewood.PASSWORD).status_code == 303


def test_thirty_sign_ins_at_once_are_served_or_honestly_turned_away(own_town: Database) -> None:
    from appliance.web.front_desk import DeskIsFull

    desk = app_for(own_town, sign_in_places=8).state["house"].front_desk

    async def rush() -> list[object]:
        tries = [desk.sign_in("okafor", maplewood.PASSWORD) for _ in range(30)]
        return await asyncio.gather(*tries, return_exceptions=True)

    answers = asyncio.run(rush())
    turned_away = [answer for answer in answers if isinstance(answer, DeskIsFull)]
    assert len(turned_away) == 22
    assert len({answer.token for answer in answers if not isinstance(answer, BaseException)}) == 8


@pytest.mark.parametrize(
    "address",
    [
        "//evil.example",
        "\\evil",
        "/\\evil",
        "https://evil.example",
        "javascript:alert(1)",
        "/a\nb",
        "/%0d\r",
        "",
        "/a:b",
    ],
)
def test_v3_7_2_after_signing_in_nobody_is_sent_elsewhere(own_town: Database, address: str) -> None:
    assert safe_next(address) == "/"
    answer = try_to_sign_in(sign_in(app_for(own_town), None), "okafor", maplewood.PASSWORD, next=address)
    assert answer.headers["location"] == "/"


def test_v3_7_2_after_signing_in_one_goes_on_to_a_page_of_ours() -> None:
    assert safe_next("/classes") == "/classes"


def test_v3_5_1_a_form_without_its_token_changes_nothing(own_town: Database) -> None:
    app = app_for(own_town)
    okafor, lind = sign_in(app, "okafor"), sign_in(app, "lind")
    ada = okafor.link_to("Ada Lovell", on="/this-week")
    for forged in ("", "x", lind.csrf("/this-week")):
        answer = okafor.post(f"{ada}/check-ins", {"csrf": forged, "kind": "talked", "not_needed": "yes"})
        assert answer.status_code == 403
        assert okafor.post("/sign-out", {"csrf": forged}).status_code == 403
    assert "Ada Lovell" in okafor.get("/this-week").text


@pytest.mark.parametrize(
    "headers",
    [
        {},
        {"Origin": "https://evil.example"},
        {"Origin": "null"},
        {"Origin": ADDRESS, "Sec-Fetch-Site": "cross-site"},
        {"Origin": ADDRESS, "Sec-Fetch-Site": "same-site"},
        {"Origin": "https://127.0.0.1"},
        {"Origin": "http://127.0.0.1:81"},
    ],
)
def test_v3_5_1_v3_5_8_a_form_from_elsewhere_changes_nothing_even_with_its_token(
    own_town: Database, headers: dict
) -> None:
    okafor = sign_in(app_for(own_town), "okafor")
    ada, csrf = okafor.link_to("Ada Lovell", on="/this-week"), okafor.csrf("/this-week")
    form = {"csrf": csrf, "kind": "talked", "not_needed": "yes"}
    answer = okafor.browser.post(f"{ada}/check-ins", data=form, headers=headers, follow_redirects=False)
    assert answer.status_code == 403
    sign_in_form = {"username": "okafor", "password": maplewood.PASSWORD}
    assert okafor.browser.post("/sign-in", data=sign_in_form, headers=headers).status_code == 403
    assert "Ada Lovell" in okafor.get("/this-week").text


def test_a_browser_that_hides_its_origin_but_vouches_for_the_page_is_believed(own_town: Database) -> None:
    person = sign_in(app_for(own_town), None)
    headers = {"Origin": "null", "Sec-Fetch-Site": "same-origin"}
    form = {"username": "okafor", "password": maplewood.PASSWORD}
    assert person.browser.post("/sign-in", data=form, headers=headers, follow_redirects=False).status_code == 303


def test_v15_3_3_a_form_with_fields_that_nobody_asked_for_is_refused(own_town: Database) -> None:
    person = sign_in(app_for(own_town), None)
    answer = try_to_sign_in(person, "okafor", maplewood.PASSWORD, role="principal")
    assert answer.status_code == 400
    assert maplewood.PASSWORD not in answer.text
