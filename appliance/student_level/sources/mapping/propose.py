"""Proposing a mapping for a file that nobody described yet: what each column may say, with the evidence, for a person.

Nothing proposed is loaded by itself. What stays open (a needed column that no name fits, a code without a known
meaning) is left out of the mapping, and rows that would need it are refused when the file is imported.
"""

import re
from collections.abc import Mapping as Names
from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from typing import Literal

from appliance.student_level.sources.mapping.form import (
    LAYOUTS,
    SHARED_CODES,
    TEXT,
    VERSION,
    Cell,
    MappedLayout,
    Mapping,
    as_cell,
)
from appliance.student_level.sources.mapping.looking import Look, look_at
from appliance.student_level.sources.mapping.matching import Guess, guesses
from appliance.student_level.sources.mapping.vocabulary import Recipe, RecipeTable, Vocabulary, vocabulary
from appliance.student_level.sources.table import Table

_SEVERAL = 3


@dataclass(frozen=True, slots=True)
class Proposal:
    """What a file may be, and which column says what."""

    name: str
    recipe: Recipe
    header: tuple[str, ...]
    looks: tuple[Look, ...]
    guesses: dict[str, Guess]
    codes: dict[str, dict[str, str]] = field(default_factory=dict)
    """Code table -> their code -> ours. A code that is not there has no known meaning yet."""
    texts: dict[str, str] = field(default_factory=dict)
    """Field -> what a person said it is for each row, where the file has no column for it."""

    @property
    def missing(self) -> tuple[str, ...]:
        """Needed fields that no column was found for."""
        return tuple(name for name in self.recipe.needs if name not in self.guesses and name not in self.texts)

    @property
    def fields(self) -> tuple[str, ...]:
        """All that such a file may say."""
        wanted = [
            name for part in self.recipe.table for cell in part.columns.values() for name in as_cell(cell).headers()
        ]
        return tuple(dict.fromkeys((*self.recipe.needs, *wanted)))

    @property
    def unsure(self) -> tuple[Guess, ...]:
        """Guesses that a person should look at."""
        return tuple(guess for guess in self.guesses.values() if guess.trust == "likely")

    @property
    def open_codes(self) -> dict[str, tuple[str, ...]]:
        """Code table -> codes in the file without a meaning."""
        return {
            table: tuple(code for code in found if code not in self.codes.get(table, {}))
            for table, found in self._found_codes().items()
        }

    def choose(self, name: str, header: str | None) -> "Proposal":
        """The same with a column that a person chose for a field; None for none, `=text` for that text in each row."""
        others = {one: guess for one, guess in self.guesses.items() if one != name}
        texts = {one: text for one, text in self.texts.items() if one != name}
        if header is None or header.startswith(TEXT):
            said = {name: header.removeprefix(TEXT)} if header else {}
            return replace(self, guesses=others, texts=texts | said)
        place = self.header.index(header)
        others = {one: guess for one, guess in others.items() if guess.place != place}
        chosen = Guess(name, place, header, "chosen", "chosen by a person", 0.0)
        return _with_codes(replace(self, guesses=others | {name: chosen}, texts=texts))

    def mean(self, table: str, theirs: str, ours: str) -> "Proposal":
        """The same with a meaning that a person gave a code."""
        known = self.codes.get(table, {}) | {theirs: ours}
        return replace(self, codes=self.codes | {table: known})

    def mapping(self) -> Mapping | None:
        """The mapping so far; None while a needed column is missing."""
        tables = [made for part in self.recipe.table if (made := self._table(part)) is not None]
        if self.missing or not tables or tables[0].layout != self.recipe.table[0].layout:
            return None
        used = {name for part in tables for cell in part.columns.values() for name in as_cell(cell).headers()}
        codes = {table: known for table, known in self.codes.items() if known}
        named = {as_cell(cell).codes for part in tables for cell in part.columns.values()} - {None}
        for table in named - set(SHARED_CODES):
            codes.setdefault(str(table), {})
        return Mapping(
            version=VERSION,
            name=self.name,
            ids="district",
            fingerprint=tuple(name for name in self.header if name in used),
            empty=self._nothings(),
            attendance=self._attendance(),
            codes={table: known for table, known in codes.items() if table in named},
            table=tuple(tables),
            seen=self.header,
        )

    def _table(self, part: RecipeTable) -> MappedLayout | None:
        if any(name not in self.guesses and name not in self.texts for name in part.also):
            return None
        columns = {ours: cell for ours, said in part.columns.items() if (cell := self._cell(as_cell(said))) is not None}
        needed = {column.headers[0] for column in LAYOUTS[part.layout].columns if column.required}
        return MappedLayout(layout=part.layout, columns=columns, key=part.key) if needed <= set(columns) else None

    def _cell(self, cell: Cell) -> str | Cell | None:
        """A recipe's cell with columns in the place of fields; None when the file has none of them."""
        if cell.constant is not None:
            return cell
        if cell.source in self.texts:
            return Cell(constant=self.texts[cell.source], codes=cell.codes)
        there = [name for name in cell.headers() if name in self.guesses]
        known = {name: TEXT + text for name, text in self.texts.items()} if cell.join else {}
        if not there or any(name not in self.guesses and name not in known for name in cell.headers() if cell.join):
            return None
        to = known | {name: self.guesses[name].header for name in there}
        patterns = self.looks[self.guesses[there[0]].place].needs_patterns()
        is_date = vocabulary().field[there[0]].kind in ("date", "birth date")
        made = Cell(
            source=to[cell.source] if cell.source else None,
            first=tuple(to[name] for name in cell.first if name in to),
            join=tuple(name if name.startswith(TEXT) else to[name] for name in cell.join),
            between=cell.between, take=cell.take, codes=cell.codes, dates=patterns if is_date else (),
        )  # fmt: skip
        if len(made.first) == 1:
            made = Cell(source=made.first[0], codes=made.codes, dates=made.dates, take=made.take)
        return made.source if made.source and made == Cell(source=made.source) else made

    def _found_codes(self) -> dict[str, tuple[str, ...]]:
        words = vocabulary()
        found: dict[str, tuple[str, ...]] = {}
        for name, guess in self.guesses.items():
            look, kind = self.looks[guess.place], words.field[name]
            if kind.kind == "grade":
                known = {theirs.lower() for theirs in SHARED_CODES["grades"]}
                found["grades"] = tuple(code for code in look.codes if code.lower() not in known)
            elif kind.codes:
                found[kind.codes] = look.codes
        return found

    def _nothings(self) -> tuple[str, ...]:
        plain = ("date", "birth date", "number", "mark", "grade", "id")
        kinds = vocabulary().field
        places = [guess.place for name, guess in self.guesses.items() if kinds[name].kind in plain]
        return tuple(sorted({word for place in places for word in self.looks[place].nothings}))

    def _attendance(self) -> Literal["positive", "negative"] | None:
        """Positive when `present` is the commonest code; negative when such rows are there, but few."""
        guess = self.guesses.get("attendance_code")
        found = self.looks[guess.place].codes if guess else ()
        present = [code for code in found if self.codes.get("attendance", {}).get(code) == "Present"]
        if not present:
            return None
        return "positive" if found[0] in present else "negative"


