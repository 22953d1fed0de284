"""Mr. Kim, Maplewood's data steward, puts out the pulse of the week of November 16; the power fails; he tries again."""

import builtins
import os
import re
import shutil
import signal
import subprocess
import sys
from datetime import date, timedelta
from fractions import Fraction
from pathlib import Path

import pytest

from appliance.actions import Action
from appliance.aggregate.pulse import open_pulse, spent
from appliance.aggregate.refusal import Refused
from appliance.aggregate.release import archive
from appliance.days import day_number
from appliance.errors import Trouble
from appliance.jobs.pulse_ledger import draw, ledger
from appliance.jobs.weekly_pulse import publish, status
from appliance.settings import Settings
from appliance.storage.database import Database, DatabaseError, Event
from appliance.student_level.metrics.week_attendance import count_week
from tests import maplewood
from tests.access_log import at_desk, what_happened

MONDAY = date(2026, 11, 16)
ON = Settings(weekly_pulse=True)
YEAR = "2026-2027"


def put_out(database, week=MONDAY, settings=ON, folder=None, today=maplewood.TODAY):
    return publish(database, week, settings, folder or database.home / "outbox", by="kim", today=today)


def change(database, sql, *values):
    with database.changing(Event("maplewood", Action.IMPORT)) as tables:
        return tables.execute(sql, values)


def drawn(database):
    """What is kept of draws, as rows."""
    with database.changing(Event("maplewood", Action.IMPORT)) as tables:
        return [tuple(row.values()) for row in tables.query("SELECT * FROM pulse_measurement ORDER BY 1, 2")]


# Off, on, and what is refused with nothing spent


def refused(database, error, sentence, **how):
    with pytest.raises(error, match=sentence):
        put_out(database, **how)
    assert not list(database.home.glob("outbox/*"))


def test_it_is_off_until_the_district_says_otherwise(own_town):
    refused(own_town, Refused, "weekly_pulse = true", settings=Settings())
    assert ledger(own_town) == []
    assert status(own_town, Settings(), today=maplewood.TODAY)["on"] is False


def test_a_week_that_is_not_over_waits(own_town):
    refused(own_town, Trouble, "from 2026-11-23 on", today=date(2026, 11, 22))
    assert ledger(own_town) == []


def test_a_week_whose_attendance_has_not_come_from_one_school_waits(own_town):
    change(own_town, "DELETE FROM attendance_taken WHERE school_key = 2 AND day = ?", day_number(date(2026, 11, 20)))
    refused(own_town, Trouble, "has not come from S2")
    assert ledger(own_town) == []


def test_a_week_of_holidays_has_nothing_to_ask(own_town):
    refused(own_town, Refused, "No school has a school day", week=date(2026, 7, 6))
    assert ledger(own_town) == []


def test_without_a_district_it_would_be_nobodys(own_town):
    change(own_town, "UPDATE organization SET kind = 'department' WHERE kind = 'district'")
    # The calendar of the schools' parent is still theirs, so it is the missing district that stops it.
    refused(own_town, Trouble, "No district is loaded")


def test_without_opendp_he_is_told_how_to_get_it_and_nothing_is_debited(own_town, monkeypatch):
    forbid_opendp(monkeypatch)
    refused(own_town, Refused, r"schoolhouse\[dp\]")
    assert ledger(own_town) == []


def forbid_opendp(monkeypatch):
    real = builtins.__import__

    def without(name, *rest):
        if name.startswith("opendp"):
            raise ImportError(name)
        return real(name, *rest)

    monkeypatch.setattr(builtins, "__import__", without)


def test_over_the_cap_it_is_refused_and_the_ledger_stays_as_it_was(own_town):
    two = Settings(weekly_pulse=True, pulse_weeks=2)
    for back in (0, 7):
        put_out(own_town, week=MONDAY - timedelta(days=back), settings=two)
    before = ledger(own_town)
    with pytest.raises(Refused, match=r"1/2 of 1/2 is spent and one more costs 1/4"):
        put_out(own_town, week=MONDAY - timedelta(days=14), settings=two)
    with pytest.raises(Refused, match="cannot be raised"):
        put_out(
            own_town,
            week=MONDAY - timedelta(days=14),
            settings=Settings(weekly_pulse=True, pulse_weeks=2, pulse_cap="2"),
        )
    assert ledger(own_town) == before
    assert spent(before, YEAR) == Fraction(1, 2)
    assert status(own_town, two, today=maplewood.TODAY)["weeks_left"] == 0
    assert len(list(own_town.home.glob("outbox/*"))) == 2


# The same question


