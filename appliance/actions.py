"""What people do in Schoolhouse, and which role may do it.

Each route and each change names one of these; a route that names none is shut. To add an action is to add a line: its
words for the access log, then the roles that may. Whom a role sees, and what of them, stands in `roles.py`. Guards, the
manual's page "Who sees what" and the matrix of tests read these two tables and no other.
"""

from enum import StrEnum

from appliance.roles import Role

__all__ = ["RIGHTS", "Action", "Role", "may"]

_TEACHER, _COUNSELOR, _COACH, _SUBSTITUTE = Role.TEACHER, Role.COUNSELOR, Role.COACH, Role.SUBSTITUTE
_LEADS = (Role.PRINCIPAL, Role.ASSISTANT_PRINCIPAL)
_TOTALS = (Role.SUPERINTENDENT, Role.ANALYST)
_STEWARD, _ADMIN, _AUDITOR = Role.DATA_STEWARD, Role.DISTRICT_ADMIN, Role.AUDITOR
_STAFF = (_TEACHER, _COUNSELOR, _COACH, *_LEADS)
_EVERYBODY = tuple(Role)


class Action(StrEnum):
    """One thing that can be done: what the access log calls it, and who may.

    One that names no role belongs to nobody who signs in: the house does it, or somebody at the command line.
    """

    roles: frozenset[Role]

    def __new__(cls, words: str, *roles: Role) -> "Action":
        """The line's words are the action's value; its roles stand beside it."""
        action = str.__new__(cls, words)
        action._value_ = words
        action.roles = frozenset(roles)
        return action

    SIGN_IN = "sign in"
    SIGN_IN_REFUSED = "sign-in refused"
    SIGN_OUT = "sign out", *_EVERYBODY
    SEE_OPEN_PAGE = "see a page that shows no student", *_EVERYBODY
    SEE_MY_SCOPE = "see what I may see", *_EVERYBODY
    SEE_MY_SIGN_IN = "see how I sign in", *_EVERYBODY
    CHANGE_MY_SIGN_IN = "change how I sign in", *_EVERYBODY
    PROVE_AGAIN = "prove who I am again", *_EVERYBODY

    SEE_THIS_WEEK = "see this week", *_STAFF
    SEE_SECTION = "see a class", *_STAFF
    SEE_STUDENT = "see a student", *_STAFF, *_TOTALS
    EXPORT_SECTION = "take a class out as a file", *_STAFF
    EXPORT_SCHOOL = "take a school’s students out as a file", *_LEADS
    PRINT_STUDENT = "print about a student", *_STAFF
    PRINT_SECTION = "print about a class", *_STAFF
    PRINT_SCHOOL = "print about a school", *_LEADS
    SEE_SCHOOL = "see a school", *_LEADS
    RECORD_CHECK_IN = "record a check-in", *_STAFF
    RECORD_SUPPORT = "record a support", *_STAFF
    RECORD_CARES_ABOUT = "record what a student cares about", *_STAFF
    SEE_COVERED_CLASS = "see the names of a class one stands in for", _SUBSTITUTE
    SEE_OWN_CHILDREN = "see one’s own children", Role.GUARDIAN
    SEE_DISTRICT = "see the district’s totals", *_TOTALS
    ASK_SCHOOL = "record that a school was asked", *_TOTALS
    BREAK_GLASS = "open one student by breaking the glass", *_TOTALS
    SEE_BROKEN_GLASS = "see who broke the glass", Role.SUPERINTENDENT, _STEWARD, _AUDITOR
    REPORT_BROKEN_GLASS = "report who broke the glass"
    SEE_WHO_MAY_SEE = "see who may see a student", *_LEADS, _STEWARD, _AUDITOR
    VIEW_AS = "see pages as somebody else sees them", *_LEADS
    GIVE_GRANT = "open students to somebody for a time", *_LEADS, _STEWARD
    END_GRANT = "end what was opened for a time", *_LEADS, _STEWARD

    SEE_DATA = "see imports and data health", _STEWARD
    IMPORT = "import files", _STEWARD
    HOLD_IMPORT = "hold an import"
    UNDO_IMPORT = "take an import back", _STEWARD
    RETRY_QUARANTINE = "try refused rows again", _STEWARD
    DROP_QUARANTINE = "drop refused rows", _STEWARD
    CHOOSE_FIELD = "choose a sensitive field", _STEWARD
    SEE_WHO_IS_WHO = "see who may be who", _STEWARD
    DECIDE_WHO_IS_WHO = "decide who is who", _STEWARD
    MERGE_STUDENTS = "make one student of two", _STEWARD
    SPLIT_STUDENT = "make two students of one", _STEWARD
    UNDO_WHO_IS_WHO = "take back who is who", _STEWARD
    CHANGE_MAPPING = "change a mapping", _STEWARD
    CHANGE_RULES = "change the rules of this week", _STEWARD
    MAKE_ACCOUNT = "make an account", _ADMIN
    SEE_ACCOUNTS = "see accounts", _ADMIN
    GIVE_CODE = "give a one-time code", _ADMIN
    SHUT_ACCOUNT = "shut an account", _ADMIN
    OPEN_ACCOUNT = "open an account again", _ADMIN
    CHANGE_ROLE = "change what an account is for", _ADMIN
    END_SESSIONS = "end somebody’s sign-ins", _ADMIN
    LOCK_DOWN = "lock Schoolhouse down", _ADMIN
    LIFT_LOCK_DOWN = "lift the lock-down", _ADMIN
    COMPUTE_METRICS = "compute metrics"
    DRAFT_RELEASE = "draft a release", _STEWARD
    APPROVE_RELEASE = "approve a release", _STEWARD, Role.SUPERINTENDENT
    BUILD_RELEASE = "build a release", _STEWARD, Role.SUPERINTENDENT
    DISCARD_RELEASE = "discard a draft of a release", _STEWARD, Role.SUPERINTENDENT
    WITHDRAW_RELEASE = "withdraw a release", _STEWARD, Role.SUPERINTENDENT
    SEE_RELEASES = "read what left the district", *_LEADS, *_TOTALS, _STEWARD, _AUDITOR
    PROPOSE_POLICY = "propose the rules of releases", _STEWARD, Role.SUPERINTENDENT
    SIGN_POLICY = "sign the rules of releases", _STEWARD, Role.SUPERINTENDENT
    DEBIT_PULSE = "debit the privacy budget"
    DRAW_PULSE = "draw a weekly pulse"
    PUT_OUT_PULSE = "put out a weekly pulse"
    SET_UP = "set up the home"
    SEE_AUDIT = "see who looked", _STEWARD, _AUDITOR
    EXPORT_AUDIT = "take lines of the access log out as a file", _STEWARD, _AUDITOR
    SETTLE_ALARM = "look into an alarm", _STEWARD, _AUDITOR
    RAISE_ALARM = "raise an alarm"
    ERASE_LISTS = "erase the lists of a week that is over"
    REFUSED = "refused"
    DID_NOT_HAPPEN = "did not happen"
    ACCEPT_LOSS = "accept that changes are lost"


_FOR_EVERYBODY = frozenset(action for action in Action if action.roles == frozenset(Role))

RIGHTS: dict[Role, frozenset[Action]] = {
    role: frozenset(action for action in Action if role in action.roles) - _FOR_EVERYBODY for role in Role
}
"""What each role may beyond what every role may: open pages, "What I can see" and signing out."""


def may(role: Role, action: Action) -> bool:
    """Whether the role holds the right. Nothing is allowed that does not stand on the action's line."""
    return role in action.roles
