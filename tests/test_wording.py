"""No word of ours labels a child: on pages, on paper, in messages and in the catalogues, in English and in Spanish.

The list is the one of the design: say what happened and when, never what somebody is.
"""

import ast
import re
from collections.abc import Iterator
from pathlib import Path

import pytest
from babel.messages.pofile import read_po

from appliance.settings import PACKAGE, TEMPLATES

_ENGLISH = r"""at[- ]risk | (high|low)[- ]risk | risk (score|level) | truan(t|cy|ts) | chronically\ absent |
    watch[- ]?list |
    warning\ list | flagged | early\ warning | weakness(es)? | deficits? | concerns? |
    (?<!full\ or\ )failing | low\ performing |
    underperform\w* | below\ basic | tier\ [123] | (SPED|LEPs|LEP\ kids) | special\ needs | case\ closed |
    significant\ drop | dropouts? | at-promise | troubled | struggling | problem\ (child|student)s? | bad\ attendance |
    poor\ (attendance|student|grades?) | predict(ed|ion|s)?\ (outcome|dropout|grade)s? | dismiss(ed)? | delinquent"""
_SPANISH = r"""(en|alto|bajo|de)\ riesgo | riesgos? | ausentis(mo|ta)s? | absentis(mo|ta)s? | crónicamente\ ausentes? |
    crónic[oa]s? | deficien(te|tes|cia|cias) | déficits? | reprobad[oa]s? | reprobar | fracas(o|ad[oa]s?|ar) |
    debilidad(es)? | bajo\ rendimiento | insuficientes? | problemátic[oa]s? |
    mal[oa]s?\ (alumn|estudiante|calificaci)\w+ |
    lista\ de\ vigilancia | señalad[oa]s? | marcad[oa]s? | sospechos[oa]s? | atrasad[oa]s? | retrasad[oa]s? |
    desertor(a|es)? | deserción | necesidades\ especiales | caso\ cerrado | vag[oa]s | floj[oa]s? | alerta\ temprana"""
BANNED = {
    language: re.compile(rf"\b({words})\b", re.IGNORECASE | re.VERBOSE)
    for language, words in {"en": _ENGLISH, "es": _SPANISH}.items()
}
WORDS_OF_OTHERS = {
    ("appliance/aggregate/codelists.py", "dropouts"),
    ("appliance/student_level/metrics/catalogue.py", "dropouts"),
    ("appliance/student_level/sources/totals_codes.py", "dropout"),
    ("appliance/student_level/sources/edfi/codes.py", "delinquent"),
    ("appliance/student_level/sources/district_csv.py", "below basic"),
    ("appliance/student_level/records/levels.py", "below basic"),
}
"""How the federal tables, Ed-Fi and vendors call a code or a level. It is read or counted, never shown by a name."""


def sources() -> Iterator[tuple[str, str, str]]:
    """Where, in which language, and what: everything of ours that a person can read."""
    for file in TEMPLATES.rglob("*.html"):
        yield (
            str(file.relative_to(TEMPLATES)),
            "en",
            re.sub(r"\{[#%].*?[#%]\}|<[^>]*>", " ", file.read_text(), flags=re.S),
        )
    for file in sorted(TEMPLATES.rglob("*.po")):
        with file.open("rb") as lines:
            for message in read_po(lines):
                for language, texts in (("en", message.id), (file.stem, message.string)):
                    yield file.name, language, " ".join([texts] if isinstance(texts, str) else texts)
    for file in PACKAGE.rglob("*.py"):
        for text in words_of(file):
            yield f"appliance/{file.relative_to(PACKAGE)}", "en", text


def words_of(file: Path) -> Iterator[str]:
    """The texts of a module, but for what only programmers read: docstrings."""
    tree = ast.parse(file.read_text())
    bare = {id(one.value) for one in ast.walk(tree) if isinstance(one, ast.Expr)}
    for one in ast.walk(tree):
        if isinstance(one, ast.Constant) and isinstance(one.value, str) and id(one) not in bare:
            yield one.value


def labels(language: str, text: str) -> list[str]:
    return [found[0] for found in BANNED[language].finditer(text)] if language in BANNED else []


def test_no_word_labels_a_child() -> None:
    read = list(sources())
    assert len(read) > 5000
    found = {(where, word.lower()) for where, language, text in read for word in labels(language, text)}
    assert found <= WORDS_OF_OTHERS, found - WORDS_OF_OTHERS


@pytest.mark.parametrize(
    ("language", "sentence"),
    [
        ("en", "a high-risk student"), ("en", "She is chronically absent."), ("en", "Tier 3 students"),
        ("en", "students of concern"), ("en", "an at risk list"), ("es", "un alumno en riesgo"),
        ("es", "Su hijo es absentista crónico."), ("es", "rendimiento deficiente"), ("es", "ha reprobado; reprobada"),
    ],
)  # fmt: skip
def test_a_label_would_be_found(language: str, sentence: str) -> None:
    assert labels(language, sentence)


@pytest.mark.parametrize(
    ("language", "sentence"),
    [
        ("en", "Missing 10% of days or more is what schools call chronic absence."),
        ("en", "missed 4 of the last 5 days"),
        ("es", "Faltó 4 de los últimos 5 días"),
    ],
)  # fmt: skip
def test_what_happened_may_be_said(language: str, sentence: str) -> None:
    assert labels(language, sentence) == []
