"""What the person who writes doorkeeper.toml is told, and what the doorkeeper may import."""

import ast
import socket
import subprocess
import sys
import threading
from pathlib import Path

import pytest

from appliance import doorkeeper
from appliance.doorkeeper.rules import BadRules, LdapRules, OidcRules, read_rules
from appliance.doorkeeper.wire import NoAnswer, answer_for_ever, ask, listen
from tests.doorkeeper.doors import DOORKEEPER, write_rules

LDAP = {"address": "ldaps://dc1.maplewood.example", "search_in": "dc=maplewood,dc=example"}
OIDC = {"issuer": "https://login.example/maplewood/v2.0", "client_id": "schoolhouse"}


@pytest.fixture
def authority(tmp_path: Path) -> str:
    file = tmp_path / "ca.pem"
    file.write_text("a certificate")
    return str(file)


@pytest.mark.parametrize(
    ("changed", "told"),
    [
        ({"address": "ldap://dc1.maplewood.example"}, "passwords would travel in the clear"),
        ({"address": "ldap://dc1.maplewood.example:389"}, "passwords would travel in the clear"),
        ({"address": "https://dc1.maplewood.example"}, "no address of a directory"),
        ({"address": "dc1.maplewood.example"}, "no address of a directory"),
        ({"start_tls": True}, "Take start_tls out"),
        ({"search_for": "(uid=okafor)"}, "holds {name} once"),
        ({"certificates": "/nowhere/ca.pem"}, "certificates: there is no file"),
        ({"bind_as": "cn=schoolhouse"}, "belong together"),
        ({"timeout_seconds": 0}, "from 1 to 30"),
        ({"timeout_seconds": "5"}, "wrong kind"),
        ({"timeout_seconds": True}, "wrong kind"),
        ({"verify_certificate": False}, "verify_certificate is no setting"),
        ({"search_in": None}, "lacks search_in"),
    ],
)
def test_v12_3_1_a_rule_that_must_not_be_is_refused_with_a_sentence(
    tmp_path: Path, authority: str, changed: dict[str, object], told: str
) -> None:
    file = write_rules(tmp_path, "ldap", LDAP | {"certificates": authority} | changed)
    with pytest.raises(BadRules, match=told.replace("{", r"\{")):
        read_rules(file, LdapRules, "ldap")
    process = subprocess.run(
        [sys.executable, "-I", DOORKEEPER, "ldap", "--rules", file, "--check"], capture_output=True, text=True
    )
    assert process.returncode == 2
    assert told in process.stderr
    assert "Traceback" not in process.stderr


@pytest.mark.parametrize(
    ("changed", "told"),
    [
        ({"issuer": "http://login.example"}, "begins with https"),
        ({"issuer": "https://login.microsoftonline.com/common/v2.0"}, "shared by many districts"),
        ({"scopes": "profile"}, "must hold openid"),
        ({"client_id": ""}, "client_id"),
        ({"client_secret_file": "/nowhere"}, "there is no file"),
    ],
)
def test_v10_5_3_a_provider_must_be_named_exactly(tmp_path: Path, changed: dict[str, object], told: str) -> None:
    with pytest.raises(BadRules, match=told):
        read_rules(write_rules(tmp_path, "oidc", OIDC | changed), OidcRules, "oidc")


def test_a_file_that_is_missing_broken_or_about_something_else_gets_a_sentence(tmp_path: Path) -> None:
    with pytest.raises(BadRules, match="cannot be read"):
        read_rules(tmp_path / "nowhere.toml", OidcRules, "oidc")
    broken = tmp_path / "broken.toml"
    broken.write_text("[oidc\n")
    with pytest.raises(BadRules, match=r"broken.toml"):
        read_rules(broken, OidcRules, "oidc")
    with pytest.raises(BadRules, match=r"no section \[ldap\]"):
        read_rules(write_rules(tmp_path, "oidc", OIDC), LdapRules, "ldap")


def test_the_part_that_runs_under_the_systems_python_imports_nothing_of_ours_but_itself() -> None:
    allowed = set(sys.stdlib_module_names) | {"ldap"}
    for name in ("__init__", "__main__", "wire", "rules", "directory"):
        tree = ast.parse((Path(doorkeeper.__file__).parent / f"{name}.py").read_text())
        for node in ast.walk(tree):
            modules = [node.module or ""] if isinstance(node, ast.ImportFrom) else []
            modules += [one.name for one in node.names] if isinstance(node, ast.Import) else []
            for module in modules:
                assert module.split(".")[0] in allowed or module.startswith("appliance.doorkeeper."), (name, module)


def test_the_sockets_line_is_short_and_a_broken_one_hurts_nobody(tmp_path: Path) -> None:
    listening = listen(tmp_path / "door.sock")
    assert (tmp_path / "door.sock").stat().st_mode & 0o077 == 0
    threading.Thread(
        target=answer_for_ever, args=(listening, lambda told: {"heard": told}), kwargs={"seconds": 0.5}, daemon=True
    ).start()
    for broken in (b"", b"{", b"not json\n", b"x" * 70_000 + b"\n"):
        with socket.socket(socket.AF_UNIX) as line:
            line.connect(str(tmp_path / "door.sock"))
            line.sendall(broken)
            line.shutdown(socket.SHUT_WR)
            assert line.recv(100) == b""
    assert ask(tmp_path / "door.sock", {"a": 1}, seconds=5) == {"heard": {"a": 1}}
    listening.close()
    with pytest.raises(NoAnswer):
        ask(tmp_path / "nobody.sock", {}, seconds=1)
