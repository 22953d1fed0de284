"""The release desk behind its pages: what is refused, what is built, and what a crash leaves behind."""

import hashlib
import json
import os
import signal
import subprocess
import sys
import textwrap
from datetime import date
from pathlib import Path

import pytest

from appliance.actions import Action
from appliance.aggregate.disclosure import certificate
from appliance.aggregate.refusal import Refused
from appliance.aggregate.release import archive
from appliance.days import day_number
from appliance.errors import BadFile, NotAllowed, Trouble
from appliance.jobs.change_rules import put_in_force
from appliance.jobs.import_files import import_files
from appliance.jobs.make_release import STEPS, draft
from appliance.jobs.policy import propose, sign
from appliance.jobs.release_deeds import approve, discard, take
from appliance.jobs.release_outbox import build_package, clear_outbox, withdraw
from appliance.jobs.release_record import content, files, left_before, listed, show
from appliance.jobs.release_states import step
from appliance.sample import write_district
from appliance.state_office import reading as packages
from appliance.state_office import verify
from appliance.storage.database import Database, Event, IntegrityError
from appliance.student_level.records.rule_book import RuleBook
from tests.signed_rules import sign_rules

OCTOBER, NOVEMBER = date(2026, 10, 1), date(2026, 11, 2)


@pytest.fixture(scope="module")
def district(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A home with one release that has left."""
    folder = tmp_path_factory.mktemp("releases")
    made = write_district(folder / "files", students=200, today=date(2026, 11, 20))
    database = Database.create(folder / "home")
    import_files(database, made.files)
    sign_rules(database)
    draft(database, OCTOBER, by="s.ortiz")
    approve(database, 1, by="g.lindqvist")
    build_package(database, 1, folder / "home" / "outbox", by="g.lindqvist")
    database.close()
    return folder / "home"


@pytest.fixture(scope="module")
def next_approved(district: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The same, with a second release that is approved and not built."""
    home = copied(district, tmp_path_factory.mktemp("next") / "home")
    database = Database(home)
    draft(database, NOVEMBER, by="s.ortiz")
    approve(database, 2, by="g.lindqvist")
    database.close()
    return home


def copied(home: Path, to: Path) -> Path:
    subprocess.run(["cp", "-a", str(home), str(to)], check=True)
    return to


@pytest.fixture
def home(district: Path, tmp_path: Path) -> Path:
    """A copy of the first, to change."""
    return copied(district, tmp_path / "home")


@pytest.fixture
def ready(next_approved: Path, tmp_path: Path):
    """The second release, about to be built."""
    opened = Database(copied(next_approved, tmp_path / "ready"))
    yield opened
    opened.close()


@pytest.fixture
def database(home: Path):
    opened = Database(home)
    yield opened
    opened.close()


def test_without_the_package_that_left_nothing_is_released_beside_it(database: Database) -> None:
    database._writer.execute("UPDATE release SET package = NULL")
    with pytest.raises(Trouble, match="cannot be compared with"):
        draft(database, NOVEMBER, by="s.ortiz")


def test_a_package_that_was_changed_in_the_database_is_noticed(database: Database) -> None:
    database._writer.execute("UPDATE release SET package = CAST('not it' AS BLOB)")
    with pytest.raises(Trouble, match="is not the one that left"):
        left_before(database, "2026-2027")


def test_without_who_was_counted_nothing_is_released_beside_it(database: Database) -> None:
    database._writer.execute("DELETE FROM memory_member")
    with pytest.raises(Trouble, match="is not known any more"):
        draft(database, NOVEMBER, by="s.ortiz")


def test_beside_a_release_that_an_earlier_program_counted_nothing_is_released(database: Database) -> None:
    """In October whoever was at two schools stood in both, and nobody counted who had left."""
    old = dict(archive.unpack(content(database, 1)))
    described = json.loads(old["datapackage.json"])
    del described["schoolhouse"]["definitions"]["leavers"]
    described["schoolhouse"]["district_rows"] = dict.fromkeys(described["schoolhouse"]["district_rows"], "at_most")
    package = archive.pack({**old, "datapackage.json": json.dumps(described).encode()})
    told = {"package": package, "sha256": hashlib.sha256(package).hexdigest()}
    database._writer.execute("UPDATE release SET package = :package, package_sha256 = :sha256", told)
    with pytest.raises(Trouble, match=r"Release 1 was counted by an earlier program.*before the school year 2026-2027"):
        draft(database, NOVEMBER, by="s.ortiz")
    with pytest.raises(BadFile, match="a student of two schools stands in both"):
        packages.read_tables(packages.describe(package, archive.unpack(package)))
    withdraw(database, 1, database.home / "outbox", by="g.lindqvist", reason="It counted two schools twice.")
    with pytest.raises(Trouble, match="to withdraw it does not help"):
        draft(database, NOVEMBER, by="s.ortiz")
    assert len(listed(database)) == 1


def test_what_a_number_means_does_not_change_inside_a_school_year(database: Database) -> None:
    book = RuleBook(least_days_enrolled=20)
    put_in_force(database, book, from_day=day_number(NOVEMBER), by="s.ortiz", reason="our state's rule")
    with pytest.raises(Refused, match="least_days_enrolled changed since release 1"):
        draft(database, NOVEMBER, by="s.ortiz")


def test_stricter_rules_begin_with_the_next_school_year_whoever_signed_them(database: Database, tmp_path: Path) -> None:
    """October showed groups from ten on; no choice of November's could hide those of ten to nineteen again."""
    rules = tmp_path / "rules.toml"
    rules.write_text("version = 2\nminimum_n = 20\n")
    proposed = propose(database, rules, reason="The board wishes it.", by="s.ortiz")
    sign(database, proposed["policy_key"], by="g.lindqvist")
    with pytest.raises(Refused, match="showed them from 10 and 3 on"):
        draft(database, NOVEMBER, by="s.ortiz")
    assert len(listed(database)) == 1


def test_without_the_exit_code_of_the_verifier_there_is_no_draft(
    database: Database, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """It is a program of its own: here it is one that reads everything and says no."""
    no = tmp_path / "no.py"
    no.write_text("import sys\nsys.stdin.buffer.read()\nsys.exit(1)\n")
    monkeypatch.setattr(certificate, "PROGRAM", (sys.executable, str(no)))
    with pytest.raises(Refused, match="did not accept it"):
        draft(database, NOVEMBER, by="s.ortiz")
    assert len(listed(database)) == 1


def test_what_was_put_aside_is_no_release_and_its_history_stays(database: Database) -> None:
    draft(database, NOVEMBER, by="s.ortiz")
    with pytest.raises(Trouble, match="takes a reason"):
        discard(database, 2, by="g.lindqvist", reason="")
    assert discard(database, 2, by="g.lindqvist", reason="Wrong day.")["status"] == "discarded"
    with pytest.raises(Trouble, match="nothing more"):
        approve(database, 2, by="g.lindqvist")
    assert [one.key for one in left_before(database, "2026-2027")] == [1]
    with pytest.raises(IntegrityError, match="kept for ever"):
        database._writer.execute("DELETE FROM release_step")


def test_a_draft_that_another_release_overtook_is_not_built(ready: Database) -> None:
    draft(ready, date(2026, 11, 9), by="s.ortiz")
    approve(ready, 3, by="g.lindqvist")
    outbox = ready.home / "outbox"
    build_package(ready, 3, outbox, by="g.lindqvist")
    with pytest.raises(Refused, match="Another release of the school year has left since release 2 was drafted"):
        build_package(ready, 2, outbox, by="g.lindqvist")
    assert len(list(outbox.iterdir())) == 2


def test_the_drafter_may_not_approve_and_the_database_says_so_too(database: Database) -> None:
    draft(database, NOVEMBER, by="s.ortiz")
    with pytest.raises(NotAllowed, match="another person"):
        approve(database, 2, by="S.Ortiz")
    with pytest.raises(IntegrityError):
        database._writer.execute("UPDATE release SET approved_by = 'S.ORTIZ' WHERE release_key = 2")


KILLED = """
    import os, sys
    from datetime import date
    from pathlib import Path
    from appliance.aggregate.release import archive
    from appliance.jobs.make_release import draft
    from appliance.jobs.release_outbox import build_package, withdraw
    from appliance.storage.database import Database

    home, ats = Path(sys.argv[1]), sys.argv[2:]
    for at in ats:
        name = at.removeprefix("before ")
        def die(*values, real=getattr(os, name) if name == at else None, **names):
            if real:
                real(*values, **names)
            os.kill(os.getpid(), 9)
        setattr(os, name, die)
    database = Database(home)
    {call}
"""


def killed(home: Path, call: str, *at: str) -> None:
    """Let a process of its own do something, which dies after or before a function of `os` is called, or by itself."""
    script = textwrap.dedent(KILLED).format(call=call)
    done = subprocess.run(
        [sys.executable, "-c", script, str(home), *at], check=False, capture_output=True, env=os.environ
    )
    assert done.returncode == -signal.SIGKILL, done.stderr.decode()


@pytest.mark.parametrize("at", ["fsync", "before replace", "replace", "before unlink", "unlink"])
def test_a_withdrawal_that_is_killed_is_done_or_not_begun_once_the_server_starts(home: Path, at: str) -> None:
    (package,) = (home / "outbox").iterdir()
    whole = package.read_bytes()
    killed(home, "withdraw(database, 1, home / 'outbox', by='x.y', reason='Wrong.')", at)
    assert not package.exists() or package.read_bytes() == whole
    database = Database(home)
    clear_outbox(database, home / "outbox")
    if show(database, 1)["status"] == "built":
        assert at == "fsync"
        assert list((home / "outbox").glob("schoolhouse*")) == [package]
        withdraw(database, 1, home / "outbox", by="x.y", reason="Wrong.")
    (notice,) = (home / "outbox").glob("schoolhouse*")
    assert notice.name == f"{package.stem}.withdrawn.txt"
    verdict = verify(notice)
    assert verdict.accepted
    assert hashlib.sha256(whole).hexdigest() in verdict.as_text()
    assert "Wrong." not in notice.read_text()  # the reason stays in the house
    notice.unlink()
    clear_outbox(database, home / "outbox")
    assert not list((home / "outbox").glob("schoolhouse*")), "what somebody carried away is not laid again"
    database.close()


@pytest.mark.parametrize("at", ["fsync", "before replace", "replace"])
def test_a_build_that_is_killed_is_done_or_not_begun_once_the_server_starts(ready: Database, at: str) -> None:
    outbox = ready.home / "outbox"
    before = {path.name: path.read_bytes() for path in outbox.glob("*")}
    killed(ready.home, "build_package(database, 2, home / 'outbox', by='x.y')", at)
    left = {path.name: path.read_bytes() for path in outbox.glob("*.zip")}
    clear_outbox(ready, outbox)
    is_built = show(ready, 2)["status"] == "built"
    assert is_built == (at != "fsync")
    assert len(list(outbox.glob("*.zip"))) == len(before) + is_built
    built = build_package(ready, 2, outbox, by="x.y")
    after = {path.name: path.read_bytes() for path in outbox.iterdir()}
    assert after == before | {built.name: content(ready, 2)}
    assert left in (before, after)
    assert [step["deed"] for step in show(ready, 2)["history"]] == ["draft", "approve", "build"]
    assert withdraw(ready, 2, outbox, by="x.y", reason="Wrong.")["status"] == "withdrawn"


def test_what_is_built_is_what_was_approved_and_nothing_is_protected_a_second_time(
    ready: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Another solver would hide other cells, and a busier machine might; the approval is for these."""
    drafted = files(ready, 2)
    monkeypatch.delattr("appliance.jobs.make_release.protect")
    ready._writer.execute("UPDATE organization SET name = 'Renamed since' WHERE kind = 'school'")
    outbox = ready.home / "outbox"
    assert verify(build_package(ready, 2, outbox, by="x.y"), received=outbox).accepted
    left = files(ready, 2)
    assert {name for name in drafted if drafted[name] != left[name]} == {"report.txt", "datapackage.json"}
    assert left["report.txt"].startswith(drafted["report.txt"])
    assert left["report.txt"].removeprefix(drafted["report.txt"]).startswith(b"Approved by g.lindqvist on 20")


def test_a_draft_that_somebody_changed_or_an_earlier_program_made_is_not_built(ready: Database) -> None:
    for column, other in (("seal", "0" * 64), ("package", content(ready, 1))):
        (was,) = ready._writer.execute(f"SELECT {column} FROM release WHERE release_key = 2").fetchone()
        ready._writer.execute(f"UPDATE release SET {column} = ? WHERE release_key = 2", (other,))
        with pytest.raises(Refused, match="does not bear the seal"):
            build_package(ready, 2, ready.home / "outbox", by="x.y")
        ready._writer.execute(f"UPDATE release SET {column} = ? WHERE release_key = 2", (was,))
    assert len(list((ready.home / "outbox").iterdir())) == 1
    assert show(ready, 2)["status"] == "approved"


def test_a_draft_of_another_program_is_drafted_again_because_the_attacks_of_today_have_not_tried_it(
    ready: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("appliance.jobs.release_outbox.SOFTWARE", "schoolhouse 9.9")
    with pytest.raises(Refused, match=r"drafted by schoolhouse \S+, and this is schoolhouse 9\.9"):
        build_package(ready, 2, ready.home / "outbox", by="x.y")
    assert show(ready, 2)["status"] == "approved"


def test_a_release_that_is_withdrawn_after_the_next_was_drafted_is_named_in_it(ready: Database) -> None:
    first = show(ready, 1)["package_sha256"]
    outbox, received = ready.home / "outbox", ready.home / "received.zip"
    received.write_bytes(content(ready, 1))
    withdraw(ready, 1, outbox, by="x.y", reason="Wrong.")
    verdict = verify(build_package(ready, 2, outbox, by="x.y"), others=[received])
    assert verdict.accepted
    assert verdict.facts["withdraws"] == [first]
    assert f"WITHDRAWN by the district since it was drafted, not to be used: {first}" in (
        files(ready, 2)["report.txt"].decode()
    )


def test_two_who_act_in_the_same_moment_are_not_both_obeyed(ready: Database) -> None:
    seen = show(ready, 2)
    discard(ready, 2, by="g.lindqvist", reason="Wrong day.")
    with (
        pytest.raises(Trouble, match="in the same moment, and it is discarded"),
        ready.changing(Event("x.y", Action.BUILD_RELEASE, "release 2")) as tables,
    ):
        take(tables, seen, step("approved", "build", 2), "x.y", "")
    assert show(ready, 2)["status"] == "discarded"


DIES = """
    def die(step, done, expected):
        if (step, done) == ({step!r}, {done}):
            os.kill(os.getpid(), 9)
    draft(database, date.fromisoformat('{day}'), by='x.y', amends={amends}, reason='Wrong.', progress=die)
"""


def test_a_draft_that_is_killed_at_any_step_leaves_what_was_there_and_is_drafted_again(home: Path) -> None:
    database = Database(home)
    before, package = listed(database), content(database, 1)
    database.close()
    for named, done, amends in [
        ("Counting", 2, None),
        ("Protecting", 1, 1),
        ("Attacking", 1, None),
        ("Comparing", 0, 1),
    ]:
        call = DIES.format(step=named, done=done, amends=amends, day=OCTOBER if amends else NOVEMBER)
        killed(home, textwrap.dedent(call))
        database = Database(home)
        assert listed(database) == before
        assert content(database, 1) == package
        database.close()
    (left,) = (home / "outbox").iterdir()
    assert left.read_bytes() == package
    database, told = Database(home), dict[str, None]()
    again = draft(
        database,
        OCTOBER,
        by="s.ortiz",
        amends=1,
        reason="Wrong.",
        progress=lambda step, _done, _expected: told.setdefault(step),
    )
    assert (again["release_key"], again["version"]) == (2, 2)
    assert tuple(told) == STEPS
    (countings,) = database._writer.execute("SELECT count(*) FROM release_memory").fetchone()
    assert countings == 2, "what the killed drafts counted is forgotten"
    database.close()
