"""Who was counted where at a release, remembered until the year is over, so that a later one can tell who changed.

Counting the earlier day again would not do: records are corrected, and what matters is who stood behind the number that
left. Kept is the smallest form that tells: for each student and place one number, which names a *profile*. A profile is
text such as `grade=03;race=WH7|membership/=1;chronic_absence/=0`: the groups, then each number's metric and detail with
1 for who is counted in `n` and 0 for who is in the denominator only. Names, days and scores are not kept.
"""

from collections import Counter, defaultdict
from collections.abc import Iterator, Mapping
from typing import NamedTuple

from sqlite_utils import Database as Tables

from appliance.aggregate import codelists, crossings
from appliance.aggregate.codelists import ALL
from appliance.aggregate.published import Key, Measure
from appliance.aggregate.tabulation import DISTRICT
from appliance.aggregate.turnover import Turnover, Turnovers
from appliance.student_level.metrics.catalogue import Metric
from appliance.student_level.metrics.release_cells import ABOUT_SOME

GROUPS = ("grade", "race", "sex", *codelists.PROGRAMS)
"""Families that every student has a code of: who changed nothing else changed none of them."""

_PROFILES = """
    CREATE TEMP TABLE counted_profile AS
    SELECT place_key, student_key,
           {groups} || '|' || numbers AS profile
      FROM (SELECT place_key, student_key, group_concat(number, ';') AS numbers
              FROM (SELECT place_key, student_key, metric || '/' || detail || '=' || (count > 0) AS number
                      FROM temp.counted_number ORDER BY place_key, student_key, metric, detail)
             GROUP BY place_key, student_key)
      JOIN temp.reporting_student USING (place_key, student_key)
      JOIN temp.further_reporting_student USING (place_key, student_key)
"""
_KEEP_PROFILES = """
    INSERT INTO memory_profile (memory_key, profile)
    SELECT DISTINCT :memory, profile FROM temp.counted_profile ORDER BY profile
"""
_KEEP_MEMBERS = """
    INSERT INTO memory_member (memory_key, school_id, student_key, profile_key)
    SELECT :memory, coalesce(organization.state_id, ''), counted_profile.student_key, memory_profile.profile_key
      FROM temp.counted_profile
      JOIN memory_profile ON memory_profile.profile = counted_profile.profile AND memory_profile.memory_key = :memory
      LEFT JOIN organization ON organization_key = counted_profile.place_key
"""
_CLEAR = """
    DELETE FROM release_memory WHERE memory_key NOT IN
        (SELECT memory_key FROM release WHERE memory_key > 0 AND status <> 'discarded')
"""
_FORGET = (
    "DELETE FROM memory_member WHERE memory_key IN (SELECT memory_key FROM release_memory WHERE school_year < ?)",
    "DELETE FROM memory_profile WHERE memory_key IN (SELECT memory_key FROM release_memory WHERE school_year < ?)",
)
_DIFFERENT = """
    SELECT student_key, school_id, side, profile FROM (
        SELECT now.student_key, now.school_id, 1 AS side, profile FROM memory_member AS now
          JOIN memory_profile USING (profile_key) WHERE now.memory_key = :memory
        UNION ALL
        SELECT past.student_key, past.school_id, 0, profile FROM memory_member AS past
          JOIN memory_profile USING (profile_key) WHERE past.memory_key = :since)
     WHERE student_key IN (
        SELECT student_key FROM (
            SELECT student_key, school_id, profile FROM memory_member JOIN memory_profile USING (profile_key)
             WHERE memory_member.memory_key IN (:memory, :since)
             GROUP BY student_key, school_id, profile HAVING count(*) = 1))
     ORDER BY student_key
"""
"""All places, then (1) and now (0), of the students who are not counted exactly as they were."""


def begin(tables: Tables) -> None:
    """Make room for what `note` collects, in memory."""
    tables.execute("CREATE TEMP TABLE counted_number (place_key INTEGER, student_key INTEGER, metric, detail, count)")


def note(tables: Tables, metric: Metric) -> None:
    """Take down who is in the numbers of a metric that leaves, from the temporary table `counted`.

    Who is in a declared geography is known from the schools.
    """
    tables.execute(
        "INSERT INTO temp.counted_number SELECT place_key, student_key, :metric, detail, count FROM temp.counted"
        " WHERE place_key >= 0",
        {"metric": metric.name},
    )


def end(tables: Tables) -> None:
    """Forget what was collected."""
    tables.execute("DROP TABLE temp.counted_number")


def keep(tables: Tables, *, snapshot: str, school_year: str) -> int:
    """Remember what was noted, as the counting of one draft; its key."""
    row = {"snapshot": snapshot, "school_year": school_year}
    memory = int(str(tables.table("release_memory").insert(row).last_pk))
    told = [f"'{name}=' || coalesce({name}, '')" for name in (*GROUPS, *ABOUT_SOME)]
    tables.execute(_PROFILES.format(groups=" || ';' || ".join(told)))
    for statement in (_KEEP_PROFILES, _KEEP_MEMBERS):
        tables.execute(statement, {"memory": memory})
    tables.execute("DROP TABLE temp.counted_profile")
    return memory


