"""The weekly pulse from question to file: count, debit, draw, keep, write; each step kept before the next begins.

Why a crash is safe. The debit is committed, in a transaction of its own, before OpenDP is asked for noise. What was
drawn is kept as it was drawn, before anything is worked out from it and before anybody can see it; the file is made
from what was kept, and kept as well. So at any time a week has one of four states:

- not asked: nothing was spent;
- debited, nothing drawn: the process died in between. Whatever noise it may have held died with it: no file, page,
  log or command had it. Drawing once more is therefore the first answer that anybody sees, the debit pays for exactly
  one, and nothing more is debited. It would not be so if a draw could be thrown away because of its value; so nothing
  between drawing and keeping looks at the numbers, and they are kept without a rule about them;
- drawn, no file yet: the file is made from what was kept;
- done: the same bytes again, for ever.

Two processes at once: drawing and keeping are one write transaction, which looks first whether somebody has drawn.
A home restored from a backup forgets what it drew since; a pulse that still lies in the outbox and that the ledger does
not know stops further drawing. Files that were carried away cannot be seen: the chain in them shows it to the receiver.
"""

from dataclasses import dataclass
from datetime import date, timedelta
from fractions import Fraction
from pathlib import Path
from typing import Any

from appliance import __version__
from appliance.actions import Action
from appliance.aggregate.pulse import (
    Entry,
    Mechanism,
    PulseFacts,
    PulsePolicy,
    Question,
    check_counts,
    least_cap,
    package_bytes,
    rational,
    spent,
)
from appliance.aggregate.refusal import Refused
from appliance.aggregate.release import archive
from appliance.days import school_year
from appliance.errors import Trouble
from appliance.jobs.pulse_ledger import PULSE_GATE, RESTORED, Draw, debit, draw, keep_file, kept_draw, kept_file, ledger
from appliance.settings import Settings
from appliance.storage.database import Database, Event
from appliance.student_level.metrics.week_attendance import count_week, schools_in_session


@dataclass(frozen=True, slots=True)
class Published:
    """A pulse that lies in a folder. `is_new` is false when the same file was made before."""

    path: Path
    question: Question
    is_new: bool


def publish(database: Database, day: date, settings: Settings, directory: Path, *, by: str, today: date) -> Published:
    """Put the pulse of the week of `day` into a folder; one that was made before is put there again, byte for byte.

    Raises Refused, with nothing spent, when the pulse is off, OpenDP is missing, the budget does not allow it or the
    counts do not add up; Trouble when the week is not over or its attendance has not come.
    """
    if not settings.weekly_pulse:
        raise Refused(
            "The weekly pulse is off. To let noisy totals leave the district, write weekly_pulse = true into the "
            "home's config.toml; the manual's page on the weekly pulse says what that means."
        )
    monday = day - timedelta(days=day.weekday())
    outboxes = {database.home / "outbox", directory}
    entry = next((one for one in ledger(database) if one.question.monday == monday), None)
    if entry is None:
        question = _question(database, monday, _policy(settings), today)
        # Whatever can be refused is refused before the budget is touched.
        Mechanism(question.rho_of_a_level)
        check_counts(question, count_week(database, monday))
        entry = debit(database, question, outboxes, by)
    content = kept_file(database, entry)
    is_new = content is None
    if content is None:
        drawn = kept_draw(database, entry) or draw(database, entry, count_week(database, monday), outboxes, by)
        content = _make_file(database, drawn, entry, by)
    directory.mkdir(parents=True, exist_ok=True)
    path = directory / f"{entry.question.release}.zip"
    # Within a transaction also because only one at a time may write a file of this name.
    with database.changing(Event(by, Action.PUT_OUT_PULSE, entry.question.release)):
        if path.exists() and path.read_bytes() != content:
            raise Refused(f"{path.name} exists already and differs. {RESTORED}")
        archive.write(path, content)
    return Published(path, entry.question, is_new)


def status(database: Database, settings: Settings, *, today: date) -> dict[str, Any]:
    """The budget of the running school year and every pulse so far, newest first; losses as text, exactly."""
    entries, policy = ledger(database), _policy(settings)
    year = f"{school_year(today) - 1}-{school_year(today)}"
    cap, used = least_cap(entries, year, policy.cap), spent(entries, year)
    with database.reading(PULSE_GATE) as reading:
        drawn = {row["entry"] for row in reading.query("SELECT DISTINCT entry FROM pulse_measurement")}
    return {
        "on": settings.weekly_pulse,
        "school_year": year,
        "spent": str(used),
        "cap": str(cap),
        "week": str(policy.week),
        "weeks_left": max(Fraction(0), cap - used) // policy.week,
        "entries": [
            {
                "entry": entry.number,
                "release": entry.question.release,
                "week": entry.question.monday.isoformat(),
                "rho": str(entry.rho),
                "drawn": entry.number in drawn,
            }
            for entry in reversed(entries)
        ],
    }


def _policy(settings: Settings) -> PulsePolicy:
    return PulsePolicy(rational(settings.pulse_cap), settings.pulse_weeks, rational(settings.pulse_delta))


def _question(database: Database, monday: date, policy: PulsePolicy, today: date) -> Question:
    schools = schools_in_session(database, monday)
    with database.reading(PULSE_GATE) as reading:
        districts = reading.query("SELECT state_id FROM organization WHERE kind = 'district' ORDER BY state_id")
    if not districts:
        raise Trouble("No district is loaded, so the pulse would not say whose it is. Import the OneRoster orgs.")
    asked = Question(
        lea_id=districts[0]["state_id"],
        monday=monday,
        school_ids=tuple(sorted(school.school_id for school in schools)),
        rho=policy.week,
        cap=policy.cap,
        delta=policy.delta,
    )
    if today < asked.next_monday:
        raise Trouble(f"The week of {monday} is not over. Its pulse can be drawn from {asked.next_monday} on.")
    missing = [school.school_id for school in schools if not school.is_taken]
    if missing:
        raise Trouble(
            f"Attendance of the last school day in the week of {monday} has not come from {', '.join(missing)}. "
            "Import it first: a week is drawn once, and what is missing would count as nobody absent."
        )
    return asked


def _make_file(database: Database, drawn: Draw, entry: Entry, by: str) -> bytes:
    """Make the file of a draw and keep it. Nothing is drawn here: all of it follows from what was kept."""
    question = entry.question
    until = [one for one in ledger(database) if one.number <= entry.number]
    cap = least_cap(until, question.school_year, question.cap)
    mechanism = Mechanism(question.rho_of_a_level)
    with database.reading(PULSE_GATE) as reading:
        names = {row["state_id"]: row["name"] for row in reading.query("SELECT state_id, name FROM organization")}
    facts = PulseFacts(
        entry=entry,
        spent=spent(until, question.school_year),
        cap=cap,
        epsilon_week=round(mechanism.epsilon(question.rho, question.delta), 4),
        epsilon_year=round(mechanism.epsilon(cap, question.delta), 4),
        drawn=drawn.at[:10],
        district_name=names.get(question.lea_id, question.lea_id),
        schools={school: names.get(school, school) for school in question.school_ids},
        software=f"schoolhouse {__version__}",
    )
    return keep_file(database, entry, lambda signer: package_bytes(drawn.measured, facts, signer), by)
