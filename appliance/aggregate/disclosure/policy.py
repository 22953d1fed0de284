"""The rules of a release: what is too small to publish, what is coded or merged, and how hard to look for leaks."""

import hashlib
import re
from typing import Any, Final, Literal, NamedTuple

import msgspec

from appliance.aggregate import codelists, crossings
from appliance.aggregate.disclosure.coding import Band
from appliance.aggregate.refusal import Refused

FLOOR = 5
"""No policy may publish groups of fewer than five students. Strictest common floor of the states: packages.md 1."""
FORMAT = 2
"""In format 1 must_publish was no promise: such numbers were only the last to be hidden."""
_LAST: Final = "membership all"
"""Under every policy the dearest to hide: how many students the district and each school have."""
_CODE = re.compile(r"[0-9A-Za-z][0-9A-Za-z_-]{0,19}")


class Merge(msgspec.Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """Categories of one dimension that are counted together, before anything is hidden: `into` is one of its codes."""

    dimension: str
    categories: tuple[str, ...]
    into: str

    def __post_init__(self) -> None:
        codes = codelists.CODES.get(self.dimension, ())
        unknown = [code for code in (*self.categories, self.into) if code not in codes]
        if self.dimension == codelists.ALL or not codes or unknown:
            what = unknown[0] if codes and unknown else self.dimension
            raise Refused(f"The policy merges {what!r}, which is not on the code list of {self.dimension!r}.")
        if len(set(self.categories)) < 2:
            raise Refused(f"The policy merges fewer than two categories of {self.dimension} into {self.into}.")


class Geography(msgspec.Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """A set of schools that gets totals of its own, such as all charter schools. `code` stands in `school_id`."""

    code: str
    name: str
    schools: tuple[str, ...]

    def __post_init__(self) -> None:
        if not _CODE.fullmatch(self.code) or not self.name.isprintable():
            raise Refused(f"{self.code!r} is not a code of a geography: up to 20 letters, digits, - and _.")
        if not self.schools or len(set(self.schools)) < len(self.schools) or self.code in self.schools:
            raise Refused(f"The geography {self.code} needs a list of schools, each once, and itself not among them.")


class Promise(NamedTuple):
    """One line of must_publish: the numbers of a table by one of its dimensions."""

    line: str
    table: str
    dimension: str
    in_district: bool
    """The district's own row alone, and not those of schools and declared geographies."""


class Policy(msgspec.Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """A district's disclosure rules. Raises `Refused` when a rule is laxer than the floor or contradicts another.

    Weights order what is given up first: a cell costs 100 + 10 log2(1 + n), times the factor of its row.
    """

    format: int = FORMAT
    """Of this file. A program refuses one that it does not know."""
    title: str = "Schoolhouse's own rules"
    version: int = 1
    """Counted up by the district with each change."""
    minimum_n: int = 10
    """No group of 1 to minimum_n - 1 students is published, nor can be derived."""
    k: int = 3
    """No outcome of fewer than k students, nor of all but fewer than k, is published, nor can be derived."""
    zeros: Literal["published", "hidden"] = "published"
    """Whether an empty enrolment group is published as 0. An outcome of nobody is never published."""
    coding: tuple[Band, ...] = ()
    """How rates are coded by the size of the group; empty: rates are shown as counts or hidden."""
    merge: tuple[Merge, ...] = ()
    """What is counted together before anything is hidden: merging is cheaper than hiding."""
    geographies: tuple[Geography, ...] = ()
    """Sets of schools with totals of their own, beside each school and the district."""
    public: tuple[str, ...] = ("grade", "race", "sex")
    """Enrolment by these is public in the federal school file: the attacker always has it."""
    public_denominators: bool = True
    """The attacker is also given every other group size."""
    must_publish: tuple[str, ...] = ("membership all district",)
    """Promises: a table, one of its dimensions and, for the district's row alone, the word district.

    Each such number is published (as its class, where the policy codes it), or the release is refused: it is never
    hidden for another's sake. A number that is itself too small is not promised. That is one below minimum_n or, of
    an outcome, a telling one; one that by itself, beside nothing but the empty groups, gives a small group away, like
    the total of a dozen students in a dozen grades; and one that an earlier release of the year hid. So a number that
    is promised and hidden all the same is known to be small; what is promised at every school can hide in few places.
    """
    releases_a_year: int = 4
    days_between: int = 28
    """How often snapshots may leave in a school year, and how far apart at least."""
    district_weight: int = 4
    total_weight: int = 8
    seconds_per_block: float = 60.0
    rounds: int = 8
    """How often attack and repair may alternate before the release is refused."""

    def __post_init__(self) -> None:
        if self.format not in (1, FORMAT):
            raise Refused(f"This program knows policies of format 1 to {FORMAT}, not {self.format}. Update it.")
        if self.version < 1 or not self.title.isprintable():
            raise Refused("A policy has a title that can be printed, and a version of 1 or more.")
        if self.minimum_n < FLOOR:
            raise Refused(f"minimum_n is {self.minimum_n}; the floor is {FLOOR}. Choose 5, 10 or 20.")
        if self.minimum_n > 100:
            raise Refused(f"minimum_n is {self.minimum_n}; above 100 nothing of a school would remain.")
        if not 2 <= self.k <= self.minimum_n // 2:
            raise Refused(f"k is {self.k}; it must lie between 2 and half of minimum_n.")
        if not (1 <= self.releases_a_year <= 12 and 7 <= self.days_between <= 366):
            raise Refused("A policy allows 1 to 12 releases a year, at least 7 days apart.")
        if not (self.rounds >= 0 and self.seconds_per_block >= 0 and 1 <= self.district_weight <= 1000):
            raise Refused("rounds and seconds_per_block must not be below 0, nor district_weight outside 1 to 1000.")
        self._check_merges_and_bands()
        self._check_geographies()
        self._check_lists()

    def _check_merges_and_bands(self) -> None:
        taken: set[tuple[str, str]] = set()
        for merge in self.merge:
            for code in merge.categories:
                if (merge.dimension, code) in taken:
                    raise Refused(f"The policy merges {code} of {merge.dimension} twice.")
                taken.add((merge.dimension, code))
        for one, other in zip(self.coding, self.coding[1:], strict=False):
            if one.largest is None or other.smallest <= one.largest:
                raise Refused("The coding bands of the policy overlap. Order them by size, each group in one of them.")

    def _check_geographies(self) -> None:
        codes = [geography.code for geography in self.geographies]
        members = {school for geography in self.geographies for school in geography.schools}
        if len(set(codes)) < len(codes) or members & set(codes):
            raise Refused("Two geographies of the policy share a code, or one is named as a school of another.")

    def _check_lists(self) -> None:
        for dimension in self.public:
            if dimension not in codelists.METRICS["membership"].dimensions:
                raise Refused(f"The public list names {dimension!r}, by which membership is not counted.")
        for line in self.must_publish:
            table, *groups = line.split() or [""]
            known = codelists.metric(table).all_dimensions
            if groups[:1] == [] or groups[0] not in known or groups[1:] not in ([], ["district"]):
                raise Refused(
                    f"must_publish names {line!r}. Write a table, one of its groups and, for the district's row alone, "
                    f"the word district: membership all district. Groups of {table}: {', '.join(known)}."
                )

    def can_be_looked_up(self, metric: str, detail: str, dimension: str) -> bool:
        """Whether everybody has the group sizes of a table by this dimension: enrolment by the public list.

        That file has it school by school and grade by grade, so who is in the grades that took a test is there too.
        """
        listed = set(self.public).issuperset(crossings.families(dimension))
        enrolled = codelists.held_by(metric, detail) or codelists.sizes_of(metric, detail)
        return bool(self.public) and listed and enrolled[0] == "membership"

    @property
    def promises(self) -> tuple[Promise, ...]:
        """The lines of must_publish; none under a policy of format 1."""
        told = [(line, *line.split()) for line in self.must_publish if self.format == FORMAT]
        return tuple(Promise(line, words[0], words[1], in_district=len(words) > 2) for line, *words in told)

    @property
    def last_hidden(self) -> frozenset[str]:
        """Tables with a dimension whose numbers are hidden for another's sake only when nothing else protects it."""
        return frozenset({_LAST, *(" ".join(line.split()[:2]) for line in self.must_publish)})

    @property
    def smallest_hidden(self) -> int:
        """What everyone knows of a hidden group size: at least 1 where empty groups are published, else 0."""
        return 1 if self.zeros == "published" else 0

    @property
    def sha256(self) -> str:
        """Names these rules and no others: over every field, in a fixed order, without the file's comments."""
        return hashlib.sha256(msgspec.json.encode(self, order="deterministic")).hexdigest()

    def coarse(self, dimension: str, category: str) -> str:
        """The code under which a category is counted; of a crossing, that of each of its families."""
        names = crossings.families(dimension)
        if len(names) > 1:
            told = crossings.codes(dimension, category)
            return crossings.CROSS.join(self.coarse(name, told[name]) for name in names)
        for merge in self.merge:
            if merge.dimension == dimension and category in merge.categories:
                return merge.into
        return category

    def document(self) -> dict[str, Any]:
        """Every rule as plain data, for a package or a file."""
        told: dict[str, Any] = msgspec.json.decode(msgspec.json.encode(self))
        return told
