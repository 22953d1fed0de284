"""The weekly pulse: noisy totals of a finished week, under a budget for the school year."""

from datetime import date, datetime
from pathlib import Path

import rich_click as click

from appliance.cli.root import AS_JSON, DAY, cli, home_of, print_json
from appliance.console import say


@cli.group()
def pulse() -> None:
    """Noisy school and district totals of a finished week. Off unless the district switches it on."""


@pulse.command("status")
@AS_JSON
@click.pass_context
def status_(context: click.Context, as_json: bool) -> None:
    """What this school year's pulses have cost, and what is left."""
    from appliance.jobs.weekly_pulse import status
    from appliance.settings import read_settings

    with home_of(context) as database:
        found = status(database, read_settings(context.obj), today=date.today())
    if as_json:
        print_json({"pulse": found})
        return
    click.echo(f"The weekly pulse is {'on' if found['on'] else 'off'}.")
    click.echo(f"{found['school_year']}: {found['spent']} of {found['cap']} spent (rho, per student); a week costs "
               f"{found['week']}, so {found['weeks_left']} more can be drawn")  # fmt: skip
    for entry in found["entries"]:
        state = "drawn" if entry["drawn"] else "debited, and nothing drawn: publish it again, it costs no more"
        click.echo(f"entry {entry['entry']}, week of {entry['week']}: {entry['rho']}, {state}")


@pulse.command("publish")
@click.option("--week", required=True, type=DAY, metavar="DATE", help="Any day of the week, as 2026-11-16.")
@click.option("--out", type=click.Path(path_type=Path, file_okay=False), help="Where to.  [default: the home's outbox]")
@AS_JSON
@click.pass_context
def publish_(context: click.Context, week: datetime, out: Path | None, as_json: bool) -> None:
    """Draw a finished week, sign it, and print the file's path. The same week again is the same file."""
    from appliance.jobs.import_files import person_at_the_keyboard
    from appliance.jobs.weekly_pulse import publish
    from appliance.settings import read_settings

    with home_of(context) as database:
        settings, directory = read_settings(context.obj), out or context.obj / "outbox"
        done = publish(database, week.date(), settings, directory, by=person_at_the_keyboard(), today=date.today())
    if as_json:
        print_json({"path": str(done.path), "week": done.question.monday.isoformat(), "new": done.is_new})
        return
    click.echo(str(done.path))
    if done.is_new:
        say(f"The week of {done.question.monday} cost {done.question.rho} of the year's {done.question.cap}.")
    else:
        say("It was drawn before: this is the same file, and nothing more was spent.")


@pulse.command("check")
@click.argument("package", type=click.Path(path_type=Path, exists=True, dir_okay=False))
@AS_JSON
def check_(package: Path, as_json: bool) -> None:
    """Check a pulse file: whole, signed, and its table worked out from what was drawn. Needs no home."""
    from appliance.aggregate.pulse import open_pulse

    found = open_pulse(package.read_bytes())
    if as_json:
        print_json({
            "release": found.question.release,
            "key": found.key.fingerprint,
            "entry": found.entry_number,
            "sha256": found.entry_sha256,
            "previous_sha256": found.previous_sha256,
        })  # fmt: skip
        return
    click.echo(f"{found.question.release} is whole, and its table follows from what was drawn.")
    click.echo(f"Signed with {found.key.fingerprint}: compare it with the district's, by telephone.")
    click.echo(f"Entry {found.entry_number} of the ledger, {found.entry_sha256}, after {found.previous_sha256}.")
