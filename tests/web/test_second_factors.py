"""The second step: codes of an app, codes of paper, setting an app up, and what a stolen password is worth without."""

import re
from html import unescape

import pytest

from appliance.jobs import second_factors
from appliance.jobs.accounts import ACCOUNTS, make_account
from appliance.roles import Role
from appliance.storage.database import Database, Event
from tests import maplewood
from tests.conftest import Person, app_for, sign_in
from tests.web.test_signing_in import Clock

PASSWORD_STEP = {"password": maplewood.PASSWORD}


def after_password(app, username: str) -> Person:
    """Somebody whose password was right."""
    person = sign_in(app, None)
    answer = person.post("/sign-in", {"username": username, **PASSWORD_STEP})
    assert answer.status_code == 303
    return person


def bring(person: Person, code: str):
    return person.post("/sign-in/second", {"code": code})


def is_in(person: Person) -> bool:
    return person.get("/what-i-can-see").status_code == 200


@pytest.mark.parametrize("username", [name for name, row in maplewood.ACCOUNTS.items() if row[0] != Role.TEACHER])
def test_v6_3_3_whoever_sees_more_than_their_own_classes_needs_a_second_factor(
    own_town: Database, username: str
) -> None:
    role = maplewood.ACCOUNTS[username][0]
    if not role.terms.needs_second_factor:
        return
    person = after_password(app_for(own_town), username)
    assert not is_in(person)
    assert bring(person, maplewood.app_codes()[1]).status_code == 303
    assert is_in(person)


def test_v6_3_3_a_password_alone_opens_no_page_of_a_principal(own_town: Database) -> None:
    ruiz = after_password(app_for(own_town), "ruiz")
    for page in ("/school", "/", "/what-i-can-see", "/my-sign-in", "/manual/this-week"):
        text = ruiz.get(page).text
        assert "Lovell" not in text
    assert ruiz.get("/school").headers["location"].startswith("/sign-in")


def test_v6_5_1_each_code_counts_once_for_whoever_brings_it_second(own_town: Database) -> None:
    app = app_for(own_town)
    code = maplewood.app_codes()[1]
    first, second = after_password(app, "ruiz"), after_password(app, "ruiz")
    assert bring(first, code).status_code == 303
    assert bring(second, code).status_code == 401
    assert not is_in(second)
    assert bring(second, maplewood.app_codes()[2]).status_code == 303


def test_v6_5_5_a_clock_that_was_put_back_brings_no_used_code_back(own_town: Database) -> None:
    clock = Clock()
    app = app_for(own_town, clock=clock)
    code = maplewood.app_codes(clock.now)[1]
    assert bring(after_password(app, "ruiz"), code).status_code == 303
    clock.now += 86_400
    assert bring(after_password(app, "ruiz"), maplewood.app_codes(clock.now)[1]).status_code == 303
    clock.now -= 86_400
    person = after_password(app, "ruiz")
    assert bring(person, code).status_code == 401
    assert bring(person, maplewood.app_codes(clock.now)[2]).status_code == 303, "and an unused code is still good"


