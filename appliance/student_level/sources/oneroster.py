"""OneRoster 1.1 and 1.2 CSV. IMS Global (1EdTech) OneRoster CSV binding; its names stop in this file.

End dates are exclusive (the first day that no longer counts), as the binding says, unless the district says of this
source that they are not. Which files a package has, whole or in part, is settled in `oneroster_package`.
"""

from appliance.student_level.sources.layout import Layout, may, need
from appliance.student_level.sources.values import day, flag, number, one_of, one_of_or_own, several, text, year

_ACTIVE = one_of({"active": 1, "tobedeleted": 0, "inactive": 0})
_ID = need("source_id", "sourcedId", text)
_STATUS = may("is_active", "status", _ACTIVE, empty=1)

_ORGANIZATIONS = {"district": "district", "school": "school", "department": "department", "local": "district"}
_SESSIONS = {
    "schoolYear": "school_year", "semester": "semester", "term": "term", "gradingPeriod": "grading_period",
}  # fmt: skip
_ROLES = {
    "teacher": "teacher",
    "student": "student",
    "aide": "aide",
    "counselor": "counselor",
    "principal": "principal",
    "administrator": "principal",
    "siteAdministrator": "principal",
    "districtAdministrator": "district_administrator",
    "systemAdministrator": "system_administrator",
    "proctor": "aide",
    **dict.fromkeys(("parent", "guardian", "relative"), "family"),
}
OWN_ROLE = "own"
"""A role of the sender's own (`ext:...`): nobody here knows what it may see, so it grants nothing."""
_ROLE = one_of_or_own(_ROLES, OWN_ROLE)
_CLASS_TYPES = {"homeroom": "homeroom", "scheduled": "scheduled"}
_SEX = {"female": "F", "male": "M", "other": "X", "unspecified": None, "f": "F", "m": "M", "x": "X"}

LAYOUTS = (
    Layout("OneRoster orgs", "school", (
        _ID, _STATUS, need("name", "name", text), need("kind", "type", one_of(_ORGANIZATIONS)),
        may("state_id", "identifier", text), may("parent", "parentSourcedId", text),
    )),
    Layout("OneRoster academicSessions", "academic_session", (
        _ID, _STATUS, need("title", "title", text), need("kind", "type", one_of(_SESSIONS)),
        need("begin_day", "startDate", day), need("end_day", "endDate", day),
        may("parent", "parentSourcedId", text), need("school_year", "schoolYear", year),
    )),
    Layout("OneRoster courses", "course", (
        _ID, _STATUS, need("title", "title", text), may("code", "courseCode", text, empty=""),
        may("subjects", "subjects", several, empty=()),
    )),
    Layout("OneRoster classes", "section", (
        _ID, _STATUS, need("title", "title", text), need("course", "courseSourcedId", text),
        may("code", "classCode", text, empty=""), may("room", "location", text, empty=""),
        need("school", "schoolSourcedId", text), need("sessions", "termSourcedIds", several),
        may("periods", "periods", several, empty=()),
        may("kind", "classType", one_of_or_own(_CLASS_TYPES, "scheduled"), empty="scheduled"),
    )),
    Layout("OneRoster roles", "staff_role", (
        _ID, _STATUS, need("user", "userSourcedId", text), need("role", "role", _ROLE),
        need("organization", "orgSourcedId", text), may("begin_day", "beginDate", day), may("end_day", "endDate", day),
    )),
    Layout("OneRoster users", "student", (
        _ID, _STATUS, need("given_name", "givenName", text), need("family_name", "familyName", text),
        may("middle_name", "middleName", text, empty=""), may("local_id", "identifier", text),
        may("role", "role", _ROLE), may("organizations", "orgSourcedIds", several, empty=()),
        may("state_id", "stateId", text, "metadata.stateId", "metadata.stateStudentId", "metadata.state_id"),
        may("other_ids", "metadata.localIds", several, empty=()), may("grades", "grades", several, empty=()),
    )),
    Layout("OneRoster demographics", "demographics", (
        _ID, _STATUS, may("birth_day", "birthDate", day), may("sex", "sex", one_of_or_own(_SEX, None)),
        may("indian", "americanIndianOrAlaskaNative", flag, empty=0), may("asian", "asian", flag, empty=0),
        may("black", "blackOrAfricanAmerican", flag, empty=0),
        may("pacific", "nativeHawaiianOrOtherPacificIslander", flag, empty=0), may("white", "white", flag, empty=0),
        may("several", "demographicRaceTwoOrMoreRaces", flag, empty=0),
        may("hispanic", "hispanicOrLatinoEthnicity", flag, empty=0),
    )),
    Layout("OneRoster enrollments", "section_enrollment", (
        _ID, _STATUS, need("section", "classSourcedId", text), need("user", "userSourcedId", text),
        need("role", "role", _ROLE), may("is_primary", "primary", flag),
        may("begin_day", "beginDate", day), may("end_day", "endDate", day),
    )),
    Layout("OneRoster categories", "category", (_ID, _STATUS, need("title", "title", text))),
    Layout("OneRoster lineItems", "line_item", (
        _ID, _STATUS, need("title", "title", text), need("section", "classSourcedId", text),
        need("category", "categorySourcedId", text),
        may("session", "gradingPeriodSourcedId", text, "academicSessionSourcedId"), may("due_day", "dueDate", day),
        may("highest", "resultValueMax", number),
    )),
    Layout("OneRoster results", "grade", (
        _ID, _STATUS, need("line_item", "lineItemSourcedId", text), need("student", "studentSourcedId", text),
        may("score", "score", number), may("score_text", "textScore", text), may("scored_day", "scoreDate", day),
        may("is_missing", "missing", flag, empty=0),
    )),
    Layout("OneRoster lineItemLearningObjectiveIds", "line_item_standard", (
        _ID, _STATUS, need("line_item", "lineItemSourcedId", text), need("standard", "learningObjectiveId", text),
    )),
    Layout("OneRoster resultLearningObjectiveIds", "standard_mark", (
        _ID, _STATUS, need("result", "resultSourcedId", text), need("standard", "learningObjectiveId", text),
        may("score", "score", number), may("score_text", "textScore", text),
    )),
)  # fmt: skip

