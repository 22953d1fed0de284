"""Who was counted where at a release, remembered until the year is over, so that a later one can tell who changed.

Counting the earlier day again would not do: records are corrected, and what matters is who stood behind the number that
left. Kept is the smallest form that tells: for each student the one school, and a number which names a *profile*. A
profile is text such as `grade=03;race=WH7|chronic_absence/=1;membership/=1`: the groups, then metric and detail of each
population that the student is in, and of each outcome, with 1 for who is counted in `n` and 0 for who is in a
denominator only. Who is in a population is in all tables that count it. Names, days and scores are not kept.
"""

from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Mapping
from typing import NamedTuple

from sqlite_utils import Database as Tables

from appliance.aggregate import codelists, crossings
from appliance.aggregate.codelists import ALL
from appliance.aggregate.published import Key, Measure
from appliance.aggregate.tabulation import DISTRICT
from appliance.aggregate.turnover import Turnover, Turnovers
from appliance.student_level.metrics.catalogue import Metric
from appliance.student_level.metrics.release_cells import FURTHER

_FAMILIES = (*dict.fromkeys((*codelists.GROUPS, *FURTHER)),)
"""The groups of a profile; whoever a family is not about has no code of it."""

_PROFILES = """
    CREATE TEMP TABLE counted_profile AS
    SELECT place_key, student_key,
           {groups} || '|' || numbers AS profile
      FROM (SELECT place_key, student_key, group_concat(number, ';') AS numbers
              FROM (SELECT place_key, student_key, metric || '/' || detail || '=' || (count > 0) AS number
                      FROM temp.counted_number ORDER BY place_key, student_key, metric, detail)
             GROUP BY place_key, student_key)
      JOIN temp.reporting_student USING (place_key, student_key)
      JOIN temp.further_reporting_student USING (student_key)
"""
_KEEP_PROFILES = """
    INSERT INTO memory_profile (memory_key, profile)
    SELECT DISTINCT :memory, profile FROM temp.counted_profile ORDER BY profile
"""
_KEEP_MEMBERS = """
    INSERT INTO memory_member (memory_key, school_id, student_key, profile_key)
    SELECT :memory, organization.state_id, counted_profile.student_key, memory_profile.profile_key
      FROM temp.counted_profile
      JOIN memory_profile ON memory_profile.profile = counted_profile.profile AND memory_profile.memory_key = :memory
      JOIN organization ON organization_key = counted_profile.place_key
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
"""The school and the profile, now (1) and then (0), of the students who are not counted exactly as they were."""


def begin(tables: Tables) -> None:
    """Make room for what `note` collects, in memory."""
    tables.execute("CREATE TEMP TABLE counted_number (place_key INTEGER, student_key INTEGER, metric, detail, count)")


def note(tables: Tables, metric: Metric) -> None:
    """Take down who is in the numbers of a metric that leaves, from the temporary table `counted`.

    Of a table that counts the students of another one, only who is in `n`. The district and declared geographies are
    known from the schools. Who has left this school year's records is not asked about, nor what is told once a year.
    """
    known = codelists.metric(metric.name)
    if metric.groups == "reporting_student" and not known.totals_in and not known.once:
        tables.execute(
            "INSERT INTO temp.counted_number SELECT place_key, student_key, :metric, detail, count FROM temp.counted"
            " WHERE place_key > 0 AND (count > 0 OR :has_own_sizes)",
            {"metric": metric.name, "has_own_sizes": not known.sizes_in},
        )


def end(tables: Tables) -> None:
    """Forget what was collected."""
    tables.execute("DROP TABLE temp.counted_number")


def keep(tables: Tables, *, snapshot: str, school_year: str) -> int:
    """Remember what was noted, as the counting of one draft; its key."""
    row = {"snapshot": snapshot, "school_year": school_year}
    memory = int(str(tables.table("release_memory").insert(row).last_pk))
    told = [f"'{name}=' || coalesce({name}, '')" for name in _FAMILIES]
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
    """One student: the school, the groups, and each number with whether the student is in `n`."""

    school: str
    groups: Mapping[str, str]
    numbers: Mapping[str, bool]


Sides = list[_Seen | None]
"""What is seen of a student at the earlier release, and now; None for who was not counted."""


def turnovers(tables: Tables, memory: int, since: int, label: str, metrics: tuple[Metric, ...]) -> Turnovers:
    """How many distinct students each number of these metrics exchanged between two countings."""
    changed: Counter[Key] = Counter()
    settled: Counter[Key] = Counter()
    asked = [metric.name for metric in metrics if metric.groups == "reporting_student"]
    numbers = [one for name in asked if not codelists.metric(name).once for one in _numbers(name)]
    for sides in _students(tables, memory, since):
        for key, is_settled in _touched(sides, numbers):
            changed[key] += 1
            settled[key] += is_settled
    return Turnovers(label, {key: Turnover(count, settled[key]) for key, count in changed.items()})


class _Number(NamedTuple):
    """One measure of a table and a detail. Profiles call the group that it is out of `of`, and its outcome `in_n`."""

    measure: Measure
    metric: str
    detail: str
    of: str
    in_n: str
    dimensions: tuple[str, ...]

    def holds(self, seen: _Seen) -> bool:
        """Whether the student is counted in it."""
        is_in_n = seen.numbers.get(self.in_n, False)
        return self.of in seen.numbers and (self.measure == "denominator" or is_in_n == (self.measure == "n"))


def _numbers(metric: str) -> Iterator[_Number]:
    """What students can enter and leave. Shares of an outcome are told once in a school year: nobody asks who changed
    them.
    """
    known = codelists.metric(metric)
    dimensions = tuple(one for one in known.all_dimensions if not crossings.is_share(one))
    measures: tuple[Measure, ...] = ("denominator", "n", "complement") if known.rate else ("n",)
    for detail in known.details:
        of = "/".join(codelists.sizes_of(metric, detail))
        for measure in measures:
            yield _Number(measure, metric, detail, of, f"{metric}/{detail}" if known.rate else of, dimensions)


def _students(tables: Tables, memory: int, since: int) -> Iterator[Sides]:
    found: dict[int, Sides] = defaultdict(lambda: [None, None])
    profiles: dict[str, tuple[Mapping[str, str], Mapping[str, bool]]] = {}
    for student, school, side, profile in tables.execute(_DIFFERENT, {"memory": memory, "since": since}):
        if profile not in profiles:
            profiles[profile] = _read(profile)
        found[student][side] = _Seen(school, *profiles[profile])
    yield from found.values()


def _read(profile: str) -> tuple[Mapping[str, str], Mapping[str, bool]]:
    groups, _, numbers = profile.partition("|")
    told = (number.rpartition("=") for number in numbers.split(";"))
    return (
        {ALL: ALL} | {name: code for name, _, code in (group.partition("=") for group in groups.split(";")) if code},
        {name: flag == "1" for name, _, flag in told},
    )


def _touched(sides: Sides, numbers: Iterable[_Number]) -> Iterator[tuple[Key, bool]]:
    """Every number that one student entered or left, and whether the student is counted there on one side only: then it
    was no move from one school or group to another one.
    """
    was, now = sides
    is_same = was is not None and now is not None and was[:2] == now[:2]
    for number in numbers:
        inside = [seen if seen is not None and number.holds(seen) else None for seen in sides]
        if inside == [None, None] or (is_same and None not in inside):
            continue
        for dimension in number.dimensions:
            before, after = (_where(seen, dimension, number.metric) for seen in inside)
            for place, category in before ^ after:
                yield Key(*number[:3], place, dimension, category), None in inside


def _where(seen: _Seen | None, dimension: str, metric: str) -> set[tuple[str, str]]:
    """The places and the category of a dimension that a student is in; none of a dimension about other students."""
    if seen is None:
        return set()
    codes = [seen.groups.get(family, "") for family in crossings.families(dimension) or (ALL,)]
    if not all(codes):
        return set()
    category = crossings.CROSS.join(codes)
    found = {(DISTRICT, category)}
    return found if dimension in codelists.metric(metric).in_district else found | {(seen.school, category)}
