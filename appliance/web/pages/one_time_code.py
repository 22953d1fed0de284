"""A one-time code, with which somebody chooses a first password, or a new one."""

from dataclasses import dataclass
from typing import Annotated, ClassVar

import msgspec
from litestar import Response, get, post
from litestar.concurrency import sync_to_thread

from appliance.actions import Action
from appliance.errors import Sentence, Trouble
from appliance.jobs.one_time_codes import redeem_code
from appliance.jobs.passwords import SHORTEST_ALONE, SHORTEST_WITH_SECOND_FACTOR
from appliance.web.arriving import AnyRequest, admissions_of, frame_of, house_of, knock
from appliance.web.forms import FromForm
from appliance.web.rendering import show
from appliance.web.visit import Frame


@dataclass(frozen=True, slots=True)
class OneTimeCodePage:
    """Name, code, and the password that they choose; or that it is done."""

    template: ClassVar[str] = "pages/one_time_code.html"
    frame: Frame
    username: str = ""
    trouble: str = ""
    done: bool = False
    shortest_alone: int = SHORTEST_ALONE
    shortest_with_second_factor: int = SHORTEST_WITH_SECOND_FACTOR


class OneTimeCodeForm(msgspec.Struct, forbid_unknown_fields=True):
    """What the form sends."""

    username: Annotated[str, msgspec.Meta(max_length=200)]
    code: Annotated[str, msgspec.Meta(max_length=60)]
    password: Annotated[str, msgspec.Meta(max_length=1000)]
    again: Annotated[str, msgspec.Meta(max_length=1000)]


@get("/sign-in/code", action=Action.SIGN_IN, sync_to_thread=False)
def one_time_code(request: AnyRequest) -> Response[str]:
    """The form."""
    return show(OneTimeCodePage(frame_of(request)))


@post("/sign-in/code", action=Action.SIGN_IN)
async def choose_password(request: AnyRequest, data: FromForm[OneTimeCodeForm]) -> Response[str]:
    """Take the code and keep the password; the person then signs in with it."""
    house, frame = house_of(request), frame_of(request)
    if data.password != data.again:
        return show(
            OneTimeCodePage(frame, data.username, Sentence("The two passwords are not the same.")), status_code=400
        )
    now = house.clock()
    try:
        await sync_to_thread(redeem_code, house.database, data.username, data.code, data.password, now=now)
    except Trouble as trouble:
        admissions_of(request).networks.failed(knock(request).address)
        return show(OneTimeCodePage(frame, data.username, str(trouble)), status_code=400)
    return show(OneTimeCodePage(frame, done=True))
