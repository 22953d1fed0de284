"""A mapping as TOML, with the evidence beside each column, for a person to read and mend."""

import json
from collections.abc import Mapping as Names
from collections.abc import Sequence

from appliance.student_level.sources.mapping.form import LAYOUTS, Cell, Fixed, MappedLayout, Mapping, as_cell

_ENDS = {column.headers[0] for layout in LAYOUTS.values() for column in layout.columns if column.field == "end_day"}
_NONE: Names[str, Sequence[str]] = {}


def write(mapping: Mapping, notes: Names[str, str] | None = None, open_codes: Names[str, Sequence[str]] = _NONE) -> str:
    """The TOML of a mapping. `notes`: header -> why it was chosen. `open_codes`: codes that nobody explained yet."""
    lines = [f"version = {mapping.version}", f"name = {_text(mapping.name)}"]
    lists = {key: getattr(mapping, key) for key in ("fingerprint", "without", "dates", "empty")}
    lines += [f"{key} = {_list(value)}" for key, value in lists.items() if value]
    if mapping.attendance:
        lines.append(f"attendance = {_text(mapping.attendance)}")
    if mapping.ids != "oneroster":
        lines.append(f"ids = {_text(mapping.ids)}")
    if mapping.inclusive_ends:
        lines.append("inclusive_ends = true")
    elif any(_ENDS & set(table.columns) for table in mapping.table):
        lines.append("# inclusive_ends = true        # if their end dates are the last day that counts")
    if mapping.seen:
        lines += ["# The header of the file that it was made from, to show what changed since.",
                  f"seen = {_list(mapping.seen)}"]  # fmt: skip
    if mapping.fixed:
        lines += _fixed(mapping.fixed)
    left = dict(notes or {})
    for table in mapping.table:
        lines += _table(table, left)
    for name, codes in mapping.codes.items():
        lines += _codes(name, codes, open_codes.get(name, ()))
    return "\n".join(lines) + "\n"


def _table(table: MappedLayout, notes: dict[str, str]) -> list[str]:
    """Each note is written once, where its column is first read."""
    lines = ["", "[[table]]", f"layout = {_text(table.layout)}"]
    if table.key:
        lines.append(f"key = {_list(table.key)}")
    lines.append("[table.columns]")
    for ours, cell in table.columns.items():
        lines += [f"# {note}" for name in as_cell(cell).headers() if (note := notes.pop(name, ""))]
        lines.append(f"{_key(ours)} = {_cell(cell)}")
    if unused := [c.headers[0] for c in LAYOUTS[table.layout].columns if c.headers[0] not in table.columns]:
        lines.append(f"# Also possible: {', '.join(unused)}")
    for repeat in table.rows:
        lines += ["", "[[table.rows]]"]
        for name, words in repeat.words.items():
            said = ", ".join(_text(w) if isinstance(w, str) else _inline(w) for w in words)
            lines.append(f"for.{_key(name)} = [{said}]")
        lines += [f"filled = {_list(repeat.filled)}", "[table.rows.columns]"]
        lines += [f"{_key(ours)} = {_cell(cell)}" for ours, cell in repeat.columns.items()]
    return lines


def _codes(name: str, codes: Names[str, str], unknown: Sequence[str]) -> list[str]:
    lines = ["", f"[codes.{_key(name)}]"]
    lines += [f"{_text(theirs)} = {_text(ours)}" for theirs, ours in codes.items()]
    if unknown:
        lines.append("# Nobody said yet what these mean. Rows with them are refused until it stands here.")
        lines += [f'# {_text(theirs)} = ""' for theirs in unknown]
    return lines


def _fixed(fixed: Fixed) -> list[str]:
    lines = ["", "[fixed]", f"length = {fixed.length}"]
    if fixed.says:
        said = ", ".join(f"{_key(name)} = {_list(words)}" for name, words in fixed.says.items())
        lines.append(f"says = {{ {said} }}")
    return [*lines, "[fixed.columns]", *(f"{_key(n)} = [{at}, {long}]" for n, (at, long) in fixed.columns.items())]


def _cell(cell: str | Cell) -> str:
    if isinstance(cell, str):
        return _text(cell)
    said: list[str] = []
    for key, value in (("from", cell.source), ("is", cell.constant), ("take", cell.take), ("codes", cell.codes)):
        if value is not None:
            said.append(f"{key} = {_text(value)}")
    for key, values in (("first", cell.first), ("join", cell.join), ("dates", cell.dates)):
        if values:
            said.append(f"{key} = {_list(values)}")
    if cell.between:
        said.append(f"with = {_text(cell.between)}")
    if cell.cut:
        said.append(f"cut = [{cell.cut[0]}, {cell.cut[1]}]")
    return f"{{ {', '.join(said)} }}"


def _inline(words: Names[str, str]) -> str:
    return "{ " + ", ".join(f"{_key(key)} = {_text(value)}" for key, value in words.items()) + " }"


def _key(name: str) -> str:
    plain = name.isascii() and name.replace("_", "").replace("-", "").isalnum()
    return name if plain else _text(name)


def _text(value: str) -> str:
    # JSON's strings are TOML's basic strings, but for DEL, which TOML wants escaped.
    return json.dumps(value, ensure_ascii=False).replace("\x7f", "\\u007f")


def _list(values: Sequence[str]) -> str:
    return "[" + ", ".join(map(_text, values)) + "]"
