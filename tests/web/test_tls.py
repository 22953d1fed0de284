"""Schoolhouse on the network: TLS of today, a certificate that fits, and no patience with half a request."""

import contextlib
import http.client
import signal
import socket
import ssl
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from pathlib import Path

import pytest
import uvicorn

from appliance.errors import HomeTrouble
from appliance.web.patience import PatientProtocol
from appliance.web.tls import Certificate, certificate_for
from tests import maplewood
from tests.doorkeeper.certificates import Authority
from tests.web.test_serving import free_port

HOSTS = 'hosts = ["localhost", "127.0.0.1"]\n'


@pytest.fixture(scope="module")
def served(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[int, Path, Path]]:
    """(port, home, what to trust) of a server with the district's certificate, on a socket that it was handed."""
    folder = tmp_path_factory.mktemp("tls")
    home = folder / "home"
    maplewood.build(home).close()
    authority = Authority(folder / "authority")
    made = authority.for_names("localhost", "127.0.0.1")
    (home / "config.toml").write_text(HOSTS + f'tls_certificate = "{made.certificate}"\ntls_key = "{made.key}"\n')
    port = free_port()
    start = f"from pathlib import Path; from appliance.server import serve; serve(Path({str(home)!r}), port={port})"
    with (folder / "log").open("w") as log:
        process = subprocess.Popen([sys.executable, "-c", start], stderr=log)
        try:
            for _ in range(1200):
                try:
                    socket.create_connection(("127.0.0.1", port), timeout=1).close()
                    break
                except OSError:
                    time.sleep(0.05)
            yield port, home, authority.certificates
        finally:
            process.send_signal(signal.SIGTERM)
            assert process.wait(timeout=60) == 0


def context_of(trust: Path) -> ssl.SSLContext:
    return ssl.create_default_context(cafile=str(trust))


def speak(port: int, context: ssl.SSLContext) -> str:
    """(version and cipher) that the server agrees to."""
    with (
        socket.create_connection(("127.0.0.1", port), timeout=5) as line,
        context.wrap_socket(line, server_hostname="localhost") as spoken,
    ):
        cipher = spoken.cipher()
        assert cipher
        return f"{spoken.version()} {cipher[0]}"


def test_v12_1_1_only_tls_of_today_is_spoken(served: tuple[int, Path, Path]) -> None:
    port, _, trust = served
    assert speak(port, context_of(trust)).startswith("TLSv1.3 ")
    old = context_of(trust)
    old.minimum_version = ssl.TLSVersion.MINIMUM_SUPPORTED
    old.maximum_version = ssl.TLSVersion.TLSv1_1
    old.set_ciphers("ALL:@SECLEVEL=0")
    with pytest.raises((ssl.SSLError, ConnectionError)):
        speak(port, old)


@pytest.mark.parametrize(
    "ciphers", ["AES256-GCM-SHA384", "ECDHE-ECDSA-AES256-SHA", "ECDHE-ECDSA-AES128-SHA256", "DHE+AESGCM"]
)
def test_v12_1_2_a_cipher_without_fresh_keys_or_without_a_seal_is_refused(
    served: tuple[int, Path, Path], ciphers: str
) -> None:
    port, _, trust = served
    context = context_of(trust)
    context.maximum_version = ssl.TLSVersion.TLSv1_2
    assert "ECDHE" in speak(port, context)
    context.set_ciphers(ciphers)
    with pytest.raises((ssl.SSLError, ConnectionError)):
        speak(port, context)


def test_v12_2_1_plain_http_gets_no_page_where_tls_is_spoken(served: tuple[int, Path, Path]) -> None:
    connection = http.client.HTTPConnection("127.0.0.1", served[0], timeout=5)
    with pytest.raises((http.client.HTTPException, ConnectionError)):
        connection.request("GET", "/sign-in")
        connection.getresponse()


def test_v3_3_1_v3_4_1_over_tls_the_cookie_is_host_bound_and_the_browser_is_told_to_stay(
    served: tuple[int, Path, Path],
) -> None:
    port, _, trust = served
    browser = http.client.HTTPSConnection("localhost", port, context=context_of(trust), timeout=10)
    form = f"username=okafor&password={maplewood.PASSWORD.replace(' ', '+')}&shared=yes"
    headers = {
        "Content-Type": "application/x-www-form-urlencoded",
        "Origin": f"https://localhost:{port}",
    }
    browser.request("POST", "/sign-in", form, headers)
    answer = browser.getresponse()
    assert answer.status == 303
    cookie = answer.headers["set-cookie"]
    assert cookie.startswith("__Host-sh=")
    assert "Secure" in cookie
    assert "max-age=31536000" in answer.headers["strict-transport-security"]


