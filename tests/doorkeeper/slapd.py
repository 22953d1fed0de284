"""A real OpenLDAP server of one test run, on loopback, with Maplewood's people in it."""

import os
import shutil
import socket
import subprocess
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import pytest

from tests.doorkeeper.certificates import Authority, Certificate

SYSTEM_PYTHON = Path("/usr/bin/python3")
APT = "apt install slapd ldap-utils python3-ldap"
SEARCHER, SEARCHER_PASSWORD = "cn=schoolhouse,dc=maplewood,dc=example", "the searcher's own word"
PEOPLE = {
    # name: (password, staff id in the roster or None)
    "okafor": ("blue kettle whistles", "000151"),
    "ruiz": ("green kettle whistles", "000152"),
    "visitor": ("red kettle whistles", None),
}
_PEOPLE = "ou=people,dc=maplewood,dc=example"


def needs_slapd() -> None:
    """Skip, saying what to install; where CI promises it (CI=true), fail instead."""
    has_ldap = SYSTEM_PYTHON.exists() and not subprocess.run([SYSTEM_PYTHON, "-I", "-c", "import ldap"], check=False).returncode  # noqa: E501  # fmt: skip
    if shutil.which("slapd", path=os.environ.get("PATH", "") + ":/usr/sbin") and has_ldap:
        return
    told = f"NOT RUN: signing in against a real LDAP directory. It needs slapd: {APT}"
    if os.environ.get("CI") == "true":
        pytest.fail(told)
    pytest.skip(told)


@dataclass(frozen=True)
class Slapd:
    """Where it listens, and whom to trust."""

    ldaps: str
    ldap: str
    authority: Authority


@contextmanager
def slapd(folder: Path, authority: Authority, certificate: Certificate) -> Iterator[Slapd]:
    """Start it with `certificate`, fill it, stop it."""
    needs_slapd()
    (folder / "db").mkdir(parents=True)
    schema = Path("/etc/ldap/schema")
    includes = "\n".join(f"include {schema / name}.schema" for name in ("core", "cosine", "inetorgperson"))
    configuration = folder / "slapd.conf"
    configuration.write_text(f"""{includes}
modulepath /usr/lib/ldap
moduleload back_mdb
pidfile {folder}/slapd.pid
TLSCACertificateFile {authority.certificates}
TLSCertificateFile {certificate.certificate}
TLSCertificateKeyFile {certificate.key}
disallow bind_anon
database mdb
maxsize 10485760
suffix "dc=maplewood,dc=example"
rootdn "cn=root,dc=maplewood,dc=example"
rootpw the-root-of-the-tree
directory {folder}/db
access to attrs=userPassword by anonymous auth by * none
access to * by dn.exact="{SEARCHER}" read by * none
""")
    ldaps, ldap = (f"{scheme}://127.0.0.1:{_free_port()}" for scheme in ("ldaps", "ldap"))
    (folder / "people.ldif").write_text(_ldif())
    subprocess.run(["/usr/sbin/slapadd", "-f", configuration, "-l", folder / "people.ldif"], check=True)
    server = subprocess.Popen(["/usr/sbin/slapd", "-f", configuration, "-h", f"{ldaps} {ldap}", "-d", "0"])
    try:
        _wait_for(int(ldap.rsplit(":", 1)[1]))
        yield Slapd(ldaps, ldap, authority)
    finally:
        server.terminate()
        server.wait(timeout=10)


def _ldif() -> str:
    entries = [
        "dn: dc=maplewood,dc=example\nobjectClass: domain\ndc: maplewood",
        f"dn: {_PEOPLE}\nobjectClass: organizationalUnit\nou: people",
        f"dn: {SEARCHER}\nobjectClass: person\ncn: schoolhouse\nsn: schoolhouse\nuserPassword: {SEARCHER_PASSWORD}",
    ]
    for name, (password, staff_id) in PEOPLE.items():
        number = f"\nemployeeNumber: {staff_id}" if staff_id else ""
        entries.append(
            f"dn: uid={name},{_PEOPLE}\nobjectClass: inetOrgPerson\nuid: {name}\ncn: {name}\nsn: {name}\n"
            f"displayName: {name.title()} of the directory\nuserPassword: {password}{number}"
        )
    # Two people with one name elsewhere in the tree: neither may sign in with it.
    for unit in ("a", "b"):
        entries.append(f"dn: ou={unit},{_PEOPLE}\nobjectClass: organizationalUnit\nou: {unit}")
        entries.append(
            f"dn: uid=twin,ou={unit},{_PEOPLE}\nobjectClass: inetOrgPerson\nuid: twin\ncn: twin\nsn: twin\n"
            "userPassword: twin kettle whistles"
        )
    # Somebody whose entry points to another server.
    entries.append(
        f"dn: ou=elsewhere,{_PEOPLE}\nobjectClass: referral\nobjectClass: extensibleObject\nou: elsewhere\nref: ldap://127.0.0.1:9/dc=evil"
    )
    return "\n\n".join(entries) + "\n"


def _free_port() -> int:
    with socket.socket() as found:
        found.bind(("127.0.0.1", 0))
        return int(found.getsockname()[1])


def _wait_for(port: int) -> None:
    for _ in range(200):
        try:
            socket.create_connection(("127.0.0.1", port), timeout=1).close()
            return
        except OSError:
            time.sleep(0.03)
    raise AssertionError("slapd did not start")
