"""The one table of roles: whom each sees, what of them, and on what terms somebody signs in.

Which action belongs to which role stands beside each action in `actions.py`. Guards, the database's gates, the manual's
page "Who sees what" and the matrix of tests are all made from these two tables.
"""

from dataclasses import dataclass
from enum import StrEnum

from appliance.errors import Sentence


class Role(StrEnum):
    """What an account is for. A role says what kind of page opens; the roster says which students are on it."""

    TEACHER = "teacher"
    COUNSELOR = "counselor"
    COACH = "coach"
    SUBSTITUTE = "substitute"
    PRINCIPAL = "principal"
    ASSISTANT_PRINCIPAL = "assistant_principal"
    SUPERINTENDENT = "superintendent"
    ANALYST = "analyst"
    DATA_STEWARD = "data_steward"
    DISTRICT_ADMIN = "district_admin"
    AUDITOR = "auditor"
    GUARDIAN = "guardian"

    @property
    def terms(self) -> "Terms":
        """The line of the table that is about this role."""
        return TERMS[self]


class Scope(StrEnum):
    """Which students a role sees. The value ends the sentence "This role sees ..."."""

    OWN_CLASSES = (
        "the students in their own classes, as teacher of record or co-teacher, until two weeks after a class ends"
    )
    CASELOAD = "the students on their caseload"
    GRANTED = "the classes and students that a principal or the data steward opened for them, until the day then set"
    COVERED_CLASSES = "the classes of the teacher for whom they stand in, with a printed day code, until 6 pm"
    SCHOOL = "the students enrolled today at the school that they lead"
    BROKEN_GLASS = "no student, only totals; one student for an hour by breaking the glass, with a reason"
    ONE_BY_NAME = "no student’s record; one name at a time, to answer who may see that student"
    OWN_CHILDREN = "their own children, when the district has switched family pages on"
    NOBODY = "no student"


class FieldGroup(StrEnum):
    """What of a student a role sees. A group that a role lacks is absent from its gate: not blank, not there."""

    NAMES = "name, grade level and classes"
    CARES_ABOUT = "what the student cares about"
    ATTENDANCE = "days at school"
    LEARNING = "marks, missing work and tests"
    CHECK_INS = "check-ins and supports"
    PROGRAMS = "English learner, bilingual, gifted and career programs"
    OPENINGS = "who opened the record"
    SPECIAL_EDUCATION = "special education and Section 504"
    MEALS = "family income and meals"
    DISCIPLINE = "discipline"
    HEALTH = "health"


@dataclass(frozen=True, slots=True)
class Terms:
    """One line of the table.

    `is_widest`: a sign-in ends sooner, because whoever finds this screen open finds more. `needs_second_factor`: for
    every role that sees, or decides, more than its own classes.
    """

    word: str
    scope: Scope
    fields: frozenset[FieldGroup] = frozenset()
    needs_second_factor: bool = True
    is_widest: bool = False

    @property
    def idle_minutes(self) -> int:
        """Without a sign of life for so long, a sign-in ends."""
        return 15 if self.is_widest else 60

    @property
    def session_hours(self) -> int:
        """A sign-in ends after so long, whatever happens in it."""
        return 8 if self.is_widest else 12


_NAMES = frozenset({FieldGroup.NAMES})
_RECORD = _NAMES | {
    FieldGroup.CARES_ABOUT, FieldGroup.ATTENDANCE, FieldGroup.LEARNING, FieldGroup.PROGRAMS, FieldGroup.OPENINGS,
}  # fmt: skip
_STAFF = _RECORD | {FieldGroup.CHECK_INS}
_CASE = _STAFF | {FieldGroup.SPECIAL_EDUCATION}

TERMS = {
    Role.TEACHER: Terms(Sentence("teacher"), Scope.OWN_CLASSES, _STAFF, needs_second_factor=False),
    Role.COUNSELOR: Terms(Sentence("counselor"), Scope.CASELOAD, _CASE),
    Role.COACH: Terms(Sentence("coach"), Scope.GRANTED, _STAFF),
    Role.SUBSTITUTE: Terms(Sentence("substitute"), Scope.COVERED_CLASSES, _NAMES, needs_second_factor=False),
    Role.PRINCIPAL: Terms(Sentence("principal"), Scope.SCHOOL, _STAFF),
    Role.ASSISTANT_PRINCIPAL: Terms(Sentence("assistant principal"), Scope.SCHOOL, _STAFF),
    Role.SUPERINTENDENT: Terms(Sentence("superintendent"), Scope.BROKEN_GLASS, _STAFF, is_widest=True),
    Role.ANALYST: Terms(Sentence("analyst"), Scope.BROKEN_GLASS, _STAFF, is_widest=True),
    Role.DATA_STEWARD: Terms(
        Sentence("data steward"), Scope.ONE_BY_NAME, _NAMES | {FieldGroup.OPENINGS}, is_widest=True
    ),
    Role.DISTRICT_ADMIN: Terms(Sentence("district administrator"), Scope.NOBODY, is_widest=True),
    Role.AUDITOR: Terms(Sentence("auditor"), Scope.ONE_BY_NAME, _NAMES | {FieldGroup.OPENINGS}, is_widest=True),
    Role.GUARDIAN: Terms(
        Sentence("guardian"), Scope.OWN_CHILDREN, _RECORD - {FieldGroup.PROGRAMS}, needs_second_factor=False
    ),
}  # fmt: skip
"""Nobody sees meals, discipline or health: what is kept of them is counted into totals only."""
