"""The doorkeeper's own configuration: which directory, and how it may be spoken to.

It stands in a file of its own and not in the home's settings, because the doorkeeper must not read the home, and
because a server that was broken into must not be able to name another directory. Only the standard library.
"""

import tomllib
from dataclasses import MISSING, dataclass, fields
from pathlib import Path
from typing import Any, TypeVar
from urllib.parse import urlsplit

_FILES = ("certificates", "bind_password_file", "client_secret_file")


class BadRules(Exception):
    """The configuration cannot be used. The text is a sentence for the person who wrote it."""


@dataclass(frozen=True, slots=True)
class LdapRules:
    """How to ask an LDAP directory.

    `search_for` holds `{name}` once; what was typed is put there, escaped. `subject` names the attribute that stays
    with a person for life (`objectGUID`, `entryUUID`), `roster_id` the one that holds the district's staff id.
    """

    address: str
    certificates: str
    search_in: str
    search_for: str = "(uid={name})"
    bind_as: str = ""
    bind_password_file: str = ""
    subject: str = "entryUUID"
    roster_id: str = "employeeNumber"
    full_name: str = "displayName"
    start_tls: bool = False
    timeout_seconds: int = 5

    def check(self) -> None:
        """Raise BadRules for what must not be."""
        scheme, host = urlsplit(self.address).scheme, urlsplit(self.address).hostname
        if not host or scheme not in ("ldaps", "ldap"):
            raise BadRules(f"[ldap] address: {self.address} is no address of a directory. Write ldaps://its.name")
        if scheme == "ldap" and not self.start_tls:
            raise BadRules(
                "[ldap] address: over ldap:// passwords would travel in the clear. Write ldaps://, or, where the "
                "directory has only port 389, say start_tls = true."
            )
        if scheme == "ldaps" and self.start_tls:
            raise BadRules("[ldap] start_tls: ldaps:// is encrypted from the first byte. Take start_tls out.")
        if self.search_for.count("{name}") != 1 or not self.search_for.startswith("("):
            raise BadRules("[ldap] search_for: write a filter that holds {name} once, such as (uid={name}).")
        _check_seconds("ldap", self.timeout_seconds)
        _check_file("ldap", "certificates", self.certificates)
        if bool(self.bind_as) != bool(self.bind_password_file):
            raise BadRules("[ldap] bind_as and bind_password_file belong together. Give both, or neither.")
        if self.bind_password_file:
            _check_file("ldap", "bind_password_file", self.bind_password_file)


@dataclass(frozen=True, slots=True)
class OidcRules:
    """How to ask an OpenID Connect provider.

    `issuer` is compared letter by letter: never a shared one such as Entra's `common`. `roster_id` names the claim that
    holds the district's staff id. `trust_its_second_factor`: whether the provider's word for one is enough.
    """

    issuer: str
    client_id: str
    client_secret_file: str = ""
    scopes: str = "openid profile"
    roster_id: str = "employee_id"
    full_name: str = "name"
    username: str = "preferred_username"
    certificates: str = ""
    trust_its_second_factor: bool = False
    timeout_seconds: int = 5

    def check(self) -> None:
        """Raise BadRules for what must not be."""
        parts = urlsplit(self.issuer)
        if parts.scheme != "https" or not parts.hostname or parts.query or parts.fragment:
            raise BadRules("[oidc] issuer: write the provider's own address, which begins with https://")
        if {"common", "organizations", "consumers"} & set(parts.path.split("/")):
            raise BadRules("[oidc] issuer: this one is shared by many districts. Write your own tenant's.")
        if "openid" not in self.scopes.split():
            raise BadRules("[oidc] scopes: they must hold openid.")
        _check_seconds("oidc", self.timeout_seconds)
        if not self.client_id:
            raise BadRules("[oidc] client_id: write the one that the provider gave to Schoolhouse.")
        for key, file in (("certificates", self.certificates), ("client_secret_file", self.client_secret_file)):
            if file:
                _check_file("oidc", key, file)


_Rules = TypeVar("_Rules", LdapRules, OidcRules)


def read_rules(file: Path, kind: type[_Rules], section: str) -> _Rules:
    """One section of the file; files that it names are beside it, or have a whole path.

    Raises BadRules for an unknown key, a missing one, or one that must not be so.
    """
    try:
        told: Any = tomllib.loads(file.read_text()).get(section)
    except OSError as error:
        raise BadRules(f"{file} cannot be read ({error.strerror}).") from None
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise BadRules(f"{file.name}: {error}.") from None
    if not isinstance(told, dict):
        raise BadRules(f"{file.name} has no section [{section}]. The manual page on sign-in shows one.")
    known = {one.name: one for one in fields(kind)}
    for key, value in told.items():
        if key not in known:
            raise BadRules(f"{file.name}: [{section}] {key} is no setting. Take it out, or mend its spelling.")
        if type(value) is not known[key].type:
            raise BadRules(f"{file.name}: [{section}] {key} has a value of the wrong kind.")
    beside = {key: str(file.parent / told[key]) for key in _FILES if told.get(key)}
    try:
        rules = kind(**told | beside)
    except TypeError:
        missing = [name for name, one in known.items() if name not in told and one.default is MISSING]
        raise BadRules(f"{file.name}: [{section}] lacks {', '.join(missing)}.") from None
    rules.check()
    return rules


def secret_in(file: str) -> str:
    """The one line of a file that only its owner should read; empty where there is no file."""
    return Path(file).read_text().strip() if file else ""


def _check_seconds(section: str, seconds: int) -> None:
    if not 1 <= seconds <= 30:
        raise BadRules(f"[{section}] timeout_seconds: from 1 to 30.")


def _check_file(section: str, key: str, file: str) -> None:
    if not Path(file).is_file():
        raise BadRules(f"[{section}] {key}: there is no file {file or '(empty)'}.")
