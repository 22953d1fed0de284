"""The bands of days missed by which a school's students can be listed: the rule book says where each begins."""

from collections.abc import Mapping
from dataclasses import dataclass

from appliance.student_level.records.attendance import DaysSoFar
from appliance.student_level.records.rule_book import RuleBook
from appliance.student_level.records.schools import is_early

EVERYBODY = "any"
TENTH = "tenth"
"""Whatever the bands are, whoever missed 10% or more can be listed: it is the line of the definition."""


@dataclass(frozen=True, slots=True)
class Band:
    """From `least` percent of the days enrolled to under `below`; None for no upper end.

    In a band are the students whom the shares count: those of whom so many days are known as the rule book asks for.
    """

    name: str
    least: int
    below: int | None
    days_enrolled: int = 0
    days_attended: int = 0

    @property
    def text(self) -> str:
        """5% to 9.9%, as a filter says it."""
        if self.below is None:
            return f"{self.least}% or more"
        return f"{self.least}% to {self.below - 0.1:.1f}%" if self.least else f"Under {self.below}%"

    def holds(self, days: DaysSoFar | None) -> bool:
        """Whole days compared as integers: exactly 10% is in the band that begins there, 9.99% in the one before.

        Without a day on record nobody is in any band.
        """
        if days is None or not days.days_enrolled or days.days_enrolled < self.days_enrolled:
            return False
        if days.days_enrolled - days.days_missed < self.days_attended:
            return False
        missed = days.days_missed * 100
        is_under = self.below is None or missed < self.below * days.days_enrolled
        return missed >= self.least * days.days_enrolled and is_under


def bands(book: RuleBook) -> tuple[Band, ...]:
    """Those that can be chosen, the highest first."""
    ends = (*book.bands[1:], None)
    cut = [_band(book, f"from-{least}", least, below) for least, below in zip(book.bands, ends, strict=True)]
    above = [_band(book, TENTH, 10, None), *(one for one in reversed(cut) if (one.least, one.below) != (10, None))]
    return (*above, _band(book, "under", 0, book.bands[0]))


def _band(book: RuleBook, name: str, least: int, below: int | None) -> Band:
    return Band(name, least, below, book.least_days_enrolled, book.least_days_attended)


def band_chosen(book: RuleBook, name: str, days: Mapping[int, DaysSoFar]) -> Band | None:
    """The band that a filter chose of a school's students; in the first days of school none, whatever it chose."""
    return None if is_early(days, book) else band_named(book, name)


def band_named(book: RuleBook, name: str) -> Band | None:
    """The band that a filter chose; None for everybody, and for a name that is no band of these rules."""
    return next((one for one in bands(book) if one.name == name), None)
