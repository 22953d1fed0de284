"""The invented district's school year: its days, its sessions, and how heavy each day weighs on attendance."""

from bisect import bisect_right
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from itertools import accumulate

from appliance.days import school_year

INSTRUCTION, HOLIDAY, TEACHERS_ONLY, WEATHER = "Instructional day", "Holiday", "Teacher only day", "Bad weather day"
# A running quarter has a grade once this many of its days are over, and only for who was there on as many.
LEAST_DAYS_FOR_A_GRADE = 5

_WEEKDAY_LOAD = (1.22, 0.96, 0.86, 0.92, 1.16)
_FLU_LOAD = 1.45


@dataclass(frozen=True, slots=True)
class Session:
    """A stretch of the year. `end` is the day after its last day, as in OneRoster."""

    key: str
    title: str
    type: str
    begin: date
    end: date
    parent: str


@dataclass(frozen=True, slots=True)
class SchoolYear:
    """A school year seen on some day of it. A school day is named by its place in `days`, from 0."""

    ends_in: int
    days: tuple[date, ...]
    """Every school day of the year; days that bad weather took, or will take, are not among them."""
    past: int
    """How many of `days` are over or are today: attendance is known for `days[:past]`."""
    closures: Mapping[date, str]
    load: tuple[float, ...]
    """Running sum of the days' weights, mean 1: `load[i + 1] - load[i]` is how many absences day i draws."""
    sessions: tuple[Session, ...]
    as_of: date
    is_over: bool

    @property
    def begin(self) -> date:
        """The first school day."""
        return self.days[0]

    @property
    def end(self) -> date:
        """The day after the last school day."""
        return self.days[-1] + timedelta(days=1)

    @property
    def last_day(self) -> date:
        """The latest day with attendance."""
        return self.days[self.past - 1]

    def quarters(self) -> list[tuple[Session, range]]:
        """The grading periods that have begun, oldest first, each with its whole range of school days."""
        begun = []
        for session in self.sessions:
            if session.type == "gradingPeriod" and session.begin <= self.last_day:
                first, stop = (bisect_right(self.days, day - timedelta(days=1)) for day in (session.begin, session.end))
                begun.append((session, range(first, stop)))
        return begun

    def calendar(self) -> Iterator[tuple[date, str]]:
        """Each weekday of the year and what it is. Nobody knows the weather of a day to come."""
        for offset in range((self.end - self.begin).days):
            day = self.begin + timedelta(days=offset)
            if day.weekday() < 5:
                event = self.closures.get(day, INSTRUCTION)
                yield day, INSTRUCTION if event == WEATHER and day > self.as_of else event


def year_of(today: date) -> SchoolYear:
    """The school year that `today` lies in; in summer, the one that has just ended (`is_over`)."""
    autumn = school_year(today) - 1
    if today < _first_day(autumn):
        autumn -= 1
    begin, end = _first_day(autumn), _weekday_from(date(autumn + 1, 6, 1), 4)
    closures = _closures(autumn)
    weekdays = (begin + timedelta(days=offset) for offset in range((end - begin).days + 1))
    days = tuple(day for day in weekdays if day.weekday() < 5 and day not in closures)
    return SchoolYear(
        ends_in=autumn + 1,
        days=days,
        past=bisect_right(days, today),
        closures=closures,
        load=_running_load(days),
        sessions=_sessions(autumn + 1, days, _winter_break(autumn)),
        as_of=today,
        is_over=today > end,
    )


def _first_day(autumn: int) -> date:
    return _weekday_from(date(autumn, 8, 15), 0)


def _winter_break(autumn: int) -> date:
    return _weekday_from(date(autumn, 12, 20), 0)


def _weekday_from(day: date, weekday: int) -> date:
    """The first such weekday (Monday is 0) on or after the day."""
    return day + timedelta(days=(weekday - day.weekday()) % 7)


def _closures(autumn: int) -> dict[date, str]:
    spring = autumn + 1
    winter = _winter_break(autumn)
    thanksgiving = _weekday_from(date(autumn, 11, 22), 3)
    spring_break = _weekday_from(date(spring, 3, 22), 0)
    holidays = [
        _weekday_from(date(autumn, 9, 1), 0),
        _weekday_from(date(autumn, 10, 8), 0),
        date(autumn, 11, 11),
        *(thanksgiving + timedelta(days=offset) for offset in (-1, 0, 1)),
        *(winter + timedelta(days=offset) for offset in range(12)),
        _weekday_from(date(spring, 1, 15), 0),
        _weekday_from(date(spring, 2, 15), 0),
        *(spring_break + timedelta(days=offset) for offset in range(5)),
        _weekday_from(date(spring, 5, 25), 0),
    ]
    teachers_only = [
        _weekday_from(date(autumn, 9, 22), 4),
        winter + timedelta(days=14),
        _weekday_from(date(spring, 4, 22), 4),
    ]
    weather = [_weekday_from(date(autumn, 11, 3), 3), _weekday_from(date(spring, 2, 8), 2)]
    return {
        **dict.fromkeys(holidays, HOLIDAY),
        **dict.fromkeys(teachers_only, TEACHERS_ONLY),
        **dict.fromkeys(weather, WEATHER),
    }


def _running_load(days: tuple[date, ...]) -> tuple[float, ...]:
    """Mondays and Fridays weigh more, and so do the two weeks of flu from the end of October."""
    flu = _weekday_from(date(days[0].year, 10, 26), 0)
    weights = [
        _WEEKDAY_LOAD[day.weekday()] * (_FLU_LOAD if flu <= day < flu + timedelta(days=14) else 1.0) for day in days
    ]
    mean = sum(weights) / len(weights)
    return tuple(accumulate((weight / mean for weight in weights), initial=0.0))


def _sessions(year: int, days: tuple[date, ...], winter: date) -> tuple[Session, ...]:
    after_last = days[-1] + timedelta(days=1)
    first_half = bisect_right(days, winter)
    starts = [0, first_half // 2, first_half, (first_half + len(days)) // 2]
    edges = [*(days[start] for start in starts), after_last]
    whole = Session(f"SY{year}", f"{year - 1}-{year}", "schoolYear", days[0], after_last, "")
    semesters = [
        Session(f"SEM1-{year}", "Fall Semester", "semester", edges[0], winter, whole.key),
        Session(f"SEM2-{year}", "Spring Semester", "semester", edges[2], edges[4], whole.key),
    ]
    ends = [edges[1], winter, edges[3], edges[4]]
    quarters = [
        Session(f"Q{n + 1}-{year}", f"Quarter {n + 1}", "gradingPeriod", edges[n], ends[n], semesters[n // 2].key)
        for n in range(4)
    ]
    return (whole, *semesters, *quarters)
