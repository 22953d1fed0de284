"""Files whose columns have fixed places in each line, without a header."""

from collections.abc import Iterator
from dataclasses import dataclass

from appliance.student_level.sources.csv_text import TextTable
from appliance.student_level.sources.mapping.form import Fixed


@dataclass(frozen=True, slots=True)
class FixedTable:
    """Lines cut at the places that a mapping names. A line of another length becomes a row that no check lets pass."""

    text: TextTable
    form: Fixed

    @property
    def name(self) -> str:
        """The file's name for reports."""
        return self.text.name

    @property
    def sha256(self) -> str:
        """Of the file's bytes."""
        return self.text.sha256

    @property
    def encoding(self) -> str:
        """How its text is encoded."""
        return self.text.encoding

    @property
    def header(self) -> tuple[str, ...]:
        """The names that the mapping gives to the places."""
        return tuple(self.form.columns)

    def rows(self) -> Iterator[tuple[int, list[str]]]:
        """(line number, fields) of each line that is not blank; the first line is line 1."""
        cuts = [slice(first - 1, first - 1 + length) for first, length in self.form.columns.values()]
        for number, line in enumerate(self.text.lines(), start=1):
            if not line.strip():
                continue
            if len(line) > self.form.length:
                yield number, []
            else:
                yield number, [line[cut].strip() for cut in cuts]


def is_of(text: TextTable, form: Fixed) -> bool:
    """Whether the first line has the length and the words that files of this form have."""
    line = next(text.lines(), "")
    said = all(
        line[first - 1 : first - 1 + length].strip() in form.says[name]
        for name, (first, length) in form.columns.items() if name in form.says
    )  # fmt: skip
    return said and (len(line) == form.length or bool(form.says and form.length > len(line) > form.length // 2))
