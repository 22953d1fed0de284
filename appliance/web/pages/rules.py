"""The rules of This week and of attendance, for the data steward: look at them, try others, put them in force."""

from dataclasses import dataclass
from datetime import date
from itertools import pairwise
from typing import TYPE_CHECKING, Annotated, Any, ClassVar, Literal

import msgspec
from litestar import Response, get, post
from litestar.di import NamedDependency
from litestar.params import FromQuery
from litestar.response import Redirect

from appliance.actions import Action
from appliance.days import day_number, from_day_number
from appliance.errors import Trouble
from appliance.jobs.change_rules import Effect, preview, put_in_force, rules_in_force
from appliance.student_level.metrics.catalogue import Measure, measures
from appliance.student_level.records.check_ins import KINDS
from appliance.student_level.records.level_counts import MOST_CLASSES
from appliance.student_level.records.levels import CHOICES, LEVELS, Levels, RollUp
from appliance.student_level.records.marks import Letters
from appliance.student_level.records.moved_figures import MovedFigure
from appliance.student_level.records.rule_book import PRESETS, Line, Preset, QuietDays, RuleBook, Version, versions
from appliance.student_level.records.rules import RULES, Rule
from appliance.web.forms import FromForm
from appliance.web.rendering import show
from appliance.web.rules_in_words import Chapter, in_words, said_anew
from appliance.web.visit import Frame, Visit

_HERE = "/data/rules"
_Number = Annotated[str, msgspec.Meta(pattern=r"^ *[0-9]{1,4} *$")]
_Percent = Annotated[str, msgspec.Meta(pattern=r"^ *([0-9]{1,3}(\.[0-9])?)? *$")]
_Credits = Annotated[str, msgspec.Meta(pattern=r"^ *([0-9]{1,3}(\.[0-9]{1,3})?)? *$")]
_NUMBERS = ("least_days_enrolled", "least_days_attended", "first_days", "most_names", "leaves_after_days",
            "least_change", "points_fallen")  # fmt: skip
_LEVEL_NUMBERS = ("newest", "getting_there", "meets", "exceeds")
LETTERS_WITH_POINTS = ("a", "b", "c", "d")
GRADES_WITH_CREDITS: tuple[Literal["09", "10", "11", "12"], ...] = ("09", "10", "11", "12")

if TYPE_CHECKING:
    RulesForm = Any
else:
    RulesForm = msgspec.defstruct(
        "RulesForm",
        [
            ("csrf", str),
            ("do", Annotated[str, msgspec.Meta(max_length=40)]),
            ("part_of_day", Annotated[str, msgspec.Meta(pattern="^(any|half|whole)$")]),
            ("from_day", Annotated[str, msgspec.Meta(pattern=r"^\d{4}-\d{2}-\d{2}$")]),
            *((name, _Number) for name in _NUMBERS),
            ("bands", Annotated[str, msgspec.Meta(pattern=r"^ *[0-9]{1,4}( *, *[0-9]{1,4}){0,9} *$")]),
            ("levels_roll_up", Annotated[str, msgspec.Meta(pattern=f"^({'|'.join(CHOICES)})$")]),
            *((f"levels_{name}", _Number) for name in _LEVEL_NUMBERS),
            *((f"letters_{name}", _Number) for name in LETTERS_WITH_POINTS),
            *((f"quiet_{kind}", _Number) for kind in KINDS),
            *((f"at_least_{rule.name}", _Number) for rule in RULES),
            *((f"window_{rule.name}", _Number, "1") for rule in RULES),
            *((f"on_{rule.name}", str, "") for rule in RULES),
            *((f"goal_{one.name}", _Percent, "") for one in measures()),
            *((f"credits_{grade}", _Credits, "") for grade in GRADES_WITH_CREDITS),
            ("reason", Annotated[str, msgspec.Meta(max_length=300)], ""),
        ],
        forbid_unknown_fields=True,
        kw_only=True,
    )
    """What the form sends: a field for each number of the book. An unticked rule is not sent; an empty goal is none."""


