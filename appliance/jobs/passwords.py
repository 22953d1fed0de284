"""Passwords: which are good enough, and how they are kept and checked.

Kept as argon2id (19 MiB, two passes, one lane): the cheapest setting that OWASP allows, because two cores must sign in
a whole staff at eight o'clock. Good enough means long and not to be found in a list; nothing is asked about capitals
or signs (NIST 800-63B-4).
"""

import gzip
import re
from collections.abc import Iterable
from importlib.resources import files

from argon2 import PasswordHasher
from argon2.exceptions import VerificationError

from appliance.errors import Sentence, Trouble

SHORTEST_ALONE = 15
"""The length at which a password may stand alone, without a second factor."""
SHORTEST_WITH_SECOND_FACTOR = 8
LONGEST = 128
_LEAST_OF_ONES_OWN = 6
_COMMON = files("appliance.jobs") / "common_passwords.txt.gz"
"""130,000 of the most frequent passwords, small letters, a line each: `deploy/blocklist/make.py` says from where."""
_LOOKS_LIKE = str.maketrans("013457@$!|", "oieastasil")
_EDGES = re.compile(r"^[\W\d_]+|[\W\d_]+$")

_hasher = PasswordHasher(time_cost=2, memory_cost=19_456, parallelism=1)
_NOBODYS_HASH = _hasher.hash("the password of an account that does not exist")


class BadPassword(Trouble):
    """A password that is too short, too long or too easy to guess. The sentence does not repeat it."""


def hash_password(password: str) -> str:
    """What is kept of a password."""
    return _hasher.hash(password)


def check_password(stored_hash: str | None, password: str) -> bool:
    """Whether the password is the one that was kept. Without a stored hash it does the same work and says no."""
    try:
        return _hasher.verify(stored_hash or _NOBODYS_HASH, password[:LONGEST]) and bool(stored_hash)
    except VerificationError:
        return False


def check_strength(password: str, *, shortest: int, words: Iterable[str] = ()) -> None:
    """Raise BadPassword for one that is easy to guess. `words`: names of person, schools and district, in any case."""
    if not shortest <= len(password) <= LONGEST:
        raise BadPassword(
            Sentence(
                "A password has %(shortest)s to %(longest)s characters. Three or four plain words make a good one.",
                shortest=shortest,
                longest=LONGEST,
            )
        )
    small = password.casefold()
    if len(set(small)) < min(6, len(small) - 2) or _repeats(small):
        raise BadPassword(Sentence("That password is easy to guess: it repeats itself. Choose another."))
    if _without(small, words) < _LEAST_OF_ONES_OWN:
        raise BadPassword(
            Sentence(
                "That password is easy to guess: it is made of your user name or the name of a school. Choose another."
            )
        )
    if is_common(small):
        raise BadPassword(Sentence("That password is on a list of passwords that many people use. Choose another."))


def is_common(password: str) -> bool:
    """Whether a list of frequent passwords has it: as it is, without what stands around it, or with 0 for o."""
    small = password.casefold()
    plain = small.translate(_LOOKS_LIKE)
    forms = {small, plain, _EDGES.sub("", small), _EDGES.sub("", small).translate(_LOOKS_LIKE), _EDGES.sub("", plain)}
    wanted = {form.encode() for form in forms if len(form) >= 4}
    # Read through once for each new password, some 20 ms: nothing stays in memory for what happens once a year.
    with _COMMON.open("rb") as packed, gzip.open(packed) as lines:
        return any(line.rstrip(b"\n") in wanted for line in lines)


def _repeats(text: str) -> bool:
    """A short piece over and over, like "abcabcabcabc"."""
    return any(text[step:] == text[:-step] for step in range(1, min(8, len(text) // 2 + 1)))


def _without(text: str, words: Iterable[str]) -> int:
    """How many letters are left when the words are taken out, longest first, and signs and digits too."""
    pieces = {piece for word in words for piece in (word.casefold(), *re.split(r"[\W_]+", word.casefold()))}
    known = [piece for piece in pieces if len(piece) >= 3]
    if not known:
        return len(text)
    left = text
    for piece in sorted(known, key=len, reverse=True):
        left = left.replace(piece, "")
    return len(text) if left == text else sum(letter.isalpha() for letter in left)
