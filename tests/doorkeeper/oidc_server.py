"""A real OpenID Connect provider of one test run: authlib's own server side, over TLS, on loopback.

`Provider.person` is who has signed in there. The rest of its knobs make it lie, in the ways that a client must notice.
"""

import hmac
import json
import ssl
import threading
import time
from base64 import urlsafe_b64encode
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any, ClassVar
from urllib.parse import parse_qs, urlsplit

from authlib.common.security import generate_token
from authlib.oauth2.rfc6749 import AuthorizationServer, ClientMixin, OAuth2Payload, OAuth2Request, grants
from authlib.oauth2.rfc6750 import BearerTokenGenerator
from authlib.oauth2.rfc7636 import CodeChallenge
from authlib.oidc.core import AuthorizationCodeMixin, OpenIDCode, UserInfo
from joserfc import jwt
from joserfc.jwk import KeySet, OctKey, RSAKey

from tests.doorkeeper.certificates import Authority

CLIENT_ID, CLIENT_SECRET = "schoolhouse-maplewood", "a secret between two machines"
Claims = dict[str, Any]


class _Client(ClientMixin):
    id_token_signed_response_alg = "RS256"

    def __init__(self, return_to: list[str]) -> None:
        self._return_to = return_to

    def get_client_id(self) -> str:
        return CLIENT_ID

    def get_default_redirect_uri(self) -> None:
        return None

    def get_allowed_scope(self, scope: str) -> str:
        return scope

    def check_redirect_uri(self, redirect_uri: str) -> bool:
        return redirect_uri in self._return_to

    def check_client_secret(self, client_secret: str) -> bool:
        return client_secret == CLIENT_SECRET

    def check_endpoint_auth_method(self, method: str, endpoint: str) -> bool:
        return method == "client_secret_post"

    def check_response_type(self, response_type: str) -> bool:
        return response_type == "code"

    def check_grant_type(self, grant_type: str) -> bool:
        return grant_type == "authorization_code"


@dataclass
class _Code(AuthorizationCodeMixin):
    redirect_uri: str
    scope: str
    user: "Somebody"
    nonce: str | None
    code_challenge: str | None
    code_challenge_method: str | None

    def get_redirect_uri(self) -> str:
        return self.redirect_uri

    def get_scope(self) -> str:
        return self.scope

    def get_nonce(self) -> str | None:
        return self.nonce

    def get_auth_time(self) -> int:
        return int(time.time())

    def get_acr(self) -> None:
        return None

    def get_amr(self) -> list[str]:
        return self.user.methods


@dataclass
class Somebody:
    """A person as the provider knows them."""

    sub: str
    username: str
    full_name: str
    employee_id: str = ""
    email: str = ""
    methods: list[str] = field(default_factory=lambda: ["pwd"])


class _Payload(OAuth2Payload):
    def __init__(self, told: dict[str, list[str]]) -> None:
        self._told = told

    @property
    def data(self) -> dict[str, str]:
        return {name: values[0] for name, values in self._told.items()}

    @property
    def datalist(self) -> dict[str, list[str]]:
        return self._told


class _Request(OAuth2Request):
    def __init__(self, method: str, uri: str, told: dict[str, list[str]]) -> None:
        super().__init__(method, uri, headers={})
        self.payload = _Payload(told)

    @property
    def args(self) -> dict[str, str]:
        return self.payload.data if self.method == "GET" else {}

    @property
    def form(self) -> dict[str, str]:
        return self.payload.data if self.method == "POST" else {}


