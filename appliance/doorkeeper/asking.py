"""The server's side of the doorkeeper's sockets: a question out, a person or a refusal back."""

from dataclasses import dataclass
from pathlib import Path

from appliance.doorkeeper.wire import Message, NoAnswer, ask
from appliance.errors import Trouble

_SECONDS = 25
"""Longer than the doorkeeper's own patience with the directory, so that its sentence arrives."""


class DirectoryTrouble(Trouble):
    """The directory, or the doorkeeper before it, cannot be asked now. Nobody was refused."""


class DirectoryRefused(Exception):
    """The directory does not vouch for this person."""


@dataclass(frozen=True, slots=True)
class Person:
    """Whom the directory vouches for. `subject` at `issuer` is the person for life; names change hands.

    `roster_id` is the district's staff id, or empty. `second_factor`: the directory asked for one, and we trust that.
    """

    issuer: str
    subject: str
    username: str
    full_name: str
    roster_id: str
    second_factor: bool = False


@dataclass(frozen=True, slots=True)
class Errand:
    """One sign-in at the provider under way: where the browser is sent, and what must come back with it."""

    address: str
    state: str
    nonce: str
    verifier: str
    return_to: str


class LdapDoor:
    """Names and passwords, checked against the directory."""

    def __init__(self, socket: Path) -> None:
        self._socket = socket

    def who(self, username: str, password: str) -> Person:
        """The person. Raises DirectoryRefused, or DirectoryTrouble when the directory cannot be asked."""
        return _person(_ask(self._socket, {"ask": "who", "username": username, "password": password}))


class OidcDoor:
    """People whom an OpenID Connect provider sends back to us."""

    def __init__(self, socket: Path) -> None:
        self._socket = socket

    def begin(self, return_to: str) -> Errand:
        """Where to send the browser. Raises DirectoryTrouble."""
        told = _ask(self._socket, {"ask": "begin", "return_to": return_to})
        try:
            return Errand(told["address"], told["state"], told["nonce"], told["verifier"], return_to)
        except KeyError:
            raise DirectoryTrouble(
                "The sign-in provider is not the one that was set up. Tell the district's administrator."
            ) from None

    def finish(self, errand: Errand, *, code: str, state: str, issuer: str) -> Person:
        """The person who came back with a code. Raises DirectoryRefused or DirectoryTrouble."""
        question = {
            "ask": "finish",
            "return_to": errand.return_to,
            "state": errand.state,
            "nonce": errand.nonce,
            "verifier": errand.verifier,
            "returned_state": state,
            "returned_issuer": issuer,
            "code": code,
        }
        return _person(_ask(self._socket, question))


def _ask(socket: Path, question: Message) -> Message:
    try:
        told = ask(socket, question, seconds=_SECONDS)
    except NoAnswer:
        raise DirectoryTrouble(
            "The district’s directory cannot be asked now: its doorkeeper is not running. Tell the district’s "
            "administrator. People with a password of Schoolhouse itself can sign in."
        ) from None
    if "trouble" in told:
        raise DirectoryTrouble(str(told["trouble"]))
    return told


def _person(told: Message) -> Person:
    if "person" not in told:
        raise DirectoryRefused(str(told.get("why", "")))
    return Person(**told["person"])
