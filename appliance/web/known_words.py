"""Words of the district's files that families read: known ones in their language, all others marked as English.

Levels and parts of a school year are few and have one meaning; what a course or a test is called is the district's own.
"""

from collections.abc import Callable

from markupsafe import Markup, escape

from appliance.errors import Sentence
from appliance.student_level.sources.terms import term

_LEVELS = {
    str(level): level
    for level in (
        Sentence("not yet assessed"), Sentence("beginning"), Sentence("getting there"), Sentence("meets"),
        Sentence("exceeds"),
    )
}  # fmt: skip
_PARTS = {
    "semester": Sentence("Semester %(number)s"),
    "trimester": Sentence("Trimester %(number)s"),
    "quarter": Sentence("Quarter %(number)s"),
    "year": Sentence("Full year"),
    "summer": Sentence("Summer"),
}


def known(text: str) -> Sentence | None:
    """The sentence of the catalogues for a level or a part of the school year; None for any other word."""
    part, _, number = term(text).partition(" ")
    if part in _PARTS and (number.isdigit() or not number):
        return Sentence(_PARTS[part].english, number=number)
    return _LEVELS.get(text.strip().lower())


def theirs(text: str, said: Callable[[str], str], *, is_english: bool) -> Markup:
    """A word of the district's files for a page in some language. What stays English says so, for whoever listens."""
    if is_english:
        return Markup("<bdi>{}</bdi>").format(text)
    sentence = known(text)
    if sentence is not None and (spoken := said(sentence)) != sentence:
        return escape(spoken[:1].upper() + spoken[1:])
    return Markup('<bdi lang="en">{}</bdi>').format(text)
