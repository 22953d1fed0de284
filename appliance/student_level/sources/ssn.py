"""Social security numbers, and the taxpayer numbers that stand in for them (ITIN): never taken, from any file.

Three signs: a column's name, a code's type (`{SSN:...}`, Ed-Fi's identification systems), and the shape of a value.
A shape alone is a weak sign, since districts have ids of nine digits, so it is read with what stands around it:

- written 3-2-4 with any dash, dot, slash or blank between: refused wherever it stands, but for codes of classes and
  courses that end in a year (`101-02-2026`);
- nine bare digits: refused as the whole of a value that is no id (nobody's middle name is a number), and within a text
  that speaks of social security. In a column of ids they are ids.

A value refused here is named by file, column and row, never shown. `staging/ssn_gate.py` decides on whole columns.
"""

import re
import unicodedata
from collections.abc import Iterable
from itertools import pairwise

_DIGITS = r"(?<!\d)(\d{3})%s(\d{2})%s(\d{4})(?!\d)"
_BETWEEN = r" {0,2}[-./_\\ ] {0,2}"
_WRITTEN_OUT = re.compile(_DIGITS % (_BETWEEN, _BETWEEN), re.ASCII)
_MAYBE = re.compile(r"\d{3}[-./_\\ ]{0,5}\d{2}[-./_\\ ]{0,5}\d{4}|\{", re.ASCII)
"""What each of the signs below needs at least: one look settles nearly every value."""
_SHAPES = bytes(0x30 if sign in b"0123456789" else 0x2D if sign in b"-./_\\" else sign for sign in range(256))
"""Every digit as 0, every sign between digits as a dash. To look for a shape so takes a tenth of a pattern's time."""
_NINE_DIGITS = b"000000000"
_BARE_SHAPE = re.compile(rb"000000000(?!0)(?<!0000000000)")
_WRITTEN_SHAPES = b"000-00-0000", b"00000-0000", b"000-000000", _NINE_DIGITS
"""What a number that is written out has at least, once blanks are taken out; the first where there are none."""
_BARE = re.compile(_DIGITS % ("", ""), re.ASCII)
_SPEAKS_OF_IT = re.compile(
    r"\bssn|ssn\b|\bs\.s\.n|social.{0,3}sec|soc\.? ?sec|\bss ?(?:#|no\b|nr\b|num)|\bitin\b|tax ?payer ?id|\btax ?id"
)
_TYPED = re.compile(r"\{\s*(?:ssn|itin|tin|social ?security[^:}]*)\s*[:}]", re.IGNORECASE)
_YEARS = re.compile(r"(?:19|20)\d\d")

_SPLIT_WORDS = re.compile(r"(?<=[a-z0-9])(?=[A-Z])|(?<=[A-Z])(?=[A-Z][a-z])|[^A-Za-z0-9#]+")
_SS_AND = frozenset({"#", "no", "nbr", "nr", "num", "number", "id"})
_RUN_TOGETHER = ("socialsecurity", "socialsec", "socsec", "taxpayerid", "taxid", "individualtaxpayer")

PERSONS_IDS = frozenset({"source_id", "local_id", "other_ids", "student", "staff", "user"})
"""Fields of the layouts that hold a person's id, or the id of a row about a person."""
_THINGS_IDS = frozenset(
    """state_id parent school schools organization organizations section course code sessions session line_item
    category test""".split()
)
_HOLDS_NO_PERSON = frozenset({"school", "academic_session", "course", "section", "category", "line_item"})
"""Entities whose own ids are the ids of things."""
_NAMES_ITSELF_ONLY = frozenset({"section_enrollment", "grade", "staff_role"})
"""Entities whose rows' own ids are read and never kept. Senders join them from others: `school-class-student`."""
_DATED_CODES = frozenset({"section", "course", "code", "line_item", "category"})


def plain(text: str) -> str:
    """The text with every dash as `-`, every digit as ASCII and nothing that cannot be seen: what a reader sees."""
    if text.isascii():
        return text
    seen = (_plain_sign(sign) for sign in unicodedata.normalize("NFKC", text))
    return "".join(seen)