class Provider(AuthorizationServer):
    """The provider and its knobs."""

    def __init__(self, address: str) -> None:
        super().__init__()
        self.address = self.told_issuer = address
        self.person: Somebody | None = None
        self.return_to: list[str] = []
        self.bend: Callable[[Claims], Claims] = lambda claims: claims
        self.key = RSAKey.generate_key(2048, {"kid": "first", "use": "sig"})
        self.sign: Callable[[Claims], str] = self.sign_rightly
        self.codes: dict[str, _Code] = {}
        self.told: list[str] = []
        self.register_token_generator("default", BearerTokenGenerator(lambda *_, **__: generate_token(40)))
        provider = self

        class Grant(grants.AuthorizationCodeGrant):
            TOKEN_ENDPOINT_AUTH_METHODS: ClassVar = ["client_secret_post"]

            def save_authorization_code(self, code: str, request: OAuth2Request) -> None:
                asked = request.payload.data
                provider.codes[code] = _Code(
                    asked["redirect_uri"],
                    asked["scope"],
                    request.user,
                    asked.get("nonce"),
                    asked.get("code_challenge"),
                    asked.get("code_challenge_method"),
                )

            def query_authorization_code(self, code: str, client: _Client) -> _Code | None:
                return provider.codes.get(code)

            def delete_authorization_code(self, authorization_code: _Code) -> None:
                provider.codes = {code: one for code, one in provider.codes.items() if one is not authorization_code}

            def authenticate_user(self, authorization_code: _Code) -> Somebody:
                return authorization_code.user

        class OpenId(OpenIDCode):
            def exists_nonce(self, nonce: str, request: OAuth2Request) -> bool:
                return any(one.nonce == nonce for one in provider.codes.values())

            def get_client_claims(self, client: _Client) -> Claims:
                return {"iss": provider.address, "aud": [CLIENT_ID]}

            def resolve_client_private_key(self, client: _Client) -> RSAKey:
                return provider.key

            def generate_user_info(self, user: Somebody, scope: str) -> UserInfo:
                return UserInfo(
                    sub=user.sub,
                    name=user.full_name,
                    preferred_username=user.username,
                    email=user.email,
                    **({"employee_id": user.employee_id} if user.employee_id else {}),
                )

            def encode_id_token(self, token: dict[str, Any], request: OAuth2Request) -> str:
                honest = jwt.decode(super().encode_id_token(token, request), provider.key, algorithms=["RS256"])
                return provider.sign(provider.bend(dict(honest.claims)))

        self.register_grant(Grant, [CodeChallenge(required=True), OpenId(require_nonce=True)])

    def query_client(self, client_id: str) -> _Client | None:
        return _Client(self.return_to) if client_id == CLIENT_ID else None

    def save_token(self, token: dict[str, Any], request: OAuth2Request) -> None:
        self.told.append(token["access_token"])

    def create_oauth2_request(self, request: _Request) -> _Request:
        return request

    def handle_response(self, status: int, body: Any, headers: Any) -> tuple[int, Any, Any]:
        return status, body, headers

    def send_signal(self, name: str, *args: Any, **kwargs: Any) -> None:
        """Nobody listens."""

    def sign_rightly(self, claims: Claims) -> str:
        return jwt.encode({"alg": "RS256", "kid": self.key.kid}, claims, self.key)

    def sign_with_a_strangers_key(self, claims: Claims) -> str:
        stranger = RSAKey.generate_key(2048, {"kid": self.key.kid})
        return jwt.encode({"alg": "RS256", "kid": self.key.kid}, claims, stranger)

    def sign_with_nothing(self, claims: Claims) -> str:
        return jwt.encode({"alg": "none"}, claims, OctKey.generate_key(), algorithms=["none"])

    def sign_with_the_public_key_as_a_password(self, claims: Claims) -> str:
        header = {"alg": "HS256", "kid": self.key.kid}
        parts = [urlsafe_b64encode(json.dumps(part).encode()).rstrip(b"=") for part in (header, claims)]
        seal = hmac.digest(self.key.as_pem(private=False), b".".join(parts), "sha256")
        return b".".join([*parts, urlsafe_b64encode(seal).rstrip(b"=")]).decode()

    def answer(self, method: str, path: str, told: dict[str, list[str]]) -> tuple[int, Any, Any]:
        """One request of a browser or of the doorkeeper."""
        if path == "/.well-known/openid-configuration":
            ends = {f"{name}_endpoint": f"{self.address}/{name}" for name in ("authorization", "token")}
            return 200, {"issuer": self.told_issuer, "jwks_uri": f"{self.address}/keys", **ends}, []
        if path == "/keys":
            return 200, KeySet([self.key]).as_dict(private=False), []
        request = _Request(method, self.address + path, told)
        if path == "/authorization":
            grant = self.get_consent_grant(request, end_user=self.person)
            return self.create_authorization_response(request, grant_user=self.person, grant=grant)
        if path == "/token" and method == "POST":
            return self.create_token_response(request)
        return 404, {}, []


@contextmanager
def running(authority: Authority) -> Iterator[Provider]:
    """A provider over TLS on a free port of 127.0.0.1."""
    server = ThreadingHTTPServer(("127.0.0.1", 0), BaseHTTPRequestHandler)
    certificate = authority.for_names("127.0.0.1")
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(certificate.certificate, certificate.key)
    server.socket = context.wrap_socket(server.socket, server_side=True)
    provider = Provider(f"https://127.0.0.1:{server.server_port}")

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            self._answer(parse_qs(urlsplit(self.path).query))

        def do_POST(self) -> None:
            body = self.rfile.read(int(self.headers["Content-Length"]))
            self._answer(parse_qs(body.decode()))

        def _answer(self, told: dict[str, list[str]]) -> None:
            status, body, headers = provider.answer(self.command, urlsplit(self.path).path, told)
            content = (json.dumps(body) if isinstance(body, dict) else body or "").encode()
            self.send_response(status)
            for name, value in headers or []:
                self.send_header(name, value)
            self.send_header("Content-Length", str(len(content)))
            self.end_headers()
            self.wfile.write(content)

        def log_message(self, format: str, *args: Any) -> None:  # noqa: A002
            """Quietly."""

    server.RequestHandlerClass = Handler
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    try:
        yield provider
    finally:
        server.shutdown()
        server.server_close()
