"""The server as a process: what it answers, what it refuses, what it says on the way."""

import json
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import httpx
import pytest

from appliance.errors import HomeTrouble
from appliance.schedule import Recurring, run_in_background
from appliance.server import serve
from appliance.storage.database import Database
from tests import maplewood


def free_port() -> int:
    with socket.socket() as found:
        found.bind(("127.0.0.1", 0))
        return int(found.getsockname()[1])


def command(home: Path, port: int) -> list[str]:
    start = f"from pathlib import Path; from appliance.server import serve; serve(Path({str(home)!r}), port={port})"
    return [sys.executable, "-c", start]


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[Path, int, Path]]:
    folder = tmp_path_factory.mktemp("served")
    maplewood.build(folder / "home").close()
    port, log = free_port(), folder / "log"
    with log.open("w") as stderr:
        process = subprocess.Popen(command(folder / "home", port), stderr=stderr)
        try:
            for _ in range(1200):
                try:
                    httpx.get(f"http://127.0.0.1:{port}/healthz")
                    break
                except httpx.TransportError:
                    time.sleep(0.05)
            yield folder / "home", port, log
        finally:
            process.send_signal(signal.SIGTERM)
            assert process.wait(timeout=60) == 0
            assert not (folder / "home" / "district.db-wal").exists()  # The database was closed in order.


def test_it_says_that_it_lives_and_not_what_it_is(server: tuple[Path, int, Path]) -> None:
    answer = httpx.get(f"http://127.0.0.1:{server[1]}/healthz")
    assert answer.text == "ok"
    assert "server" not in answer.headers
    assert answer.headers["cache-control"] == "no-store"


def test_an_answer_does_not_wait_for_the_network(server: tuple[Path, int, Path]) -> None:
    took = []
    with httpx.Client(base_url=f"http://127.0.0.1:{server[1]}") as browser:
        for _ in range(20):
            begun = time.perf_counter()
            browser.get("/healthz")
            took.append(time.perf_counter() - begun)
    assert min(took) < 0.03


def test_it_listens_to_this_machine_only(server: tuple[Path, int, Path]) -> None:
    others = {row[4][0] for row in socket.getaddrinfo(socket.gethostname(), None)} - {"127.0.0.1", "::1"}
    for address in others:
        with pytest.raises(OSError), socket.create_connection((address, server[1]), timeout=2):
            pass


def test_a_second_server_on_the_same_home_is_refused(server: tuple[Path, int, Path]) -> None:
    with pytest.raises(HomeTrouble, match="already running"):
        serve(server[0], port=free_port())


def test_a_port_that_is_taken_and_a_home_that_is_missing_get_a_sentence(
    server: tuple[Path, int, Path], tmp_path: Path
) -> None:
    Database.create(tmp_path / "home").close()
    with pytest.raises(HomeTrouble, match=f"Port {server[1]} of 127.0.0.1 cannot be used"):
        serve(tmp_path / "home", port=server[1])
    with pytest.raises(HomeTrouble, match="There is no home at"):
        serve(tmp_path / "nothing", port=free_port())


def test_v16_2_5_its_log_is_one_json_object_a_line_and_names_no_student(server: tuple[Path, int, Path]) -> None:
    with httpx.Client(base_url=f"http://127.0.0.1:{server[1]}") as browser:
        form = {"username": "okafor", "password": maplewood.PASSWORD}
        browser.post("/sign-in", data=form, headers={"Origin": f"http://127.0.0.1:{server[1]}"})
        assert "Good" in browser.get("/this-week").text
        browser.get("/students/nobody?q=Lovell")
    lines = [json.loads(line) for line in server[2].read_text().splitlines()]
    assert {"route", "status", "milliseconds", "timestamp", "level"} <= set(lines[-1])
    assert lines[-1]["route"] == "/students/{address}"
    text = server[2].read_text()
    assert not any(row[2] in text for row in maplewood.STUDENTS.values())
    assert maplewood.PASSWORD not in text


def test_v16_4_1_what_would_steer_a_terminal_or_begin_a_line_is_written_out() -> None:
    evil = "a\r\nb\x1b[2Jc\u202ed\x00\u2066"
    start = (
        "import structlog; from appliance.server import write_log_to_stderr as begin; from appliance.console import say"
    )
    code = f"{start}; begin(); structlog.get_logger('schoolhouse').info({evil!r}, what={evil!r}); say({evil!r})"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    logged, *said = done.stderr.splitlines()
    assert json.loads(logged)["what"] == evil
    assert logged.isascii()
    assert (logged + "".join(said)).isprintable()
    assert "".join(said) == "a�b�[2Jc�d��"


def test_v16_1_1_the_manual_lists_every_log(server: tuple[Path, int, Path]) -> None:
    """A file that is written beside the records is on the list, or holds no lines."""
    page = httpx.get(f"http://127.0.0.1:{server[1]}/manual/who-looked").text
    for log in ("<code>desk.db</code>", "<code>access-log.json</code>", "stderr"):
        assert log in page
    assert (server[0] / "desk.db").exists()
    assert {path.name for path in server[0].rglob("*") if "log" in path.name} <= {"access-log.json"}


def test_work_that_comes_again_is_logged_and_a_failure_does_not_stop_it(capsys: pytest.CaptureFixture[str]) -> None:
    done: list[str] = []

    def fails() -> None:
        done.append("tried")
        raise ValueError("about Ada Lovell")

    with run_in_background([Recurring("break", fails, every_hours=1), Recurring("sweep", list, nightly_at=4)]):
        pass
    from appliance.schedule import _run

    _run(Recurring("break", fails, every_hours=1))
    _run(Recurring("sweep", lambda: done.append("swept"), nightly_at=4))
    logged = capsys.readouterr()
    assert done == ["tried", "swept"]
    assert "ValueError" in logged.out + logged.err
    assert "Lovell" not in logged.out + logged.err


def test_the_nightly_hour_is_the_schools_own() -> None:
    from apscheduler.schedulers.background import BackgroundScheduler

    scheduler = BackgroundScheduler()
    job = scheduler.add_job(list, "cron", hour=4)
    scheduler.start(paused=True)
    soon = job.next_run_time - datetime.now(UTC)
    scheduler.shutdown()
    assert timedelta(0) < soon <= timedelta(hours=25)
    assert job.next_run_time.astimezone().hour == 4
