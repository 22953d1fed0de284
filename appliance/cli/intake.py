"""Files in: an invented district's, a dry run, an import."""

import sys
from datetime import date, datetime
from pathlib import Path

import rich_click as click

from appliance.cli.root import AS_JSON, DAY, FILES, cli, home_of, print_json
from appliance.console import progress_bars, say
from appliance.errors import NeedsYou


@cli.command("sample-district")
@click.argument("directory", type=click.Path(path_type=Path, file_okay=False))
@click.option("--students", default=2000, show_default=True, type=click.IntRange(min=40))
@click.option("--today", type=DAY, help="The day up to which the year is known.  [default: today]")
@click.option("--seed", default=1, show_default=True)
def sample_district(directory: Path, students: int, today: datetime | None, seed: int) -> None:
    """Write an invented district's files."""
    from appliance.sample import write_district

    day = today.date() if today else date.today()
    with progress_bars() as progress:
        made = write_district(directory, students=students, today=day, seed=seed, progress=progress)
    for file in made.files:
        click.echo(str(file))
    say(f"{made.name}: {students:,} invented students, {made.begins} to {made.last_day}. {made.note}".strip())


@cli.command()
@FILES
@AS_JSON
@click.pass_context
def check(context: click.Context, files: tuple[Path, ...], as_json: bool) -> None:
    """Dry run: what an import would change and what is wrong. Writes nothing."""
    from appliance.jobs.import_files import check_files

    with home_of(context) as database, progress_bars() as progress:
        report = check_files(database, files, progress=progress)
    if as_json:
        print_json(report.as_json())
    else:
        click.echo("\n".join(report.lines()))
        say(f"Checked in {report.seconds:.1f} s; nothing was written. {_refusals(report.refused)}")


@cli.command("import")
@FILES
@click.option("--yes", is_flag=True, help="Load without asking.")
@click.option("--no-input", is_flag=True, help="Never ask; stop where a question would be.")
@AS_JSON
@click.pass_context
def import_(context: click.Context, files: tuple[Path, ...], yes: bool, no_input: bool, as_json: bool) -> None:
    """Check files, then load them as one batch: all of it, or nothing."""
    from appliance.jobs.compute_metrics import refresh
    from appliance.jobs.import_files import check_files, import_files
    from appliance.settings import read_settings

    with home_of(context) as database:
        if not yes:
            if no_input or not sys.stdin.isatty():
                raise NeedsYou("An import changes data, and nobody is here to ask. Say --yes to load, or use: check")
            click.echo("\n".join(check_files(database, files).lines()), err=True)
            click.confirm("Load this?", abort=True, err=True)
        with progress_bars() as progress:
            report = import_files(database, files, progress=progress)
        if report.changed_anything:
            refresh(database, read_settings(context.obj))
    if as_json:
        print_json(report.as_json())
        return
    click.echo("\n".join(report.lines()))
    if report.changed_anything:
        say(f"Loaded as batch {report.batch} in {report.seconds:.1f} s. {_refusals(report.refused)}")
    else:
        say(f"Nothing changed: all of this was loaded before (batch {report.batch}). {_refusals(report.refused)}")


def _refusals(refused: int) -> str:
    return f"{refused:,} rows were refused; the report says which and why." if refused else "No row was refused."
