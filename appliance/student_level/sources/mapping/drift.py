"""What changed in a file since its mapping was made."""

from collections.abc import Sequence
from dataclasses import dataclass

from appliance.student_level.sources.mapping.cells import Places
from appliance.student_level.sources.mapping.form import Mapping, as_cell
from appliance.student_level.sources.mapping.looking import Look


@dataclass(frozen=True, slots=True)
class Drift:
    """Columns and codes that are not as they were. `lost`: gone columns that the mapping reads."""

    new: tuple[str, ...]
    gone: tuple[str, ...]
    moved: tuple[str, ...]
    lost: tuple[str, ...]
    codes: dict[str, tuple[str, ...]]
    """Column -> codes that its code table does not have."""

    def __bool__(self) -> bool:
        return any((self.new, self.gone, self.moved, self.lost, self.codes))

    def lines(self) -> list[str]:
        """For a person, most urgent first."""
        codes = [f"new codes in {column}: {', '.join(codes)}" for column, codes in self.codes.items()]
        return self.columns() + codes

    def without_codes(self) -> list[str]:
        """The same, with the number of new codes instead of the codes, which may be a child's own words."""
        return self.columns() + [f"new codes in {column}: {len(codes):,}" for column, codes in self.codes.items()]

    def columns(self) -> list[str]:
        """What happened to the columns."""
        said = [
            ("gone, and the mapping reads it", self.lost),
            ("gone", tuple(name for name in self.gone if name not in self.lost)),
            ("new", self.new),
            ("moved", self.moved),
        ]
        return [f"{what}: {', '.join(names)}" for what, names in said if names]


def drift(mapping: Mapping, header: Sequence[str], looks: Sequence[Look]) -> Drift:
    """Compare a file with the one that its mapping was made from."""
    before, now = list(mapping.seen), list(header)
    kept_before = [name for name in before if name in now]
    kept_now = [name for name in now if name in before]
    there = {name.lower() for name in now}
    cells = [
        as_cell(cell)
        for table in mapping.table
        for columns in (table.columns, *(repeat.columns for repeat in table.rows))
        for cell in columns.values()
    ]
    repeats = any(repeat.words for table in mapping.table for repeat in table.rows)
    single = {cell.source for cell in cells if cell.source and not (repeats and "{" in cell.source)}
    return Drift(
        new=tuple(name for name in now if name not in before) if before else (),
        gone=tuple(name for name in before if name not in now),
        moved=tuple(a for a, b in zip(kept_now, kept_before, strict=False) if a != b) if before else (),
        lost=tuple(sorted(name for name in single if name.lower() not in there)),
        codes=_new_codes(mapping, cells_with_codes=[(c.source, c.codes) for c in cells if c.source and c.codes],
                         header=tuple(header), looks=looks),
    )  # fmt: skip


def _new_codes(
    mapping: Mapping, cells_with_codes: list[tuple[str, str]], header: tuple[str, ...], looks: Sequence[Look]
) -> dict[str, tuple[str, ...]]:
    names = [name.lower() for name in header]
    found: dict[str, tuple[str, ...]] = {}
    for source, table in dict.fromkeys(cells_with_codes):
        if names.count(source.lower()) == 1 and (place := Places("", header).find(source)) is not None:
            known = mapping.code_table(table)
            empty = {word.lower() for word in mapping.empty}
            codes = tuple(c for c in looks[place].codes if c.lower() not in known and c.lower() not in empty)
            if codes:
                found[source] = codes
    return found
