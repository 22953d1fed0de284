"""What other rules would do to a school's figures: totals before the rules are changed, and no name."""

from collections.abc import Mapping
from dataclasses import dataclass

from appliance.storage.database import Reading
from appliance.student_level.metrics.catalogue import Metric, metrics, prepared_sql
from appliance.student_level.metrics.counting import values_for
from appliance.student_level.records.behind_measures import behind
from appliance.student_level.records.rule_book import RuleBook
from appliance.student_level.records.schools import SMALLEST_GROUP, Share
from appliance.student_level.staging.days_from_sections import more_or_fewer

_DAYS = "SELECT student_key, days_enrolled, days_missed FROM reporting_days WHERE place_key = :school"


@dataclass(frozen=True, slots=True)
class MovedFigure:
    """One measure of a school by the rules in force and by those that are tried, of the students enrolled there today.

    Both are hidden where either is of fewer than ten.
    """

    called: str
    now: Share
    tried: Share

    @property
    def is_moved(self) -> bool:
        """Whether the two are seen to differ."""
        return not self.now.hidden and (self.now.count, self.now.out_of) != (self.tried.count, self.tried.out_of)


def moved_figures(
    counting: Reading, school_key: int, *, today: int, from_day: int, tried: RuleBook, now: RuleBook
) -> list[MovedFigure]:
    """Each measure that stands on a number that is changed, at one school. Ask through `access.counting_a_school`.

    `from_day`: from when on days would be judged by another part of their classes; earlier ones stay as they are.
    """
    other_days = tried.part_of_day != now.part_of_day
    found = []
    for metric in metrics():
        if metric.measure is None:
            continue
        is_moved = _stands_on_a_change(metric, today, tried, now)
        if metric.name == "chronic_absence" and (is_moved or other_days):
            days = more_or_fewer(counting, school_key, from_day, today, tried.part_of_day) if other_days else {}
            pair = [_missed_a_tenth(counting, school_key, book, of) for book, of in ((now, {}), (tried, days))]
        elif is_moved:
            pair = [_together(counting, metric, school_key, today, book) for book in (now, tried)]
        else:
            continue
        found.append(MovedFigure(metric.measure.called, *_shown(*pair)))
    return found


def _stands_on_a_change(metric: Metric, day: int, tried: RuleBook, now: RuleBook) -> bool:
    asked = "\n".join([metric.sql, *map(prepared_sql, metric.stands_on)])
    then, today = values_for(day, tried), values_for(day, now)
    return any(f":{name}" in asked for name in then if then[name] != today[name])


def _missed_a_tenth(counting: Reading, school_key: int, book: RuleBook, more: Mapping[int, int]) -> tuple[int, int]:
    count = out_of = 0
    for row in counting.query(_DAYS, {"school": school_key}):
        enrolled, missed = row["days_enrolled"], row["days_missed"] + more.get(row["student_key"], 0)
        if book.counts(enrolled, missed):
            count += missed * 10 >= enrolled
            out_of += 1
    return count, out_of


def _together(counting: Reading, metric: Metric, school_key: int, day: int, book: RuleBook) -> tuple[int, int]:
    students = behind(counting, metric.name, "", school_key, day, book)
    return sum(one.count for one in students), sum(one.out_of for one in students)


def _shown(now: tuple[int, int], tried: tuple[int, int]) -> tuple[Share, Share]:
    hidden = any(0 < out_of < SMALLEST_GROUP for _, out_of in (now, tried))
    return Share("now", *now, hidden), Share("tried", *tried, hidden)
