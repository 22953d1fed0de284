"""Forms: a handler that takes `data: FromForm[Something]` gets a checked struct, or the sender is told why not.

The struct forbids fields that it does not know, so nothing can be slipped in beside what the form asks.
"""

from typing import Annotated, TypeAlias, TypeVar

import msgspec
from litestar.enums import RequestEncodingType
from litestar.params import Body

_Struct = TypeVar("_Struct", bound=msgspec.Struct)
FromForm: TypeAlias = Annotated[_Struct, Body(media_type=RequestEncodingType.URL_ENCODED)]
