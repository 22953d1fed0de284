"""Forms: a handler that takes `data: FromForm[Something]` gets a checked struct, or the sender is told why not.

The struct forbids fields that it does not know, so nothing can be slipped in beside what the form asks.
"""

from datetime import date
from typing import Annotated, TypeAlias, TypeVar

import msgspec
from litestar.enums import RequestEncodingType
from litestar.params import Body

from appliance.days import day_number
from appliance.errors import Trouble

_Struct = TypeVar("_Struct", bound=msgspec.Struct)
FromForm: TypeAlias = Annotated[_Struct, Body(media_type=RequestEncodingType.URL_ENCODED)]


def day_of(text: str) -> int | None:
    """The day number of a date field; None when it was left empty. Raises Trouble for a day that does not exist."""
    if not text:
        return None
    try:
        return day_number(date.fromisoformat(text))
    except ValueError as error:
        raise Trouble(f"{text} is no day of the calendar. Write year, month and day: 2026-11-24.") from error
