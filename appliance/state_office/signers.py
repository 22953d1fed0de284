"""The state's registry of districts: an OpenSSH allowed_signers file, read as `ssh-keygen -Y verify` reads it."""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from fnmatch import fnmatchcase
from pathlib import Path

from appliance.aggregate.release.sshsig import NAMESPACE, PublicKey
from appliance.errors import BadFile

_FIELD = re.compile(r'(?:[^\s"]|"[^"]*")+')
_OPTION = re.compile(r'([A-Za-z-]+)(?:="([^"]*)")?(?:,|$)')


@dataclass(frozen=True, slots=True)
class Entry:
    """One line of the registry. Empty `namespaces` means any; None means no limit in time."""

    principals: tuple[str, ...]
    key: PublicKey
    namespaces: tuple[str, ...]
    valid_after: datetime | None
    valid_before: datetime | None


def read(path: Path) -> list[Entry]:
    """The registry's lines; other key types are skipped. Raises `BadFile`, naming the line, for one that is none."""
    try:
        text = path.read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError):
        raise BadFile(
            f"The signers file {path.name} cannot be read. Give the path of an allowed_signers file."
        ) from None
    entries: list[Entry] = []
    for number, line in enumerate(text.splitlines(), start=1):
        if line.strip() and not line.lstrip().startswith("#"):
            entries.extend(_entry(line, f"{path.name}, line {number}"))
    return entries


def judge(entries: list[Entry], principal: str, key: PublicKey, at: datetime) -> str:
    """Why the key may not sign for the principal at that time; empty when it may."""
    same = [entry for entry in entries if entry.key == key]
    if not same:
        return f"the key {key.fingerprint} is not in the signers file"
    mine = [entry for entry in same if _matches(entry.principals, principal)]
    if not mine:
        return f"the signers file has this key, but not for {principal}"
    fitting = [entry for entry in mine if not entry.namespaces or _matches(entry.namespaces, NAMESPACE)]
    if not fitting:
        return f"the signers file allows this key, but not for {NAMESPACE}"
    if all(entry.valid_after is not None and at < entry.valid_after for entry in fitting):
        return "the key is not valid yet"
    if not any(_valid(entry, at) for entry in fitting):
        return "the key has expired"
    return ""


def _valid(entry: Entry, at: datetime) -> bool:
    begun = entry.valid_after is None or at >= entry.valid_after
    return begun and (entry.valid_before is None or at < entry.valid_before)


def _matches(patterns: tuple[str, ...], name: str) -> bool:
    """OpenSSH pattern lists: `*` and `?`, and a pattern after `!` forbids."""
    if any(pattern.startswith("!") and fnmatchcase(name, pattern[1:]) for pattern in patterns):
        return False
    return any(fnmatchcase(name, pattern) for pattern in patterns if not pattern.startswith("!"))


def _entry(line: str, where: str) -> Iterator[Entry]:
    fields = _FIELD.findall(line)
    kinds = [place for place, text in enumerate(fields[1:3], start=1) if text.startswith(("ssh-", "ecdsa-", "sk-"))]
    if not kinds or len(fields) <= kinds[0] + 1:
        raise BadFile(f"{where}: this is not a line of an allowed_signers file.")
    kind = kinds[0]
    if fields[kind] != "ssh-ed25519":
        return
    options = dict(_OPTION.findall(fields[1])) if kind == 2 else {}
    unknown = set(options) - {"namespaces", "valid-after", "valid-before"}
    if unknown or (kind == 2 and not options):
        raise BadFile(f"{where}: the option {', '.join(sorted(unknown)) or fields[1]!r} is not known here.")
    yield Entry(
        principals=tuple(fields[0].strip('"').split(",")),
        key=PublicKey.from_line(" ".join(fields[kind : kind + 2])),
        namespaces=tuple(options["namespaces"].split(",")) if "namespaces" in options else (),
        valid_after=_time(options.get("valid-after", ""), where),
        valid_before=_time(options.get("valid-before", ""), where),
    )


def _time(text: str, where: str) -> datetime | None:
    """`YYYYMMDD[HHMM[SS]][Z]`, in local time unless it ends in Z."""
    if not text:
        return None
    digits = text.removesuffix("Z")
    forms = {8: "%Y%m%d", 12: "%Y%m%d%H%M", 14: "%Y%m%d%H%M%S"}
    try:
        moment = datetime.strptime(digits, forms[len(digits)])
    except (KeyError, ValueError):
        raise BadFile(f"{where}: {text!r} is not a time like 20260901 or 202609011200Z.") from None
    return moment.replace(tzinfo=UTC) if text.endswith("Z") else moment.astimezone()
