"""Every role at every door: what it has a right to opens for what is its own; the rest is shut, and tells nothing."""

import re

import pytest
from litestar import Litestar, get, post
from litestar.params import FromPath

from appliance.actions import Action, Role
from appliance.settings import Settings
from appliance.storage.database import Database
from tests import everyone, maplewood
from tests.conftest import app_for, sign_in
from tests.web.matrix import Walker, doors, walk


@pytest.fixture(scope="module")
def crowded(tmp_path_factory: pytest.TempPathFactory):
    """A Maplewood with somebody of each role in it. The walkers change things in it, each their own."""
    database = maplewood.build(tmp_path_factory.mktemp("crowded") / "home")
    everyone.move_in(database)
    yield database
    database.close()


@pytest.fixture
def app(crowded: Database) -> Litestar:
    return app_for(crowded, settings=Settings(family_pages=True))


def walker(database: Database, app: Litestar, username: str) -> Walker:
    person = sign_in(app, username)
    return Walker(database, app, username, person, person.browser.cookies["sh"])


def test_v8_1_1_somebody_of_every_role_walks_the_matrix() -> None:
    assert {role for role, *_ in everyone.PEOPLE.values()} == set(Role)


@pytest.mark.parametrize("username", everyone.PEOPLE)
def test_v8_2_1_v8_2_2_v8_2_3_each_door_opens_for_ones_own_and_tells_nothing_of_others(
    crowded: Database, app: Litestar, username: str
) -> None:
    assert walk(walker(crowded, app, username)) == []


def test_v8_2_1_nobody_gets_past_a_door_without_signing_in(app: Litestar) -> None:
    nobody = sign_in(app, None)
    shut = [door for door in doors(app) if door.action not in (Action.SIGN_IN, Action.SEE_OPEN_PAGE)]
    assert len(shut) > 30
    for door in shut:
        address = re.sub(r"\{\w+:int\}", "1", re.sub(r"\{\w+:str\}", "x", door.path))
        answer = nobody.get(address) if door.method == "GET" else nobody.post(address, {})
        assert answer.status_code == 303, door.name
        assert answer.headers["location"].startswith("/sign-in"), door.name


def test_a_door_that_forgets_the_scope_is_caught_by_the_matrix(crowded: Database, app: Litestar) -> None:
    @get("/students/{address:str}/everything", action=Action.SEE_STUDENT, sync_to_thread=False)
    def forgetful(address: FromPath[str]) -> str:
        return ", ".join(f"{given} {family}" for _, given, family in maplewood.STUDENTS.values())

    app.register(forgetful)
    complaints = walk(walker(crowded, app, "lind"))
    assert "GET /students/{address:str}/everything names Ada Lovell" in complaints
    assert any("for what is others, not (404,)" in one for one in complaints)


def test_a_door_that_tells_a_stranger_from_nobody_is_caught_by_the_matrix(crowded: Database, app: Litestar) -> None:
    @get("/students/{address:str}/hint", action=Action.SEE_STUDENT, sync_to_thread=False, status_code=404)
    def hinting(address: FromPath[str]) -> str:
        return f"{address} is somebody's, but not yours"

    app.register(hinting)
    complaints = walk(walker(crowded, app, "lind"))
    assert "GET /students/{address:str}/hint tells somebody else's from what is not there" in complaints


def test_a_door_for_something_unknown_says_what_to_add(crowded: Database, app: Litestar) -> None:
    @post("/buses/{bus:str}", action=Action.SEE_STUDENT, sync_to_thread=False)
    def bus(bus: FromPath[str]) -> str:
        return bus

    app.register(bus)
    with pytest.raises(AssertionError, match=r"Add \('buses', 'bus'\) to PARAMETERS"):
        walk(walker(crowded, app, "lind"))


def test_v8_2_2_what_the_log_says_somebody_saw_is_what_they_may_see(own_town: Database) -> None:
    everyone.move_in(own_town)
    app = app_for(own_town, settings=Settings(family_pages=True))
    for username in ("lind", "wu", "abel", "cruz", "shea", "rosa"):
        one = walker(own_town, app, username)
        walk(one)
        with own_town.desk.changing(_note()) as tables:
            sql = "SELECT DISTINCT student_key FROM access_log JOIN access_log_student USING (sequence) WHERE who = ?"
            logged = {row["student_key"] for row in tables.query(sql, [username])}
        assert logged
        assert logged <= one.students


def _note():
    from appliance.storage.database import Event

    return Event("test", Action.SEE_DATA)
