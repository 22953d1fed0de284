"""Asking an LDAP directory: search for the person, then bind as the person, over TLS that was checked.

Runs under the system's own Python: the standard library and python-ldap only.
"""

from typing import Any

from appliance.doorkeeper.rules import LdapRules, secret_in
from appliance.doorkeeper.wire import Message

_LONGEST_NAME = 200
_NOBODY = "cn=nobody-of-this-name"
_UNREADABLE = (
    "The directory does not answer as it should ({}). People with a password of Schoolhouse itself can sign in."
)


class Directory:
    """One LDAP directory."""

    def __init__(self, rules: LdapRules) -> None:
        """Raises ImportError where python-ldap is missing: under our own Python, for one."""
        import ldap.filter

        self._rules = rules
        self._ldap: Any = ldap

    def answer(self, question: Message) -> Message:
        """Who a name and a password belong to: `person`, or `refused`, or `trouble` with a sentence."""
        name, password = question.get("username"), question.get("password")
        if question.get("ask") != "who" or not isinstance(name, str) or not isinstance(password, str):
            return {"trouble": "The doorkeeper was asked something that it does not know."}
        # A bind without a password is a bind as nobody, and succeeds: it must never count as somebody.
        if not name.strip() or len(name) > _LONGEST_NAME or not password or "\0" in name + password:
            return {"refused": True}
        try:
            return self._who(name.strip(), password)
        except self._ldap.LDAPError as error:
            return {"trouble": _UNREADABLE.format(type(error).__name__)}

    def _who(self, name: str, password: str) -> Message:
        rules, ldap = self._rules, self._ldap
        wanted = [rules.subject, rules.roster_id, rules.full_name]
        searching = self._connect()
        try:
            if rules.bind_as:
                searching.simple_bind_s(rules.bind_as, secret_in(rules.bind_password_file))
            try:
                found = searching.search_ext_s(
                    rules.search_in,
                    ldap.SCOPE_SUBTREE,
                    rules.search_for.replace("{name}", ldap.filter.escape_filter_chars(name)),
                    wanted,
                    timeout=rules.timeout_seconds,
                    sizelimit=2,
                )
            except ldap.SIZELIMIT_EXCEEDED:
                found = []  # two people of one name: neither
        finally:
            searching.unbind_s()
        # Rows without a name are referrals to other servers; they are not followed.
        people = [(dn, attributes) for dn, attributes in found if dn]
        person = people[0] if len(people) == 1 else None
        binding = self._connect()
        try:
            # Nobody's name is tried too, so that both take as long.
            binding.simple_bind_s(person[0] if person else f"{_NOBODY},{rules.search_in}", password)
        except (ldap.INVALID_CREDENTIALS, ldap.NO_SUCH_OBJECT, ldap.UNWILLING_TO_PERFORM, ldap.INAPPROPRIATE_AUTH):
            return {"refused": True}
        finally:
            binding.unbind_s()
        return self._person(name, person[1]) if person else {"refused": True}

    def _person(self, name: str, attributes: dict[str, list[bytes]]) -> Message:
        def first(wanted: str) -> bytes:
            for attribute, values in attributes.items():
                if attribute.lower() == wanted.lower() and values:
                    return values[0]
            return b""

        subject = first(self._rules.subject)
        if not subject:
            return {"trouble": f"The directory has no {self._rules.subject} for this person: see [ldap] subject."}
        return {
            "person": {
                "issuer": self._rules.address,
                # Active Directory's objectGUID is sixteen bytes, OpenLDAP's entryUUID is text.
                "subject": subject.hex() if self._rules.subject.lower() == "objectguid" else _text(subject),
                "username": name,
                "full_name": _text(first(self._rules.full_name)),
                "roster_id": _text(first(self._rules.roster_id)),
                "second_factor": False,
            }
        }

    def _connect(self) -> Any:
        rules, ldap = self._rules, self._ldap
        connection = ldap.initialize(rules.address, bytes_mode=False)
        for option, value in (
            (ldap.OPT_PROTOCOL_VERSION, ldap.VERSION3),
            (ldap.OPT_REFERRALS, ldap.OPT_OFF),
            (ldap.OPT_NETWORK_TIMEOUT, rules.timeout_seconds),
            (ldap.OPT_TIMEOUT, rules.timeout_seconds),
            (ldap.OPT_X_TLS_CACERTFILE, rules.certificates),
            (ldap.OPT_X_TLS_REQUIRE_CERT, ldap.OPT_X_TLS_DEMAND),
            (ldap.OPT_X_TLS_PROTOCOL_MIN, ldap.OPT_X_TLS_PROTOCOL_TLS1_2),
            # What was set above counts from here on; without this line the library keeps its defaults.
            (ldap.OPT_X_TLS_NEWCTX, 0),
        ):
            connection.set_option(option, value)
        if rules.start_tls:
            connection.start_tls_s()
        return connection


def _text(value: bytes) -> str:
    return value.decode("utf-8", "replace")
