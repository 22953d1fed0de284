"""Asking an OpenID Connect provider: the authorization code flow with PKCE, and an ID token that is believed last.

What is checked, and where it fails when it does not hold: the provider says of itself that it is the pinned issuer; the
token is signed by one of its keys, by an algorithm of a list without `none`; issuer, audience, times and nonce fit. The
key of a person is `sub` at that issuer. A mail address is never a key: it can pass to another person.
"""

import hmac
import ssl
import threading
import time
from typing import Any
from urllib.parse import urlencode, urlsplit

import httpx
from authlib.common.security import generate_token
from authlib.oauth2.rfc7636 import create_s256_code_challenge
from authlib.oidc.core import CodeIDToken
from joserfc import jwt
from joserfc.errors import InvalidKeyIdError, JoseError
from joserfc.jwk import KeySet

from appliance.doorkeeper.rules import OidcRules, secret_in
from appliance.doorkeeper.wire import Message

_ALGORITHMS = ["RS256", "RS384", "RS512", "PS256", "PS384", "PS512", "ES256", "ES384", "ES512", "EdDSA"]
_KEPT_SECONDS = 3600
_CLOCKS_APART_SECONDS = 60
_LARGEST_ANSWER = 256 * 1024
_STRONG = frozenset({"mfa", "otp", "hwk", "fpt", "face", "swk"})
"""Authentication methods (RFC 8176) that say of themselves to be more than a password."""


class _Unbelievable(Exception):
    """The provider said something that does not fit. The text says what, and holds nothing that was sent."""


class Provider:
    """One OpenID Connect provider."""

    def __init__(self, rules: OidcRules) -> None:
        self._rules = rules
        context = ssl.create_default_context(cafile=rules.certificates or None)
        context.minimum_version = ssl.TLSVersion.TLSv1_2
        self._client = httpx.Client(
            verify=context, timeout=rules.timeout_seconds, follow_redirects=False, trust_env=False
        )
        self._lock = threading.Lock()
        self._metadata: tuple[float, Message] | None = None
        self._keys: tuple[float, KeySet] | None = None

    def answer(self, question: Message) -> Message:
        """`begin`: where to send the browser. `finish`: who came back: `person`, or `refused`, or `trouble`."""
        try:
            match question.get("ask"):
                case "begin":
                    return self._begin(str(question["return_to"]))
                case "finish":
                    return self._finish(question)
        except httpx.HTTPError as error:
            return {"trouble": f"The sign-in provider does not answer ({type(error).__name__}). Try again later."}
        except (_Unbelievable, JoseError) as error:
            told = str(error) if isinstance(error, _Unbelievable) else type(error).__name__
            return {"refused": True, "why": told}
        except (KeyError, TypeError, ValueError):
            pass
        return {"trouble": "The doorkeeper was asked something that it does not know."}

    def _begin(self, return_to: str) -> Message:
        state, nonce, verifier = generate_token(43), generate_token(43), generate_token(64)
        asked = {
            "response_type": "code",
            "client_id": self._rules.client_id,
            "redirect_uri": return_to,
            "scope": self._rules.scopes,
            "state": state,
            "nonce": nonce,
            "code_challenge": create_s256_code_challenge(verifier),
            "code_challenge_method": "S256",
        }
        address = f"{self._endpoint('authorization_endpoint')}?{urlencode(asked)}"
        return {"address": address, "state": state, "nonce": nonce, "verifier": verifier}

    def _finish(self, question: Message) -> Message:
        if not hmac.compare_digest(str(question["state"]), str(question["returned_state"])):
            raise _Unbelievable("the state is not the one that was sent")
        # RFC 9207: a provider that names itself in the answer must be the one that was asked.
        if question.get("returned_issuer") not in (None, "", self._rules.issuer):
            raise _Unbelievable("another provider answered")
        form = {
            "grant_type": "authorization_code",
            "code": str(question["code"]),
            "redirect_uri": str(question["return_to"]),
            "code_verifier": str(question["verifier"]),
            "client_id": self._rules.client_id,
        }
        if secret := secret_in(self._rules.client_secret_file):
            form["client_secret"] = secret
        told = self._json("POST", self._endpoint("token_endpoint"), form)
        if not isinstance(told.get("id_token"), str):
            raise _Unbelievable("the provider gave no token for the code")
        claims = self._claims(told["id_token"], str(question["nonce"]), told.get("access_token"))
        return {"person": self._person(claims)}

    def _claims(self, token: str, nonce: str, access_token: Any) -> dict[str, Any]:
        try:
            decoded = jwt.decode(token, self._key_set(), algorithms=_ALGORITHMS)
        except InvalidKeyIdError:  # signed by a key that we do not know yet: fetch the keys anew, once
            decoded = jwt.decode(token, self._key_set(anew=True), algorithms=_ALGORITHMS)
        expected = {"iss": {"essential": True, "value": self._rules.issuer}}
        known = {"nonce": nonce, "client_id": self._rules.client_id, "access_token": access_token}
        claims = CodeIDToken(decoded.claims, decoded.header, expected, known)
        claims.validate(now=int(time.time()), leeway=_CLOCKS_APART_SECONDS)
        audience = claims["aud"] if isinstance(claims["aud"], list) else [claims["aud"]]
        if self._rules.client_id not in audience:
            raise _Unbelievable("the token is for another program")
        if not isinstance(claims["sub"], str) or not claims["sub"]:
            raise _Unbelievable("the token names nobody")
        return dict(claims)

    def _person(self, claims: dict[str, Any]) -> Message:
        methods = claims.get("amr") or []
        strong = self._rules.trust_its_second_factor and bool(_STRONG & set(methods))
        return {
            "issuer": self._rules.issuer,
            "subject": claims["sub"],
            "username": str(claims.get(self._rules.username, "")),
            "full_name": str(claims.get(self._rules.full_name, "")),
            "roster_id": str(claims.get(self._rules.roster_id, "")),
            "second_factor": strong,
        }

    def _endpoint(self, name: str) -> str:
        with self._lock:
            if self._metadata is None or time.monotonic() - self._metadata[0] > _KEPT_SECONDS:
                told = self._json("GET", f"{self._rules.issuer.rstrip('/')}/.well-known/openid-configuration")
                if told.get("issuer") != self._rules.issuer:
                    raise _Unbelievable("the provider says that it is another issuer")
                self._metadata = (time.monotonic(), told)
            address = str(self._metadata[1].get(name, ""))
        if urlsplit(address).scheme != "https":
            raise _Unbelievable(f"the provider's {name} is not https")
        return address

    def _key_set(self, *, anew: bool = False) -> KeySet:
        address = self._endpoint("jwks_uri")
        with self._lock:
            if anew or self._keys is None or time.monotonic() - self._keys[0] > _KEPT_SECONDS:
                self._keys = (time.monotonic(), KeySet.import_key_set(self._json("GET", address)))  # type: ignore[arg-type]
            return self._keys[1]

    def _json(self, method: str, address: str, form: dict[str, str] | None = None) -> Message:
        answer = self._client.request(method, address, data=form, headers={"Accept": "application/json"})
        if answer.status_code != 200 or len(answer.content) > _LARGEST_ANSWER:
            raise _Unbelievable(f"the provider answered {answer.status_code}")
        told = answer.json()
        if not isinstance(told, dict):
            raise _Unbelievable("the provider answered something strange")
        return told
