"""Maplewood, where every test lives: a small district with people in it, on Monday, November 23, 2026, at 7:50.

Ms. Okafor teaches Ada's class and Mr. Ruiz leads Elm School; Ms. Lind teaches across town at Oak School. Ms. Wu is the
counselor at Elm School, Mr. Kim the district's data steward, Dr. Hall its superintendent. Mx. Gray has an account
but is in no roster.
"""

from collections.abc import Mapping
from datetime import date, datetime, timedelta
from pathlib import Path

from appliance.actions import Action, Role
from appliance.days import day_number
from appliance.jobs import second_factors
from appliance.jobs.accounts import key_of, list_accounts, make_account
from appliance.storage.database import Database, Event, Tables
from appliance.student_level.staging.attendance_codes import DAILY

TODAY = date(2026, 11, 23)
NOW = datetime(2026, 11, 23, 7, 50).astimezone().timestamp()
FIRST_DAY = date(2026, 8, 24)
HOLIDAYS = {date(2026, 9, 7), date(2026, 11, 11)}
PASSWORD = "maple syrup on toast 7"
APP_SECRET = "MAPLESYRUPONTOASTMAPLESYRUPONTOA"
"""The secret of everybody's authenticator app, for those whose role needs one."""

ELM, OAK, DISTRICT = 1, 2, 3
OKAFOR, RUIZ, LIND, WU = 11, 12, 13, 14
SCIENCE, READING, OAK_MATH = 21, 22, 23
STUDENTS = {
    "ada": (101, "Ada", "Lovell"),
    "ben": (102, "Ben", "Ostrow"),
    "cleo": (103, "Cleo", "Marsh"),
    "dev": (104, "Dev", "Anand"),
    "eve": (105, "Eve", "Nakai"),
    "fay": (106, "Fay", "Olsen"),
    "gus": (107, "Gus", "Pereira"),
    "hal": (108, "Hal", "Quist"),
    "ida": (109, "Ida", "Rahimi"),
    "script": (110, "<script>alert(1)</script>", "\"'><img src=x>"),
    "rtl": (111, "Ra\u202eni", "Sa\u202dlim"),
    "oscar": (201, "Oscar", "Vance"),
    "petra": (202, "Petra", "Wilde"),
}
KEY = {nick: row[0] for nick, row in STUDENTS.items()}
ACCOUNTS: Mapping[str, tuple[Role, int | None, str]] = {
    "okafor": (Role.TEACHER, OKAFOR, "Ms. Okafor"),
    "ruiz": (Role.PRINCIPAL, RUIZ, "Mr. Ruiz"),
    "lind": (Role.TEACHER, LIND, "Ms. Lind"),
    "wu": (Role.COUNSELOR, WU, "Ms. Wu"),
    "kim": (Role.DATA_STEWARD, None, "Mr. Kim"),
    "hall": (Role.SUPERINTENDENT, None, "Dr. Hall"),
    "gray": (Role.TEACHER, None, "Mx. Gray"),
}


def school_days() -> list[date]:
    """The days on which Maplewood took attendance: weekdays from August 24 to November 20, but for two holidays."""
    span = (TODAY - FIRST_DAY).days
    days = (FIRST_DAY + timedelta(days=offset) for offset in range(span))
    return [day for day in days if day.weekday() < 5 and day not in HOLIDAYS]


def build(home: Path) -> Database:
    """A real home with a real encrypted database, and everybody in it."""
    database = Database.create(home)
    with database.changing(Event("maplewood", Action.SET_UP)) as tables:
        _schools(tables)
        _people(tables)
        _attendance(tables)
        _grades(tables)
        _imports(tables)
    for username, (role, staff_key, name) in ACCOUNTS.items():
        make_account(
            database,
            username=username,
            password=PASSWORD,
            role=role,
            staff_key=staff_key,
            display_name=name,
            by="maplewood",
        )
    set_up_apps(database)
    return database


def set_up_apps(database: Database) -> None:
    """An authenticator app for everybody whose role needs one."""
    for one in list_accounts(database):
        if one.role.terms.needs_second_factor:
            with database.desk.changing(Event(one.username, Action.CHANGE_MY_SIGN_IN, "set up an app")) as tables:
                second_factors.add_app(tables, one.account_key, APP_SECRET, NOW)


def code_for(database: Database, username: str) -> str:
    """A code with which this person gets past the second factor: a fresh one of paper, because an app's counts once."""
    with database.desk.changing(Event(username, Action.CHANGE_MY_SIGN_IN, "new paper codes")) as tables:
        return second_factors.new_recovery_codes(tables, key_of(tables, username))[0]


