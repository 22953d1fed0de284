"""A doorkeeper as its own process, as systemd starts it, and the rules that it is given."""

import subprocess
import sys
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path

from appliance import doorkeeper
from tests.doorkeeper.slapd import SEARCHER, SEARCHER_PASSWORD, SYSTEM_PYTHON, Slapd

DOORKEEPER = Path(doorkeeper.__file__).parent


def ldap_rules(folder: Path, server: Slapd, **changed: object) -> Path:
    """A doorkeeper.toml for this server, its searcher's password in a file beside it."""
    password = folder / "searcher-password"
    password.write_text(SEARCHER_PASSWORD + "\n")
    chosen: dict[str, object] = {
        "address": server.ldaps,
        "certificates": str(server.authority.certificates),
        "search_in": "ou=people,dc=maplewood,dc=example",
        "bind_as": SEARCHER,
        "bind_password_file": str(password),
        "timeout_seconds": 3,
    }
    return write_rules(folder, "ldap", chosen | changed)


def write_rules(folder: Path, section: str, rules: Mapping[str, object]) -> Path:
    """The rules as TOML; a value of None is left out."""
    file = folder / "doorkeeper.toml"
    lines = [f"{key} = {_toml(value)}" for key, value in rules.items() if value is not None]
    file.write_text("\n".join([f"[{section}]", *lines]) + "\n")
    return file


@contextmanager
def at_the_door(kind: str, rules: Path) -> Iterator[Path]:
    """The doorkeeper's process under the Python that it will have in service; the path of its socket."""
    socket = rules.parent / f"{kind}.sock"
    socket.unlink(missing_ok=True)
    python = SYSTEM_PYTHON if kind == "ldap" else Path(sys.executable)
    process = subprocess.Popen([python, "-I", DOORKEEPER, kind, "--rules", rules, "--socket", socket])
    try:
        for _ in range(200):
            if socket.is_socket() or process.poll() is not None:
                break
            time.sleep(0.03)
        assert socket.is_socket()
        yield socket
    finally:
        process.terminate()
        process.wait(timeout=10)


def _toml(value: object) -> str:
    return str(value).lower() if isinstance(value, bool) else repr(value) if isinstance(value, int) else f'"{value}"'
