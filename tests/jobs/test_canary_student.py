"""One student whom nobody can mistake, followed from the files of the district to the package that leaves."""

import io
import logging
import re
import traceback
import zipfile
from collections.abc import Callable
from datetime import date
from pathlib import Path

import pytest

from appliance.actions import Action
from appliance.errors import NotAllowed
from appliance.jobs.import_files import import_files
from appliance.jobs.make_release import draft
from appliance.jobs.release_deeds import approve
from appliance.jobs.release_outbox import build_package
from appliance.jobs.release_record import show
from appliance.sample import write_district
from appliance.storage.database import Database
from tests.access_log import at_desk
from tests.signed_rules import sign_rules

OCTOBER = date(2026, 10, 1)
NAME, NUMBER, CODE = "Zzquillfeather", "ZQ77CANARY", "ZZQ-COURSE-7"


def rewrite(file: Path, change: Callable[[str, str], str]) -> None:
    """Put every text of a file, or of each member of a package, through `change`, which is told the name too."""
    if file.suffix != ".zip":
        file.write_text(change(file.name, file.read_text()))
        return
    with zipfile.ZipFile(file) as old:
        texts = {name: change(name, old.read(name).decode()) for name in old.namelist()}
    content = io.BytesIO()
    with zipfile.ZipFile(content, "w", zipfile.ZIP_DEFLATED) as new:
        for name, text in texts.items():
            new.writestr(name, text)
    file.write_bytes(content.getvalue())


def with_canary(student: str) -> Callable[[str, str], str]:
    """That student under another number and name, and with a course of another school that nobody else has."""

    def change(name: str, text: str) -> str:
        text = re.sub(rf"\b{student}\b", NUMBER, text)
        if name == "users.csv":
            text = re.sub(rf"(?m)^(stu-{NUMBER}(?:,[^,]*){{6}}),[^,]*,", rf"\1,{NAME},", text)
        if name == "transcripts.csv":
            text = re.sub(rf"(?m)^({NUMBER},[^,]*,[^,]*),[^,]*,", rf"\1,{CODE},", text, count=1)
        return text

    return change


def everything(database: Database) -> str:
    """All rows of the home's database."""
    ask = database._writer.execute
    tables = [name for (name,) in ask("SELECT name FROM sqlite_schema WHERE type = 'table'").fetchall()]
    return str([ask(f'SELECT * FROM "{name}"').fetchall() for name in tables])


@pytest.fixture
def database(tmp_path: Path):
    made = write_district(tmp_path / "files", students=200, today=date(2026, 11, 20))
    (transcripts,) = (file for file in made.files if file.name == "transcripts.csv")
    student = transcripts.read_text().splitlines()[1].partition(",")[0]
    for file in made.files:
        rewrite(file, with_canary(student))
    opened = Database.create(tmp_path / "home")
    import_files(opened, made.files)
    sign_rules(opened)
    yield opened
    opened.close()


def test_a_student_of_the_district_is_in_no_byte_that_leaves_and_in_no_line_about_it(
    database: Database, caplog: pytest.LogCaptureFixture, capfd: pytest.CaptureFixture[str]
) -> None:
    stored = everything(database)
    assert [canary for canary in (NAME, NUMBER, CODE) if canary not in stored] == []
    caplog.set_level(logging.DEBUG)
    draft(database, OCTOBER, by="s.ortiz")
    with pytest.raises(NotAllowed) as refused:
        approve(database, 1, by="s.ortiz")
    approve(database, 1, by="g.lindqvist")
    outbox = database.home / "outbox"
    build_package(database, 1, outbox, by="g.lindqvist")
    (package,) = outbox.glob("*.zip")
    with zipfile.ZipFile(package) as left:
        said = {name: left.read(name).decode(errors="replace") for name in left.namelist()}
    assert "membership.csv" in said
    log = str(at_desk(database, "SELECT * FROM access_log"))
    assert Action.DRAFT_RELEASE.value in log
    printed = capfd.readouterr()
    said |= {
        "names in the package": " ".join([package.name, *said]),
        "the release": str(show(database, 1)),
        "the access log": log,
        "the program's log": caplog.text,
        "what was printed": printed.out + printed.err,
        "the refusal": "".join(traceback.format_exception(refused.value)),
    }
    assert not [(where, canary) for where, text in said.items() for canary in (NAME, NUMBER, CODE) if canary in text]
    assert not any(canary.encode() in package.read_bytes() for canary in (NAME, NUMBER, CODE))
