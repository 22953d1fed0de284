"""Visit a served demo as its teacher would: the pages, the style sheet and the sign-in of an installed package.

Usage: visit.py SIGN_INS. Run in check.sh's fresh system, where the loopback is the only network there is.
"""

import json
import socket
import sys
import time
from http.cookiejar import CookieJar
from pathlib import Path
from urllib.error import URLError
from urllib.parse import urlencode
from urllib.request import HTTPCookieProcessor, build_opener

ADDRESS = "http://127.0.0.1:8099"
PATIENCE_SECONDS = 30


def main(sign_ins: Path) -> None:
    """Raises AssertionError, or an HTTP error, for the first thing that is not as it must be."""
    assert [name for _, name in socket.if_nameindex()] == ["lo"], "there is a network, so this proves nothing"
    browser = build_opener(HTTPCookieProcessor(CookieJar()))
    browser.addheaders.append(("Origin", ADDRESS))  # as every browser says it; a form without it is refused
    end = time.monotonic() + PATIENCE_SECONDS
    while True:
        try:
            browser.open(f"{ADDRESS}/healthz")
            break
        except URLError:
            assert time.monotonic() < end, "the server does not answer"
            time.sleep(0.2)
    assert b"@media print" in browser.open(f"{ADDRESS}/static/schoolhouse.css").read()
    demo = json.loads(sign_ins.read_text())
    teacher = next(person["username"] for person in demo["people"] if person["role"] == "teacher")
    form = urlencode({"username": teacher, "password": demo["password"], "next": "/"}).encode()
    page = browser.open(f"{ADDRESS}/sign-in", data=form)
    assert page.url == f"{ADDRESS}/this-week", f"signing in led to {page.url}"
    assert b"This week" in page.read()


main(Path(sys.argv[1]))
