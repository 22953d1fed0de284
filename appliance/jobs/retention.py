"""What ends by itself: sensitive fields whose last day is over, refused rows that nobody could load in time, and the
lists of a week that is over.
"""

from datetime import date

import structlog

from appliance.actions import Action
from appliance.days import day_number
from appliance.jobs.choose_fields import choices, forget_left_over, stored, turn_off_lapsed
from appliance.jobs.compute_metrics import refresh
from appliance.storage.connection import Gate
from appliance.storage.database import Database, Event
from appliance.student_level.records import schools_to_ask, week_lists
from appliance.student_level.staging import quarantine

log = structlog.get_logger("schoolhouse")
THE_HOUSE = "the house"
_WAITING = Gate(open_tables=frozenset(), views={"waiting": "SELECT until_day FROM {vault}.quarantine"})
_EXPIRED = "SELECT count(*) AS number FROM waiting WHERE until_day < :today"


def erase_expired(database: Database, today: date | None = None) -> dict[str, int]:
    """Erase what may no longer be kept, also from the notes for taking batches back; hourly. What -> records that went.

    A field whose last day is over is turned off; of one that is off, whatever is still there goes. Totals are counted
    again without it. The log says how many records of what, and never whose. With nothing to erase, nothing is written.
    """
    day = today or date.today()
    gone = turn_off_lapsed(database, by=THE_HOUSE, today=day)
    kept = {choice.name for choice in choices(database) if choice.is_on}
    left_over = [name for name, records in stored(database).items() if records and name not in kept]
    gone |= {name: forget_left_over(database, name, by=THE_HOUSE) for name in left_over}
    if gone:
        refresh(database, by=THE_HOUSE)
    if expired := _forget_waiting(database, day_number(day)):
        gone["quarantine"] = expired
    lists = Event(THE_HOUSE, Action.ERASE_LISTS)
    if over := week_lists.erase_over(database, lists, day_number(day)):
        gone["week_list"] = over
    if asked := schools_to_ask.forget_asked(database, lists, day_number(day)):
        gone["school_asked"] = asked
    for what, records in gone.items():
        log.info("erased what may no longer be kept", what=what, records=records)
    return gone


def _forget_waiting(database: Database, today: int) -> int:
    with database.reading(_WAITING) as reading:
        if not reading.query(_EXPIRED, {"today": today})[0]["number"]:
            return 0
    with database.changing(Event(THE_HOUSE, Action.DROP_QUARANTINE, "rows whose last day is over")) as tables:
        return quarantine.forget_expired(tables, today)
