"""A home language as a district writes it (a name, or a code of two or three letters) to ISO 639's three letters.

Names and codes of two letters are CLDR's, which come with babel. Chinese languages are one, as in ISO 639-2, whose
codes EDFacts takes. A word below for a language that has no code there is `mis`, as the standard says.
"""

from functools import cache

from babel import Locale
from babel.core import get_global

from appliance.student_level.sources.values import Refused

_CHINESE = ("chi", "zh", "cmn", "yue", "nan", "hak", "wuu", "gan", "hsn", "cdo", "mnp", "cjy", "cpx")
_NAMED_OTHERWISE = {
    "afrikaans (taal)": "afr", "bengali": "ben", "burmese": "mya", "cambodian": "khm", "cambodian (khmer)": "khm",
    "cebuano (visayan)": "ceb", "farsi": "fas", "farsi (persian)": "fas", "haitian": "hat", "laotian": "lao",
    "laotian (lao)": "lao", "oriya": "ori", "persian (farsi)": "fas", "pilipino (tagalog)": "fil", "pilipino": "fil",
    "punjabi (panjabi)": "pan", "panjabi": "pan", "sinhalese": "sin", "sinhalese (sri lanka)": "sin",
    "sign language": "sgn", "american sign language": "sgn", "telugu (telegu)": "tel", "castilian": "spa",
    "karen": "kar", "dari": "fas", "k'iche'": "quc", "quiche": "quc", "haitian-creole": "hat",
    "tagalog": "tgl", "eskimo": "mis", "other": "mis", "other languages": "mis", "other language": "mis",
    **dict.fromkeys(
        ("mandarin", "mandarin chinese", "mandarin (chinese)", "cantonese", "cantonese (chinese)",
         "chaochow/teochiu (chinese)", "hainanese (chinese)", "taiwanese/formosan/min nan (chinese)",
         "chinese (mandarin)", "chinese (cantonese)"),
        "zho"),
}  # fmt: skip
_OF_SEVERAL = (
    "aka ara aym aze bod ces cre cym deu dzo ell est eus fas fra ful gla grn guj hrv hye iku ipk isl kat kau kom kon "
    "kur lav mkd mlg mon mri msa mya nep nld oji ori orm pus que ron san slk sqi srd srp swa uzb yid zha zho"
).split()
"""Of codes that mean one language of CLDR, the one of ISO 639-2 that comes from the language's own name."""


@cache
def _three_letters() -> dict[str, str]:
    """Everything that is understood, in lower case -> the code of three letters."""
    aliases: dict[str, str] = dict(get_global("language_aliases"))
    names: dict[str, str] = dict(Locale("en").languages)
    long: dict[str, str] = {}
    for theirs, plain in sorted(aliases.items()):
        if len(theirs) == 3 and len(plain) == 2 and (plain not in long or theirs in _OF_SEVERAL):
            long[plain] = theirs
    long |= {"tl": "tgl", "tw": "twi", "sh": "hbs"}
    known = {code: long.get(code, code) for code in names if "_" not in code}
    known = {code: three for code, three in known.items() if len(three) == 3}
    found = {name.lower(): known[code] for code, name in names.items() if code in known}
    found |= {theirs: known[plain] for theirs, plain in aliases.items() if len(theirs) == 3 and plain in known}
    found |= known | {three: three for three in known.values()}
    return found | dict.fromkeys(_CHINESE, "zho") | _NAMED_OTHERWISE


def language(value: str) -> str:
    """`Spanish`, `es`, `spa` or `spa - Spanish` as `spa`. Raises Refused for what is no language that is known."""
    words = _three_letters()
    said = " ".join(value.lower().split())
    code = words.get(said) or words.get(said.partition(" - ")[0].partition(";")[0].strip())
    if code is None:
        fix = "Write a language by its English name, or its code of ISO 639, like Spanish or spa."
        raise Refused("not_in_list", "is not a language that is known here", fix)
    return code
