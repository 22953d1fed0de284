"""The manual, served where it is needed. What it says about rules and rights is printed from the rules and rights."""

from dataclasses import dataclass, replace
from itertools import groupby
from typing import Any, ClassVar

from litestar import Request, Response, get
from litestar.params import FromPath, FromQuery

from appliance.actions import RIGHTS, Action, Role
from appliance.aggregate.codes import ALL, MEANING
from appliance.errors import Sentence
from appliance.jobs.policy import smallest_group
from appliance.jobs.release_states import STEPS, Step
from appliance.jobs.student_budget import BUDGETS
from appliance.roles import FieldGroup
from appliance.settings import TEMPLATES
from appliance.storage.field_catalogue import FIELDS, Field
from appliance.student_level.access import NOBODY
from appliance.student_level.metrics.catalogue import Metric, metrics, released
from appliance.student_level.metrics.worked_examples import Example, worked_examples
from appliance.student_level.records.check_ins import KINDS
from appliance.student_level.records.level_examples import LevelExample, level_examples
from appliance.student_level.records.levels import LEVELS
from appliance.student_level.records.rule_book import PRESETS, Preset, Version, since, versions
from appliance.student_level.records.schools_to_ask import RULE
from appliance.student_level.sources.district_csv import LAYOUTS
from appliance.student_level.sources.layout import Layout
from appliance.web.languages import ENGLISH
from appliance.web.rendering import show
from appliance.web.rules_beside import level_rule, rules_beside
from appliance.web.state_diagram import Diagram, diagram
from appliance.web.visit import Frame, House, NoSuch, Visit

TITLES = {
    "schoolhouse": "What Schoolhouse is",
    "this-week": "How the list of This week is made",
    "who-sees-what": "Who sees what",
    "who-looked": "Who looked",
    "signing-in": "Signing in",
    "what-is-kept": "What is kept, and until when",
    "what-leaves": "What leaves the district",
    "released-numbers": "What a release counts",
    "check-by-hand": "Check it by hand",
    "pulse": "The weekly pulse",
    "numbers": "What the numbers mean",
    "examples": "The numbers by example",
    "levels": "How marks become a level",
    "files": "Files that are read",
    "languages": "Languages of families",
    "words": "Words",
}
"""The manual's pages in reading order; each is `templates/manual/NAME.html`."""


def _by_metric(*, is_released: bool) -> dict[str, list[Example]]:
    asked = [example for example in worked_examples() if example.is_released == is_released]
    return {name: list(told) for name, told in groupby(asked, key=lambda example: example.metric)}


_CODED = {"family", "group", "detail", "subject", "diploma", "disability", "environment", "race", "sex", "language"}
"""Columns of examples that hold codes of EDFacts and CEDS."""


@dataclass(frozen=True, slots=True)
class ManualPage:
    """One page of the manual, and what it prints from the program itself."""

    template: str
    frame: Frame
    name: str
    title: str
    rules: Version
    versions: tuple[Version, ...]
    minimum_cell: int
    of: str
    level_rule: str
    titles: ClassVar[dict[str, str]] = TITLES
    kinds: ClassVar[dict[str, str]] = KINDS
    rights: ClassVar[dict[Role, frozenset[Action]]] = RIGHTS
    actions: ClassVar[tuple[Action, ...]] = tuple(
        action for action in Action if any(action in row for row in RIGHTS.values())
    )
    roles: ClassVar[tuple[Role, ...]] = tuple(Role)
    field_groups: ClassVar[tuple[FieldGroup, ...]] = tuple(FieldGroup)
    fields: ClassVar[dict[str, list[Field]]] = {
        table: list(columns) for table, columns in groupby(FIELDS, key=lambda field: field.table)
    }
    metrics: ClassVar[tuple[Metric, ...]] = metrics()
    examples: ClassVar[dict[str, list[Example]]] = _by_metric(is_released=False)
    released: ClassVar[tuple[Metric, ...]] = released()
    released_examples: ClassVar[dict[str, list[Example]]] = _by_metric(is_released=True)
    school_rule: ClassVar[str] = RULE
    level_names: ClassVar[tuple[str, ...]] = LEVELS
    level_examples: ClassVar[tuple[LevelExample, ...]] = level_examples()
    steps: ClassVar[tuple[Step, ...]] = STEPS
    states: ClassVar[Diagram] = diagram(STEPS)
    layouts: ClassVar[tuple[Layout, ...]] = LAYOUTS
    budgets: ClassVar[dict[Role, int]] = BUDGETS

    @property
    def rules_of(self) -> dict[str, tuple[str, ...]]:
        """What the rule book in force says about each metric."""
        return {metric.name: rules_beside(metric, self.rules.book) for metric in self.metrics}

    @staticmethod
    def cell(column: str, text: str) -> str:
        """A cell of an example in words: codes of the state's tables are said, and so is what a table is shown by."""
        if column not in _CODED:
            return text.replace("_", " ") if column == "programs" else text
        if text == ALL or (column == "detail" and len(text) == 1):  # One letter is a grade, as D or F.
            return text
        return ", ".join(MEANING.get(part) or part.replace("_", " ") for part in text.split("*"))

    @property
    def definition(self) -> Preset | None:
        """The authority whose definition of chronic absence the district follows."""
        return next((one for one in PRESETS if one.is_in(self.rules.book)), None)


@get(["/manual", "/manual/{name:str}"], action=Action.SEE_OPEN_PAGE, sync_to_thread=False)
def see_manual(
    request: Request[Any, Any, Any], name: FromPath[str] = "schoolhouse", of: FromQuery[str] = ""
) -> Response[str]:
    """A page of the manual, for anybody who can reach the server. `of`: which kind of record, on what is kept."""
    if name not in TITLES or not (TEMPLATES / "manual" / f"{name}.html").is_file():
        raise NoSuch(Sentence("page of the manual"))
    visit = request.scope.get("user")
    frame = replace(visit.bare_frame(), language=ENGLISH, here="") if isinstance(visit, Visit) else Frame()
    house: House = request.app.state["house"]
    with house.database.reading(NOBODY) as reading:
        rules = versions(reading)
        levels_since = since(reading, house.today, lambda book: book.levels)
    in_force = next(one for one in reversed(rules) if one.from_day <= house.today)
    return show(
        ManualPage(
            f"manual/{name}.html",
            frame,
            name,
            TITLES[name],
            in_force,
            tuple(rules[1:]),
            smallest_group(house.database, house.settings),
            of,
            level_rule(in_force.book.levels, levels_since),
        )
    )