def test_the_same_week_again_is_the_same_file_whatever_has_changed_since(own_town, tmp_path, monkeypatch):
    first = put_out(own_town)
    content, rows = first.path.read_bytes(), drawn(own_town)
    first.path.unlink()
    change(own_town, "DELETE FROM attendance_day")
    change(own_town, "UPDATE organization SET name = 'Renamed School' WHERE organization_key = 1")
    forbid_opendp(monkeypatch)
    for week in (MONDAY, MONDAY + timedelta(days=2), MONDAY + timedelta(days=6)):
        again = put_out(own_town, week=week, folder=tmp_path, settings=Settings(weekly_pulse=True, pulse_weeks=20))
        assert again.is_new is False
        assert again.path.read_bytes() == content
    assert drawn(own_town) == rows
    assert len(ledger(own_town)) == 1


def test_a_file_of_that_name_which_is_another_one_is_left_alone(own_town):
    path = put_out(own_town).path
    path.write_bytes(b"something else")
    with pytest.raises(Refused, match="differs"):
        put_out(own_town)
    assert path.read_bytes() == b"something else"


def test_the_file_says_what_the_ledger_holds_and_passes_the_check(own_town):
    done = put_out(own_town)
    found, entry = open_pulse(done.path.read_bytes()), ledger(own_town)[0]
    assert (found.question, found.entry_sha256) == (entry.question, entry.sha256)
    assert [(1, place, *pair) for place, pair in found.measured.counts.items()] == [row[:4] for row in drawn(own_town)]
    shown = status(own_town, ON, today=maplewood.TODAY)
    assert (shown["spent"], shown["cap"], shown["week"], shown["weeks_left"]) == ("1/72", "1/2", "1/72", 35)
    assert shown["entries"] == [
        {"entry": 1, "release": done.path.stem, "week": "2026-11-16", "rho": "1/72", "drawn": True}
    ]


def test_the_access_log_says_who_spent_and_who_drew(own_town):
    [(before,)] = at_desk(own_town, "SELECT max(sequence) FROM access_log")
    put_out(own_town)
    said = at_desk(
        own_town,
        "SELECT action, subject FROM access_log WHERE who = 'kim' AND sequence > ? ORDER BY sequence",
        (before,),
    )
    name = "schoolhouse-pulse-D1-20261116"
    assert said == [
        ("debit the privacy budget", name),
        ("draw a weekly pulse", name),
        ("draw a weekly pulse", name),  # and its file made
        ("put out a weekly pulse", name),
    ]


def test_what_was_drawn_is_not_drawn_again_even_by_somebody_who_asks_for_just_that(own_town):
    put_out(own_town)
    rows, entry = drawn(own_town), ledger(own_town)[0]
    again = draw(own_town, entry, count_week(own_town, MONDAY), set(), "kim")
    assert [(1, place, *pair, again.at) for place, pair in again.measured.counts.items()] == rows
    assert drawn(own_town) == rows


def test_no_student_and_no_exact_count_goes_with_it(own_town):
    """The counts stay in memory: nothing of the week is on the counts shelf, and no name or key is in the file."""
    files = archive.unpack(put_out(own_town).path.read_bytes())
    text = "".join(files[name].decode() for name in ("pulse.csv", "measurements.csv", "report.txt", "pulse.json"))
    words = set(re.findall(r"\w+", text))
    for key, given, family in maplewood.STUDENTS.values():
        assert not words & {given, family, str(key)}
    assert "student_key" not in text
    assert len(files) == 6
    with own_town.counts_only() as shelf:
        assert shelf.query("SELECT * FROM count_table") == []


@pytest.mark.parametrize("table", ["pulse_debit", "pulse_measurement", "pulse_package"])
def test_the_database_itself_keeps_what_was_spent_and_drawn(own_town, table):
    put_out(own_town)
    for sql in (f"DELETE FROM {table}", f"UPDATE {table} SET entry = 7"):
        with pytest.raises(DatabaseError, match="never|same answer"):
            change(own_town, sql)


def test_a_ledger_that_was_changed_behind_its_back_stops_everything(own_town):
    put_out(own_town)
    change(own_town, "DROP TRIGGER pulse_debit_is_not_rewritten")
    change(own_town, "UPDATE pulse_debit SET rho_denominator = 7200")
    for week in (MONDAY, MONDAY - timedelta(days=7)):
        with pytest.raises(Refused, match="was changed"):
            put_out(own_town, week=week)


