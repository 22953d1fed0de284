"""The two texts of a package: the report for a board, and the page for whoever opens the file."""

import textwrap
from collections.abc import Collection, Iterable

from appliance.aggregate import codelists
from appliance.aggregate.disclosure import Report
from appliance.aggregate.published import PublishedTable
from appliance.aggregate.release import rules_wording
from appliance.aggregate.release.facts import Approval, ReleaseFacts
from appliance.aggregate.release.sshsig import NAMESPACE, PublicKey, principal

_WIDE = 110
_NUMBERS = {
    "minimum_cell": "Smallest group of students that is shown",
    "least_days_enrolled": "Fewest days enrolled for a student to be counted in attendance",
    "least_days_attended": "Fewest days attended for a student to be counted in attendance",
    "part_of_day": "How much of a day's classes has to be missed for it to count as missed (any, half or whole)",
}
"""The district's numbers, as the report calls them."""


def report(facts: ReleaseFacts, made: Report, tables: Collection[PublishedTable]) -> str:
    """What was done before these numbers left, in plain words."""
    return _wrapped(
        [
            f"Report on the protected summary of {facts.district_name} (district {facts.lea_id})",
            f"School year {facts.school_year}. Counts as of {facts.snapshot}. Version {facts.version}.",
            "",
            "WHAT THIS IS",
            "Counts of students by school and group, and no row about any one student. Small numbers are hidden, and "
            "so are the numbers from which a small one could be worked out by adding and subtracting.",
            "",
            "THE RULES",
            *rules_wording.rules(made.policy, facts.rules_signed),
            f"- Code lists: {codelists.EDITION}. Program: {facts.software}.",
            "",
            "WHAT IS SHOWN AND WHAT IS HIDDEN",
            *rules_wording.shown(tables),
            *_not_there(facts),
            "Each hidden number comes with a range, n_lower to n_upper: what anyone can work out from the shown "
            "numbers.",
            "",
            "HOW THE HIDDEN NUMBERS WERE CHOSEN",
            *rules_wording.chosen(made),
            "",
            *_over_time(facts, made),
            "THE ATTACKS",
            *rules_wording.attacks(made),
            "",
            "WHAT EACH TABLE COUNTS",
            *_definitions(facts),
            "",
            "WHO",
            f"Privacy budget of the weekly pulse in this school year: {facts.pulse or 'nothing spent'}. This release "
            "adds no noise and spends nothing of it.",
            _chain(facts),
            f"Drafted by {facts.drafted_by} on {facts.drafted_on}.",
        ]
    )


def _wrapped(lines: Iterable[str]) -> str:
    """The lines, each broken where it is too wide for a printed page; a point of a list hangs by its dash."""
    as_they_are = textwrap.TextWrapper(_WIDE, break_long_words=False, break_on_hyphens=False)
    hanging = textwrap.TextWrapper(_WIDE, subsequent_indent="  ", break_long_words=False, break_on_hyphens=False)
    points = ("- ", "  ")
    return "\n".join([*((hanging if line.startswith(points) else as_they_are).fill(line) for line in lines), ""])


def _definitions(facts: ReleaseFacts) -> list[str]:
    """Whom each table of the package counts and by whose rule, and the numbers of the district that decide it."""
    tables = [name for name in codelists.METRICS if name in facts.definitions and name not in facts.missing]
    numbers = [name for name in sorted(facts.definitions) if name not in codelists.METRICS]
    return [
        *(f"- {codelists.METRICS[name].title} ({name}.csv): {facts.definitions[name]}" for name in tables),
        *(f"- {_NUMBERS.get(name, name)}: {facts.definitions[name]}." for name in numbers),
    ]


def approval(approval: Approval, *, known: Collection[str]) -> str:
    """What is added below the report when somebody has approved it. `known`: withdrawn packages that it names."""
    later = [sha256 for sha256 in approval.withdraws if sha256 not in known]
    lines = [
        f"Approved by {approval.by} on {approval.on}.",
        *(f"WITHDRAWN by the district since it was drafted, not to be used: {sha256}" for sha256 in later),
        "",
    ]
    return "\n".join(lines)


def _not_there(facts: ReleaseFacts) -> list[str]:
    """Why a table is not in the package, and what no package has."""
    names = [name for name in codelists.METRICS if name in facts.missing]
    return [
        *(
            f"- {codelists.METRICS[name].title} ({name}.csv) is not in this package. {facts.missing[name]}"
            for name in names
        ),
        "- Mean attendance rates and numbers of removals are in no table: they are sums of days and events, of which "
        "one student may have many, and the proof below is about students.",
    ]