def test_without_a_certificate_of_the_district_one_is_made_once_and_only_its_owner_reads_the_key(
    tmp_path: Path,
) -> None:
    first = certificate_for(tmp_path, "", "", ["localhost", "schoolhouse.maplewood.example", "10.0.0.7", "[::1]"])
    again = certificate_for(tmp_path, "", "", ["localhost"])
    assert first.fingerprint == again.fingerprint
    assert len(first.fingerprint.split(":")) == 32
    assert first.key.stat().st_mode & 0o077 == 0
    assert first.key.parent.stat().st_mode & 0o077 == 0
    first.context()


def test_a_certificate_that_does_not_fit_stops_the_start_with_a_sentence(tmp_path: Path) -> None:
    authority = Authority(tmp_path / "authority")
    one, other = authority.for_names("one.example"), authority.for_names("other.example")
    with pytest.raises(HomeTrouble, match="cannot be used together"):
        Certificate(one.certificate, other.key, own=False).context()
    with pytest.raises(HomeTrouble, match="belong together"):
        certificate_for(tmp_path, str(one.certificate), "", [])
    (tmp_path / "nonsense.pem").write_text("nonsense")
    with pytest.raises(HomeTrouble, match="is no certificate"):
        assert Certificate(tmp_path / "nonsense.pem", one.key, own=False).fingerprint


class Hasty(PatientProtocol):
    """As little patience as a test has."""

    head_seconds = 0.2
    next_piece_seconds = 0.3


@pytest.fixture(scope="module")
def hasty() -> Iterator[int]:
    """The port of a server that answers with the length of what it was sent, a little after it came."""

    async def app(scope, receive, send) -> None:
        if scope["type"] != "http":
            return
        length, more = 0, True
        while more:
            piece = await receive()
            length, more = length + len(piece.get("body", b"")), piece.get("more_body", False)
        import asyncio

        await asyncio.sleep(0.5)  # Longer than the server's patience with the browser: that is not the browser's fault.
        await send({"type": "http.response.start", "status": 200, "headers": [(b"content-length", b"3")]})
        await send({"type": "http.response.body", "body": b"%3d" % length})

    port = free_port()
    config = uvicorn.Config(app, port=port, http=Hasty, timeout_keep_alive=1, log_config=None, lifespan="off")
    server = uvicorn.Server(config)
    thread = threading.Thread(target=server.run, daemon=True)
    thread.start()
    while not server.started:
        time.sleep(0.01)
    yield port
    server.should_exit = True
    thread.join(timeout=10)


@pytest.mark.parametrize(
    "half",
    [
        b"",
        b"GET / HT",
        b"GET / HTTP/1.1\r\nHost: localhost\r\nX-Slow: ",
        b"POST / HTTP/1.1\r\nHost: localhost\r\nContent-Length: 10\r\n\r\n12345",
        b"GET / HTTP/1.1\r\nHost: localhost\r\n\r\nGET / HT",
    ],
    ids=["nothing", "half a line", "half a head", "half a body", "half a second request"],
)
def test_half_a_request_is_not_waited_for(hasty: int, half: bytes) -> None:
    with socket.create_connection(("127.0.0.1", hasty), timeout=8) as line:
        line.sendall(half)
        while line.recv(4096):
            pass  # Ends when the server closes, and fails with a timeout when it does not.


def test_a_head_that_drips_in_is_cut_off_and_forty_at_once_too(hasty: int) -> None:
    lines = [socket.create_connection(("127.0.0.1", hasty), timeout=8) for _ in range(40)]
    try:
        for _ in range(12):
            for line in lines:
                with contextlib.suppress(OSError):
                    line.sendall(b"G")
            time.sleep(0.05)
        for line in lines:
            with contextlib.suppress(ConnectionError):
                assert line.recv(10) in (b"", b"HTTP/1.1 4")
    finally:
        for line in lines:
            line.close()


def whole_answer(line: socket.socket) -> bytes:
    found = b""
    while not found.partition(b"\r\n\r\n")[2][2:]:
        piece = line.recv(4096)
        assert piece, "the connection was closed before the answer was whole"
        found += piece
    return found


def test_a_whole_request_is_answered_however_long_the_answer_takes_and_its_body_may_come_in_pieces(
    hasty: int,
) -> None:
    with socket.create_connection(("127.0.0.1", hasty), timeout=8) as line:
        line.sendall(b"POST / HTTP/1.1\r\nHost: localhost\r\nContent-Length: 6\r\n\r\n12")
        for piece in (b"34", b"56"):
            time.sleep(0.15)
            line.sendall(piece)
        assert whole_answer(line).endswith(b"  6")
        line.sendall(b"GET / HTTP/1.1\r\nHost: localhost\r\n\r\n")
        assert whole_answer(line).endswith(b"  0")
