"""Measure, and print the README's tables.

`--schools 600`: disclosure control alone, at that size; `--later 2`: and its school year, with two further releases;
`--rows 10000000`: imports alone, of a package of so many grades; `--xml 1300`: an import of so many MB of Ed-Fi XML.
`--pages 86000`: every page of every role in a district of that size.
"""

import argparse
import subprocess
import sys
import tempfile
from datetime import date
from pathlib import Path

from appliance.jobs.demo import prepare
from appliance.sample import write_district
from tests.bench import disclosure, imports, large_pages, later_releases, pages, sizes

GRAND_BEND = Path(__file__).parents[1] / "data" / "grandbend"
RUNS, VISITS = 5, 300


def main() -> None:
    """Import two districts, visit the demo's pages and protect 120 schools; about two minutes."""
    parser = argparse.ArgumentParser(prog="python -m tests.bench", description=__doc__)
    parser.add_argument("--schools", type=int, nargs="*", help="only disclosure control, at these sizes")
    parser.add_argument("--later", type=int, choices=range(4), default=0, help="further releases of a year beside it")
    parser.add_argument("--rows", type=int, help="only imports: of so many grades, and of the night after")
    parser.add_argument("--xml", type=int, help="only an import of so many MB of Ed-Fi XML")
    parser.add_argument("--pages", type=int, help="only pages: of every role, in a district of so many students")
    parser.add_argument("--home", type=Path, help="with --pages: a folder to build in, and to use again")
    parser.add_argument("--visits", type=int, default=100, help="with --pages: of each page")
    options = parser.parse_args()
    if options.pages:
        with tempfile.TemporaryDirectory(prefix="schoolhouse-bench-") as name:
            large_pages.measure(options.home or Path(name), options.pages, options.visits)
        return
    if options.rows or options.xml:
        with tempfile.TemporaryDirectory(prefix="schoolhouse-bench-") as name:
            by_size(Path(name), options.rows, options.xml)
        return
    if options.schools is None:
        everything_else()
    protect(options.schools or [20, 120], options.later)


def by_size(folder: Path, rows: int | None, megabytes: int | None) -> None:
    """Imports of one size, each in a process of its own."""
    if rows:
        sizes.measure(rows, folder)
    if megabytes:
        sizes.measure_xml(megabytes, folder)


def protect(districts: list[int], later: int) -> None:
    """Protect invented districts, then `later` further releases, each size in a process of its own for its memory."""
    print(f"\n{disclosure.HEADER}", flush=True)
    for schools in districts:
        subprocess.run([sys.executable, "-m", "tests.bench.disclosure", str(schools)], check=True)
    print(f"\n{later_releases.HEADER}" if later else "", flush=True)
    for schools in districts if later else ():
        year = ["tests.bench.later_releases", str(schools), "--later", str(later)]
        subprocess.run([sys.executable, "-m", *year], check=True)


def everything_else() -> None:
    """What imports and pages cost."""
    with tempfile.TemporaryDirectory(prefix="schoolhouse-bench-") as name:
        folder = Path(name)
        demo_files = write_district(folder / "district", today=date(2026, 11, 20)).files
        grand_bend = sorted(path for path in GRAND_BEND.rglob("*") if path.name in _KEPT)
        print("| import | rows | rows/s | the same files again, rows/s | time, as a ratio to inserting ready tuples |")
        print("| --- | --- | --- | --- | --- |")
        for title, files in (("Demo district", demo_files), ("Grand Bend", grand_bend)):
            told = imports.measure(title, files, folder, RUNS)
            print(
                f"| {told.name} | {told.rows:,} | {told.rows_per_second:,.0f} | {told.again_rows_per_second:,.0f} "
                f"| {told.ratio:.1f} |"
            )
        sizes.measure_attendance(2000, folder / "attendance")
        prepare(folder / "demo", students=2000, port=None, say=lambda _: None, progress=lambda *_: None)
        print("\n| page | p50, ms | p99, ms | p50, as a ratio to a plain-text route | KB |")
        print("| --- | --- | --- | --- | --- |")
        for page in pages.measure(folder / "demo", VISITS):
            print(f"| {page.name} | {page.p50:.1f} | {page.p99:.1f} | {page.ratio:.1f} | {page.kilobytes:.0f} |")
    print(f"\nPython {sys.version.split()[0]}; medians of {RUNS} imports and {VISITS} visits.")


_KEPT = {
    "oneroster_1p2.zip",
    "calendar.csv",
    "school_enrollment.csv",
    "programs.csv",
    "attendance_section_exceptions.csv",
    "assessments.csv",
}

if __name__ == "__main__":
    main()