def test_a_home_restored_from_an_old_backup_draws_nothing_while_a_forgotten_pulse_lies_there(own_town, tmp_path):
    put_out(own_town, week=MONDAY - timedelta(days=14))
    own_town.close()
    backup = tmp_path / "restored"
    shutil.copytree(own_town.home, backup)
    later = Database(own_town.home)
    forgotten = put_out(later).path
    later.close()
    restored = Database(backup)
    try:
        shutil.copy(forgotten, backup / "outbox")
        for week in (MONDAY, MONDAY - timedelta(days=7)):
            with pytest.raises(Refused, match="older than the pulses"):
                put_out(restored, week=week)
        assert len(ledger(restored)) == 1
    finally:
        restored.close()


# The power fails

_DIES = """
import os, signal, sys
from datetime import date
from pathlib import Path
from appliance.aggregate.pulse import Mechanism
from appliance.jobs import pulse_ledger, weekly_pulse
from appliance.settings import Settings
from appliance.storage.database import Database

def die(*rest, **names):
    os.kill(os.getpid(), signal.SIGKILL)

def then_die(work):
    def both(*rest, **names):
        work(*rest, **names)
        die()
    return both

home, moment = Path(sys.argv[1]), sys.argv[2]
if moment == "while debiting":
    pulse_ledger.day_number = die
elif moment == "between debit and draw":
    weekly_pulse.draw = die
elif moment == "with noise in hand":
    Mechanism.measure = then_die(Mechanism.measure)
elif moment == "before the file is made":
    weekly_pulse._make_file = die
elif moment == "before the file is written":
    weekly_pulse.archive.write = die
database = Database(home)
weekly_pulse.publish(database, date(2026, 11, 16), Settings(weekly_pulse=True), home / "outbox", by="kim",
                     today=date(2026, 11, 23))
database.close()
"""


def run(home: Path, moment: str) -> subprocess.Popen[bytes]:
    return subprocess.Popen([sys.executable, "-c", _DIES, str(home), moment], env=os.environ, stderr=subprocess.PIPE)


@pytest.mark.parametrize(
    ("moment", "debits", "draws"),
    [
        ("while debiting", 0, 0),
        ("between debit and draw", 1, 0),
        ("with noise in hand", 1, 0),
        ("before the file is made", 1, 3),
        ("before the file is written", 1, 3),
    ],
)
def test_killed_at_any_moment_the_debit_stays_and_one_answer_is_ever_seen(own_town, moment, debits, draws):
    own_town.close()
    process = run(own_town.home, moment)
    assert process.wait(timeout=60) == -signal.SIGKILL, process.communicate()
    again = Database(own_town.home)
    try:
        assert not list(again.home.glob("outbox/*"))
        assert spent(ledger(again), YEAR) == debits * Fraction(1, 72)
        kept = drawn(again)
        assert len(kept) == draws
        done = put_out(again)
        assert spent(ledger(again), YEAR) == Fraction(1, 72), "one week was paid for, and once"
        assert len(drawn(again)) == 3
        if kept:
            assert drawn(again) == kept, "what was drawn is what came out"
        assert put_out(again).path.read_bytes() == done.path.read_bytes()
        open_pulse(done.path.read_bytes())
    finally:
        again.close()


def test_a_debit_without_a_draw_is_drawn_as_it_was_asked_or_not_at_all(own_town):
    """After the crash the roster changed: the debited question has no answer any more, and the budget stays spent."""
    own_town.close()
    run(own_town.home, "between debit and draw").wait(timeout=60)
    again = Database(own_town.home)
    try:
        change(again, "UPDATE organization SET is_active = 0 WHERE organization_key = 2")
        with pytest.raises(Refused, match="each school that the pulse asks for"):
            put_out(again)
        assert drawn(again) == []
        shown = status(again, ON, today=maplewood.TODAY)
        assert (shown["spent"], shown["entries"][0]["drawn"]) == ("1/72", False)
        change(again, "UPDATE organization SET is_active = 1 WHERE organization_key = 2")
        put_out(again, settings=Settings(weekly_pulse=True, pulse_weeks=52))
        assert ledger(again)[0].question.rho == Fraction(1, 72), "by the question that was debited, not by new settings"
    finally:
        again.close()


def test_two_who_ask_at_the_same_moment_get_one_answer(own_town):
    own_town.close()
    both = [run(own_town.home, "never") for _ in range(2)]
    assert [process.wait(timeout=60) for process in both] == [0, 0], [process.communicate() for process in both]
    again = Database(own_town.home)
    try:
        assert len(ledger(again)) == 1
        assert len(drawn(again)) == 3
        path = next(again.home.glob("outbox/*.zip"))
        assert open_pulse(path.read_bytes()).entry_number == 1
        said = [action for who, action in what_happened(again, "who", "action") if who == "kim"]
        assert said.count(Action.DEBIT_PULSE) == 1
    finally:
        again.close()