@pytest.mark.parametrize("offset", [-61, -90, 61, 90, 3600])
def test_v6_5_5_a_code_of_another_minute_is_refused(own_town: Database, offset: int) -> None:
    code = second_factors.current_code(maplewood.APP_SECRET, maplewood.NOW // 30 * 30 + offset)
    assert code not in maplewood.app_codes()
    assert bring(after_password(app_for(own_town), "ruiz"), code).status_code == 401


def test_v6_1_1_after_five_wrong_codes_one_begins_again_and_the_account_waits(own_town: Database) -> None:
    app = app_for(own_town)
    person = after_password(app, "ruiz")
    for _ in range(5):
        assert bring(person, "000000").status_code == 401
    assert bring(person, maplewood.app_codes()[1]).headers["location"] == "/sign-in"
    answer = sign_in(app, None).post("/sign-in", {"username": "ruiz", **PASSWORD_STEP})
    assert "Wait" in answer.text, "wrong codes count like wrong passwords"


def test_a_paper_code_opens_once_in_place_of_the_phone(own_town: Database) -> None:
    code = maplewood.code_for(own_town, "ruiz")
    app = app_for(own_town)
    assert bring(after_password(app, "ruiz"), code.upper().replace("-", " ")).status_code == 303
    assert bring(after_password(app, "ruiz"), code).status_code == 401
    assert bring(after_password(app, "hall"), maplewood.code_for(own_town, "ruiz")).status_code == 401, "his, not hers"


def test_somebody_whose_role_needs_an_app_sets_it_up_and_gets_codes_for_paper(own_town: Database) -> None:
    make_account(
        own_town, username="new.steward", password=maplewood.PASSWORD, role=Role.DATA_STEWARD, staff_key=None,
        display_name="Ms. Park", by="dunn",
    )  # fmt: skip
    person = after_password(app_for(own_town), "new.steward")
    page = person.get("/sign-in/app").text
    secret = re.search(r"<code>([A-Z2-7 ]+)</code>", page)
    assert secret
    assert 'role="img"' in page
    assert " style=" not in page
    assert person.post("/sign-in/app", {"code": "000000"}).status_code == 401
    assert not is_in(person)
    code = second_factors.current_code(secret[1].replace(" ", ""), maplewood.NOW)
    told = person.post("/sign-in/app", {"code": code})
    papers = re.findall(r"<code>([a-z2-9-]{19})</code>", told.text)
    assert len(set(papers)) == 10
    assert is_in(person)
    again = after_password(app_for(own_town), "new.steward")
    assert bring(again, code).status_code == 401, "the code that set the app up was its first"
    assert bring(again, papers[0]).status_code == 303
    with own_town.reading(ACCOUNTS) as reading:
        assert reading.one("SELECT codes FROM codes_left") == {"codes": 9}


def test_with_a_stolen_password_nobody_sets_up_an_app_of_their_own(own_town: Database) -> None:
    thief = after_password(app_for(own_town), "ruiz")
    assert thief.get("/sign-in/app").headers["location"] == "/sign-in"
    assert thief.post("/sign-in/app", {"code": maplewood.app_codes()[1]}).headers["location"] == "/sign-in"
    assert not is_in(thief)


def test_a_step_that_nobody_began_leads_to_the_beginning(own_town: Database) -> None:
    person = sign_in(app_for(own_town), None)
    for address in ("/sign-in/second", "/sign-in/app"):
        assert person.get(address).headers["location"] == "/sign-in"
        assert person.post(address, {"code": "123456"}).headers["location"] == "/sign-in"
    person.browser.cookies.set("sh-step", "ATTACKERCHOSEN", domain="127.0.0.1")
    assert bring(person, maplewood.app_codes()[1]).headers["location"] == "/sign-in"


def test_no_secret_of_an_app_can_be_read_by_what_signs_people_in(own_town: Database) -> None:
    from appliance.storage.connection import PastTheGate

    with own_town.reading(ACCOUNTS) as reading:
        for hidden in ("authenticator_app", "recovery_code", "passkey", "one_time_code"):
            with pytest.raises(PastTheGate):
                reading.query(f"SELECT * FROM {hidden}")


def test_the_page_how_i_sign_in_asks_once_more_before_it_changes_anything(own_town: Database) -> None:
    clock = Clock()
    lind = sign_in(app_for(own_town, clock=clock), "lind")
    assert lind.get("/my-sign-in").status_code == 200
    clock.now += 301
    assert lind.get("/my-sign-in/app").headers["location"] == "/prove?next=/my-sign-in/app"
    answer = lind.post("/my-sign-in/paper", {"csrf": lind.csrf("/my-sign-in")})
    assert answer.headers["location"] == "/prove?next=/my-sign-in"


def test_a_teacher_adds_an_app_is_asked_for_it_from_then_on_and_takes_it_away_again(own_town: Database) -> None:
    app = app_for(own_town)
    lind = sign_in(app, "lind")
    page = unescape(lind.get("/my-sign-in/app").text)
    fields = dict(re.findall(r'name="(csrf|ticket)" value="([^"]+)"', page))
    secret = re.search(r"<code>([A-Z2-7 ]+)</code>", page)
    assert secret
    code = second_factors.current_code(secret[1].replace(" ", ""), maplewood.NOW)
    assert "Print these codes" in lind.post("/my-sign-in/app", fields | {"code": code}).text
    person = after_password(app, "lind")
    assert not is_in(person)
    took = lind.post("/my-sign-in/take-away", {"csrf": fields["csrf"], "which": "app"})
    assert took.status_code == 303
    assert is_in(after_password(app, "lind"))


def test_the_last_factor_that_a_role_needs_cannot_be_taken_away(own_town: Database) -> None:
    ruiz = sign_in(app_for(own_town), "ruiz")
    answer = ruiz.post("/my-sign-in/take-away", {"csrf": ruiz.csrf("/my-sign-in"), "which": "app"})
    assert answer.status_code == 400
    assert "this is your last" in answer.text
    with own_town.desk.changing(Event("test", maplewood.Action.SEE_DATA)) as tables:
        sql = "SELECT count(*) FROM authenticator_app JOIN account USING (account_key) WHERE username = 'ruiz'"
        assert tables.execute(sql).fetchone() == (1,)


def test_v6_2_2_v6_2_3_ms_lind_chooses_another_password_and_is_signed_out_everywhere_else(own_town: Database) -> None:
    app = app_for(own_town)
    library, lind = sign_in(app, "lind"), sign_in(app, "lind")
    csrf = lind.csrf("/my-sign-in")

    def choose(password: str, again: str | None = None):
        form = {"csrf": csrf, "password": password, "again": password if again is None else again}
        return lind.post("/my-sign-in/password", form)

    assert "not the same" in choose("three plain tapirs", "three plain tapir").text
    assert "15 to 128" in choose("three tapirs").text
    assert "many people use" in choose("passwordpassword").text
    assert is_in(library)
    assert choose("three plain tapirs").status_code == 303
    assert (is_in(library), is_in(lind)) == (False, True)
    person = sign_in(app, None)
    assert person.post("/sign-in", {"username": "lind", **PASSWORD_STEP}).status_code == 401
    assert person.post("/sign-in", {"username": "lind", "password": "three plain tapirs"}).status_code == 303