def app_codes(now: float = NOW) -> list[str]:
    """The codes that the app shows half a minute ago, now and half a minute from now."""
    return [second_factors.current_code(APP_SECRET, now + seconds) for seconds in (-30, 0, 30)]


def _add(tables: Tables, table: str, columns: str, *rows: tuple[object, ...]) -> None:
    names = columns.split()
    marks = ", ".join("?" * len(names))
    tables.conn.executemany(f"INSERT INTO {table} ({', '.join(names)}) VALUES ({marks})", rows)


def _schools(tables: Tables) -> None:
    _add(
        tables,
        "organization",
        "organization_key name kind state_id parent_key",
        (DISTRICT, "Maplewood District", "district", "D1", None),
        (ELM, "Elm School", "school", "S1", DISTRICT),
        (OAK, "Oak School", "school", "S2", DISTRICT),
    )
    begin, end = day_number(FIRST_DAY), day_number(date(2027, 6, 5))
    fall = day_number(date(2026, 10, 26))
    _add(
        tables,
        "academic_session",
        "session_key title kind begin_day end_day school_year",
        (1, "2026-2027", "school_year", begin, end, 2027),
        (2, "Quarter 1", "grading_period", begin, fall, 2027),
        (3, "Quarter 2", "grading_period", fall, day_number(date(2027, 1, 16)), 2027),
    )
    _add(
        tables,
        "calendar_day",
        "organization_key day is_instructional",
        *((DISTRICT, day_number(day), 1) for day in school_days()),
        *((DISTRICT, day_number(day), 0) for day in HOLIDAYS),
        (DISTRICT, day_number(TODAY), 1),
    )
    _add(
        tables,
        "course",
        "course_key code title",
        (1, "SCI-7", "Science 7"),
        (2, "ELA-7", "Reading 7"),
        (3, "MATH-7", "Math 7"),
    )
    _add(
        tables,
        "section",
        "section_key school_key course_key code title period room begin_day end_day",
        (SCIENCE, ELM, 1, "SCI-7-3", "Science 7", "3", "108", begin, end),
        (READING, ELM, 2, "ELA-7-4", "Reading 7", "4", "110", begin, end),
        (OAK_MATH, OAK, 3, "MATH-7-1", "Math 7", "1", "12", begin, end),
    )


def _people(tables: Tables) -> None:
    begin = day_number(FIRST_DAY)
    _add(
        tables,
        "staff",
        "staff_key given_name family_name",
        (OKAFOR, "Ngozi", "Okafor"),
        (RUIZ, "Luis", "Ruiz"),
        (LIND, "Eva", "Lind"),
        (WU, "Dana", "Wu"),
    )
    _add(
        tables,
        "staff_role",
        "staff_key organization_key role begin_day",
        (OKAFOR, ELM, "teacher", begin),
        (RUIZ, ELM, "principal", begin),
        (LIND, OAK, "teacher", begin),
        (WU, ELM, "counselor", begin),
    )
    _add(tables, "student", "student_key given_name family_name", *STUDENTS.values())
    places = {nick: OAK if key > 200 else ELM for nick, key in KEY.items()}
    _add(
        tables,
        "school_enrollment",
        "student_key school_key begin_day grade_level",
        *((KEY[nick], school, begin, "07") for nick, school in places.items()),
    )
    seats = [(SCIENCE if school == ELM else OAK_MATH, KEY[nick], begin) for nick, school in places.items()]
    seats += [(READING, KEY[nick], begin) for nick, school in places.items() if school == ELM]
    _add(tables, "section_enrollment", "section_key student_key begin_day", *seats)
    _add(
        tables,
        "teaching",
        "staff_key section_key begin_day",
        (OKAFOR, SCIENCE, begin),
        (LIND, OAK_MATH, begin),
    )
    _add(tables, "caseload", "staff_key student_key begin_day", (WU, KEY["ada"], begin), (WU, KEY["ben"], begin))
    _add(
        tables,
        "program_membership",
        "student_key program begin_day",
        (KEY["ada"], "english_learner", begin),
        (KEY["ada"], "special_education", begin),
        (KEY["ada"], "economic", begin),
    )


def away() -> dict[str, dict[date, str]]:
    """Who missed or was late when. Ada: 4 of the last 5 days. Ben: three Mondays. Cleo: reached a tenth. Dev: late."""
    days = school_days()
    mondays = [day for day in days if day.weekday() == 0]
    return {
        "ada": {days[3]: "excused", **dict.fromkeys(days[-4:], "excused")},
        "ben": dict.fromkeys(mondays[-3:], "unexcused"),
        "cleo": {**dict.fromkeys(days[2:50:10], "excused"), days[-6]: "unexcused", days[-2]: "unexcused"},
        "dev": dict.fromkeys(days[-8:-3], "tardy"),
        "ida": dict.fromkeys(days[5:30:4], "excused"),
        "oscar": dict.fromkeys(days[-5:], "unexcused"),
    }