def _plain_sign(sign: str) -> str:
    if sign.isascii():
        return sign
    category = unicodedata.category(sign)
    if category == "Nd":
        return str(unicodedata.decimal(sign))
    if category == "Pd" or sign in "\u2212\u02d7\u00b7\u2022\u2043\u00ac":  # minus, modifier minus, dots, bullets
        return "-"
    if category in ("Zs", "Zl", "Zp"):
        return " "
    if category in ("Cf", "Mn", "Me"):  # soft hyphens, joiners, marks of direction
        return ""
    return sign


def in_a_column_named(header: str) -> bool:
    """Whether a column's name says that it holds them: `SSN`, `stu_ssn`, `Soc Sec #`, `SocialSecurityNumber`, ITIN."""
    words = [word.lower() for word in _SPLIT_WORDS.split(plain(header).replace("#", " # ")) if word]
    together = "".join(words)
    if any(name in together for name in _RUN_TOGETHER):
        return True
    if any(word.startswith("ssn") or word.endswith("ssn") or word == "itin" for word in words):
        return True
    return any(first == "ss" and second in _SS_AND for first, second in pairwise(words))


def is_code_type(system: str) -> bool:
    """Whether an identification system, Ed-Fi's or OneRoster's, is social security."""
    return in_a_column_named(system) or _TYPED.search("{" + plain(system) + "}") is not None


def _could_be_issued(match: re.Match[str]) -> bool:
    """Within the ranges of the Social Security Administration (20 CFR 422.103 and POMS RM 10201.035), or an ITIN."""
    area, group, serial = match[1], match[2], match[3]
    if area.startswith("9"):
        return 50 <= int(group) <= 65 or 70 <= int(group) <= 88 or int(group) >= 90
    return area not in ("000", "666") and group != "00" and serial != "0000"


class Sieve:
    """Tells the social security numbers of one column. `field` and `entity` are the layout's names."""

    def __init__(self, field: str = "", entity: str = "") -> None:
        is_things_id = field in _THINGS_IDS or (field == "source_id" and entity in _HOLDS_NO_PERSON)
        self.is_id = is_things_id or field in PERSONS_IDS
        self._is_never_kept = field == "source_id" and entity in _NAMES_ITSELF_ONLY
        self._may_end_in_a_year = field in _DATED_CODES or (field == "source_id" and is_things_id)

    def lets_all_pass(self, lines: str) -> bool:
        """Whether one look at many values, each a line, shows that none of them holds one. False leaves it open."""
        if self._is_never_kept:
            return True
        if not lines.isascii() or "{" in lines:
            return False
        shape = lines.encode().translate(_SHAPES)
        tight = shape.replace(b" ", b"")
        if not self.is_id:
            return _NINE_DIGITS not in tight.replace(b"-", b"") or not _MAYBE.search(lines)
        looks_written = any(
            one in tight for one in (_WRITTEN_SHAPES if len(tight) < len(shape) else _WRITTEN_SHAPES[:1])
        )
        return not (
            (looks_written and _WRITTEN_OUT.search(lines))
            or (_BARE_SHAPE.search(shape) and _SPEAKS_OF_IT.search(lines.lower()))
        )

    def holds(self, text: str) -> bool:
        """Whether a value holds one."""
        if self._is_never_kept or len(text) < LEAST:
            return False
        if not text.isascii():
            text = plain(text)
        if not _MAYBE.search(text):
            return False
        if (match := _WRITTEN_OUT.search(text)) and not (self._may_end_in_a_year and _YEARS.fullmatch(match[3])):
            return True
        if "{" in text and _TYPED.search(text):
            return True
        bare = _BARE.search(text)
        if bare is None or not _could_be_issued(bare):
            return False
        return (not self.is_id and bare[0] == text.strip()) or _SPEAKS_OF_IT.search(text.lower()) is not None


LEAST = 9
"""Characters. A shorter value cannot hold one."""
_ANYWHERE = Sieve()


def in_text(text: str) -> bool:
    """Whether any text, such as the name of a file or of a column, holds one."""
    return _ANYWHERE.holds(text)


def without_them(names: Iterable[str]) -> tuple[str, ...]:
    """Names of columns as a report may show them: a file without a header has a child's row in its place."""
    return tuple(
        f"column {number}" if not name or in_text(name) else name for number, name in enumerate(names, start=1)
    )
