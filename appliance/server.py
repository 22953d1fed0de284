"""The server of one home: where its parts are put together, and how it is run."""

import logging
import os
import signal
import socket
import sys
import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import date
from functools import partial
from pathlib import Path
from typing import Any

import structlog
import uvicorn
from litestar import Litestar, Request
from litestar.concurrency import set_asyncio_executor
from litestar.datastructures import State
from litestar.di import Provide
from litestar.exceptions import HTTPException

from appliance.doorkeeper.asking import LdapDoor, OidcDoor
from appliance.errors import HomeTrouble, Trouble
from appliance.jobs.broken_glass import report_last_week
from appliance.jobs.compute_metrics import refresh
from appliance.jobs.drafting import Drafting
from appliance.jobs.drop_folder import DropFolder
from appliance.jobs.grants import shut_ended_codes
from appliance.jobs.release_outbox import clear_outbox
from appliance.jobs.retention import erase_expired
from appliance.jobs.student_budget import OverBudget, budgets
from appliance.jobs.uploads import Uploads
from appliance.jobs.witness import write_daily_witness, write_witness
from appliance.schedule import Recurring, run_in_background
from appliance.settings import Settings, read_settings
from appliance.storage.ballast import lay_in
from appliance.storage.database import Database, only_server
from appliance.student_level.records.kept import Kept
from appliance.web.arriving import WaysIn
from appliance.web.front_desk import FrontDesk
from appliance.web.guards import let_in
from appliance.web.headers import finish
from appliance.web.keepsakes import Keepsakes
from appliance.web.pages import PAGES
from appliance.web.pages.trouble import answer_fault, answer_http, answer_over_budget, answer_trouble
from appliance.web.patience import PatientProtocol
from appliance.web.sessions import Sessions, boot_seconds
from appliance.web.shoulder import Shoulder
from appliance.web.tls import Certificate, certificate_for
from appliance.web.visit import House, current_visit

PAGE_THREADS = 4
"""Measured: more threads than this only wait for each other, and the slowest pages become slower."""
_HANDED_OVER = 3
"""The first socket that systemd hands to a process."""
_LOOPBACK = ("127.0.0.1", "::1", "localhost")


def build_app(
    database: Database,
    settings: Settings,
    *,
    secure_cookies: bool,
    as_of: date | None = None,
    clock: Callable[[], float] = time.time,
    elapsed: Callable[[], float] | None = None,
    sign_in_places: int | None = None,
) -> Litestar:
    """The pages of one home. `as_of`: a rehearsal, with pages as they would be on that day. `clock`: Unix seconds.

    `secure_cookies` says that browsers reach us through TLS. `elapsed`: seconds since the machine started, by which
    sessions end; `clock` where it is not given. `sign_in_places`: how many may be signing in at once.
    """
    asked = settings.sign_in
    sessions = Sessions(database, settings, elapsed or clock)
    ldap = LdapDoor(Path(asked.directory_socket)) if asked.directory else None
    front_desk = FrontDesk(database, sessions, clock, sign_in_places, ldap=ldap)
    provider = OidcDoor(Path(asked.provider_socket)) if asked.provider else None
    ways_in = WaysIn(provider, asked.provider_name, Keepsakes(), Keepsakes())
    budgets(settings)  # says at the start, not at the first page, that a role is misspelled
    house = House(database, settings, sessions, front_desk, clock, as_of, secure_cookies, Shoulder(clock), Kept())
    uploads, drafting = Uploads(database, settings, clock), Drafting(database)
    set_asyncio_executor(ThreadPoolExecutor(PAGE_THREADS, thread_name_prefix="page"))
    return Litestar(
        route_handlers=PAGES,
        guards=[let_in],
        dependencies={"visit": Provide(current_visit, sync_to_thread=False)},
        exception_handlers={
            HTTPException: answer_http,
            Trouble: answer_trouble,
            OverBudget: answer_over_budget,
            Exception: answer_fault,
        },
        before_send=[finish],
        before_request=_note_the_time,
        state=State({"house": house, "uploads": uploads, "drafting": drafting, "ways_in": ways_in}),
        on_shutdown=[drafting.close, uploads.close],
        openapi_config=None,
        debug=False,
        request_max_body_size=64 * 1024,
        logging_config=None,
    )


async def _note_the_time(request: Request[Any, Any, Any]) -> None:
    request.scope["state"]["begun"] = time.perf_counter()


