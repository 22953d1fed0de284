"""Importing from the browser: choose files, see what they would do, load them; release a held batch; take one back."""

from collections.abc import AsyncIterator
from dataclasses import dataclass, replace
from typing import Annotated, Any, ClassVar

import msgspec
from litestar import Request, Response, get, post
from litestar.concurrency import sync_to_thread
from litestar.di import NamedDependency
from litestar.exceptions import PermissionDeniedException
from litestar.params import FromPath
from litestar.response import Redirect
from multipart import MultipartError, MultipartSegment, PushMultipartParser, parse_options_header

from appliance.actions import Action
from appliance.errors import BadFile, Trouble
from appliance.jobs.uploads import Arriving, Upload, Uploads
from appliance.student_level.records import imports
from appliance.student_level.staging.report import EntityCount, FileRead, ImportReport, Problem, SchoolCount
from appliance.web.forms import FromForm
from appliance.web.guards import is_token
from appliance.web.rendering import show
from appliance.web.visit import Frame, NoSuch, Visit

LOOK_AGAIN_SECONDS = 3
MOST_SCHOOLS_SHOWN = 100
_HERE = "/data/import"
_LONGEST_TOKEN = 200


@dataclass(frozen=True, slots=True)
class Held:
    """A batch of the drop folder that waits for a reason."""

    batch: int
    why: str
    files: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class ImportPage:
    """Where an import begins, and what waits."""

    template: ClassVar[str] = "pages/import.html"
    frame: Frame
    uploads: tuple[Upload, ...]
    held: tuple[Held, ...]
    newest: imports.Batch | None
    drop_folder: str
    refused: int
    most_megabytes: int


@dataclass(frozen=True, slots=True)
class Wrong:
    """Rows of one file that were refused for one reason."""

    file: str
    column: str
    code: str
    sentence: str
    rows: int
    first_row: int | None


@dataclass(frozen=True, slots=True)
class UploadPage:
    """One upload: how far it is, and what loading it would do or has done."""

    template: ClassVar[str] = "pages/upload.html"
    look_again_seconds: ClassVar[int] = LOOK_AGAIN_SECONDS
    frame: Frame
    upload: Upload
    report: ImportReport | None

    @property
    def called(self) -> list[str]:
        """What it is called by, and its batch. The files themselves go once they are loaded; their names stay."""
        names = self.upload.names or list(dict.fromkeys(file.name.partition("/")[0] for file in self.files))
        batch = self.report.batch if self.report else None
        return [part for part in (self.upload.title or ", ".join(names), f"batch {batch}" if batch else "") if part]

    @property
    def has_notes(self) -> bool:
        """Whether there is anything to remark about a file."""
        return any(file.note for file in self.files)

    @property
    def counts(self) -> tuple[tuple[str, EntityCount], ...]:
        """What happens to each kind of record."""
        return tuple(self.report.counts.items()) if self.report else ()

    @property
    def schools(self) -> tuple[tuple[str, SchoolCount], ...]:
        """What moves at which school, by kind of record; where most moves comes first."""
        if not self.report:
            return ()
        rows = [(entity, one) for entity, counts in self.report.by_school.items() for one in counts.values()]
        return tuple(sorted(rows, key=lambda row: (-row[1].sum, row[1].school))[:MOST_SCHOOLS_SHOWN])

    @property
    def files(self) -> tuple[FileRead, ...]:
        """What each file was taken for."""
        return tuple(self.report.files) if self.report else ()

    @property
    def wrong(self) -> tuple[Wrong, ...]:
        """What is refused and why, the most frequent first. The rows' values are not kept."""
        if not self.report:
            return ()
        first: dict[tuple[str, str, str], Problem] = {}
        for problem in self.report.problems:
            first.setdefault((problem.file, problem.column, problem.code), problem)
        kinds = self.report.problem_kinds.most_common()
        return tuple(Wrong(*kind, first[kind].sentence, rows, first[kind].row) for kind, rows in kinds if kind in first)


