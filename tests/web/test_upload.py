"""Mr. Kim, the data steward, imports files from his browser."""

import time
from pathlib import Path

import pytest

from appliance.errors import BadFile
from appliance.jobs.uploads import Uploads
from appliance.settings import Settings
from appliance.storage.database import Database
from appliance.storage.sealed_file import STEP, SealedFile, SealedWriter
from tests.conftest import FORM_HEADERS, Person, app_for, sign_in
from tests.elm_and_oak import ROSTER, ElmAndOak, csv_text
from tests.page_text import read

CANARY = "Xylophonia Quuxworth"


@pytest.fixture
def own_app(own_town: Database):
    app = app_for(own_town)
    yield app
    app.state["uploads"].close()


@pytest.fixture
def kim(own_app) -> Person:
    return sign_in(own_app, "kim")


def people(count: int = 3) -> bytes:
    rows = [f"{n},Given,{CANARY} {n},,{7000 + n},student,e" for n in range(count)]
    return (csv_text(ROSTER["users"]) + "\n".join(rows) + "\n").encode()


def package(tmp_path: Path, name: str = "roster.zip", count: int = 3) -> bytes:
    return ElmAndOak(tmp_path, None).package(name, users=people(count).decode()).read_bytes()  # type: ignore[arg-type]


def send(person: Person, *files: tuple[str, bytes], token: str | None = None):
    assert person.get("/data/import").status_code in (200, 303, 403)
    token = person.csrf("/data/import") if token is None else token
    parts = [("csrf", (None, token)), *(("files", (name, content)) for name, content in files)]
    return person.browser.post("/data/import/files", files=parts, headers=FORM_HEADERS, follow_redirects=False)


def done(person: Person, address: str) -> str:
    """The page of an upload once nothing is done with it any more."""
    for _ in range(200):
        answer = person.get(address)
        if 'http-equiv="refresh"' not in answer.text:
            return answer.text
        time.sleep(0.05)
    raise AssertionError("it never ended")


def uploaded(person: Person, *files: tuple[str, bytes]) -> tuple[str, str]:
    answer = send(person, *files)
    assert answer.status_code == 303, answer.text
    address = answer.headers["location"]
    return address, done(person, address)


def press(person: Person, address: str, **fields: str):
    return person.post(address, {"csrf": person.csrf("/data/import"), **fields})


def students(database: Database) -> int:
    return database._writer.execute("SELECT count(*) FROM student WHERE is_active").fetchone()[0]


def everything_on_disk(home: Path) -> bytes:
    return b"".join(path.read_bytes() for path in home.rglob("*") if path.is_file())


def test_files_are_checked_first_and_loaded_when_the_steward_says_so(kim, own_town, tmp_path) -> None:
    before = students(own_town)
    address, page = uploaded(kim, ("roster.zip", package(tmp_path)))
    assert "Checked, not loaded yet" in page
    assert "Load these files" in page
    assert students(own_town) == before
    press(kim, f"{address}/load")
    assert "<h1>Loaded</h1>" in done(kim, address)
    assert students(own_town) == before + 6
    assert list((own_town.home / "incoming").iterdir()) == []
    (who,) = own_town._writer.execute("SELECT loaded_by FROM batch ORDER BY batch_key DESC LIMIT 1").fetchone()
    assert who == "kim"


def test_v5_no_plain_text_of_an_upload_is_on_the_disk_while_it_waits(kim, own_town, tmp_path, monkeypatch) -> None:
    monkeypatch.setenv("TMPDIR", str(tmp_path / "tmp"))
    (tmp_path / "tmp").mkdir()
    big = people(40_000)
    assert len(big) > 20 * STEP
    kim.csrf("/data/import")
    uploads: Uploads = kim.browser.app.state["uploads"]
    monkeypatch.setattr(uploads, "check", lambda upload: None)
    answer = send(kim, ("users.csv", big))
    upload = uploads.find(answer.headers["location"].rsplit("/", 1)[1])
    assert upload is not None
    with upload.files[0].open_bytes() as stream:
        assert stream.read(1000) == big[:1000]
    assert upload.files[0].size == len(big)
    found = everything_on_disk(own_town.home) + everything_on_disk(tmp_path / "tmp")
    assert len(found) > len(big)
    assert CANARY.encode() not in found
    assert b"users.csv" not in found
    folder = own_town.home / "incoming" / upload.key
    assert folder.stat().st_mode & 0o777 == 0o700
    assert {path.stat().st_mode & 0o777 for path in folder.iterdir()} == {0o600}