def is_kept(tables: Tables, memory: int) -> bool:
    """Whether it is still known who was counted."""
    return bool(tables.execute("SELECT 1 FROM memory_member WHERE memory_key = ? LIMIT 1", (memory,)).fetchone())


def clear(tables: Tables) -> None:
    """Forget every counting that no draft came from, or only one that was discarded."""
    tables.execute(_CLEAR)


def forget(tables: Tables, *, before: str) -> None:
    """Forget who was counted in the school years before one (2026-2027). That they were counted stays."""
    for statement in _FORGET:
        tables.execute(statement, (before,))


class _Seen(NamedTuple):
    """One student in one place: the groups, and each number with whether the student is in `n`."""

    groups: Mapping[str, str]
    numbers: Mapping[str, bool]


Sides = tuple[dict[str, _Seen], dict[str, _Seen]]
"""Place to what is seen there: at the earlier release, and now."""


def turnovers(tables: Tables, memory: int, since: int, label: str, metrics: tuple[Metric, ...]) -> Turnovers:
    """How many distinct students each number of these metrics exchanged between two countings."""
    changed: Counter[Key] = Counter()
    settled: Counter[Key] = Counter()
    shown_by = {metric.name: _shown_by(metric.name) for metric in metrics}
    for sides in _students(tables, memory, since):
        for key, is_settled in _touched(sides, shown_by):
            changed[key] += 1
            settled[key] += is_settled
    return Turnovers(label, {key: Turnover(count, settled[key]) for key, count in changed.items()})


def _shown_by(metric: str) -> tuple[str, ...]:
    """What a table is counted by. Shares of an outcome are told once in a school year: nobody asks who changed them."""
    return tuple(one for one in codelists.metric(metric).all_dimensions if not crossings.is_share(one))


def _students(tables: Tables, memory: int, since: int) -> Iterator[Sides]:
    found: dict[int, Sides] = defaultdict(lambda: ({}, {}))
    profiles: dict[str, _Seen] = {}
    for student, school, side, profile in tables.execute(_DIFFERENT, {"memory": memory, "since": since}):
        if profile not in profiles:
            profiles[profile] = _read(profile)
        found[student][side][school] = profiles[profile]
    yield from found.values()


def _read(profile: str) -> _Seen:
    groups, _, numbers = profile.partition("|")
    told = (number.rpartition("=") for number in numbers.split(";"))
    return _Seen(
        {ALL: ALL} | {name: code for name, _, code in (group.partition("=") for group in groups.split(";")) if code},
        {name: flag == "1" for name, _, flag in told},
    )


def _touched(sides: Sides, shown_by: Mapping[str, tuple[str, ...]]) -> Iterator[tuple[Key, bool]]:
    """Every number that one student entered or left, and whether that was all that the student changed.

    Tables that split the totals of another one are judged by it, so that settled students add up over both: who becomes
    an English learner enters a language of the learners, and moves from one group to another among all students.
    """
    for number in sorted({name for side in sides for seen in side.values() for name in seen.numbers}):
        metric, _, detail = number.partition("/")
        whole = f"{codelists.metric(metric).totals_in or metric}/{detail}"
        for measure in _MEASURES[codelists.metric(metric).rate]:
            inside, judged = _inside(sides, number, measure), _inside(sides, whole, measure)
            is_settled = all(_is_one_step(_exchanged(judged, family)) for family in (ALL, *GROUPS))
            for dimension in shown_by[metric]:
                for place, category in _exchanged(inside, dimension):
                    if place == DISTRICT or dimension not in codelists.metric(metric).in_district:
                        yield Key(measure, metric, detail, place, dimension, category), is_settled


def _inside(sides: Sides, number: str, measure: Measure) -> list[dict[str, _Seen]]:
    """Where a student is in a number: then, and now."""
    return [{place: seen for place, seen in side.items() if _is_in(seen, number, measure)} for side in sides]


def _exchanged(sides: list[dict[str, _Seen]], dimension: str) -> set[tuple[str, str]]:
    """Places and categories of a dimension that a student is in on one of two sides only."""
    was, now = ({(place, code) for place, seen in side.items() if (code := _code(seen, dimension))} for side in sides)
    return was ^ now


def _code(seen: _Seen, dimension: str) -> str:
    """The category of a dimension that a student was in; empty for none, or when nobody remembers."""
    codes = [seen.groups.get(family, "") for family in crossings.families(dimension) or (ALL,)]
    return crossings.CROSS.join(codes) if all(codes) else ""


_MEASURES: dict[bool, tuple[Measure, ...]] = {False: ("n",), True: ("denominator", "n", "complement")}
"""What of a headcount, and what of a rate, students can enter and leave."""


def _is_in(seen: _Seen, number: str, measure: Measure) -> bool:
    if number not in seen.numbers:
        return False
    return measure == "denominator" or seen.numbers[number] == (measure == "n")


def _is_one_step(touched: set[tuple[str, str]]) -> bool:
    """Whether exactly one school and the district were entered or left, in one group."""
    places = {place for place, _ in touched}
    return len(touched) == 2 and DISTRICT in places and len(places) == 2 and len({code for _, code in touched}) == 1
