"""What is known of other systems' words: names of columns, what a file may be, the meaning of codes.

All of it stands in `proposing.toml`, so that a new export is taught without code; words that plain files may use too,
in `totals_codes`.
"""

import re
import tomllib
from functools import cache
from pathlib import Path
from typing import Literal

import msgspec

from appliance.student_level.sources import totals_codes
from appliance.student_level.sources.mapping.form import MappedLayout

Kind = Literal["id", "name", "date", "birth date", "code", "grade", "mark", "number", "text"]
_WORDS = re.compile(r"[A-Z]+(?![a-z])|[A-Z]?[a-z]+|\d+", re.ASCII)


class Field(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Something that a file can say. `names`: what other systems call it, in plain words."""

    kind: Kind
    asks: str
    names: tuple[str, ...]
    codes: str = ""


class RecipeTable(MappedLayout, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """A layout whose columns name fields instead of headers. `also`: fields without which it is not worth filling."""

    also: tuple[str, ...] = ()


class Recipe(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """What a file may be. `without`: fields that such a file does not have; `not_with`: words that stand in several of
    its columns only when it is something else. A vendor's test file names its students too, and is no roster.
    """

    name: str
    needs: tuple[str, ...]
    table: tuple[RecipeTable, ...]
    without: tuple[str, ...] = ()
    not_with: tuple[str, ...] = ()


class Vocabulary(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """All of `proposing.toml`, and the code tables of `totals_codes`."""

    short: dict[str, str]
    field: dict[str, Field]
    recipe: tuple[Recipe, ...]
    meaning: dict[str, dict[str, str]]

    def plain(self, header: str) -> str:
        """A column's name in plain words: `STU_FIRST_NM` and `studentFirstName` are both `student first name`."""
        words = [word.lower() for word in _WORDS.findall(header)]
        long = " ".join(self.short.get(word, word) for word in words)
        return " ".join(dict.fromkeys(long.split()))

    def meanings(self, codes: str) -> dict[str, str]:
        """Code in lower case -> ours, for codes whose meaning is plain."""
        return {theirs.lower(): ours for theirs, ours in self.meaning.get(codes, {}).items()}


@cache
def vocabulary() -> Vocabulary:
    """What comes with Schoolhouse."""
    text = Path(__file__).with_name("proposing.toml").read_text(encoding="utf-8")
    words = msgspec.convert(tomllib.loads(text), Vocabulary)
    fields = {
        name: msgspec.structs.replace(field, names=tuple(dict.fromkeys(map(words.plain, field.names))))
        for name, field in words.field.items()
    }
    known = totals_codes.meanings()
    meaning = words.meaning | {table: known[table] | words.meaning.get(table, {}) for table in known}
    return msgspec.structs.replace(words, field=fields, meaning=meaning)