def test_what_waits_survives_a_restart_and_can_be_checked_again(own_town, tmp_path) -> None:
    first = app_for(own_town)
    address, _ = uploaded(sign_in(first, "kim"), ("roster.zip", package(tmp_path)))
    first.state["uploads"].close()
    (own_town.home / "incoming" / "half").mkdir()
    second = app_for(own_town)
    kim = sign_in(second, "kim")
    assert not (own_town.home / "incoming" / "half").exists()
    assert "Not checked yet" in kim.get(address).text
    press(kim, f"{address}/check")
    assert "Checked, not loaded yet" in done(kim, address)
    press(kim, f"{address}/discard")
    assert kim.get(address).status_code == 404
    assert list((own_town.home / "incoming").iterdir()) == []
    second.state["uploads"].close()


def test_a_file_that_nobody_understands_loads_nothing_and_says_why(kim, own_town) -> None:
    _, page = uploaded(kim, ("people.csv", b"name,secret\nAda Abara,cat\n"))
    assert "its header fits no kind of file" in page
    assert "Ada Abara" not in page


def test_what_would_be_held_shows_why_and_needs_a_reason(kim, own_town, tmp_path) -> None:
    address, _ = uploaded(kim, ("roster.zip", package(tmp_path, count=60)))
    press(kim, f"{address}/load")
    done(kim, address)
    before = students(own_town)
    address, page = uploaded(kim, ("half.zip", package(tmp_path, count=5)))
    assert "This would be held" in page
    assert "students would end" in page
    assert press(kim, f"{address}/load").status_code == 400
    assert students(own_town) == before
    press(kim, f"{address}/load", reason="They moved away")
    assert "<h1>Loaded</h1>" in done(kim, address)
    assert students(own_town) == before - 55


def test_the_newest_batch_can_be_taken_back_with_a_reason(kim, own_town, tmp_path) -> None:
    before = students(own_town)
    address, _ = uploaded(kim, ("roster.zip", package(tmp_path)))
    press(kim, f"{address}/load")
    done(kim, address)
    assert press(kim, "/data/import/take-back", batch="2", reason=" ").status_code == 400
    assert students(own_town) == before + 6
    answer = press(kim, "/data/import/take-back", batch="2", reason="The wrong district")
    assert "Everything is as it was before" in done(kim, answer.headers["location"])
    assert students(own_town) == before


def test_a_batch_held_in_the_drop_folder_is_shown_and_let_through(own_town, tmp_path) -> None:
    settings = Settings(drop_folder="drop", drop_folder_still_seconds=1)
    app = app_for(own_town, settings=settings)
    kim, uploads = sign_in(app, "kim"), app.state["uploads"]
    uploads.drop_folder.look()
    for count in (60, 5):
        (uploads.drop_folder.folder / f"{count}.zip").write_bytes(package(tmp_path, count=count))
        (uploads.drop_folder.folder / f"{count}.zip.done").touch()
        uploads.drop_folder.look()
    before = students(own_town)
    page = kim.get("/data/import").text
    assert "Held in the drop folder" in page
    assert "students would end" in page
    answer = press(kim, "/data/import/held", batch="3", reason="They moved away")
    assert "<h1>Loaded</h1>" in done(kim, answer.headers["location"])
    assert students(own_town) == before - 55
    assert "Held in the drop folder" not in kim.get("/data/import").text
    uploads.close()


@pytest.mark.parametrize("token", ["", "wrong"])
def test_v3_5_1_without_the_sessions_token_no_file_is_taken(kim, own_town, token) -> None:
    answer = send(kim, ("users.csv", people()), token=token)
    assert answer.status_code == 403
    assert not any((own_town.home / "incoming").iterdir())


def test_v3_5_1_a_token_after_the_files_is_too_late_and_another_site_is_refused(kim, own_town) -> None:
    token = kim.csrf("/data/import")
    parts = [("files", ("users.csv", people())), ("csrf", (None, token))]
    assert kim.browser.post("/data/import/files", files=parts, headers=FORM_HEADERS).status_code == 403
    late = [("csrf", (None, token)), ("files", ("users.csv", people()))]
    assert (
        kim.browser.post("/data/import/files", files=late, headers={"Origin": "http://evil.example"}).status_code == 403
    )
    assert not any((own_town.home / "incoming").iterdir())


def test_only_the_upload_looks_at_its_token_itself(own_app) -> None:
    own = [
        (route.path, sorted(handler.http_methods))
        for route in own_app.routes
        for handler in route.route_handlers
        if handler.opt.get("token_in_stream")
    ]
    assert own == [("/data/import/files", ["POST"])]


@pytest.mark.parametrize("username", ["okafor", "ruiz", "wu", "hall", None])
def test_nobody_but_the_data_steward_imports(own_app, username) -> None:
    person = sign_in(own_app, username)
    expected = 303 if username is None else 403
    assert person.get("/data/import").status_code == expected
    assert send(person, ("users.csv", people()), token="x").status_code == expected
    for name in ("held", "take-back", "abc/load", "abc/check", "abc/discard"):
        assert person.post(f"/data/import/{name}", {"csrf": "x"}).status_code == expected


