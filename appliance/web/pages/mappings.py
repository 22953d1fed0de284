"""Mappings: those in force, and the page on which a steward says what the columns of a new file are."""

from dataclasses import dataclass
from typing import Annotated, Any, ClassVar

import msgspec
from litestar import Request, Response, get, post
from litestar.di import NamedDependency
from litestar.enums import RequestEncodingType
from litestar.params import Body, FromPath, FromQuery
from litestar.response import Redirect

from appliance.actions import Action
from appliance.errors import BadFile, Trouble
from appliance.jobs.describe_files import (
    Codes,
    Column,
    Described,
    as_kind,
    codes_of,
    columns_of,
    confirm,
    described,
    revised,
)
from appliance.jobs.mappings import InForce, in_force, retire_mapping
from appliance.jobs.propose_mapping import kinds_of_file
from appliance.jobs.uploads import Upload, Uploads
from appliance.student_level.sources.mapping.propose import Proposal
from appliance.student_level.sources.mapping.vocabulary import vocabulary
from appliance.web.forms import FromForm
from appliance.web.rendering import show
from appliance.web.visit import Frame, NoSuch, Visit

_HERE = "/data/mappings"
_ANY_FORM = Annotated[dict[str, str], Body(media_type=RequestEncodingType.URL_ENCODED)]
"""The questions depend on the file, so the form's fields do."""


@dataclass(frozen=True, slots=True)
class MappingsPage:
    """The mappings in force, the home's own first."""

    template: ClassVar[str] = "pages/mappings.html"
    frame: Frame
    mappings: tuple[InForce, ...]
    uploads: tuple[Upload, ...]
    most_megabytes: int


@get(_HERE, action=Action.CHANGE_MAPPING, sync_to_thread=True)
def see_mappings(request: Request[Any, Any, Any], visit: NamedDependency[Visit]) -> Response[str]:
    """By which mappings files are read, who confirmed them, and where to describe a new file."""
    waiting = tuple(one for one in _uploads(request).all() if one.files and not one.is_busy)
    with visit.reading() as reading:
        frame = visit.frame(reading)
    found = tuple(in_force(visit.house.database))
    return show(MappingsPage(frame, found, waiting, visit.house.settings.upload_megabytes))


class RetireForm(msgspec.Struct, forbid_unknown_fields=True):
    """What the form to retire a mapping sends."""

    csrf: str
    name: Annotated[str, msgspec.Meta(max_length=80)]
    reason: Annotated[str, msgspec.Meta(max_length=300)]


@post(_HERE + "/retire", action=Action.CHANGE_MAPPING, sync_to_thread=True)
def retire(visit: NamedDependency[Visit], data: FromForm[RetireForm]) -> Redirect:
    """Read no file by a mapping any more."""
    retire_mapping(visit.house.database, data.name, by=visit.session.account.username, reason=data.reason)
    return Redirect(_HERE, status_code=303)


@dataclass(frozen=True, slots=True)
class FieldAsked:
    """Something the file may say, and the column that was found or chosen for it. `place` is -1 for none."""

    name: str
    asks: str
    is_needed: bool
    place: int
    text: str
    trust: str
    evidence: str


@dataclass(frozen=True, slots=True)
class DescribePage:
    """One file with everything that a person can confirm or change about how it is read."""

    template: ClassVar[str] = "pages/mapping.html"
    frame: Frame
    upload: Upload
    files: tuple[Described, ...]
    at: int
    kind: str
    kinds: tuple[str, ...]
    name: str
    changes: tuple[str, ...]
    fields: tuple[FieldAsked, ...]
    columns: tuple[Column, ...]
    codes: tuple[Codes, ...]
    missing: tuple[str, ...]
    trouble: str

    def read_from(self, asked: FieldAsked) -> str:
        """From which column something is read, or what stands in each row."""
        if asked.place >= 0:
            return next(column.name for column in self.columns if column.place == asked.place)
        return f"the same in each row: {asked.text}" if asked.text else "not in this file"

    @property
    def left_out(self) -> tuple[str, ...]:
        """The columns that nothing reads: they are never stored."""
        read = {one.place for one in self.fields}
        return tuple(column.name for column in self.columns if column.place not in read)


@get(_HERE + "/of/{upload:str}", action=Action.CHANGE_MAPPING, sync_to_thread=True)
def describe(
    request: Request[Any, Any, Any], upload: FromPath[str], visit: NamedDependency[Visit], at: FromQuery[int] = -1,
    kind: FromQuery[str] = "",
) -> Response[Any]:  # fmt: skip
    """What is proposed for a file of an upload; the first that needs a person, or the one at `at`."""
    one = _find(request, upload)
    files = tuple(described(one.files, visit.house.database.home))
    if not 0 <= at < len(files):
        at = next((nth for nth, file in enumerate(files) if file.needs_a_person), -1)
    if at < 0 or not (files[at].needs_a_person or kind):
        return _check(request, one)
    chosen = as_kind(files[at], visit.house.database.home, kind) if kind else files[at]
    proposal = chosen.looked.proposal
    assert proposal is not None
    return _page(visit, one, files, at, chosen, proposal)