def _attendance(tables: Tables) -> None:
    days = [day_number(day) for day in school_days()]
    _add(tables, "attendance_taken", "school_key day", *((school, day) for school in (ELM, OAK) for day in days))
    marks = [(KEY[nick], day_number(day), category) for nick, one in away().items() for day, category in one.items()]
    codes = [(key, day, DAILY[category]) for key, day, category in marks]
    _add(tables, "attendance_day", "student_key day code", *codes)
    sums = []
    for nick, key in KEY.items():
        categories = list(away().get(nick, {}).values())
        missed = len(categories) - categories.count("tardy")
        school = OAK if key > 200 else ELM
        sums.append((key, school, 2027, len(days), missed, categories.count("excused"), categories.count("tardy")))
    columns = "student_key school_key school_year days_enrolled days_missed days_excused days_late"
    _add(tables, "student_attendance", columns, *sums)
    for school in (ELM, OAK):
        members = [key for key in KEY.values() if (key > 200) == (school == OAK)]
        rows = []
        for day in days:
            missed = sum(mark[0] in members and mark[1] == day and mark[2] != "tardy" for mark in marks)
            rows.append((school, day, len(members), missed))
        _add(tables, "school_attendance_day", "school_key day enrolled missed", *rows)


def _grades(tables: Tables) -> None:
    items = [
        (section * 10 + quarter, section, f"Quarter {quarter}", "course_grade", quarter + 1, None, 100.0)
        for section in (SCIENCE, READING, OAK_MATH)
        for quarter in (1, 2)
    ]
    due = [day_number(date(2026, 11, 2)) + 2 * n for n in range(6)]
    items += [(900 + n, SCIENCE, f"Lab {n + 1}", "assignment", 3, due[n], 10.0) for n in range(6)]
    columns = "line_item_key section_key title kind session_key due_day highest"
    _add(tables, "line_item", columns, *items)
    fell = {"eve": (85.0, 64.0)}
    rose = {"gus": (74.0, 88.0), "ben": (72.0, 75.0)}
    grades: list[tuple[object, ...]] = []
    for nick, key in KEY.items():
        for section in (SCIENCE, READING) if key < 200 else (OAK_MATH,):
            first, second = (fell | rose).get(nick, (82.0, 84.0)) if section == SCIENCE else (91.0, 92.0)
            grades.append((key, section * 10 + 1, first, day_number(date(2026, 10, 23)), 0))
            grades.append((key, section * 10 + 2, second, day_number(date(2026, 11, 20)), 0))
        if key < 200:
            grades += [(key, 900 + n, None if nick == "fay" else 9.0, due[n], int(nick == "fay")) for n in range(6)]
    _add(tables, "grade", "student_key line_item_key score scored_day is_missing", *grades)
    _add(tables, "test", "test_key code title subject kind", (1, "READ", "Reading benchmark", "RLA", "benchmark"))
    _add(
        tables,
        "test_result",
        "student_key test_key day scale_score standard_error level",
        (KEY["ada"], 1, day_number(date(2026, 9, 1)), 223.0, 3.0, "meets"),
        (KEY["ada"], 1, day_number(date(2026, 11, 17)), 226.0, 3.0, "meets"),
    )


def _imports(tables: Tables) -> None:
    _add(
        tables,
        "batch",
        "batch_key loaded_at loaded_by status seconds",
        (1, "2026-11-20T10:40:00+00:00", "kim", "loaded", 4.2),
    )
    _add(
        tables,
        "batch_file",
        "batch_key name kind sha256 row_count",
        (1, "oneroster.zip", "oneroster", "0" * 64, 120),
        (1, "attendance.csv", "district_csv", "1" * 64, 40),
    )
    _add(
        tables,
        "batch_count",
        "batch_key entity added changed unchanged ended refused",
        (1, "student", len(STUDENTS), 0, 0, 0, 0),
        (1, "attendance_event", 38, 0, 0, 0, 2),
    )
    _add(
        tables,
        "problem",
        "batch_key file row_number column_name code value_kind sentence",
        (1, "attendance.csv", 17, "section_id", "unknown_section", "text", "names a section that no file lists."),
        (1, "attendance.csv", 18, "section_id", "unknown_section", "text", "names a section that no file lists."),
    )
