"""Signing in against a real OpenLDAP server, through a doorkeeper that runs as it will in service."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from appliance.doorkeeper.asking import DirectoryRefused, DirectoryTrouble, LdapDoor
from tests.doorkeeper.certificates import Authority
from tests.doorkeeper.doors import at_the_door, ldap_rules
from tests.doorkeeper.slapd import PEOPLE, SEARCHER_PASSWORD, Slapd, slapd

OKAFOR = PEOPLE["okafor"][0]


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Slapd]:
    folder = tmp_path_factory.mktemp("slapd")
    authority = Authority(folder / "authority")
    with slapd(folder / "slapd", authority, authority.for_names("127.0.0.1")) as running:
        yield running


@pytest.fixture(scope="module")
def door(server: Slapd, tmp_path_factory: pytest.TempPathFactory) -> Iterator[LdapDoor]:
    with at_the_door("ldap", ldap_rules(tmp_path_factory.mktemp("door"), server)) as socket:
        yield LdapDoor(socket)


def test_the_directory_says_who_ms_okafor_is_and_which_number_the_roster_gives_her(door: LdapDoor) -> None:
    person = door.who("okafor", OKAFOR)
    assert (person.username, person.full_name) == ("okafor", "Okafor of the directory")
    assert person.roster_id == "000151"
    assert len(person.subject) == 36, "entryUUID stays with her when her name changes"
    assert door.who(" okafor ", OKAFOR).subject == person.subject
    assert door.who("visitor", PEOPLE["visitor"][0]).roster_id == ""


@pytest.mark.parametrize("password", ["wrong", "", OKAFOR + " ", OKAFOR.upper(), "\0", OKAFOR + "\0", "x" * 5000])
def test_v6_3_a_wrong_or_empty_password_is_refused(door: LdapDoor, password: str) -> None:
    with pytest.raises(DirectoryRefused):
        door.who("okafor", password)


@pytest.mark.parametrize(
    "name", ["*", "okaf*", "okafor)(uid=*", "*)(|(uid=*", "okafor\\2a", "", " ", "\0", "nobody", "twin", "x" * 300]
)
def test_v1_2_6_a_name_that_is_a_search_finds_nobody(door: LdapDoor, name: str) -> None:
    for password in (OKAFOR, "twin kettle whistles"):
        with pytest.raises(DirectoryRefused):
            door.who(name, password)


def test_the_same_door_answers_many_at_once(door: LdapDoor) -> None:
    from concurrent.futures import ThreadPoolExecutor

    with ThreadPoolExecutor(20) as people:
        found = list(people.map(lambda _: door.who("ruiz", PEOPLE["ruiz"][0]).roster_id, range(40)))
    assert found == ["000152"] * 40


def trouble(folder: Path, server: Slapd, **changed: object) -> str:
    """What somebody with the right password is told when the doorkeeper has other rules."""
    with at_the_door("ldap", ldap_rules(folder, server, **changed)) as socket:
        with pytest.raises(DirectoryTrouble) as told:
            LdapDoor(socket).who("okafor", OKAFOR)
        return str(told.value)


def test_v12_3_2_a_certificate_that_nobody_vouches_for_is_not_believed(server: Slapd, tmp_path: Path) -> None:
    stranger = Authority(tmp_path / "stranger")
    assert "does not answer as it should" in trouble(tmp_path, server, certificates=str(stranger.certificates))


def test_v12_3_2_a_certificate_for_another_name_is_not_believed(tmp_path: Path) -> None:
    authority = Authority(tmp_path / "authority")
    certificate = authority.for_names("other.example")
    with slapd(tmp_path / "slapd", authority, certificate) as other:
        assert "does not answer as it should" in trouble(tmp_path, other)


def test_start_tls_is_taken_where_it_was_asked_for_and_nothing_travels_in_the_clear(
    server: Slapd, tmp_path: Path
) -> None:
    with at_the_door("ldap", ldap_rules(tmp_path, server, address=server.ldap, start_tls=True)) as socket:
        assert LdapDoor(socket).who("okafor", OKAFOR).roster_id == "000151"
    stranger = Authority(tmp_path / "stranger")
    assert trouble(tmp_path, server, address=server.ldap, start_tls=True, certificates=str(stranger.certificates))


def test_a_directory_that_is_away_or_turns_the_searcher_down_is_trouble_and_not_a_refusal(
    server: Slapd, tmp_path: Path
) -> None:
    assert "SERVER_DOWN" in trouble(tmp_path, server, address="ldaps://127.0.0.1:9")
    wrong = tmp_path / "wrong"
    wrong.write_text("not " + SEARCHER_PASSWORD)
    assert "INVALID_CREDENTIALS" in trouble(tmp_path, server, bind_password_file=str(wrong))
    assert "has no objectGUID" in trouble(tmp_path, server, subject="objectGUID")


def test_without_a_doorkeeper_nobody_is_refused_for_it(tmp_path: Path) -> None:
    with pytest.raises(DirectoryTrouble, match="doorkeeper is not running"):
        LdapDoor(tmp_path / "nobody.sock").who("okafor", OKAFOR)
