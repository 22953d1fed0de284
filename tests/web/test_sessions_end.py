"""When a sign-in ends, what ends it, and what must be said again."""

import pytest

from appliance.actions import Action
from appliance.jobs import accounts, lock_down
from appliance.jobs.accounts import ACCOUNTS
from appliance.jobs.one_time_codes import first_code, give_code, redeem_code
from appliance.jobs.passwords import BadPassword
from appliance.roles import Role
from appliance.settings import Settings
from appliance.storage.database import Database
from appliance.web.sessions import Sessions, boot_seconds
from tests import maplewood
from tests.conftest import Person, app_for, sign_in
from tests.web.test_signing_in import Clock, sessions_in

MINUTE, HOUR = 60, 3600


def is_in(person: Person) -> bool:
    return person.get("/what-i-can-see").status_code == 200


@pytest.mark.parametrize(
    ("username", "idle", "hours"), [("okafor", 60, 12), ("ruiz", 60, 12), ("kim", 15, 8), ("hall", 15, 8)]
)
def test_v7_3_1_v7_3_2_who_sees_more_is_signed_out_sooner(
    own_town: Database, username: str, idle: int, hours: int
) -> None:
    clock = Clock()
    person = sign_in(app_for(own_town, clock=clock), username)
    for _ in range(hours * 60 // (idle - 1)):
        clock.now += (idle - 1) * MINUTE
        assert is_in(person)
    clock.now = maplewood.NOW + hours * HOUR
    assert not is_in(person)
    other = sign_in(app_for(own_town, clock=clock), username)
    clock.now += idle * MINUTE
    assert not is_in(other)


def test_v7_3_1_time_is_counted_from_the_start_of_the_machine_so_no_clock_lengthens_a_session(
    own_town: Database,
) -> None:
    wall, machine = Clock(), Clock()
    okafor = sign_in(app_for(own_town, clock=wall, elapsed=machine), "okafor")
    wall.now -= 86_400
    machine.now += 61 * MINUTE
    assert not is_in(okafor)
    okafor = sign_in(app_for(own_town, clock=wall, elapsed=machine), "okafor")
    wall.now += 7 * 86_400
    assert is_in(okafor)
    assert boot_seconds() > 0


def test_a_restart_of_the_machine_ends_every_session(own_town: Database) -> None:
    app = app_for(own_town)
    okafor = sign_in(app, "okafor")
    with own_town.desk.changing(maplewood.Event("test", Action.SEE_DATA)) as tables:
        tables.execute("UPDATE web_session SET boot = 'the start before'")
    assert not is_in(okafor)
    assert app.state["house"].sessions.clear_ended() == 1


def test_a_district_may_set_shorter_times_and_never_longer_ones(town: Database) -> None:
    short = Sessions(town, Settings(session_idle_minutes=5, session_hours=1))
    assert short.idle_seconds(Role.DATA_STEWARD) == short.idle_seconds(Role.TEACHER) == 5 * MINUTE
    long = Sessions(town, Settings(session_idle_minutes=240, session_hours=24))
    assert long.idle_seconds(Role.DISTRICT_ADMIN) == 15 * MINUTE
    assert long.longest_seconds(Role.TEACHER) == 12 * HOUR


def test_on_a_shared_computer_the_cookie_goes_with_the_browser(own_town: Database) -> None:
    app = app_for(own_town)
    page = sign_in(app, None).get("/sign-in").text
    assert 'name="shared" value="yes" checked' in page, "ticked unless somebody takes the tick away"
    form = {"username": "okafor", "password": maplewood.PASSWORD}
    shared = sign_in(app, None).post("/sign-in", form | {"shared": "yes"}).headers["set-cookie"]
    assert "Max-Age" not in shared
    assert "expires" not in shared.lower()
    own = sign_in(app, None).post("/sign-in", form).headers["set-cookie"]
    assert f"Max-Age={12 * HOUR}" in own


def test_v7_4_3_ms_lind_signs_out_everywhere_else(own_town: Database) -> None:
    app = app_for(own_town)
    library, desk = sign_in(app, "lind"), sign_in(app, "lind")
    okafor = sign_in(app, "okafor")
    assert desk.post("/my-sign-in/end-others", {"csrf": desk.csrf("/my-sign-in")}).status_code == 303
    assert (is_in(library), is_in(desk), is_in(okafor)) == (False, True, True)


def test_v7_4_2_another_role_ends_what_was_open_under_the_old_one(own_town: Database) -> None:
    lind = sign_in(app_for(own_town), "lind")
    accounts.change_role(own_town, "lind", Role.COACH, by="dunn")
    assert not is_in(lind)
    assert sessions_in(own_town) == []


def test_v7_4_5_the_administrator_ends_somebodys_sign_ins(own_town: Database) -> None:
    okafor = sign_in(app_for(own_town), "okafor")
    assert accounts.end_sessions(own_town, "okafor", by="dunn") == 1
    assert not is_in(okafor)
    with pytest.raises(accounts.AccountTrouble, match="There is no account"):
        accounts.end_sessions(own_town, "nobody", by="dunn")


@pytest.fixture
def admin(own_town: Database) -> str:
    """The user name of the district's administrator."""
    found = [one.username for one in accounts.list_accounts(own_town) if one.role is Role.DISTRICT_ADMIN]
    if not found:
        found = ["the.admin"]
        accounts.make_account(
            own_town, username=found[0], password=maplewood.PASSWORD, role=Role.DISTRICT_ADMIN, staff_key=None,
            display_name="Ms. Dunn", by="the keyboard",
        )  # fmt: skip
        maplewood.set_up_apps(own_town)
    return found[0]


def test_the_switch_ends_everybodys_sign_in_and_only_the_administrator_comes_in_until_it_is_lifted(
    own_town: Database, admin: str
) -> None:
    app = app_for(own_town)
    people = [sign_in(app, name) for name in ("okafor", "ruiz", admin)]
    boss = people[2]
    told = boss.post("/accounts/lock-down", {"csrf": boss.csrf("/accounts"), "reason": "a stolen laptop"})
    assert told.headers["location"] == "/sign-in"
    assert [is_in(person) for person in people] == [False, False, False]
    refused = sign_in(app, None).post("/sign-in", {"username": "okafor", "password": maplewood.PASSWORD})
    assert refused.status_code == 403
    assert "locked for now" in refused.text
    boss = sign_in(app, admin)
    assert "a stolen laptop" in boss.get("/accounts").text
    assert boss.post("/accounts/lift", {"csrf": boss.csrf("/accounts")}).status_code == 303
    assert is_in(sign_in(app, "okafor"))
    with own_town.desk.changing(maplewood.Event("test", Action.SEE_DATA)) as tables:
        lines = {row[0] for row in tables.execute("SELECT action || ': ' || reason FROM access_log").fetchall()}
    assert {"lock Schoolhouse down: a stolen laptop", "lift the lock-down: "} <= lines
    assert "sign-in refused: locked down" in lines


def test_the_switch_wants_a_reason_and_is_thrown_once(own_town: Database) -> None:
    for reason in ("", "  ", "x" * 301):
        with pytest.raises(lock_down.Trouble, match="Say why"):
            lock_down.lock_down(own_town, reason, by="dunn")
    lock_down.lock_down(own_town, "a drill", by="dunn")
    with pytest.raises(lock_down.Trouble, match="locked down already"):
        lock_down.lock_down(own_town, "again", by="dunn")
    lock_down.lift(own_town, by="dunn")
    with pytest.raises(lock_down.Trouble, match="not locked down"):
        lock_down.lift(own_town, by="dunn")


def test_v7_5_3_a_grave_step_asks_once_more_and_then_gives_the_session_a_new_id(own_town: Database, admin: str) -> None:
    clock = Clock()
    app = app_for(own_town, clock=clock)
    boss = sign_in(app, admin)
    clock.now += 301
    form = {"csrf": boss.csrf("/accounts"), "username": "lind"}
    assert boss.post("/accounts/shut", form).headers["location"] == "/prove?next=/accounts"
    assert not next(one for one in accounts.list_accounts(own_town) if one.username == "lind").is_disabled
    before, csrf = boss.browser.cookies["sh"], boss.csrf("/prove")
    assert boss.post("/prove", {"csrf": csrf, "proof": maplewood.PASSWORD}).status_code == 401, "an app, not a word"
    code = maplewood.app_codes(clock.now)[1]
    answer = boss.post("/prove", {"csrf": csrf, "proof": code, "next": "/accounts"})
    assert answer.headers["location"] == "/accounts"
    assert boss.browser.cookies["sh"] != before
    assert boss.post("/accounts/shut", {"csrf": boss.csrf("/accounts"), "username": "lind"}).status_code == 303
    assert next(one for one in accounts.list_accounts(own_town) if one.username == "lind").is_disabled
    boss.browser.cookies.set("sh", before, domain="127.0.0.1")
    assert not is_in(boss), "the old id is gone"


def test_v7_5_3_a_teacher_proves_it_by_her_password_and_an_address_on_the_way_still_leads_there(
    own_town: Database,
) -> None:
    okafor = sign_in(app_for(own_town), "okafor")
    ada = okafor.link_to("Ada Lovell", on="/this-week")
    form = {"csrf": okafor.csrf("/this-week"), "proof": "not her password at all", "next": ada}
    assert okafor.post("/prove", form).status_code == 401
    answer = okafor.post("/prove", form | {"proof": maplewood.PASSWORD})
    where = answer.headers["location"]
    assert where != ada
    assert "Ada Lovell" in okafor.get(where).text
    assert okafor.get(ada).status_code == 404


def test_nobody_shuts_or_raises_their_own_account(own_town: Database, admin: str) -> None:
    boss = sign_in(app_for(own_town), admin)
    csrf = boss.csrf("/accounts")
    assert boss.post("/accounts/shut", {"csrf": csrf, "username": admin.upper()}).status_code == 403
    role = {"csrf": csrf, "username": admin, "role": "principal"}
    assert boss.post("/accounts/role", role).status_code == 403


def test_v6_4_1_v6_4_6_a_code_lets_somebody_choose_a_password_once_and_nobody_else_sees_it(
    own_town: Database, admin: str
) -> None:
    app = app_for(own_town)
    boss, lind = sign_in(app, admin), sign_in(app, "lind")
    page = boss.post("/accounts/code", {"csrf": boss.csrf("/accounts"), "username": "lind"}).text
    code = page.split('<ul class="codes"><li><code>')[1].split("<")[0]
    chosen = {
        "username": "lind",
        "code": code,
        "password": "three plain tapirs drink",
        "again": "three plain tapirs drink",
    }
    somebody = sign_in(app, None)
    for wrong in ({"code": "aaaa-aaaa-aaaa-aaaa"}, {"username": "okafor"}, {"username": "nobody"}, {"again": "other"}):
        assert somebody.post("/sign-in/code", chosen | wrong).status_code == 400
    weak = somebody.post("/sign-in/code", chosen | {"password": "elm school 1", "again": "elm school 1"})
    assert "characters" in weak.text or "easy to guess" in weak.text
    assert "Your password is set" in somebody.post("/sign-in/code", chosen).text
    assert not is_in(lind), "what was open under the old password is closed"
    assert somebody.post("/sign-in/code", chosen).status_code == 400
    form = {"username": "lind", "password": "three plain tapirs drink"}
    assert sign_in(app, None).post("/sign-in", form).status_code == 303


def test_v6_3_2_the_first_code_of_a_home_is_good_for_fifteen_minutes_and_there_is_no_default_account(
    tmp_path,
) -> None:
    database = Database.create(tmp_path / "home")
    try:
        assert accounts.list_accounts(database) == []
        code = first_code(database, "d.dunn", by="the keyboard")
        import time

        with pytest.raises(accounts.AccountTrouble, match="too old"):
            redeem_code(database, "d.dunn", code, "three plain tapirs", now=time.time() + 15 * MINUTE)
        with pytest.raises(BadPassword):
            redeem_code(database, "d.dunn", code, "password", now=time.time())
        redeem_code(database, "d.dunn", code, "three plain tapirs", now=time.time())
        with pytest.raises(accounts.AccountTrouble, match="This home is set up"):
            first_code(database, "somebody.else", by="the keyboard")
    finally:
        database.close()


def test_a_code_for_a_lost_phone_takes_the_second_factor_away_and_another_is_asked_for(own_town: Database) -> None:
    code = give_code(own_town, "ruiz", by="dunn", forgets_factors=True, now=maplewood.NOW)
    redeem_code(own_town, "RUIZ", code, "three plain tapirs drink", now=maplewood.NOW)
    person = sign_in(app_for(own_town), None)
    answer = person.post("/sign-in", {"username": "ruiz", "password": "three plain tapirs drink"})
    assert answer.headers["location"].startswith("/sign-in/app")
    with own_town.reading(ACCOUNTS) as reading:
        sql = "SELECT 1 FROM second_factor JOIN account USING (account_key) WHERE username = 'ruiz'"
        assert reading.query(sql) == []