def propose(table: Table, name: str, recipe: str | None = None) -> Proposal:
    """What a table may be. `recipe` says what it is, when a person knows it."""
    words = vocabulary()
    header, looks = table.header, tuple(look_at(table))
    choices = [one for one in words.recipe if recipe in (None, one.name)]
    tried = [_try(one, header, looks, name, words) for one in choices]
    possible = [one for one in tried if not _contradicted(one, words)] or tried
    fitting = [one for one in possible if not one.missing]
    # The first of those that explain most; else the one that lacks least.
    best = max(fitting or possible, key=lambda one: _explained(one) - 5 * len(one.missing))
    return _with_codes(best)


def _explained(one: Proposal) -> int:
    needed = [one.guesses[name] for name in one.recipe.needs if name in one.guesses]
    return sum(2 if guess.trust == "likely" else 3 for guess in needed)


def _try(recipe: Recipe, header: Sequence[str], looks: tuple[Look, ...], name: str, words: Vocabulary) -> Proposal:
    nothing = Proposal(name, recipe, tuple(header), looks, {})
    return replace(nothing, guesses=guesses(header, looks, nothing.fields, words))


def _contradicted(one: Proposal, words: Vocabulary) -> bool:
    """Whether the file surely says something that such a file does not say."""
    telling = [name for name in one.header if set(words.plain(name).split()) & set(one.recipe.not_with)]
    if len(telling) >= _SEVERAL:
        return True
    there = guesses(one.header, one.looks, one.recipe.without, words)
    used = {guess.place for guess in one.guesses.values()}
    return any(guess.trust == "sure" and guess.place not in used for guess in there.values())


def _with_codes(one: Proposal) -> Proposal:
    words = vocabulary()
    codes: dict[str, dict[str, str]] = dict(one.codes)
    for table, found in one._found_codes().items():
        known: Names[str, str] = words.meanings(table)
        given = codes.get(table, {})
        codes[table] = {code: given.get(code, known.get(code.lower(), "")) for code in found}
        codes[table] = {code: ours for code, ours in codes[table].items() if ours or code in given}
    return replace(one, codes=codes)


_NOT_IN_NAMES = re.compile(r"[^A-Za-z .&()+-]+")


def name_for(file: str) -> str:
    """A mapping's name from a file's: without its path, its ending, and the dates and numbers that change each time."""
    stem = file.replace("\\", "/").rsplit("/", 1)[-1].rsplit(".", 1)[0]
    plain = _NOT_IN_NAMES.sub(" ", stem).strip(" .-")
    return " ".join(plain.lower().split())[:80].strip() or "file"
