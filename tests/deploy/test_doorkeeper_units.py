"""The doorkeepers' systemd units: shut to everything but one directory, and to every record."""

import configparser
import shutil
import subprocess
import tomllib
from pathlib import Path

import pytest

from appliance.doorkeeper.rules import LdapRules, OidcRules, read_rules

DEPLOY = Path(__file__).parents[2] / "deploy"
UNITS = DEPLOY / "systemd"
KINDS = ["ldap", "oidc"]


def service(kind: str) -> dict[str, str]:
    parser = configparser.ConfigParser(strict=False, interpolation=None)
    parser.optionxform = str  # type: ignore[assignment, method-assign]
    parser.read(UNITS / f"schoolhouse-doorkeeper-{kind}.service")
    return dict(parser["Service"])


@pytest.mark.parametrize("kind", KINDS)
def test_v13_2_4_a_doorkeeper_reaches_nobody_until_an_address_is_named_and_never_a_record(kind: str) -> None:
    told = service(kind)
    assert told["IPAddressDeny"] == "any"
    assert "IPAddressAllow" not in told
    assert told["InaccessiblePaths"] == "-/var/lib/schoolhouse"
    assert "StateDirectory" not in told
    assert told["DynamicUser"] == "yes"


@pytest.mark.parametrize("kind", KINDS)
def test_v13_3_1_its_rules_and_secrets_are_handed_to_it_and_readable_by_nobody_else(kind: str) -> None:
    text = (UNITS / f"schoolhouse-doorkeeper-{kind}.service").read_text()
    named = tomllib.loads((DEPLOY / "doorkeeper.toml").read_text())[kind]
    files = {value for key, value in named.items() if key.endswith("_file") or key == "certificates"}
    for file in files | {"doorkeeper.toml"}:
        assert f"LoadCredential={file}:/etc/schoolhouse/{file}\n" in text
    assert "${CREDENTIALS_DIRECTORY}/doorkeeper.toml" in text


def test_the_example_of_rules_is_good_once_its_files_are_there(tmp_path: Path) -> None:
    shutil.copy(DEPLOY / "doorkeeper.toml", tmp_path)
    for file in ("directory-ca.pem", "directory-password", "provider-secret"):
        (tmp_path / file).write_text("x")
    rules = read_rules(tmp_path / "doorkeeper.toml", LdapRules, "ldap")
    assert rules.certificates == str(tmp_path / "directory-ca.pem")
    assert read_rules(tmp_path / "doorkeeper.toml", OidcRules, "oidc").client_secret_file.startswith(str(tmp_path))


@pytest.mark.skipif(not shutil.which("systemd-analyze"), reason="NOT RUN: needs systemd-analyze (apt install systemd)")
@pytest.mark.parametrize("kind", KINDS)
def test_systemd_itself_finds_little_that_a_doorkeeper_could_do(kind: str) -> None:
    unit = UNITS / f"schoolhouse-doorkeeper-{kind}.service"
    command = ["systemd-analyze", "security", "--offline=true", "--threshold=10", "--no-pager", str(unit)]
    told = subprocess.run(command, capture_output=True, text=True)
    assert told.returncode == 0, told.stdout[-300:] + told.stderr
