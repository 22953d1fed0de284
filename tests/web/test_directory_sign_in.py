"""Signing in by the district's directory: it says who, and the roster says what they may see."""

import ssl
from collections.abc import Iterator
from pathlib import Path

import httpx
import pytest

from appliance.jobs.accounts import ACCOUNTS, list_accounts
from appliance.roles import Role
from appliance.settings import Settings, SignIn
from appliance.storage.database import Database, Event
from tests import maplewood
from tests.conftest import ADDRESS, Person, app_for, sign_in
from tests.doorkeeper.certificates import Authority
from tests.doorkeeper.doors import at_the_door, ldap_rules, write_rules
from tests.doorkeeper.oidc_server import CLIENT_ID, CLIENT_SECRET, Provider, Somebody, running
from tests.doorkeeper.slapd import PEOPLE, slapd

STAFF_IDS = {"000151": maplewood.OKAFOR, "000152": maplewood.RUIZ}


@pytest.fixture
def roster_town(own_town: Database) -> Database:
    """Maplewood, whose roster names people by the numbers that the directory has; nobody has a password here."""
    with own_town.changing(Event("test", maplewood.Action.IMPORT)) as tables:
        for source_id, key in STAFF_IDS.items():
            sql = "INSERT INTO identity (entity, system, source_id, key) VALUES ('staff', 'district', ?, ?)"
            tables.execute(sql, (source_id, key))
    with own_town.desk.changing(Event("test", maplewood.Action.SEE_DATA)) as tables:
        tables.execute("DELETE FROM account WHERE username IN ('okafor', 'ruiz')")
    return own_town


@pytest.fixture(scope="module")
def ldap_socket(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Path]:
    folder = tmp_path_factory.mktemp("directory")
    authority = Authority(folder / "authority")
    with (
        slapd(folder / "slapd", authority, authority.for_names("127.0.0.1")) as server,
        at_the_door("ldap", ldap_rules(folder, server)) as socket,
    ):
        yield socket


def knock(person: Person, username: str, password: str):
    return person.post("/sign-in", {"username": username, "password": password})


def test_ms_okafor_signs_in_with_her_directory_password_and_sees_her_class(
    roster_town: Database, ldap_socket: Path
) -> None:
    app = app_for(roster_town, settings=Settings(sign_in=SignIn(directory=True, directory_socket=str(ldap_socket))))
    okafor = sign_in(app, None)
    assert knock(okafor, "okafor", "wrong").status_code == 401
    assert knock(okafor, "okafor", PEOPLE["okafor"][0]).status_code == 303
    assert "Ada Lovell" in okafor.get("/this-week").text
    made = next(one for one in list_accounts(roster_town) if one.username == "okafor")
    assert (made.role, made.has_password) == (Role.TEACHER, False)
    assert knock(sign_in(app, None), "okafor", PEOPLE["okafor"][0]).status_code == 303
    assert len([one for one in list_accounts(roster_town) if one.username == "okafor"]) == 1


def test_v6_3_3_a_principal_of_the_directory_still_needs_a_second_factor_of_ours(
    roster_town: Database, ldap_socket: Path
) -> None:
    app = app_for(roster_town, settings=Settings(sign_in=SignIn(directory=True, directory_socket=str(ldap_socket))))
    ruiz = sign_in(app, None)
    answer = knock(ruiz, "ruiz", PEOPLE["ruiz"][0])
    assert answer.headers["location"].startswith("/sign-in/app")
    assert ruiz.get("/school").headers["location"].startswith("/sign-in")


def test_somebody_whom_the_roster_does_not_know_sees_an_explanation_and_no_data(
    roster_town: Database, ldap_socket: Path
) -> None:
    app = app_for(roster_town, settings=Settings(sign_in=SignIn(directory=True, directory_socket=str(ldap_socket))))
    visitor = sign_in(app, None)
    answer = knock(visitor, "visitor", PEOPLE["visitor"][0])
    assert answer.status_code == 403
    assert "the roster in Schoolhouse does not" in answer.text
    assert "set-cookie" not in answer.headers
    assert visitor.get("/this-week").headers["location"].startswith("/sign-in")
    assert "visitor" not in {one.username for one in list_accounts(roster_town)}


def test_people_with_a_password_of_our_own_sign_in_while_the_directory_is_away(
    roster_town: Database, tmp_path: Path
) -> None:
    asked = SignIn(directory=True, directory_socket=str(tmp_path / "nobody.sock"))
    app = app_for(roster_town, settings=Settings(sign_in=asked))
    assert knock(sign_in(app, None), "lind", maplewood.PASSWORD).status_code == 303
    answer = knock(sign_in(app, None), "okafor", PEOPLE["okafor"][0])
    assert answer.status_code == 503
    assert "doorkeeper is not running" in answer.text


