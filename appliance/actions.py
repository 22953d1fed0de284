"""What people do in Schoolhouse, and which role may do it.

Each route and each change names one of these; a route that names none is shut. Guards, the access log and the manual's
table of rights all read this one table.
"""

from enum import StrEnum


class Role(StrEnum):
    """What an account is for. A role says what kind of page opens; the roster says which students are on it."""

    TEACHER = "teacher"
    COUNSELOR = "counselor"
    PRINCIPAL = "principal"
    SUPERINTENDENT = "superintendent"
    DATA_STEWARD = "data_steward"


class Action(StrEnum):
    """One thing that can be done. The value is what the access log keeps."""

    SIGN_IN = "sign in"
    SIGN_IN_REFUSED = "sign-in refused"
    SIGN_OUT = "sign out"
    SEE_THIS_WEEK = "see this week"
    SEE_SECTION = "see a class"
    SEE_STUDENT = "see a student"
    SEE_SCHOOL = "see a school"
    SEE_DATA = "see imports and data health"
    SEE_OPEN_PAGE = "see a page that shows no student"
    SEE_MY_SCOPE = "see what I may see"
    RECORD_CHECK_IN = "record a check-in"
    IMPORT = "import files"
    HOLD_IMPORT = "hold an import"
    UNDO_IMPORT = "take an import back"
    RETRY_QUARANTINE = "try refused rows again"
    DROP_QUARANTINE = "drop refused rows"
    CHOOSE_FIELD = "choose a sensitive field"
    MAKE_ACCOUNT = "make an account"
    COMPUTE_METRICS = "compute metrics"
    DRAFT_RELEASE = "draft a release"
    APPROVE_RELEASE = "approve a release"
    BUILD_RELEASE = "build a release"
    DEBIT_PULSE = "debit the privacy budget"
    DRAW_PULSE = "draw a weekly pulse"
    PUT_OUT_PULSE = "put out a weekly pulse"
    SET_UP = "set up the home"


_STUDENT_PAGES = frozenset({Action.SEE_THIS_WEEK, Action.SEE_SECTION, Action.SEE_STUDENT, Action.RECORD_CHECK_IN})

_FOR_EVERYBODY = frozenset({Action.SEE_OPEN_PAGE, Action.SEE_MY_SCOPE, Action.SIGN_OUT})

RIGHTS: dict[Role, frozenset[Action]] = {
    Role.TEACHER: _STUDENT_PAGES,
    Role.COUNSELOR: _STUDENT_PAGES,
    Role.PRINCIPAL: _STUDENT_PAGES | {Action.SEE_SCHOOL},
    Role.SUPERINTENDENT: frozenset({Action.APPROVE_RELEASE}),
    Role.DATA_STEWARD: frozenset(
        {
            Action.SEE_DATA,
            Action.IMPORT,
            Action.UNDO_IMPORT,
            Action.DRAFT_RELEASE,
            Action.APPROVE_RELEASE,
            Action.RETRY_QUARANTINE,
            Action.DROP_QUARANTINE,
            Action.CHOOSE_FIELD,
        }
    ),
}
"""Nothing is allowed that does not stand here. Everybody may sign in, sign out and read the manual."""


def may(role: Role, action: Action) -> bool:
    """Whether the role holds the right. Open pages, "What I can see" and signing out belong to every role."""
    return action in RIGHTS[role] or action in _FOR_EVERYBODY
