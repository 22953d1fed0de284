"""Print, for Debian's copyright file, one stanza for every Python part in a folder of installed parts.

Usage: licences.py SITE. Stops when a part does not say its licence or does not bring the licence's text.
"""

import sys
from importlib.metadata import PathDistribution
from pathlib import Path

OURS = "schoolhouse"
BY_READING = {"sqlcipher3": "Zlib", "click-default-group": "BSD-3-Clause"}
"""Parts whose metadata names no licence, or another than their licence text: what the text is."""
SPELLING = {
    "MIT License": "MIT",
    "BSD License": "BSD-3-Clause",
    "Apache License, Version 2.0": "Apache-2.0",
    " OR ": " or ",
    " AND ": " and ",
}


def licence(part: PathDistribution) -> str:
    """The licence a part declares, in Debian's spelling. Raises SystemExit when it declares none."""
    classifiers = part.metadata.get_all("Classifier") or []
    candidates = (
        BY_READING.get(part.name),
        part.metadata["License-Expression"],
        (part.metadata["License"] or "").partition("\n")[0],
        " or ".join(line.rpartition(" :: ")[2] for line in classifiers if line.startswith("License ::")),
    )
    said = next((candidate for candidate in candidates if candidate), None)
    if said is None:
        raise SystemExit(f"{part.name} does not say its licence: read its text, then add it to BY_READING.")
    for theirs, ours in SPELLING.items():
        said = said.replace(theirs, ours)
    return said


def stanza(information: Path) -> str:
    """The stanza of the part with this `dist-info` folder. Raises SystemExit when it ships no licence text."""
    part = PathDistribution(information)
    files = (file for file in information.rglob("*") if file.is_file())
    texts = sorted(file for file in files if _is_licence_text(file.relative_to(information)))
    if not texts:
        raise SystemExit(f"{part.name} brings no licence text, so it must not be given on.")
    return "\n".join(
        [
            f"Files: usr/lib/schoolhouse/site/{information.name.partition('-')[0]}*",
            "Copyright: those whom the texts below name",
            f"License: {licence(part)}",
            f" {part.name} {part.version}. The words of its licence are in this package:",
            *(f"  /usr/lib/schoolhouse/site/{text.relative_to(information.parent)}" for text in texts),
            "",
        ]
    )


def _is_licence_text(file: Path) -> bool:
    return file.parts[0] == "licenses" or file.name.startswith(("LICENSE", "COPYING", "NOTICE"))


if __name__ == "__main__":
    for folder in sorted(Path(sys.argv[1]).glob("*.dist-info")):
        if not folder.name.startswith(OURS):
            sys.stdout.write(stanza(folder) + "\n")