def test_v5_2_1_more_than_the_limit_is_refused_and_nothing_is_left(own_town) -> None:
    app = app_for(own_town, settings=Settings(upload_megabytes=1))
    kim = sign_in(app, "kim")
    answer = send(kim, ("a.csv", b"x" * (2 << 20)))
    assert answer.status_code == 400
    assert "more than 1 MB" in answer.text

    def in_pieces():
        token = kim.csrf("/data/import").encode()
        yield b'--b\r\nContent-Disposition: form-data; name="csrf"\r\n\r\n' + token + b"\r\n"
        yield b'--b\r\nContent-Disposition: form-data; name="files"; filename="a.csv"\r\n\r\n'
        for _ in range(40):
            yield b"x" * 65536
        yield b"\r\n--b--\r\n"

    headers = FORM_HEADERS | {"Content-Type": "multipart/form-data; boundary=b"}
    answer = kim.browser.post("/data/import/files", content=in_pieces(), headers=headers)
    assert "more than 1 MB" in answer.text
    assert not any((own_town.home / "incoming").iterdir())
    app.state["uploads"].close()


def test_an_upload_that_breaks_off_leaves_nothing(kim, own_town) -> None:
    token = kim.csrf("/data/import")
    body = f'--b\r\nContent-Disposition: form-data; name="csrf"\r\n\r\n{token}\r\n--b\r\n'
    body += 'Content-Disposition: form-data; name="files"; filename="a.csv"\r\n\r\nhalf'
    headers = FORM_HEADERS | {"Content-Type": "multipart/form-data; boundary=b"}
    answer = kim.browser.post("/data/import/files", content=body.encode(), headers=headers)
    assert answer.status_code == 400
    assert "broke off" in answer.text
    assert not any((own_town.home / "incoming").iterdir())


def test_a_name_leads_nowhere(kim, own_town, tmp_path) -> None:
    address, _ = uploaded(kim, ("../../../evil\x01/roster.zip", package(tmp_path)))
    files = sorted(path.name for path in (own_town.home / "incoming").rglob("*") if path.is_file())
    assert files == ["0.sealed", "index"]
    assert "evil" not in read(kim.get(address).text)


def test_no_file_chosen_is_said(kim) -> None:
    answer = send(kim)
    assert answer.status_code == 400
    assert "Choose the files first" in answer.text


def test_an_upload_that_nobody_loads_is_thrown_away_after_a_day(own_town, tmp_path) -> None:
    now = [1_000_000.0]
    uploads = Uploads(own_town, Settings(), lambda: now[0])
    with uploads.arriving("kim") as arriving:
        arriving.begin_file("roster.zip")
        arriving.write(package(tmp_path))
        arriving.end_file()
        upload = arriving.complete()
    uploads.close()
    assert upload.state == "checked"
    now[0] += 24 * 3600 + 1
    assert uploads.all() == []
    assert not any((own_town.home / "incoming").iterdir())


@pytest.mark.parametrize("size", [0, 1, STEP - 1, STEP, STEP + 1, 3 * STEP])
def test_a_sealed_file_gives_back_what_was_written_from_any_place(town, tmp_path, size) -> None:
    content = bytes(n % 251 for n in range(size))
    with SealedWriter(tmp_path / "f", town.sealing_key) as writer:
        for start in range(0, size, 10_007):
            writer.write(content[start : start + 10_007])
    sealed = SealedFile(tmp_path / "f", "f.csv", town.sealing_key)
    assert sealed.size == size
    with sealed.open_bytes() as stream:
        assert stream.readall() == content
        stream.seek(size // 2)
        assert stream.readall() == content[size // 2 :]


@pytest.mark.parametrize("change", ["flip", "cut", "swap"])
def test_a_sealed_file_that_was_changed_is_never_read(town, tmp_path, change) -> None:
    with SealedWriter(tmp_path / "f", town.sealing_key) as writer:
        writer.write(bytes(3 * STEP))
    raw = bytearray((tmp_path / "f").read_bytes())
    head, step = len(raw) - 3 * (STEP + 16), STEP + 16
    if change == "flip":
        raw[head + step + 5] ^= 1
    elif change == "cut":
        del raw[head + 2 * step :]
    else:
        raw[head : head + step], raw[head + step : head + 2 * step] = (
            raw[head + step : head + 2 * step], raw[head : head + step],
        )  # fmt: skip
    (tmp_path / "f").write_bytes(raw)
    with pytest.raises(BadFile, match="damaged"), SealedFile(tmp_path / "f", "f", town.sealing_key).open_bytes() as one:
        one.readall()
