"""The workbench of who is who: the evidence side by side, the decision with its reason, and the way back."""

from dataclasses import dataclass
from typing import Annotated, ClassVar, Literal

import msgspec
from litestar import Response, get, post
from litestar.di import NamedDependency
from litestar.params import FromPath
from litestar.response import Redirect

from appliance.actions import Action
from appliance.errors import Trouble
from appliance.jobs import who_is_who as deciding
from appliance.student_level.records import student_parts, who_is_who
from appliance.student_level.records.who_is_who import Done, Known, Pair, Question
from appliance.student_level.staging.linking.merging import Part
from appliance.web.addresses import Kind
from appliance.web.forms import FromForm
from appliance.web.rendering import show
from appliance.web.visit import Frame, NoSuch, Visit

_HERE = "/data/who-is-who"
_Reason = Annotated[str, msgspec.Meta(min_length=1, max_length=300)]
_Number = Annotated[str, msgspec.Meta(pattern=r"^[0-9]{1,12}$")]


@dataclass(frozen=True, slots=True)
class WhoIsWhoPage:
    """What waits for a decision, and what was decided."""

    template: ClassVar[str] = "pages/who_is_who.html"
    frame: Frame
    number_open: int
    questions: tuple[tuple[Question, str], ...]
    """Each with the address of the student who may be meant."""
    pairs: tuple[tuple[Pair, str, str], ...]
    done: tuple[Done, ...]


@dataclass(frozen=True, slots=True)
class OneStudentPage:
    """What one student's record is made of, to merge it with another or to split it."""

    template: ClassVar[str] = "pages/one_student.html"
    words: ClassVar[dict[str, str]] = {
        "identity": "Id", "school_enrollment": "Time at a school", "section_enrollment": "Class",
        "transcript_course": "Course in the transcript", "test_result": "Test result", "program_membership": "Program",
        "caseload": "Caseload", "check_in": "Check-in", "cares_about": "What the student cares about",
    }  # fmt: skip
    frame: Frame
    address: str
    known: Known
    parts: tuple[Part, ...]
    mark: str


@dataclass(frozen=True, slots=True)
class SeveralPage:
    """The students who have an id that was typed, when it is not just one."""

    template: ClassVar[str] = "pages/which_student.html"
    frame: Frame
    found: tuple[tuple[Known, str], ...]


class DecisionForm(msgspec.Struct, forbid_unknown_fields=True):
    """An answer to a question."""

    csrf: str
    question: _Number
    decision: Literal["same", "different", "not yet"]
    reason: _Reason


class PairForm(msgspec.Struct, forbid_unknown_fields=True):
    """What two loaded students are: one, or two. The addresses are this session's."""

    csrf: str
    first: str
    second: str
    decision: Literal["merge", "two"]
    reason: _Reason


class FindForm(msgspec.Struct, forbid_unknown_fields=True):
    """An id, sent in the form's body: it never stands in an address."""

    csrf: str
    id: Annotated[str, msgspec.Meta(min_length=1, max_length=100)]


class MergeForm(msgspec.Struct, forbid_unknown_fields=True):
    """The id of the other record that is the same student's."""

    csrf: str
    id: Annotated[str, msgspec.Meta(min_length=1, max_length=100)]
    reason: _Reason


class SplitForm(msgspec.Struct, forbid_unknown_fields=True):
    """Which parts belong to somebody else."""

    csrf: str
    mark: str
    reason: _Reason
    part: list[str] | str = []


class UndoForm(msgspec.Struct, forbid_unknown_fields=True):
    """Which decision to take back."""

    csrf: str
    batch: _Number
    reason: _Reason


@get(_HERE, action=Action.SEE_WHO_IS_WHO, sync_to_thread=True)
def see_who_is_who(visit: NamedDependency[Visit]) -> Response[str]:
    """The open questions. That they were seen is in the access log before the page is sent."""
    with who_is_who.reading_questions(visit.house.database, visit.house.kept) as reading:
        asked, pairs = who_is_who.questions(reading), who_is_who.namesakes(reading)
        number, done = who_is_who.number_open(reading), who_is_who.done_lately(reading)
    seen = {one.student_key for one in asked}
    seen |= {key for pair in pairs for key in (pair.first.student_key, pair.second.student_key)}
    _note(visit, *seen)
    page = WhoIsWhoPage(
        frame=_frame(visit),
        number_open=number,
        questions=tuple((one, _address(visit, one.student_key)) for one in asked),
        pairs=tuple(
            (pair, _address(visit, pair.first.student_key), _address(visit, pair.second.student_key)) for pair in pairs
        ),
        done=tuple(done),
    )
    return show(page)


@post(_HERE + "/decide", action=Action.DECIDE_WHO_IS_WHO, sync_to_thread=True)
def decide(visit: NamedDependency[Visit], data: FromForm[DecisionForm]) -> Redirect:
    """Answer a question; what waited for it is loaded."""
    deciding.decide(visit.house.database, int(data.question), data.decision, reason=data.reason, **_by(visit))
    return Redirect(_HERE, status_code=303)


