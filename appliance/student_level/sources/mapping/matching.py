"""Which column may say what: by its name, and then by its values. A name that is alike is not enough."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Literal

from rapidfuzz import fuzz

from appliance.student_level.sources import ssn
from appliance.student_level.sources.mapping.form import TEXT
from appliance.student_level.sources.mapping.looking import Look
from appliance.student_level.sources.mapping.vocabulary import Field, Kind, Vocabulary
from appliance.student_level.sources.values import LONGEST_TEXT

Trust = Literal["sure", "likely", "chosen"]
LEAST_ALIKE = 80
"""Of 100. Below it, names are not alike enough to be worth a question."""
_MOST = 0.8


@dataclass(frozen=True, slots=True)
class Guess:
    """A column that may say something. `evidence` is for a person, and holds no value."""

    field: str
    place: int
    header: str
    trust: Trust
    evidence: str
    weight: float


def guesses(header: Sequence[str], looks: Sequence[Look], wanted: Sequence[str], words: Vocabulary) -> dict[str, Guess]:
    """The best column for each wanted field, no column twice. Fields that no column fits are not there."""
    usable = [
        (place, column, look)
        for place, (column, look) in enumerate(zip(header, looks, strict=True))
        if header.count(column) == 1 and len(column) <= LONGEST_TEXT and not column.startswith(TEXT)
    ]
    found = [
        guess
        for name in wanted
        for place, column, look in usable
        if (guess := _guess(name, words.field[name], place, column, look, words)) is not None
    ]
    chosen: dict[str, Guess] = {}
    taken: set[int] = set()
    for guess in sorted(found, key=lambda guess: -guess.weight):
        if guess.field not in chosen and guess.place not in taken:
            chosen[guess.field] = guess
            taken.add(guess.place)
    return {name: chosen[name] for name in wanted if name in chosen}


def _guess(name: str, field: Field, place: int, header: str, look: Look, words: Vocabulary) -> Guess | None:
    plain = words.plain(header)
    if not plain or look.is_social_security_number or ssn.in_a_column_named(header):
        return None
    alike, named = _alike(plain, field.names)
    if alike < LEAST_ALIKE:
        return None
    if not look.filled:
        # Nothing speaks against it, and nothing for it: only a name that is known is worth a question.
        return Guess(name, place, header, "likely", f"{named}; it is empty here", alike / 2) if alike >= 98 else None
    fits, like = FITS[field.kind](look, field, words)
    if not fits:
        return None
    trust: Trust = "sure" if alike >= 98 else "likely"
    return Guess(name, place, header, trust, f"{named}; {like}", alike + (10 if trust == "sure" else 0))


def _alike(plain: str, names: Sequence[str]) -> tuple[float, str]:
    """(0 to 100, in words). 98 and above: the same words. Names that stand first in the list are the more telling."""
    best, which = 0.0, ""
    for nth, name in enumerate(names):
        if plain == name or sorted(plain.split()) == sorted(name.split()):
            alike = 100.0 - min(nth, 19) / 10
        else:
            alike = min(fuzz.token_sort_ratio(plain, name), 97.0)
            if " " in name and (added := len(set(plain.split()) - set(name.split()))) <= 3 and has_all(plain, name):
                # Words that are added ("final attendance code") count less against it than words that differ. Not so
                # for a single word: a birth date is no `date` that something happened on.
                alike = max(alike, 90.0 - 2 * added)
        if alike > best:
            best, which = alike, name
    return best, "a known name" if best >= 98 else f"a name like {which!r}"


def has_all(plain: str, name: str) -> bool:
    """Whether each word of a name stands in a column's."""
    return set(name.split()) <= set(plain.split())


Fit = tuple[bool, str]


def _percent(share: float) -> str:
    return "all" if share == 1 else f"{share:.0%}"


def _is_date(look: Look, _field: Field, _words: Vocabulary) -> Fit:
    said = f"{_percent(look.dates)} of {look.filled:,} values are dates ({' or '.join(look.patterns)})"
    if look.years:
        said += f", {look.years[0]} to {look.years[1]}"
    if look.impossible_dates:
        said += f"; {look.impossible_dates:,} are impossible (before 1900, after 2099, or no such day)"
    return look.dates >= _MOST and look.years is not None, said


def _is_birth_date(look: Look, field: Field, words: Vocabulary) -> Fit:
    fits, said = _is_date(look, field, words)
    if not fits or look.years is None:
        return False, said
    first, last = look.years
    # Children of a school are born over several years, and none of them lately; days of absence lie in one or two.
    return last <= date.today().year - 2 and (last - first >= 2 or look.filled < 20), said


def _is_id(look: Look, _field: Field, _words: Vocabulary) -> Fit:
    is_date = look.dates >= _MOST and any(not p.isalpha() for p in look.patterns)
    said = f"{look.distinct:,} different values among {look.filled:,}"
    return not is_date and look.both_in_one < _MOST, said


def _is_name(look: Look, _field: Field, _words: Vocabulary) -> Fit:
    return look.letters >= _MOST, f"{_percent(look.letters)} of the values are words without digits"


def _is_code(look: Look, field: Field, words: Vocabulary) -> Fit:
    meanings = words.meanings(field.codes)
    known = sum(code.lower() in meanings for code in look.codes)
    said = f"{len(look.codes)} different codes among {look.filled:,} values, {known} of them with a known meaning"
    if look.dates >= _MOST or not look.codes:
        return False, said
    return known > 0 or len(look.codes) * 3 <= look.filled, said


def _is_grade(look: Look, _field: Field, _words: Vocabulary) -> Fit:
    return look.grades >= _MOST, f"{_percent(look.grades)} of the values are grade levels"


def _is_mark(look: Look, _field: Field, _words: Vocabulary) -> Fit:
    if look.both_in_one:
        said = f"{_percent(look.both_in_one)} of the values are a number and a letter in one cell"
    else:
        said = f"{_percent(look.marks)} of the values are marks"
    return look.marks >= _MOST and look.grades < 0.9, said


def _is_number(look: Look, _field: Field, _words: Vocabulary) -> Fit:
    return look.numbers >= _MOST, f"{_percent(look.numbers)} of the values are numbers"


def _is_text(look: Look, _field: Field, _words: Vocabulary) -> Fit:
    return look.dates < _MOST, f"{look.distinct:,} different values among {look.filled:,}"


FITS: dict[Kind, Callable[[Look, Field, Vocabulary], Fit]] = {
    "id": _is_id, "name": _is_name, "date": _is_date, "birth date": _is_birth_date, "code": _is_code,
    "grade": _is_grade, "mark": _is_mark, "number": _is_number, "text": _is_text,
}  # fmt: skip