@post(_HERE + "/of/{upload:str}/answers", action=Action.CHANGE_MAPPING, sync_to_thread=True)
def answer(
    request: Request[Any, Any, Any], upload: FromPath[str], visit: NamedDependency[Visit], data: _ANY_FORM
) -> Response[Any]:
    """Take the answers: look again with them, or keep the mapping and go on to the next file, or to the check."""
    one, home = _find(request, upload), visit.house.database.home
    files = tuple(described(one.files, home))
    at, kind, name = _number(data.get("at", "")), data.get("kind", ""), " ".join(data.get("name", "").split())
    if not 0 <= at < len(files):
        raise Trouble("That file is not in the upload any more. Open the upload again.")
    chosen = as_kind(files[at], home, kind)
    assert chosen.looked.proposal is not None
    proposal = revised(chosen.looked.proposal, _columns(data), _codes(data))
    if data.get("do") != "keep":
        return _page(visit, one, files, at, chosen, proposal, name=name)
    try:
        confirm(visit.house.database, proposal, name, by=visit.session.account.username)
    except BadFile as trouble:
        return _page(visit, one, files, at, chosen, proposal, name=name, trouble=str(trouble))
    if any(file.needs_a_person and not file.looked.is_known for file in described(one.files, home)):
        return Redirect(f"{_HERE}/of/{one.key}", status_code=303)
    return _check(request, one)


def _columns(data: dict[str, str]) -> dict[str, str]:
    """Field -> what was chosen for it: a text that was typed counts more than a column."""
    found = {key.removeprefix("column."): said for key, said in data.items() if key.startswith("column.")}
    texts = {key.removeprefix("text."): said.strip() for key, said in data.items() if key.startswith("text.")}
    return found | {name: f"={text[:100]}" for name, text in texts.items() if text}


def _codes(data: dict[str, str]) -> dict[tuple[str, str], str]:
    """(code table, their code) -> ours, from `theirs.N`, `table.N` and `ours.N`."""
    numbers = [key.removeprefix("theirs.") for key in data if key.startswith("theirs.")]
    told = ((data.get(f"table.{n}", ""), data[f"theirs.{n}"].strip()[:40], data.get(f"ours.{n}", "")) for n in numbers)
    return {(table, theirs): ours.strip()[:40] for table, theirs, ours in told if table and theirs}


def _number(text: str) -> int:
    return int(text) if text.isdecimal() and len(text) < 5 else -1


def _page(
    visit: Visit, upload: Upload, files: tuple[Described, ...], at: int, chosen: Described, proposal: Proposal, *,
    name: str = "", trouble: str = "",
) -> Response[str]:  # fmt: skip
    words, changes = vocabulary(), chosen.looked.changes
    with visit.reading() as reading:
        page = DescribePage(
            frame=visit.frame(reading),
            upload=upload,
            files=files,
            at=at,
            kind=proposal.recipe.name,
            kinds=kinds_of_file(),
            name=name or proposal.name,
            changes=tuple(changes.without_codes()) if changes else (),
            fields=tuple(
                _asked(proposal, one, words.field[one].asks, one in proposal.recipe.needs) for one in proposal.fields
            ),
            columns=columns_of(proposal),
            codes=codes_of(proposal),
            missing=tuple(words.field[one].asks for one in proposal.missing),
            trouble=trouble,
        )
    return show(page, status_code=400 if trouble else 200)


def _asked(proposal: Proposal, name: str, asks: str, is_needed: bool) -> FieldAsked:
    guess, text = proposal.guesses.get(name), proposal.texts.get(name, "")
    if guess is None:
        return FieldAsked(name, asks, is_needed, -1, text, "typed" if text else "", "")
    return FieldAsked(name, asks, is_needed, guess.place, "", guess.trust, guess.evidence)


def _check(request: Request[Any, Any, Any], upload: Upload) -> Redirect:
    _uploads(request).check(upload)
    return Redirect(f"/data/import/{upload.key}", status_code=303)


def _uploads(request: Request[Any, Any, Any]) -> Uploads:
    uploads = request.app.state["uploads"]
    assert isinstance(uploads, Uploads)
    return uploads


def _find(request: Request[Any, Any, Any], key: str) -> Upload:
    upload = _uploads(request).find(key)
    if upload is None or not upload.files:
        raise NoSuch("upload")
    if upload.is_busy:
        raise Trouble("It is being read at this moment. Wait until that is finished, then open the page again.")
    return upload


MAPPING_PAGES = (see_mappings, retire, describe, answer)