class ReasonForm(msgspec.Struct, forbid_unknown_fields=True):
    """What a form with a reason sends; the reason may be empty where none is needed."""

    csrf: str
    reason: Annotated[str, msgspec.Meta(max_length=300)] = ""


class BatchForm(msgspec.Struct, forbid_unknown_fields=True):
    """What a form about a batch sends."""

    csrf: str
    batch: Annotated[str, msgspec.Meta(pattern=r"^[0-9]{1,9}$")]
    reason: Annotated[str, msgspec.Meta(max_length=300)]


@get(_HERE, action=Action.IMPORT, sync_to_thread=True)
def see_imports(request: Request[Any, Any, Any], visit: NamedDependency[Visit]) -> Response[str]:
    """Choose files; what waits; what can be taken back."""
    uploads = _uploads(request)
    with visit.reading() as reading:
        found = imports.batches(reading)
        why = imports.reasons(reading)
        folder = uploads.drop_folder
        waiting = folder.held_batches() if folder else {}
        page = ImportPage(
            frame=visit.frame(reading),
            uploads=tuple(uploads.all()),
            held=tuple(
                Held(key, why.get(key, ""), tuple(file.name for file in files)) for key, files in waiting.items()
            ),
            newest=next((one for one in found if one.status == "loaded"), None),
            drop_folder=str(folder.folder) if folder else "",
            refused=folder.refused_files() if folder else 0,
            most_megabytes=visit.house.settings.upload_megabytes,
        )
    return show(page)


@post(_HERE + "/files", action=Action.IMPORT, token_in_stream=True, request_max_body_size=None)
async def receive(request: Request[Any, Any, Any], visit: NamedDependency[Visit]) -> Redirect:
    """Take files in, sealing them as they come. The form's token comes first; before it no file is taken."""
    kind, options = parse_options_header(request.headers.get("content-type", ""))
    boundary = options.get("boundary", "")
    if kind != "multipart/form-data" or not boundary:
        raise BadFile("That was not sent by the form for files. Open the page again.")
    uploads = _uploads(request)
    length = request.headers.get("content-length", "")
    if length.isdigit() and int(length) > uploads.most_bytes + 65_536:
        raise BadFile(f"That is more than {uploads.most_bytes // 1024**2:,} MB, the most that one upload may bring.")
    with uploads.arriving(visit.session.account.username) as arriving:
        try:
            parser = PushMultipartParser(boundary, max_segment_count=100, strict=True)
            await _take(parser, request.stream(), arriving, visit)
        except MultipartError:
            raise BadFile("The upload broke off on the way. Send the files again.") from None
        upload = await sync_to_thread(arriving.complete)
    return _to(upload)


async def _take(parser: PushMultipartParser, stream: AsyncIterator[bytes], arriving: Arriving, visit: Visit) -> None:
    form = _Form(arriving, visit.session.csrf_token)
    async for chunk in stream:
        for event in parser.parse(chunk):
            if isinstance(event, MultipartSegment):
                form.begin(event)
            elif event is not None:
                form.go_on(event)
            elif form.is_in_file:
                await sync_to_thread(arriving.end_file)
    parser.close()
    form.check_token()


class _Form:
    """The form for files as it comes in, part after part."""

    def __init__(self, arriving: Arriving, expected: str) -> None:
        self._arriving, self._expected = arriving, expected
        self._token, self._is_token = bytearray(), False
        self.is_in_file = False

    def begin(self, part: MultipartSegment) -> None:
        """The head of a part. A file before the token, or after a wrong one, is not taken."""
        self.is_in_file, self._is_token = bool(part.filename), part.name == "csrf"
        if self.is_in_file:
            self.check_token()
            self._arriving.begin_file(part.filename or "")

    def go_on(self, block: bytes | bytearray) -> None:
        """Some of a part's content."""
        if self.is_in_file:
            self._arriving.write(block)
        elif self._is_token and len(self._token) < _LONGEST_TOKEN:
            self._token += block

    def check_token(self) -> None:
        """Raise PermissionDeniedException unless the form brought the session's token."""
        if not is_token(bytes(self._token), self._expected):
            raise PermissionDeniedException("This form is out of date. Open the page again and send it once more.")


