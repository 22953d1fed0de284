"""A policy as a file: TOML that a district keeps, begun from one of the presets that are shipped."""

import tomllib
from collections.abc import Mapping
from functools import cache
from pathlib import Path
from typing import Any

import msgspec

from appliance.aggregate.disclosure.policy import Policy
from appliance.aggregate.refusal import Refused

_PRESETS = Path(__file__).parent / "presets"


@cache
def presets() -> dict[str, str]:
    """The shipped policies: name to the text of its file, whose first comment says whose rule it is."""
    return {path.stem: path.read_text(encoding="utf-8") for path in sorted(_PRESETS.glob("*.toml"))}


def preset(name: str) -> Policy:
    """A shipped policy. Raises `Refused` when there is none of that name."""
    return read(_preset_text(name), f"{name}.toml")


def read(text: str, file: str) -> Policy:
    """The policy of a file. `preset = "NAME"` takes everything from a shipped one that the file does not say itself.

    Raises `Refused` with the file and the key.
    """
    try:
        document = tomllib.loads(text)
    except tomllib.TOMLDecodeError as error:
        raise Refused(f"{file} is not TOML: {error}. Mend that line.") from None
    begun = document.pop("preset", None)
    if begun is not None:
        document = tomllib.loads(_preset_text(str(begun))) | document
    return from_document(document, file)


def from_document(document: Mapping[str, Any], file: str) -> Policy:
    """The policy of plain data, such as a package's descriptor holds. Raises `Refused` with the key."""
    try:
        return msgspec.convert(dict(document), Policy)
    except msgspec.ValidationError as error:
        # Our own refusals, raised while a value was built, arrive here with the place added.
        raise Refused(f"{file}: {error}") from None
    except Refused as error:
        raise Refused(f"{file}: {error}") from None


def _preset_text(name: str) -> str:
    if name not in presets():
        raise Refused(f"There is no preset {name!r}. Shipped are: {', '.join(presets())}.")
    return presets()[name]