LEFT_OUT = {
    **dict.fromkeys(
        ("resources.csv", "classresources.csv", "courseresources.csv", "userresources.csv"),
        "learning resources are not student records",
    ),
    **dict.fromkeys(
        ("scorescales.csv", "lineitemscorescales.csv", "resultscorescales.csv"),
        "score scales have no use in Schoolhouse yet",
    ),
    "userprofiles.csv": "sign-in names of other programs are not kept",
}
"""Files of the binding that are known and not loaded, with the reason."""

IN_PART = Layout("", "", (need("is_active", "status", _ACTIVE), need("modified", "dateLastModified", day)))
"""What each row of a delta file must say besides."""
MANIFEST = "manifest.csv"
KNOWN_VERSIONS = ("1.1", "1.2")
BY_FILE = {f"{layout.kind.removeprefix('OneRoster ')}.csv".lower(): layout for layout in LAYOUTS}


def layout_of(kind: str) -> Layout:
    """The layout of a kind of file, `OneRoster users`."""
    return BY_FILE[f"{kind.removeprefix('OneRoster ')}.csv".lower()]


def is_course_grade(category_title: str) -> bool:
    """Whether a gradebook category holds the grade of a whole grading period, and not single pieces of work.

    The binding has no mark for it, so the category's title decides; senders say `Grading period grade`, `Final`,
    `Quarter grade` or the like.
    """
    title = category_title.lower()
    return any(word in title for word in ("grading period", "final", "course grade", "term grade", "quarter grade"))


def race(row: object) -> str | None:
    """The federal seven-way code (71 FR 44866, as EDFacts writes it) from the binding's flags; None when all are off.

    Hispanic of any race is HI7, else more than one race is MU7.
    """
    flags = {
        "AM7": "indian", "AS7": "asian", "BL7": "black", "PI7": "pacific", "WH7": "white",
    }  # fmt: skip
    named = [code for code, name in flags.items() if getattr(row, name)]
    if getattr(row, "hispanic", 0):
        return "HI7"
    if getattr(row, "several", 0) or len(named) > 1:
        return "MU7"
    return named[0] if named else None
