"""Dates as other systems write them, described by patterns like `MM/DD/YYYY`.

Tokens: YYYY, YY (2000 to 2099), MM, M (one or two digits), DD, D, MON (Jan), SEASON, and `*` at the end for a time or
anything else. Without a day the first of the month is meant; `YYYY -> 04-15` says another month and day. SEASON (fall,
winter, spring, summer, or FA, WI, SP, SU) stands for a day in its middle: vendors that name only a window leave no
better day.
"""

import re
from collections.abc import Callable
from functools import lru_cache

from appliance.student_level.sources.values import Refused

_MONTHS = {name: number for number, name in enumerate(
    "jan feb mar apr may jun jul aug sep oct nov dec".split(), start=1)}  # fmt: skip
_SEASONS = {"fa": (10, 15), "fall": (10, 15), "autumn": (10, 15), "wi": (1, 15), "winter": (1, 15), "sp": (4, 15),
            "spring": (4, 15), "su": (7, 15), "summer": (7, 15)}  # fmt: skip
_TOKENS = {
    "YYYY": r"(?P<year>\d{4})",
    "SEASON": rf"(?P<season>{'|'.join(sorted(_SEASONS, key=len, reverse=True))})",
    "MON": rf"(?P<mon>{'|'.join(_MONTHS)})[a-z]{{0,6}}",
    "YY": r"(?P<short>\d{2})",
    "MM": r"(?P<month>\d{2})",
    "DD": r"(?P<day>\d{2})",
    "M": r"(?P<month>\d{1,2})",
    "D": r"(?P<day>\d{1,2})",
}
_TOKEN = re.compile("|".join(_TOKENS))
_ARROW = re.compile(r"(?P<pattern>.*?) -> (?P<month>[01]\d)-(?P<day>[0-3]\d)", re.ASCII)


@lru_cache
def _compiled(pattern: str) -> tuple[re.Pattern[str], dict[str, str]]:
    said = _ARROW.fullmatch(pattern)
    meant = {"month": said["month"], "day": said["day"]} if said else {}
    body = said["pattern"] if said else pattern
    open_ended = body.endswith("*")
    parts, at = [], 0
    body = body.removesuffix("*")
    for token in _TOKEN.finditer(body):
        parts += [re.escape(body[at : token.start()]), _TOKENS[token[0]]]
        at = token.end()
    parts.append(re.escape(body[at:]))
    try:
        compiled = re.compile("".join(parts) + (r".*" if open_ended else ""), re.ASCII | re.IGNORECASE | re.DOTALL)
    except re.error:
        raise ValueError(f"the date pattern {pattern!r} says the same thing twice") from None
    groups = set(compiled.groupindex) | set(meant)
    if not groups & {"year", "short"} or not groups & {"month", "mon", "season"}:
        raise ValueError(f"the date pattern {pattern!r} needs a year (YYYY) and a month (MM), as in MM/DD/YYYY")
    return compiled, meant


def date_reader(patterns: tuple[str, ...]) -> Callable[[str], str]:
    """What turns a date in one of the patterns into ISO text; it raises Refused for any other text.

    Raises ValueError for a pattern without year or month.
    """
    known = [_compiled(pattern) for pattern in patterns]

    def read(value: str) -> str:
        for pattern, meant in known:
            if match := pattern.fullmatch(value):
                return _iso(match.groupdict() | meant)
        raise Refused("not_a_date", "is not a date as the mapping says", f"Known here: {', '.join(patterns)}.")

    return read


def _iso(found: dict[str, str | None]) -> str:
    year = found.get("year") or f"20{found['short']}"
    month, day = int(found.get("month") or 0), int(found.get("day") or 1)
    if mon := found.get("mon"):
        month = _MONTHS[mon.lower()]
    if season := found.get("season"):
        month, day = _SEASONS[season.lower()]
    return f"{year}-{month:02}-{day:02}"
