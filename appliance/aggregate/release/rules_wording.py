"""The rules and the attacks of a release, in plain words: what a board reads before it decides whether to believe."""

from collections import Counter
from collections.abc import Collection, Iterator

from appliance.aggregate import codelists
from appliance.aggregate.disclosure import Policy, Report
from appliance.aggregate.disclosure.coding import Band
from appliance.aggregate.published import PublishedTable
from appliance.aggregate.tabulation import Suppression


def rules(policy: Policy, signed: str) -> Iterator[str]:
    """The lines of a report about its rules: which they are, who answers for them, and what they say."""
    yield f"- {policy.title}, version {policy.version}, sha256 {policy.sha256}."
    yield f"- {signed}"
    for sentence in sentences(policy):
        yield sentence if sentence.startswith(" ") else f"- {sentence}"


def sentences(policy: Policy) -> Iterator[str]:
    """What is too small, what is shown as a class, merged or counted apart. Indented: more of the one before."""
    zero = "is shown as 0" if policy.zeros == "published" else "is hidden as well"
    yield f"A group of 1 to {policy.minimum_n - 1} students is never shown. An empty group {zero}."
    yield (
        f"A result (such as chronic absence) is hidden when fewer than {policy.k} students have it, when all but "
        f"fewer than {policy.k} have it, or when the group has fewer than {policy.minimum_n} students."
    )
    yield (
        "Where a hidden number could be narrowed down from others, others are hidden with it. The files do not say "
        "which were hidden for which reason."
    )
    for promise in policy.promises:
        title = codelists.metric(promise.table).title
        where = "in the district's own rows" if promise.in_district else "everywhere"
        by = "in total" if promise.dimension == codelists.ALL else f"by {promise.dimension}"
        yield f"Promised: {title} {by}, {where}, is hidden only where it is itself too small."
    if policy.coding:
        yield "Results are shown as a class of percents where the group's size asks for it (suppression: coded):"
        yield from (f"  {_band(band)}" for band in policy.coding)
        yield f"  A class that could stand for fewer than {policy.k} students alone is hidden instead."
    for merge in policy.merge:
        yield f"Counted together as {merge.into}: {', '.join(merge.categories)} ({merge.dimension})."
    for area in policy.geographies:
        yield f"{area.name} ({area.code}) have totals of their own. Schools: {', '.join(area.schools)}."
    yield f"At most {policy.releases_a_year} snapshots leave in a school year, {policy.days_between} days apart."


def _band(band: Band) -> str:
    sizes = f"{band.smallest} or more" if band.largest is None else f"{band.smallest} to {band.largest}"
    ends = f"{band.bottom} % or less, {band.top} % or more"
    between = {0: "counts between as they are", 1: "whole percents between"}
    return f"groups of {sizes}: {ends}, {between.get(band.step, f'steps of {band.step} % between')}"


def shown(tables: Collection[PublishedTable]) -> Iterator[str]:
    """How many rows of each table show their number, show it as a class, and hide it; and of all tables together."""
    in_all: Counter[Suppression] = Counter()
    for table in tables:
        states = Counter(cell.suppression for cell in table.cells)
        in_all.update(states)
        yield f"- {codelists.metric(table.metric).title} ({table.metric}.csv): {_of(states)}."
    yield f"- All tables together: {_of(in_all)}."


def _of(states: Counter[Suppression]) -> str:
    said = [f"{states['none']:,} rows with their number"]
    said += [f"{states['coded']:,} shown as a class"] if states["coded"] else []
    said += [f"{states['hidden']:,} hidden"]
    said += [f"{states['not_offered']:,} with nobody to count"] if states["not_offered"] else []
    return ", ".join(said)


def chosen(made: Report) -> Iterator[str]:
    """How good the choice of hidden numbers is.

    How many parts there were, and how many numbers an attack asked for, depend on what is hidden and stay in the house.
    """
    yield (
        "The tables were taken apart into parts that can be solved on their own. It is proved that no choice that is "
        "safe within its part loses less"
        + (f", but for parts that ran out of time: those lose at most {made.gap:.1%} more." if made.gap else ".")
    )
    yield (
        "Parts that are safe alone are not always safe together. What the attack below asked for was hidden as well, "
        "and it was repeated until it asked for nothing. That no fewer would do then is not proved."
    )


def attacks(made: Report) -> Iterator[str]:
    """What was tried, with counts, and what no attack here covers."""
    yield "A separate program, which shares nothing with the one that chose, attacked all tables and schools at once:"
    for one in made.attacks:
        yield (
            f"- Knowing {one.name}: {one.hidden:,} hidden numbers attacked; {one.fallen:,} narrowed too far, "
            f"{one.exact:,} worked out exactly."
        )
    yield (
        "A hidden row counts here with all that it hides: those with the result, those without it, and the size of the "
        "group where that is hidden as well."
    )
    yield ""
    yield (
        "Each student who is alone in a group, at a school or in the district, was also given what that student knows: "
        "the own group, and the own result in every table. It makes no other small group exact. Each student stands at "
        "one school: who is alone in the district is alone at that school, and the only members of a group at two "
        "schools are two students."
    )
    yield ""
    yield (
        "For every hidden number there are tables of whole students that agree with everything shown here, with the "
        "number as low and as high as it has to stay possible, or as far as the empty groups, which are shown, leave "
        "it open. A program of its own, which has no solver, checked each by adding and comparing. These tables, and "
        "how many they are, do not leave the district."
    )
    yield ""
    yield "CHECK IT BY HAND"
    yield (
        "Take any line of a table: a school, and the groups of one kind. Subtract the numbers shown from the total. "
        "What is left is shared by the hidden ones, and at least two of them can give and take. Then take the same "
        "group down the schools, against the district: each student stands at one school, so the schools always add up "
        'to the district. The manual\'s page "Check it by hand" does it on small tables, and `schoolhouse release '
        "attack THIS.zip` does it on all of them at once."
    )
    if made.carried:
        yield (
            "Subtract only numbers of one day, which n_as_of and denominator_as_of name: those of two days need not "
            "add up."
        )
    yield ""
    yield "WHAT THE ATTACKS DO NOT COVER"
    yield (
        "- Tables about students of the past (graduation, diplomas, leaving without one): they overlap, and each is "
        "protected by itself. What two of them differ by can be a few students."
    )
    yield "- Releases of two school years held against each other: those of one school year are."
    if not made.policy.public:
        yield (
            "- Someone who has a public enrolment list: with its group sizes, small numbers by program can be narrowed "
            "or worked out."
        )
    yield "- A student who is alone in a group, beyond numbers worked out exactly: narrower ranges were not tried."
    yield "- Two or more students of small groups who put together what they know of themselves."
    yield "- Someone who already knows most members of a group."
    yield "- Someone who replays the method itself in order to guess why a number was hidden (a rule-aware attacker)."
    yield "- Someone who weighs the remaining possibilities by what is likely (a Bayesian attacker)."
    yield "- Files that the district gives out in other ways."
