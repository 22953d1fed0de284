"""The mappings of a home: kept when a person confirms one, in a new version each time, retired with a reason.

Each is a text file on the home's shelf; what it replaces is put beside it and never read again. The access log has a
line for each change, in the same transaction as the change.
"""

import os
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

from appliance.actions import Action
from appliance.errors import Trouble
from appliance.storage.database import Database, Event
from appliance.student_level.sources.mapping.form import Mapping, read_mapping
from appliance.student_level.sources.mapping.shelf import FOLDER, known_mappings, own_mappings

_EARLIER = "earlier"
_STAMPED = ("revision", "confirmed_by", "confirmed_at")


@dataclass(frozen=True, slots=True)
class InForce:
    """A mapping that reads files. `fills`: the kinds of record it makes. Confirmed by nobody: it is a shipped one."""

    name: str
    fills: tuple[str, ...]
    columns: int
    revision: int
    confirmed_by: str
    confirmed_at: str

    @property
    def is_shipped(self) -> bool:
        """Whether it came with Schoolhouse. A home's own mapping of the same file is asked first."""
        return not self.confirmed_at


def in_force(database: Database) -> list[InForce]:
    """All mappings, the home's own first. Raises BadFile for one that cannot be read."""
    own = {mapping.name for mapping, _ in own_mappings(database.home)}
    known = known_mappings(database.home)
    return [_in_force(one, nth < len(own)) for nth, one in enumerate(known)]


def _in_force(one: Mapping, is_own: bool) -> InForce:
    fills = tuple(dict.fromkeys(part.layout for part in one.table))
    columns = len(one.fingerprint) or len(one.fixed.columns if one.fixed else ())
    at = one.confirmed_at or ("before versions were kept" if is_own else "")
    return InForce(one.name, fills, columns, one.revision, one.confirmed_by, at)


def keep_mapping(database: Database, text: str, *, by: str) -> Path:
    """Put a mapping on the home's shelf as the next version of its name. Raises BadFile if it is not one."""
    mapping = read_mapping(text, "the mapping")
    folder = database.home / FOLDER
    last = next(((one, path) for one, path in own_mappings(database.home) if one.name == mapping.name), None)
    revision = last[0].revision + 1 if last else 1
    path = last[1] if last else folder / f"{_plain(mapping.name)}.toml"
    event = Event(by, Action.CHANGE_MAPPING, f"{mapping.name}, version {revision}", "confirmed")
    with database.changing(event):
        folder.mkdir(mode=0o700, exist_ok=True)
        if last:
            _put_aside(path, last[0].revision)
        _write(path, _stamped(text, revision, by))
    return path


def retire_mapping(database: Database, name: str, *, by: str, reason: str) -> None:
    """Read no file by a mapping of the home any more. Raises Trouble for one that is not the home's own."""
    found = next(((one, path) for one, path in own_mappings(database.home) if one.name == name), None)
    if found is None:
        raise Trouble(f"This home has no mapping of its own that is called {name}.")
    if not reason.strip():
        raise Trouble("Say why the mapping is retired; it is kept in the access log.")
    mapping, path = found
    event = Event(by, Action.CHANGE_MAPPING, f"{name}, version {mapping.revision}", f"retired: {reason.strip()}")
    with database.changing(event):
        _put_aside(path, mapping.revision)
        path.unlink()


def _plain(name: str) -> str:
    return "".join(sign if sign.isalnum() else "_" for sign in name.lower())


def _put_aside(path: Path, revision: int) -> None:
    earlier = path.parent / _EARLIER
    earlier.mkdir(mode=0o700, exist_ok=True)
    _write(earlier / f"{path.stem}.{revision}.toml", path.read_text(encoding="utf-8"))


def _write(path: Path, text: str) -> None:
    beside = path.with_suffix(".new")
    beside.write_text(text, encoding="utf-8")
    os.replace(beside, path)  # noqa: PTH105 atomic


def _stamped(text: str, revision: int, by: str) -> str:
    """The text with its version, and who confirmed it, under its name."""
    told = (line.partition("=")[0].strip() for line in text.splitlines())
    lines = [line for line, key in zip(text.splitlines(), told, strict=True) if key not in _STAMPED]
    at = datetime.now(UTC).isoformat(timespec="seconds")
    who = by.replace("\\", "").replace('"', "")
    place = next(nth for nth, line in enumerate(lines) if line.partition("=")[0].strip() == "name") + 1
    stamp = [f"revision = {revision}", f'confirmed_by = "{who}"', f'confirmed_at = "{at}"']
    return "\n".join([*lines[:place], *stamp, *lines[place:]]) + "\n"
