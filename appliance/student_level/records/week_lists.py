"""The lists of *This week* as they were made: what was new on Monday is told all week.

A list lies at the desk, written in one step with the line of the log that says who read it first, so that no reader
waits for an import. It is one person's, or a school's for all who lead it. It is read through the scope of the present
reader: who left that scope is not on it. It is gone on the next Monday.
"""

import json
from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from appliance.storage.connection import Gate
from appliance.storage.database import Database, Event, Reading, Tables
from appliance.student_level.access import TAKEN_BACK
from appliance.student_level.records.rules import Happening

GOOD_NEWS = "good news"
"""What stands for a rule in a line that is good news."""
_MADE = """
    SELECT week_list_key, made_day, known_until FROM visible_week_list
     WHERE monday = :monday AND (account_key = :account OR school_key = :school)
"""
_LINES = """
    SELECT DISTINCT student_key, place, rule, day, text FROM visible_week_line
     WHERE week_list_key = :list ORDER BY student_key, place
"""
_MARK = "SELECT coalesce(max(sequence), 0) AS sequence FROM carried_out"
_MAKE_ROOM = """
    DELETE FROM week_list
     WHERE (account_key = :account OR school_key = :school)
       AND (monday <> :monday OR EXISTS (SELECT 1 FROM access_log WHERE is_change AND sequence > week_list.change
                                                AND action IN (SELECT value FROM json_each(:taken_back))))
"""
LISTS = Gate(
    views={
        "made_list": "SELECT week_list_key, until_day, change FROM {desk}.week_list",
        "change": "SELECT sequence, action FROM {desk}.access_log WHERE is_change",
    }
)
"""When the lists end, and no name of theirs."""
_OVER = """
    SELECT week_list_key FROM made_list
     WHERE until_day <= :today
        OR made_list.change < (SELECT max(sequence) FROM change
                                WHERE action IN (SELECT value FROM json_each(:taken_back)))
"""
_ERASE = "DELETE FROM week_list WHERE week_list_key = ?"
_NEW_LIST = """
    INSERT OR IGNORE INTO week_list (account_key, school_key, monday, made_day, until_day, known_until, change)
    VALUES (:account, :school, :monday, :made_day, :until_day, :known_until, :change)
"""
_NEW_LINE = "INSERT INTO week_line (week_list_key, student_key, place, rule, day, text) VALUES (?, ?, ?, ?, ?, ?)"


@dataclass(frozen=True, slots=True)
class Owner:
    """Whose list: one person's own, or that of a school."""

    account_key: int | None
    school_key: int | None

    @classmethod
    def of(cls, account_key: int, school_key: int | None) -> "Owner":
        """A school's list belongs to the school, whoever of those who lead it reads it first."""
        return cls(account_key if school_key is None else None, school_key)


@dataclass(frozen=True, slots=True)
class Made:
    """A list that was made on `made_day`, knowing attendance until `known_until`. `change`: as of which change of the
    records. `key` is 0 as long as it is not kept.
    """

    made_day: int
    known_until: int | None
    change: int = 0
    key: int = 0
    found: Mapping[int, Sequence[Happening]] = field(default_factory=dict)
    good: Mapping[int, Happening] = field(default_factory=dict)


def made(reading: Reading, owner: Owner, monday: int) -> Made | None:
    """The list of a week as it was made, cut to the students whom the reader may see; None when none was made yet."""
    values = {"monday": monday, "account": owner.account_key, "school": owner.school_key}
    head = reading.one(_MADE, values)
    if head is None:
        return None
    found: dict[int, list[Happening]] = defaultdict(list)
    good = {}
    for row in reading.query(_LINES, {"list": head["week_list_key"]}):
        line = Happening(row["day"], row["text"], row["rule"])
        if line.rule == GOOD_NEWS:
            good[row["student_key"]] = line
        else:
            found[row["student_key"]].append(line)
    return Made(head["made_day"], head["known_until"], 0, head["week_list_key"], found, good)


def newest_change(reading: Reading) -> int:
    """Up to which change the records that are being read go."""
    row = reading.one(_MARK)
    return int(row["sequence"]) if row else 0


def keep(desk: Tables, owner: Owner, monday: int, one: Made, *, wall_day: int) -> None:
    """Keep a list until the next Monday of the calendar, inside a transaction of the desk's. The first one stays."""
    values = {
        "account": owner.account_key, "school": owner.school_key, "monday": monday, "made_day": one.made_day,
        "until_day": wall_day - (wall_day + 3) % 7 + 7, "known_until": one.known_until, "change": one.change,
        "taken_back": json.dumps(TAKEN_BACK),
    }  # fmt: skip
    desk.execute(_MAKE_ROOM, values)
    cursor = desk.execute(_NEW_LIST, values)
    if cursor.rowcount < 1:
        return
    lines = [(key, line) for key, found in one.found.items() for line in found]
    lines += [(key, news) for key, news in one.good.items()]
    desk.conn.executemany(
        _NEW_LINE,
        [
            (cursor.lastrowid, key, place, line.rule or GOOD_NEWS, line.day, line.text)
            for place, (key, line) in enumerate(lines)
        ],
    )


def erase_over(database: Database, event: Event, today: int) -> int:
    """Erase the lists of weeks that are over, and those older than records that were taken back; how many.

    With none to erase, nothing is written.
    """
    with database.reading(LISTS) as reading:
        over = reading.query(_OVER, {"today": today, "taken_back": json.dumps(TAKEN_BACK)})
    if over:
        with database.desk.changing(event) as desk:
            desk.conn.executemany(_ERASE, [(row["week_list_key"],) for row in over])
    return len(over)
