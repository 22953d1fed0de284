"""Files in: an invented district's, a dry run, an import."""

import os
import sys
from datetime import date, datetime
from pathlib import Path
from typing import TYPE_CHECKING

import rich_click as click

from appliance.cli.root import AS_JSON, DAY, FILES, cli, home_of, print_json
from appliance.console import progress_bars, say
from appliance.errors import NeedsYou
from appliance.wording import plural

if TYPE_CHECKING:
    from appliance.settings import Settings
    from appliance.student_level.staging.report import ImportReport


INCLUSIVE_ENDS = click.option(
    "--inclusive-ends", is_flag=True, help="The files write an end date as the last day that still counts."
)
_STEPS_ASIDE = 10
"""How much an import yields to the server on a busy machine: whoever reads a page goes first. 0 would be not at all."""


@cli.command("sample-district")
@click.argument("directory", type=click.Path(path_type=Path, file_okay=False))
@click.option("--students", default=2000, show_default=True, type=click.IntRange(min=40))
@click.option("--today", type=DAY, metavar="DATE", help="The day up to which the year is known.  [default: today]")
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
@INCLUSIVE_ENDS
@AS_JSON
@click.pass_context
def check(context: click.Context, files: tuple[Path, ...], inclusive_ends: bool, as_json: bool) -> None:
    """Dry run: what an import would change and what is wrong. Writes nothing."""
    from appliance.jobs.import_files import check_files

    with home_of(context) as database, progress_bars() as progress:
        report = check_files(database, files, _settings(context, inclusive_ends), progress=progress)
    if as_json:
        print_json(report.as_json())
    else:
        click.echo("\n".join(report.lines()))
        if report.held:
            say(f"An import would be held: {' '.join(report.held)}")
        say(f"Checked in {report.seconds:.1f} s; nothing was written. {_refusals(report.refused)}")


@cli.command("import")
@FILES
@click.option("--yes", is_flag=True, help="Load without asking.")
@click.option("--no-input", is_flag=True, help="Never ask; stop where a question would be.")
@click.option(
    "--despite-hold", metavar="REASON", default="", help="Load although much would vanish or change, and why."
)
@INCLUSIVE_ENDS
@AS_JSON
@click.pass_context
def import_(
    context: click.Context,
    files: tuple[Path, ...],
    yes: bool,
    no_input: bool,
    despite_hold: str,
    inclusive_ends: bool,
    as_json: bool,
) -> None:
    """Check files, then load them as one batch: all of it, or nothing.

    A batch in which too much would vanish or change is held: nothing is loaded, and the exit code is 3.
    """
    from appliance.jobs.compute_metrics import refresh
    from appliance.jobs.import_files import check_files, import_files
    from appliance.jobs.witness import write_witness

    os.nice(_STEPS_ASIDE)
    with home_of(context) as database:
        settings = _settings(context, inclusive_ends)
        if not yes:
            if no_input or not sys.stdin.isatty():
                raise NeedsYou("An import changes data, and nobody is here to ask. Say --yes to load, or use: check")
            click.echo("\n".join(check_files(database, files, settings).lines()), err=True)
            click.confirm("Load this?", abort=True, err=True)
        with progress_bars() as progress:
            report = import_files(database, files, settings, despite_hold=despite_hold, progress=progress)
        if report.changed_anything and not report.held:
            refresh(database)
    if as_json:
        print_json(report.as_json())
    else:
        click.echo("\n".join(report.lines()))
    # After the report: what is loaded is loaded, also when the witness's folder cannot be written.
    with home_of(context) as database:
        write_witness(database)
    if report.held:
        raise NeedsYou(
            f"Held as batch {report.batch}, and nothing was loaded: {' '.join(report.held)} If the files are right, "
            "import them again with --despite-hold and your reason."
        )
    if report.changed_anything:
        say(f"Loaded as batch {report.batch} in {report.seconds:.1f} s. {_refusals(report.refused)}")
    elif report.refused:
        say(f"Nothing changed (batch {report.batch}). {_refusals(report.refused)}")
    else:
        say(f"Nothing changed: {_why_nothing(report)} (batch {report.batch}). No row was refused.")


@cli.command()
@click.argument("batch", type=click.IntRange(min=1))
@click.option("--reason", required=True, help="Why it is taken back; kept in the access log.")
@click.option("--yes", is_flag=True, help="Do not ask.")
@click.pass_context
def undo(context: click.Context, batch: int, reason: str, yes: bool) -> None:
    """Take back the newest batch: exactly the state before it."""
    from appliance.jobs.compute_metrics import refresh
    from appliance.jobs.import_files import undo_batch

    if not yes:
        if not sys.stdin.isatty():
            raise NeedsYou("Taking a batch back changes data, and nobody is here to ask. Say --yes to do it.")
        click.confirm(f"Take batch {batch} back?", abort=True, err=True)
    with home_of(context) as database:
        count = undo_batch(database, batch, reason=reason)
        refresh(database)
    say(f"Batch {batch} is taken back: {plural(count, 'note')} followed, and everything is as it was before.")


def _settings(context: click.Context, inclusive_ends: bool) -> "Settings":
    import msgspec

    from appliance.settings import read_settings

    settings = read_settings(context.obj)
    return msgspec.structs.replace(settings, inclusive_ends=("oneroster", "exports")) if inclusive_ends else settings


def _why_nothing(report: "ImportReport") -> str:
    if not any(file.rows for file in report.files):
        return "the files hold no rows"
    if any(count.unchanged for count in report.counts.values()):
        return "all of this was loaded before"
    return "none of these rows is kept here"


def _refusals(refused: int) -> str:
    if not refused:
        return "No row was refused."
    return f"{plural(refused, 'row was', 'rows were')} refused; the report says which and why."
