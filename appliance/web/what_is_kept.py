"""What is kept about a child, in a family's words.

It says what is true of this district: a sensitive field stands here while the district keeps it, and until its day. A
test holds the list against the field catalogue, so that no table about a child is kept in silence.
"""

from collections.abc import Iterable
from dataclasses import dataclass

from appliance.errors import Sentence
from appliance.jobs.choose_fields import choices
from appliance.roles import FieldGroup, Role, Scope
from appliance.storage.database import Database
from appliance.storage.field_catalogue import FIELDS
from appliance.student_level.sensitive import Choice

_COUNTING = Sentence("Counting groups of 10 or more for the school and the state")


@dataclass(frozen=True, slots=True)
class Fact:
    """A kind of fact about a child.

    `group`: whoever sees it sees it beside a name; None: nobody does. `tables`: where it lies; the first says how long.
    `fields`: the sensitive fields of which at least one must be on; empty: kept by every district.
    """

    what: Sentence
    purpose: Sentence
    group: FieldGroup | None
    tables: tuple[str, ...]
    fields: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Kept:
    """One fact as it is kept here: what for, which roles see it beside a name, and until when.

    `last_day`: the day that the district chose for it; else `until` says it.
    """

    what: Sentence
    purpose: Sentence
    seen_by: tuple[str, ...]
    until: str
    last_day: int | None = None


FACTS = (
    Fact(
        Sentence("Name, grade and classes"), Sentence("Knowing who is in which class"), FieldGroup.NAMES,
        ("student", "school_enrollment", "section_enrollment"),
    ),
    Fact(
        Sentence("Days at school"), Sentence("Calling when a child is away, and planning help"),
        FieldGroup.ATTENDANCE, ("attendance_day", "attendance_section", "student_attendance"),
    ),
    Fact(
        Sentence("Grades, missing work, credits and tests"), Sentence("Tutoring, and talking with you"),
        FieldGroup.LEARNING, ("grade", "transcript_course", "standard_mark", "test_result", "test_growth"),
    ),
    Fact(
        Sentence("Notes of talks, what the child cares about, and help that was given"),
        Sentence("Remembering what was agreed"), FieldGroup.CHECK_INS,
        ("check_in", "check_in_tray", "cares_about", "support"),
    ),
    Fact(
        Sentence("English learner, bilingual, gifted and career programs"),
        Sentence("Giving the help that the program promises"), FieldGroup.PROGRAMS, ("program_membership",),
    ),
    Fact(
        Sentence("Special education"), Sentence("Giving the help that was agreed"), FieldGroup.SPECIAL_EDUCATION,
        ("program_membership",), ("special_education",),
    ),
    Fact(
        Sentence("Plans under Section 504"), Sentence("Giving the help that was agreed"),
        FieldGroup.SPECIAL_EDUCATION, ("program_membership",), ("section_504",),
    ),
    Fact(
        Sentence("Birth date, sex, race and ethnicity"), Sentence("Telling two children apart, and counting groups"),
        None, ("student",),
    ),
    Fact(
        Sentence("Diplomas, and the year in which a class graduates"), _COUNTING, None,
        ("completion", "graduation_cohort"),
    ),
    Fact(Sentence("Low income"), _COUNTING, None, ("program_membership",), ("economic",)),
    Fact(Sentence("Being without a home"), _COUNTING, None, ("program_membership",), ("homeless",)),
    Fact(
        Sentence("Where a child without a home spends the night"), _COUNTING, None, ("homeless_detail",),
        ("night_residence",),
    ),
    Fact(Sentence("Foster care"), _COUNTING, None, ("program_membership",), ("foster",)),
    Fact(Sentence("Families that move for farm work"), _COUNTING, None, ("program_membership",), ("migrant",)),
    Fact(Sentence("Parents in the military"), _COUNTING, None, ("program_membership",), ("military",)),
    Fact(
        Sentence("Kind of disability, and where the child is taught"), _COUNTING, None, ("special_education_detail",),
        ("disability",),
    ),
    Fact(
        Sentence("Language at home, and the first day as an English learner"), _COUNTING, None,
        ("english_learner_detail",), ("home_language",),
    ),
    Fact(
        Sentence("How often and for how many days a child was sent home, never what happened"), _COUNTING, None,
        ("discipline",), ("discipline",),
    ),
    Fact(
        Sentence("Why a child left a school, in a few words for all there are"), _COUNTING, None, ("leaving",),
        ("leaving_reason",),
    ),
    Fact(
        Sentence("The numbers by which school programs know the child, and records that may be the same child’s"),
        Sentence("Finding the record again when files come, and keeping two children apart"), None,
        ("identity", "former_identity", "who_case", "different_students", "merged_student"),
    ),
    Fact(
        Sentence("The list of this week, if the child is on it"), Sentence("Keeping it as it was on Monday"),
        FieldGroup.CHECK_INS, ("week_line",),
    ),
    Fact(
        Sentence("Rows of files that could not be read yet"), Sentence("Loading them once they can be read"), None,
        ("quarantine",),
    ),
    Fact(
        Sentence("Rows that a newer file changed"), Sentence("Taking a file back that was wrong"), None,
        ("batch_undo", "known_lines"),
    ),
    Fact(
        Sentence("Which totals of this school year the child is part of"),
        Sentence("Keeping two totals from being subtracted until one child is left"), None, ("memory_member",),
    ),
    Fact(
        Sentence("Who opened the record, who may, and which family belongs to it"),
        Sentence("Telling you, and finding misuse"), FieldGroup.OPENINGS,
        ("access_log", "access_log_student", "coach_grant", "broken_glass", "guardian_link", "caseload"),
    ),
)  # fmt: skip
"""Everything that a district may keep about a child, what is seen beside a name first."""


def kept_here(database: Database) -> tuple[Kept, ...]:
    """What this district keeps about a child, in the order of `FACTS`; nothing stands here about any one child."""
    on = {choice.name: choice for choice in choices(database) if choice.is_on}
    return tuple(_kept(fact, on) for fact in FACTS if not fact.fields or on.keys() & set(fact.fields))


def _kept(fact: Fact, on: dict[str, Choice]) -> Kept:
    days = [on[name].until_day for name in fact.fields if name in on]
    until = next(field.kept for field in FIELDS if field.table == fact.tables[0])
    last_day = max((day for day in days if day is not None), default=None)
    return Kept(fact.what, fact.purpose, tuple(_seen_by(fact.group)), until, last_day)


def _seen_by(group: FieldGroup | None) -> Iterable[str]:
    """The roles that see a group of fields on a usual day."""
    if group is None:
        return
    for role in Role:
        if role.terms.scope not in (Scope.BROKEN_GLASS, Scope.OWN_CHILDREN) and group in role.terms.fields:
            yield role.terms.word