@post(_HERE + "/pair", action=Action.MERGE_STUDENTS, sync_to_thread=True)
def decide_pair(visit: NamedDependency[Visit], data: FromForm[PairForm]) -> Redirect:
    """Two loaded students are one, or two. The first, who was there before, remains."""
    first, second = visit.key(Kind.STUDENT, data.first), visit.key(Kind.STUDENT, data.second)
    if data.decision == "merge":
        deciding.merge(visit.house.database, second, first, reason=data.reason, **_by(visit))
    else:
        by = visit.session.account.username
        deciding.keep_apart(visit.house.database, first, second, reason=data.reason, by=by)
    return Redirect(_HERE, status_code=303)


@post(_HERE + "/find", action=Action.SEE_WHO_IS_WHO, sync_to_thread=True, status_code=200)
def find_by_id(visit: NamedDependency[Visit], data: FromForm[FindForm]) -> Response[str] | Redirect:
    """The student who has an id; several, when it is one student's here and another's there."""
    keys = who_is_who.of_id(visit.house.database, data.id)
    if not keys:
        raise Trouble("No student who is loaded has this id in any system. Look it up in the roster, whole.")
    if len(keys) == 1:
        return Redirect(f"{_HERE}/{_address(visit, keys[0])}", status_code=303)
    with who_is_who.reading_students(visit.house.database, *keys) as reading:
        found = tuple((who_is_who.known_student(reading, key), _address(visit, key)) for key in keys)
    _note(visit, *keys)
    return show(SeveralPage(_frame(visit), found))


@get(_HERE + "/{address:str}", action=Action.SEE_WHO_IS_WHO, sync_to_thread=True)
def see_one_student(address: FromPath[str], visit: NamedDependency[Visit]) -> Response[str]:
    """What one record is made of."""
    key = visit.key(Kind.STUDENT, address)
    with who_is_who.reading_students(visit.house.database, key) as reading:
        try:
            known = who_is_who.known_student(reading, key)
        except KeyError:
            raise NoSuch("student") from None
        parts = student_parts.parts_of(reading, key)
    _note(visit, key)
    return show(OneStudentPage(_frame(visit), address, known, tuple(parts), student_parts.mark_of(parts)))


@post(_HERE + "/{address:str}/merge", action=Action.MERGE_STUDENTS, sync_to_thread=True)
def merge(address: FromPath[str], visit: NamedDependency[Visit], data: FromForm[MergeForm]) -> Redirect:
    """Bring another record of the same student into this one."""
    key = visit.key(Kind.STUDENT, address)
    others = [one for one in who_is_who.of_id(visit.house.database, data.id) if one != key]
    if len(others) != 1:
        what = "No other student has" if not others else "Several other students have"
        raise Trouble(f"{what} this id. Type an id that only the second record has.")
    deciding.merge(visit.house.database, others[0], key, reason=data.reason, **_by(visit))
    return Redirect(f"{_HERE}/{address}", status_code=303)


@post(_HERE + "/{address:str}/split", action=Action.SPLIT_STUDENT, sync_to_thread=True)
def split(address: FromPath[str], visit: NamedDependency[Visit], data: FromForm[SplitForm]) -> Redirect:
    """Give what was ticked to a new student."""
    key = visit.key(Kind.STUDENT, address)
    ticked = [data.part] if isinstance(data.part, str) else data.part
    if not all(one.isdecimal() and len(one) < 9 for one in ticked):
        raise Trouble("Choose from the list on the page.")
    chosen = [int(one) for one in ticked]
    done = deciding.split(visit.house.database, key, chosen, data.mark, reason=data.reason, **_by(visit))
    return Redirect(f"{_HERE}/{_address(visit, done.student_key)}", status_code=303)


@post(_HERE + "/take-back", action=Action.UNDO_WHO_IS_WHO, sync_to_thread=True)
def take_back(visit: NamedDependency[Visit], data: FromForm[UndoForm]) -> Redirect:
    """Take a decision back."""
    deciding.undo(visit.house.database, int(data.batch), reason=data.reason, **_by(visit))
    return Redirect(_HERE, status_code=303)


def _by(visit: Visit) -> deciding.By:
    return {"by": visit.session.account.username, "settings": visit.house.settings}


def _note(visit: Visit, *students: int) -> None:
    if students:
        visit.saw(Action.SEE_WHO_IS_WHO, students=students, reason="decides who is who")


def _frame(visit: Visit) -> Frame:
    with visit.reading() as reading:
        return visit.frame(reading)


def _address(visit: Visit, student_key: int) -> str:
    return visit.addresses.of(Kind.STUDENT, student_key)


WHO_IS_WHO_PAGES = (
    see_who_is_who, decide, decide_pair, find_by_id, take_back, see_one_student, merge, split,
)  # fmt: skip