@get(_HERE + "/{upload:str}", action=Action.IMPORT, runs_htmx=True, sync_to_thread=True)
def see_upload(request: Request[Any, Any, Any], upload: FromPath[str], visit: NamedDependency[Visit]) -> Response[str]:
    """How far an upload is. While something is done with it, the browser asks again by itself."""
    one = replace(_find(request, upload))  # As it is now: another thread goes on with it while the page is made.
    with visit.reading() as reading:
        return show(UploadPage(visit.frame(reading), one, None if one.is_busy else one.report))


@post(_HERE + "/{upload:str}/load", action=Action.IMPORT, sync_to_thread=True)
def load_upload(
    request: Request[Any, Any, Any], upload: FromPath[str], visit: NamedDependency[Visit], data: FromForm[ReasonForm]
) -> Redirect:
    """Load an upload that was checked. One that would be held needs a reason."""
    one, reason = _find(request, upload), data.reason.strip()
    if not one.files or one.state not in ("checked", "held"):
        raise Trouble("This upload was not checked, or is loaded already. Look at it again.")
    if one.report and one.report.held and not reason:
        raise Trouble("So much would end or change that a reason is needed. Go back and write one.")
    _uploads(request).load(one, by=visit.session.account.username, despite_hold=reason)
    return _to(one)


@post(_HERE + "/{upload:str}/check", action=Action.IMPORT, sync_to_thread=True)
def check_upload(request: Request[Any, Any, Any], upload: FromPath[str], data: FromForm[ReasonForm]) -> Redirect:
    """Check an upload again: after a restart, or after another import."""
    one = _find(request, upload)
    if not one.files:
        raise Trouble("Its files are gone. Upload them again.")
    _uploads(request).check(one)
    return _to(one)


@post(_HERE + "/{upload:str}/discard", action=Action.IMPORT, sync_to_thread=True)
def discard_upload(request: Request[Any, Any, Any], upload: FromPath[str], data: FromForm[ReasonForm]) -> Redirect:
    """Throw an upload away."""
    _uploads(request).discard(_find(request, upload))
    return Redirect(_HERE, status_code=303)


@post(_HERE + "/held", action=Action.IMPORT, sync_to_thread=True)
def release_held(request: Request[Any, Any, Any], visit: NamedDependency[Visit], data: FromForm[BatchForm]) -> Redirect:
    """Let a batch of the drop folder through, with a reason."""
    batch, reason = _batch_and_reason(data)
    return _to(_uploads(request).release(batch, by=visit.session.account.username, reason=reason))


@post(_HERE + "/take-back", action=Action.UNDO_IMPORT, sync_to_thread=True)
def take_back(request: Request[Any, Any, Any], visit: NamedDependency[Visit], data: FromForm[BatchForm]) -> Redirect:
    """Take the newest batch back, with a reason."""
    batch, reason = _batch_and_reason(data)
    return _to(_uploads(request).take_back(batch, by=visit.session.account.username, reason=reason))


def _batch_and_reason(data: BatchForm) -> tuple[int, str]:
    if not data.reason.strip():
        raise Trouble("A reason is needed; it is kept in the access log. Go back and write one.")
    return int(data.batch), data.reason.strip()


def _uploads(request: Request[Any, Any, Any]) -> Uploads:
    uploads = request.app.state["uploads"]
    assert isinstance(uploads, Uploads)
    return uploads


def _find(request: Request[Any, Any, Any], key: str) -> Upload:
    upload = _uploads(request).find(key)
    if upload is None:
        raise NoSuch("upload")
    return upload


def _to(upload: Upload) -> Redirect:
    return Redirect(f"{_HERE}/{upload.key}", status_code=303)


IMPORT_PAGES = (
    see_imports, receive, see_upload, load_upload, check_upload, discard_upload, release_held, take_back,
)  # fmt: skip
