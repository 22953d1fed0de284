"""The report of a pulse, in plain words for a board."""

from collections.abc import Sequence

from appliance.aggregate.pulse.estimate import WIDEST_MARGIN, Estimate, margin_of_a_count
from appliance.aggregate.pulse.facts import NAMESPACE, SIGNATURE, PulseFacts
from appliance.aggregate.release.sshsig import principal
from appliance.aggregate.tabulation import DISTRICT


def report(facts: PulseFacts, estimates: Sequence[Estimate]) -> str:
    """What the numbers mean, how far they may be off, what was spent, and what this does not protect against."""
    question = facts.entry.question
    who = principal(question.lea_id)
    lines = [
        f"Weekly pulse of {facts.district_name} (district {question.lea_id})",
        f"School year {question.school_year}, week of Monday {question.monday}. Drawn on {facts.drawn}.",
        "",
        "THE WEEK",
        "Students who missed at least one school day of the week, out of those enrolled, with noise added:",
        *(_line(facts, one) for one in estimates),
        "",
        "WHAT THIS IS",
        "Each number was made a little wrong on purpose before it left: a random whole number was added to it. With or",
        "without any one student this file would look much the same, so it says next to nothing about any one of them,",
        "whatever else its reader knows. Noise moves a count by at most"
        f" {margin_of_a_count(question.variance)} students, 19 times in 20.",
        "These are not official numbers; the official ones are in the district's releases. Where noise could move a",
        f"share by more than {WIDEST_MARGIN} points, it is left out.",
        "",
        "HOW IT WAS MADE",
        "- Each student is counted in one school and in one of two groups: missed a day or more, or missed none.",
        "- Schools and district were measured apart, with discrete Gaussian noise by OpenDP.",
        f"  sigma squared: {question.variance}",
        "  measurements.csv holds these numbers as they were drawn. They may be negative.",
        "- pulse.csv holds the nearest numbers that are not negative and in which the schools add up to the district.",
        "  It was worked out from measurements.csv alone, and anybody can work it out again.",
        "- Asking again gives the same file. A week is drawn once.",
        "",
        "THE BUDGET",
        f"This week costs {question.rho} (rho, zero-concentrated differential privacy, per student).",
        f"The school year has cost {facts.spent} with it, and may cost {facts.cap}. The budget was debited before the",
        f"noise was drawn: entry {facts.entry.number} of the ledger, {facts.entry.sha256}",
        f"the entry before it: {facts.entry.previous_sha256}",
        f"In other words, with delta {question.delta}: epsilon {facts.epsilon_week:.2f} for this week,"
        f" {facts.epsilon_year:.2f} for a whole year's cap.",
        "These are losses for adding or removing all that is known of one student. For changing what is known of a",
        "student (missed or not), rho is twice as large. Each school year has a budget of its own.",
        "",
        "WHAT THIS DOES NOT COVER",
        "- What a group has in common. That many students of a school missed days is what the pulse is there to say.",
        "- Other files of the district. A release protects in another way, and its losses do not stand in this ledger.",
        "- A home restored from an old backup, which forgets what was drawn since. Each file names its ledger entry",
        "  and the one before: two files with one number, or a gap in the chain, show it.",
        "",
        "TO CHECK IT",
        f"  allowed_signers: {who} namespaces=\"{NAMESPACE}\" and the key in signer.pub, compared by telephone",
        f"  ssh-keygen -Y verify -f allowed_signers -I {who} -n {NAMESPACE} -s {SIGNATURE} < pulse.json",
        "  The sha256 of every other file stands in pulse.json. Or all of it: schoolhouse pulse check THIS.zip",
        "",
        f"Program: {facts.software}.",
        "",
    ]  # fmt: skip
    return "\n".join(lines)


def _line(facts: PulseFacts, one: Estimate) -> str:
    name = "All schools" if one.school_id == DISTRICT else facts.schools[one.school_id]
    share = "no share, too few students" if one.percent is None else f"{one.percent} %, give or take {one.margin}"
    return f"- {name}: about {one.missed} of {one.enrolled} ({share})"
