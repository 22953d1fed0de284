"""Files through mappings, as the loaders see them."""

from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from appliance.student_level.sources.recognise import recognise
from appliance.student_level.staging.report import FileRead, ImportReport
from appliance.student_level.staging.typed_rows import typed_rows

SAMPLES = Path(__file__).parents[3] / "data" / "vendor_tests"


@dataclass
class Seen:
    """What a file became: typed rows by layout, and what was refused."""

    rows: dict[str, list[tuple[int, Any]]] = field(default_factory=dict)
    report: ImportReport = field(default_factory=ImportReport)
    left_out: tuple[str, ...] = ()

    @property
    def codes(self) -> list[tuple[int | None, str, str]]:
        """(row, column, code) of each problem."""
        return [(problem.row, problem.column, problem.code) for problem in self.report.problems]

    def only(self, kind: str) -> list[Any]:
        """The typed rows of one layout, without their numbers."""
        return [row for _, row in self.rows.get(kind, [])]


def see(path: Path, home: Path | None = None) -> Seen:
    """Recognise a file and check its rows, as an import does."""
    seen = Seen()
    for one in recognise([path], home):
        read = FileRead(one.table.name, one.layout.kind, one.table.sha256)
        seen.rows.setdefault(one.layout.kind, []).extend(typed_rows(one.table, one.layout, read, seen.report))
        seen.left_out += read.columns_left_out
    return seen