def serve(
    home: Path,
    *,
    host: str = "127.0.0.1",
    port: int = 8080,
    as_of: date | None = None,
    behind_tls: bool = False,
) -> None:
    """Serve a home until told to stop. One process: a second one on the same home is refused with HomeTrouble.

    Plain HTTP is for this machine alone. To any other Schoolhouse speaks TLS, with the certificate that the settings
    name or one of its own, unless it is `behind_tls`: a web server with a certificate stands in front.
    """
    if not home.is_dir():
        raise HomeTrouble(f"There is no home at {home}. Make one with: schoolhouse --home {home} init")
    with only_server(home), _listen(host, port) as listening:
        write_log_to_stderr()
        database = Database(home)
        try:
            write_witness(database)  # refuses to serve a log whose end was cut off
            clear_outbox(database, home / "outbox")
            settings = read_settings(home)
            certificate = None if behind_tls else _certificate(home, settings, host)
            is_secure = behind_tls or certificate is not None
            app = build_app(database, settings, secure_cookies=is_secure, as_of=as_of, elapsed=boot_seconds)
            sessions: Sessions = app.state["house"].sessions
            hourly = Recurring("clear ended sessions", sessions.clear_ended, every_hours=1)
            totals = partial(refresh, database, corrects_history=True)
            nightly = Recurring("bring totals up to date", totals, nightly_at=4)
            witness = Recurring("note the head of the access log", partial(write_witness, database), every_hours=1)
            glass = Recurring("report broken glass", lambda: report_last_week(database, time.time()), nightly_at=5)
            codes = Recurring("shut day codes", lambda: shut_ended_codes(database, time.time()), nightly_at=19)
            daily = Recurring("take the access log's head away", partial(write_daily_witness, database), nightly_at=5)
            lay_in(home)
            ballast = Recurring("keep room on the disk", partial(lay_in, home), every_hours=1)
            expiry = Recurring("erase what may no longer be kept", partial(erase_expired, database), every_hours=1)
            by_itself = [hourly, witness, daily, nightly, glass, codes, ballast, expiry]
            if settings.drop_folder:
                folder = DropFolder(database, settings)
                by_itself.append(Recurring("look into the drop folder", folder.look, every_minutes=1))
            # uvicorn sends the signal that stopped it once more; as an exit it lets the database be closed in order.
            signal.signal(signal.SIGTERM, lambda *_: sys.exit(0))
            with run_in_background(by_itself):
                _run(app, listening, certificate)
            app.state["house"].front_desk.close()
        finally:
            database.close()


def _certificate(home: Path, settings: Settings, host: str) -> Certificate | None:
    """With what certificate to speak to others than this machine; None to speak plain HTTP to it."""
    if host in _LOOPBACK and not settings.tls_certificate and not _was_handed_over():
        return None
    found = certificate_for(home, settings.tls_certificate, settings.tls_key, settings.hosts)
    event = "certificate of our own, vouched for by nobody" if found.own else "certificate of the district"
    structlog.get_logger("schoolhouse").info(event, sha256=found.fingerprint, ends=found.ends.date().isoformat())
    return found


def _was_handed_over() -> bool:
    """Whether systemd holds the listening socket, and gave it to us."""
    return os.environ.get("LISTEN_FDS") == "1" and os.environ.get("LISTEN_PID") == str(os.getpid())


def _listen(host: str, port: int) -> socket.socket:
    """A listening socket: systemd's, or a new one. Raises HomeTrouble when the port is taken."""
    if _was_handed_over():
        return socket.socket(fileno=_HANDED_OVER)
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    # asyncio turns Nagle's delay off only for sockets that name their protocol: without it each answer waits 40 ms.
    listening = socket.socket(family, socket.SOCK_STREAM, socket.IPPROTO_TCP)
    listening.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    try:
        listening.bind((host, port))
    except OSError as error:
        listening.close()
        raise HomeTrouble(
            f"Port {port} of {host} cannot be used ({error.strerror}). Choose another: --port N"
        ) from None
    return listening


def _run(app: Litestar, listening: socket.socket, certificate: Certificate | None) -> None:
    context = certificate.context() if certificate else None
    config = uvicorn.Config(
        app,
        http=PatientProtocol,
        ssl_context_factory=(lambda *_: context) if context else None,
        server_header=False,
        access_log=False,
        log_config=None,
        proxy_headers=False,
        timeout_keep_alive=30,
        timeout_graceful_shutdown=10,
        limit_concurrency=1000,
        h11_max_incomplete_event_size=32 * 1024,
    )
    uvicorn.Server(config).run(sockets=[listening])


def write_log_to_stderr() -> None:
    """One JSON line an event, without local variables, which may hold students."""
    logging.basicConfig(
        stream=sys.stderr, level=logging.WARNING, format='{"level": "%(levelname)s", "event": "%(name)s"}'
    )
    structlog.configure(
        processors=[
            structlog.processors.add_log_level,
            structlog.processors.TimeStamper(fmt="iso", utc=True),
            structlog.processors.JSONRenderer(),
        ],
        logger_factory=structlog.WriteLoggerFactory(file=sys.stderr),
        wrapper_class=structlog.make_filtering_bound_logger(logging.INFO),
        cache_logger_on_first_use=True,
    )