def test_the_directory_never_hears_the_password_of_somebody_who_has_one_here(
    roster_town: Database, tmp_path: Path
) -> None:
    class Listening:
        heard: list[str]

        def who(self, username: str, password: str) -> None:
            raise AssertionError(f"the directory was asked about {username}")

    app = app_for(roster_town, settings=Settings(sign_in=SignIn(directory=True, directory_socket=str(tmp_path / "x"))))
    app.state["house"].front_desk._ldap = Listening()
    assert knock(sign_in(app, None), "lind", "wrong").status_code == 401
    assert knock(sign_in(app, None), "lind", maplewood.PASSWORD).status_code == 303


# At the district's provider.


@pytest.fixture(scope="module")
def authority(tmp_path_factory: pytest.TempPathFactory) -> Authority:
    return Authority(tmp_path_factory.mktemp("authority"))


@pytest.fixture(scope="module")
def provider(authority: Authority) -> Iterator[Provider]:
    with running(authority) as found:
        found.return_to = [f"{ADDRESS}/sign-in/provider/return"]
        yield found


@pytest.fixture(scope="module")
def oidc_socket(provider: Provider, authority: Authority, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Path]:
    folder = tmp_path_factory.mktemp("door")
    (folder / "secret").write_text(CLIENT_SECRET)
    rules = {
        "issuer": provider.address,
        "client_id": CLIENT_ID,
        "client_secret_file": str(folder / "secret"),
        "certificates": str(authority.certificates),
    }
    with at_the_door("oidc", write_rules(folder, "oidc", rules)) as socket:
        yield socket


@pytest.fixture
def oidc_app(roster_town: Database, oidc_socket: Path):
    asked = SignIn(provider=True, provider_socket=str(oidc_socket), provider_name="Maplewood account")
    return app_for(roster_town, settings=Settings(sign_in=asked))


def there_and_back(person: Person, authority: Authority, going_on: str = "/this-week") -> str:
    """The address with which the provider sends the browser back."""
    away = person.get(f"/sign-in/provider?next={going_on}").headers["location"]
    context = ssl.create_default_context(cafile=str(authority.certificates))
    return httpx.get(away, verify=context).headers["location"].removeprefix(ADDRESS)


OKAFOR = Somebody("sub-okafor", "n.okafor", "Ngozi Okafor", "000151", "okafor@maplewood.example")


def test_v10_5_2_ms_okafor_comes_back_from_the_provider_and_stays_herself_when_her_name_changes(
    oidc_app, provider: Provider, authority: Authority
) -> None:
    provider.person = OKAFOR
    okafor = sign_in(oidc_app, None)
    assert "Sign in with <bdi>Maplewood account</bdi>" in okafor.get("/sign-in").text
    answer = okafor.get(there_and_back(okafor, authority))
    assert answer.headers["location"] == "/this-week"
    assert "Ada Lovell" in okafor.get("/this-week").text
    provider.person = Somebody("sub-okafor", "n.smith", "Ngozi Smith", "", "smith@maplewood.example")
    again = sign_in(oidc_app, None)
    assert again.get(there_and_back(again, authority)).headers["location"] == "/this-week"
    provider.person = Somebody("sub-other", "n.okafor", "Another Okafor", "", "okafor@maplewood.example")
    other = sign_in(oidc_app, None)
    assert other.get(there_and_back(other, authority)).status_code == 403, "her old name and mail open nothing"


def test_v10_2_1_a_code_that_somebody_else_was_sent_back_with_signs_nobody_in(
    oidc_app, provider: Provider, authority: Authority
) -> None:
    provider.person = OKAFOR
    okafor, victim = sign_in(oidc_app, None), sign_in(oidc_app, None)
    back = there_and_back(okafor, authority)
    assert victim.get(back).status_code == 403, "a browser that was never sent"
    there_and_back(victim, authority)
    assert victim.get(back).status_code == 403, "a browser that was sent with another state"
    assert okafor.get(back).status_code == 303
    assert okafor.get(back).status_code == 403, "and it counts once"
    assert victim.get("/this-week").headers["location"].startswith("/sign-in")


def test_v3_7_2_after_the_provider_nobody_is_sent_elsewhere(oidc_app, provider: Provider, authority: Authority) -> None:
    provider.person = OKAFOR
    for elsewhere in ("//evil.example", "https://evil.example", "/\\evil"):
        person = sign_in(oidc_app, None)
        assert person.get(there_and_back(person, authority, elsewhere)).headers["location"] == "/"


def test_where_no_provider_is_set_up_its_addresses_lead_back(own_town: Database) -> None:
    person = sign_in(app_for(own_town), None)
    assert person.get("/sign-in/provider").headers["location"] == "/sign-in"
    assert person.get("/sign-in/provider/return?code=x&state=y").status_code == 403
    with own_town.reading(ACCOUNTS) as reading:
        assert reading.query("SELECT * FROM known_outside") == []
