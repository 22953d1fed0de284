"""Signing in at a real OpenID Connect provider, and every lie that it may tell."""

import ssl
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from urllib.parse import parse_qs, urlsplit

import httpx
import pytest
from joserfc.jwk import RSAKey

from appliance.doorkeeper.asking import DirectoryRefused, DirectoryTrouble, Errand, OidcDoor
from tests.doorkeeper.certificates import Authority
from tests.doorkeeper.doors import at_the_door, write_rules
from tests.doorkeeper.oidc_server import CLIENT_ID, CLIENT_SECRET, Claims, Provider, Somebody, running

RETURN_TO = "https://schoolhouse.maplewood.example/sign-in/provider/return"
OKAFOR = Somebody("8b3a-okafor", "n.okafor@maplewood.example", "Ngozi Okafor", "000151", "office@maplewood.example")


@pytest.fixture(scope="module")
def authority(tmp_path_factory: pytest.TempPathFactory) -> Authority:
    return Authority(tmp_path_factory.mktemp("authority"))


@pytest.fixture(scope="module")
def running_provider(authority: Authority) -> Iterator[Provider]:
    with running(authority) as found:
        yield found


@pytest.fixture
def provider(running_provider: Provider) -> Provider:
    """The provider, honest again."""
    running_provider.person, running_provider.return_to = OKAFOR, [RETURN_TO]
    running_provider.bend, running_provider.sign = lambda claims: claims, running_provider.sign_rightly
    running_provider.told_issuer = running_provider.address
    return running_provider


def rules_for(folder: Path, provider: Provider, authority: Authority, **changed: object) -> Path:
    secret = folder / "client-secret"
    secret.write_text(CLIENT_SECRET + "\n")
    chosen: dict[str, object] = {
        "issuer": provider.address,
        "client_id": CLIENT_ID,
        "client_secret_file": str(secret),
        "certificates": str(authority.certificates),
        "timeout_seconds": 3,
    }
    return write_rules(folder, "oidc", chosen | changed)