@dataclass(frozen=True, slots=True)
class RulesPage:
    """The form, and beneath it what trying it would do."""

    template: ClassVar[str] = "pages/rules.html"
    all_rules: ClassVar[tuple[Rule, ...]] = RULES
    presets: ClassVar[tuple[Preset, ...]] = PRESETS
    kinds: ClassVar[dict[str, str]] = KINDS
    measures: ClassVar[tuple[Measure, ...]] = measures()
    roll_ups: ClassVar[dict[RollUp, str]] = CHOICES
    most_classes: ClassVar[int] = MOST_CLASSES
    level_names: ClassVar[tuple[str, ...]] = LEVELS
    letters_with_points: ClassVar[tuple[str, ...]] = LETTERS_WITH_POINTS
    grades_with_credits: ClassVar[tuple[str, ...]] = GRADES_WITH_CREDITS
    frame: Frame
    in_force: Version
    book: RuleBook
    from_day: int
    versions: tuple[Version, ...]
    """Every one, the shipped one first."""
    reason: str = ""
    trouble: str = ""
    effects: tuple[Effect, ...] | None = None
    is_done: bool = False

    @property
    def in_words(self) -> tuple[Chapter, ...]:
        """What is in force, whatever stands in the form."""
        return in_words(self.in_force.book)

    @property
    def tried(self) -> tuple[str, ...]:
        """What the form says and the rules in force do not."""
        return said_anew(self.book, self.in_force.book)

    @property
    def history(self) -> list[tuple[Version, tuple[str, ...]]]:
        """Each version that somebody decided, the newest first, and what it said anew."""
        decided = [(one, said_anew(one.book, before.book)) for before, one in pairwise(self.versions)]
        return decided[::-1]

    @property
    def definition(self) -> Preset | None:
        """Whose definition of chronic absence the form now follows."""
        return next((one for one in PRESETS if one.is_in(self.book)), None)

    @property
    def listed(self) -> int:
        """Names on all principals' lists together, by the rules that are tried."""
        return sum(one.listed for one in self.effects or ())

    @property
    def levels(self) -> tuple[tuple[str, int, int], ...]:
        """(level, how many would be, how many are), over all schools; empty while their rule is not changed."""
        told = [(name, self._at(place, tried=True), self._at(place, tried=False)) for place, name in enumerate(LEVELS)]
        return tuple(told[1:]) if any(tried or now for _, tried, now in told) else ()

    @property
    def figures(self) -> dict[str, list[tuple[str, MovedFigure]]]:
        """(school, figure) of each measure that would be another number at some school, by the measure's name."""
        found: dict[str, list[tuple[str, MovedFigure]]] = {}
        for effect in self.effects or ():
            for figure in effect.figures:
                found.setdefault(figure.called, []).append((effect.school, figure))
        return {called: told for called, told in found.items() if any(figure.is_moved for _, figure in told)}

    def _at(self, level: int, *, tried: bool) -> int:
        return sum((one.levels if tried else one.levels_now).get(level, 0) for one in self.effects or ())


@get(_HERE, action=Action.CHANGE_RULES, runs_htmx=True, sync_to_thread=True)
def see_rules(visit: NamedDependency[Visit], done: FromQuery[bool] = False) -> Response[str]:
    """The rules in force, ready to be changed."""
    now = rules_in_force(visit.house.database, visit.today)
    with visit.reading() as reading:
        page = RulesPage(visit.frame(reading), now, now.book, visit.today, tuple(versions(reading)), is_done=done)
    return show(page)


# Not the same path as the form: the framework wraps a handler twice whose path has two methods, and then loses it.
@post(f"{_HERE}/change", action=Action.CHANGE_RULES, runs_htmx=True, sync_to_thread=True)
def change_rules(data: FromForm[RulesForm], visit: NamedDependency[Visit]) -> Response[str] | Redirect:
    """Try the numbers, take over a definition, or put them in force. What is wrong is said above the same form."""
    now = rules_in_force(visit.house.database, visit.today)
    from_day, trouble = _day(data.from_day, visit)
    book = _book(data)
    effects: tuple[Effect, ...] | None = None
    preset = next((one for one in PRESETS if one.name == data.do), None)
    try:
        if preset:
            book = preset.applied_to(book)
        elif data.do == "keep" and not trouble:
            by = visit.session.account.username
            put_in_force(visit.house.database, book, from_day=from_day, by=by, reason=data.reason)
            return Redirect(f"{_HERE}?done=true", status_code=303)
        elif not trouble:
            effects = tuple(preview(visit.house.database, book, visit.today, from_day=from_day))
    except Trouble as error:
        trouble = str(error)
    with visit.reading() as reading:
        every = tuple(versions(reading))
        page = RulesPage(visit.frame(reading), now, book, from_day, every, data.reason, trouble, effects)
    return show(page, status_code=400 if trouble else 200)


def _day(text: str, visit: Visit) -> tuple[int, str]:
    try:
        day = day_number(date.fromisoformat(text))
    except ValueError:
        return visit.today, f"{text} is no day. Write it as {from_day_number(visit.today)}."
    if day < visit.first_day_of_school_year:
        return visit.today, "Rules begin in this school year or later: what was counted in past years stays as it was."
    return day, ""


def _book(data: Any) -> RuleBook:
    return RuleBook(
        part_of_day=data.part_of_day,
        quiet_days=QuietDays(**{kind: int(getattr(data, f"quiet_{kind}")) for kind in KINDS}),
        lines={
            rule.name: Line(
                int(getattr(data, f"at_least_{rule.name}")),
                int(getattr(data, f"window_{rule.name}")),
                is_on=bool(getattr(data, f"on_{rule.name}")),
            )
            for rule in RULES
        },
        goals={one.name: round(float(text) * 10) for one in measures() if (text := _typed(data, f"goal_{one.name}"))},
        credits_by_grade={
            grade: float(text) for grade in GRADES_WITH_CREDITS if (text := _typed(data, f"credits_{grade}"))
        },
        least_days_enrolled=int(data.least_days_enrolled),
        least_days_attended=int(data.least_days_attended),
        first_days=int(data.first_days),
        most_names=int(data.most_names),
        leaves_after_days=int(data.leaves_after_days),
        least_change=int(data.least_change),
        points_fallen=int(data.points_fallen),
        letters=Letters(*(int(getattr(data, f"letters_{name}")) for name in LETTERS_WITH_POINTS)),
        bands=tuple(int(percent) for percent in data.bands.split(",")),
        levels=Levels(data.levels_roll_up, *(int(getattr(data, f"levels_{name}")) for name in _LEVEL_NUMBERS)),
    )


def _typed(data: Any, name: str) -> str:
    return str(getattr(data, name)).strip()
