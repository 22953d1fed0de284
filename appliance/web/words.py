"""How numbers, dates and lists are written for people."""

import re
from collections.abc import Sequence
from datetime import date, datetime

from appliance.days import day_number, from_day_number
from appliance.student_level.records.shares import tenths
from appliance.wording import clock
from appliance.wording import plural as plural

_ISO_DAY = re.compile(r"(?<![\w-])\d{4}-\d{2}-\d{2}(?![\w-])")
_NUMBERS = "no one two three four five six seven eight nine ten".split()


def long_day(day: int) -> str:
    """Monday, November 23, 2026."""
    date = from_day_number(day)
    return f"{date:%A, %B} {date.day}, {date.year}"


def short_day(day: int) -> str:
    """Nov 18."""
    date = from_day_number(day)
    return f"{date:%b} {date.day}"


def day_and_year(day: int) -> str:
    """Nov 18, 2026."""
    return f"{short_day(day)}, {from_day_number(day).year}"


def iso_day(day: int) -> str:
    """2026-11-18, for a date field."""
    return from_day_number(day).isoformat()


def month_day(day: int) -> str:
    """November 18."""
    date = from_day_number(day)
    return f"{date:%B} {date.day}"


def moment(text: str) -> str:
    """Friday, November 20, 2026, 5:40 am, in the appliance's own time zone, from an ISO text in UTC."""
    at = datetime.fromisoformat(text).astimezone()
    return f"{at:%A, %B} {at.day}, {at.year}, {clock(at)}"


def short_moment(text: str) -> str:
    """Nov 20, 2026, 5:40 am."""
    at = datetime.fromisoformat(text).astimezone()
    return f"{at:%b} {at.day}, {at.year}, {clock(at)}"


def time_of(text: str) -> str:
    """5:40 am, from an ISO text in UTC."""
    return clock(datetime.fromisoformat(text).astimezone())


def day_of(text: str) -> str:
    """Nov 20, from an ISO text in UTC."""
    at = datetime.fromisoformat(text).astimezone()
    return f"{at:%b} {at.day}"


def date_of(text: str) -> str:
    """Nov 20, 2026, from an ISO text in UTC."""
    return f"{day_of(text)}, {datetime.fromisoformat(text).astimezone().year}"


def days_told(text: str) -> str:
    """A text that was kept for programs too, with its ISO days as people write them: until Nov 18, 2026."""
    return _ISO_DAY.sub(_as_people_write_it, text)


def _as_people_write_it(found: re.Match[str]) -> str:
    try:
        return day_and_year(day_number(date.fromisoformat(found[0])))
    except ValueError:  # 2026-02-30 is no day, whatever it is.
        return found[0]


def clock_and_day(seconds: float) -> str:
    """Nov 23, 6:00 pm, in the appliance's own time zone, from Unix seconds."""
    at = datetime.fromtimestamp(seconds).astimezone()
    return f"{at:%b} {at.day}, {clock(at)}"


def number(count: int) -> str:
    """Small numbers as words, at the start of a heading: five."""
    return _NUMBERS[count] if 0 <= count <= 10 else f"{count:,}"


def grade_level(code: str) -> str:
    """Grade 8, kindergarten, pre-K, from the standard code."""
    special = {"PK": "pre-K", "KG": "kindergarten", "13": "grade 13", "UG": "ungraded", "AE": "adult education"}
    return special.get(code) or f"grade {int(code)}"


def sentence_case(text: str) -> str:
    """The first letter large, the others left as they are."""
    return text[:1].upper() + text[1:]


def listing(parts: Sequence[str]) -> str:
    """a, b and c."""
    return " and ".join([", ".join(parts[:-1]), parts[-1]]) if len(parts) > 1 else "".join(parts)


def percent(count: int, out_of: int) -> str:
    """13.3%, with one decimal. Raises ZeroDivisionError for a share of nothing: say "not loaded" instead."""
    share = tenths(count, out_of)
    return f"{share // 10}.{share % 10}%"


def attended(missed: int, out_of: int) -> str:
    """The share attended, so that it and the share missed always make 100.0."""
    share = 1000 - tenths(missed, out_of)
    return f"{share // 10}.{share % 10}%"