@pytest.fixture(scope="module")
def door(
    running_provider: Provider, authority: Authority, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[OidcDoor]:
    rules = rules_for(tmp_path_factory.mktemp("door"), running_provider, authority)
    with at_the_door("oidc", rules) as socket:
        yield OidcDoor(socket)


def go_there(errand: Errand, authority: Authority) -> dict[str, str]:
    """What the provider sends the browser back with."""
    context = ssl.create_default_context(cafile=str(authority.certificates))
    answer = httpx.get(errand.address, verify=context, follow_redirects=False)
    assert answer.headers["location"].startswith(RETURN_TO), answer.text
    return {name: values[0] for name, values in parse_qs(urlsplit(answer.headers["location"]).query).items()}


def sign_in(door: OidcDoor, authority: Authority):
    errand = door.begin(RETURN_TO)
    back = go_there(errand, authority)
    return door.finish(errand, code=back["code"], state=back["state"], issuer=back.get("iss", ""))


def test_v10_5_2_the_provider_says_who_came_and_sub_is_the_key_not_the_mail_address(
    door: OidcDoor, provider: Provider, authority: Authority
) -> None:
    person = sign_in(door, authority)
    assert (person.issuer, person.subject) == (provider.address, "8b3a-okafor")
    assert (person.full_name, person.roster_id) == ("Ngozi Okafor", "000151")
    assert "office@" not in repr(person)


def test_v10_2_1_each_errand_has_its_own_state_nonce_and_proof_key(door: OidcDoor, provider: Provider) -> None:
    errands = [door.begin(RETURN_TO) for _ in range(5)]
    for secret in ("state", "nonce", "verifier"):
        values = {getattr(errand, secret) for errand in errands}
        assert len(values) == 5
        assert all(len(value) >= 43 for value in values)
    asked = parse_qs(urlsplit(errands[0].address).query)
    assert asked["code_challenge_method"] == ["S256"]
    assert errands[0].verifier not in errands[0].address


def test_v10_2_1_a_code_brought_by_somebody_who_did_not_ask_for_it_opens_nothing(
    door: OidcDoor, provider: Provider, authority: Authority
) -> None:
    hers, his = door.begin(RETURN_TO), door.begin(RETURN_TO)
    back = go_there(hers, authority)
    with pytest.raises(DirectoryRefused, match="state"):
        door.finish(his, code=back["code"], state=back["state"], issuer="")
    with pytest.raises(DirectoryRefused, match="answered 400"):  # the proof key is not the one of this code
        door.finish(his, code=back["code"], state=his.state, issuer="")


def test_a_code_opens_once(door: OidcDoor, provider: Provider, authority: Authority) -> None:
    errand = door.begin(RETURN_TO)
    back = go_there(errand, authority)
    assert door.finish(errand, code=back["code"], state=back["state"], issuer="").subject == OKAFOR.sub
    with pytest.raises(DirectoryRefused, match="answered 400"):
        door.finish(errand, code=back["code"], state=back["state"], issuer="")


def test_v10_5_3_another_provider_that_steps_in_is_noticed(
    door: OidcDoor, provider: Provider, authority: Authority
) -> None:
    errand = door.begin(RETURN_TO)
    back = go_there(errand, authority)
    with pytest.raises(DirectoryRefused, match="another provider"):
        door.finish(errand, code=back["code"], state=back["state"], issuer="https://evil.example")


def changed(**claims: object) -> Callable[[Claims], Claims]:
    return lambda honest: {name: value for name, value in (honest | claims).items() if value is not None}


LIES = {
    "v10_5_1 another nonce": changed(nonce="somebody else's"),
    "v10_5_1 no nonce": changed(nonce=None),
    "v10_5_3 another issuer": changed(iss="https://evil.example"),
    "v10_5_3 an issuer that begins alike": lambda honest: honest | {"iss": honest["iss"] + "/"},
    "v10_5_4 for another program": changed(aud=["another-program"]),
    "v10_5_4 for several, handed to another": changed(aud=[CLIENT_ID, "another"], azp="another"),
    "no audience": changed(aud=None),
    "over": changed(exp=int(time.time()) - 3600),
    "without an end": changed(exp=None),
    "from the future": changed(iat=int(time.time()) + 3600, nbf=int(time.time()) + 3600),
    "about nobody": changed(sub=""),
    "without a subject": changed(sub=None),
    "with a list as subject": changed(sub=["8b3a-okafor"]),
    "for another access token": changed(at_hash="AAAAAAAAAAAAAAAAAAAAAA"),
}


@pytest.mark.parametrize("lie", LIES.values(), ids=LIES.keys())
def test_v10_5_a_token_that_does_not_fit_is_refused(
    door: OidcDoor, provider: Provider, authority: Authority, lie: Callable[[Claims], Claims]
) -> None:
    provider.bend = lie
    with pytest.raises(DirectoryRefused) as told:
        sign_in(door, authority)
    assert "answered" not in str(told.value), "the provider itself failed, which is not the question"
    provider.bend = lambda claims: claims
    assert sign_in(door, authority).subject == OKAFOR.sub


@pytest.mark.filterwarnings("ignore:JWS algorithm")
@pytest.mark.parametrize(
    "signature", ["sign_with_a_strangers_key", "sign_with_nothing", "sign_with_the_public_key_as_a_password"]
)
def test_v9_1_2_a_token_that_the_provider_did_not_sign_is_refused(
    door: OidcDoor, provider: Provider, authority: Authority, signature: str
) -> None:
    provider.sign = getattr(provider, signature)
    with pytest.raises(DirectoryRefused) as told:
        sign_in(door, authority)
    assert "answered" not in str(told.value), "the provider itself failed, which is not the question"


def test_a_provider_that_changed_its_keys_is_asked_for_them_again(
    door: OidcDoor, provider: Provider, authority: Authority
) -> None:
    assert sign_in(door, authority).subject == OKAFOR.sub
    before = provider.key
    provider.key = RSAKey.generate_key(2048, {"kid": "second", "use": "sig"})
    assert sign_in(door, authority).subject == OKAFOR.sub
    provider.key = before


def test_the_providers_word_for_a_second_factor_counts_only_where_the_district_says_so(
    provider: Provider, authority: Authority, tmp_path: Path
) -> None:
    provider.person = Somebody(**{**vars(OKAFOR), "methods": ["pwd", "mfa"]})
    for trusted in (False, True):
        with at_the_door("oidc", rules_for(tmp_path, provider, authority, trust_its_second_factor=trusted)) as socket:
            assert sign_in(OidcDoor(socket), authority).second_factor is trusted


def test_v10_5_3_a_provider_that_calls_itself_otherwise_is_not_ours(
    provider: Provider, authority: Authority, tmp_path: Path
) -> None:
    provider.told_issuer = "https://login.example/common"
    with at_the_door("oidc", rules_for(tmp_path, provider, authority)) as socket, pytest.raises(DirectoryTrouble):
        OidcDoor(socket).begin(RETURN_TO)


def test_v12_3_2_a_provider_whose_certificate_nobody_vouches_for_is_not_asked(
    provider: Provider, tmp_path: Path
) -> None:
    stranger = Authority(tmp_path / "stranger")
    rules = rules_for(tmp_path, provider, stranger)
    with at_the_door("oidc", rules) as socket, pytest.raises(DirectoryTrouble, match="does not answer"):
        OidcDoor(socket).begin(RETURN_TO)