def _over_time(facts: ReleaseFacts, made: Report) -> list[str]:
    """What earlier releases of the school year have to do with this one."""
    if not facts.earlier:
        return ["THE RELEASES BEFORE", "This is the first release of the school year.", ""]
    rules = made.policy
    return [
        "THE RELEASES BEFORE",
        f"A number is counted anew only when at least {rules.minimum_n} students entered or left it since each earlier "
        "release that counted it, and the same holds for every sum of numbers that can be worked out. Any other number "
        "keeps its old value: n_as_of and denominator_as_of name the release it is from. What was hidden once stays "
        "hidden until the school year is over, also where nobody is left. The state's test is told once in a school "
        "year: a later release repeats those tables as the first told them, or has none.",
        *(f"- {count:,} numbers are carried forward from the release of {label}." for label, count in made.carried),
        "Earlier packages, by sha256:",
        *(f"- {package.label}: {package.sha256}" for package in facts.earlier),
        f"The previous package: {facts.previous}",
        *(f"WITHDRAWN by the district, not to be used: {sha256}" for sha256 in facts.withdraws),
        "",
    ]


def _chain(facts: ReleaseFacts) -> str:
    if not facts.replaces:
        return "It replaces no other package."
    return f"It replaces the package with sha256 {facts.replaces}. Reason: {facts.reason}"


def readme(facts: ReleaseFacts, tables: Iterable[str], key: PublicKey) -> str:
    """How to check the package and how to open its tables, with tools that an office has."""
    who = principal(facts.lea_id)
    lines = [
        f"Protected summary of {facts.district_name}, {facts.school_year}",
        "",
        "TO CHECK IT (nothing to install but OpenSSH)",
        "  1. Ask the district by telephone for the fingerprint of its key. It must be",
        f"     {key.fingerprint}",
        "  2. Put this line into a file named allowed_signers:",
        f'     {who} namespaces="{NAMESPACE}" {key.line(who)}',
        f"  3. ssh-keygen -Y verify -f allowed_signers -I {who} -n {NAMESPACE} \\",
        "       -s datapackage.json.sig < datapackage.json",
        "  4. sha256sum -c SHA256SUMS            (Windows: certutil -hashfile FILE SHA256)",
        "  Or all of it, with every privacy rule: schoolhouse state verify THIS.zip --signers allowed_signers",
        "  Or the tables alone: frictionless validate datapackage.json",
        "",
        "TO OPEN IT IN EXCEL",
        "  Do not double-click the files: Excel would drop the zeros at the front of ids and grades.",
        "  Data > From Text/CSV > choose the file > File Origin 65001 (UTF-8) > Transform Data >",
        "  set school_id, lea_id and grade to Text > Close & Load.",
        "",
        "TO OPEN IT IN DUCKDB",
        "  SELECT school_id, race, n, n_lower, n_upper FROM read_csv('membership.csv', all_varchar = true)",
        "   WHERE category_set = 'RACE' ORDER BY school_id, race;",
        "  All columns are text there; cast n to INTEGER where you add.",
        "",
        "COLUMNS",
        "  school_id is empty in the district's rows. Each student stands at one school, so the schools of a category",
        "  set add up to the district. category_set says which group columns are filled (TOT: none of them).",
        "  n is empty when hidden; n_lower and n_upper then say what anyone can work out. denominator is the size of",
        "  the group, where n is a part of it. n_as_of and denominator_as_of name the earlier release that a number is",
        "  carried forward from; empty: it is of this release's day. Do not add numbers of two days.",
        "  suppression is none, coded (n is n_lower to n_upper), hidden, or not_offered (nobody in this group).",
        "  A category set of several parts (RACE_SEX) crosses them, mostly in the district's rows alone. In a set with",
        "  OUTCOME, n are those of the group who have the outcome (YES) or not (NO), in the way named beside it.",
        "",
        "TABLES",
        "  directory.csv: schools, grades offered, session days.",
        *(f"  {name}.csv: {codelists.metric(name).definition}" for name in tables),
        *(f"  No {name}.csv: {reason}" for name, reason in facts.missing.items()),
        "",
        "CODES",
        *(f"  {code}: {meaning}" for code, meaning in codelists.MEANING.items() if code != codelists.ALL),
        "",
    ]
    return "\n".join(lines)
