"""Making a home, and what is in it: init, status, batches."""

import sys
from typing import Any

import rich_click as click

from appliance.cli.root import AS_JSON, cli, home_of, print_json
from appliance.console import say


@cli.command()
@click.option("--no-input", is_flag=True, help="Ask nothing.")
@click.pass_context
def init(context: click.Context, no_input: bool) -> None:
    """Make a new home: keys, and an empty encrypted database."""
    from appliance.actions import Action
    from appliance.jobs.import_files import person_at_the_keyboard
    from appliance.jobs.one_time_codes import SETUP_MINUTES, first_code
    from appliance.storage.database import Database, Event

    database = Database.create(context.obj)
    try:
        who = person_at_the_keyboard()
        database.record(Event(who, Action.SET_UP))
        say(f"Made a home at {context.obj}. Keep a copy of its keys folder apart from the machine: without it, "
            "nobody can read the data again.")  # fmt: skip
        if not no_input and sys.stdin.isatty():
            username = click.prompt("User name of the first administrator", err=True)
            code = first_code(database, username, by=who)
            say(f"The code with which {username} chooses a password, good once and for {SETUP_MINUTES} minutes:")
            click.echo(code)
    finally:
        database.close()
    say(f"Next: schoolhouse --home {context.obj} import FILE...")


@cli.command()
@AS_JSON
@click.pass_context
def status(context: click.Context, as_json: bool) -> None:
    """How much is loaded, and the last batches."""
    from appliance.jobs.status import last_batches, totals

    with home_of(context) as database:
        entities, batches = totals(database), last_batches(database)
    if as_json:
        print_json({"entities": entities, "batches": batches})
        return
    for entity, total in entities.items():
        click.echo(f"{entity.replace('_', ' '):<20}{total:>12,}")
    _print_batches(batches)


@cli.command()
@click.pass_context
def batches(context: click.Context) -> None:
    """The batches that were loaded, newest first."""
    from appliance.jobs.status import last_batches

    with home_of(context) as database:
        _print_batches(last_batches(database))


def _print_batches(found: list[dict[str, Any]]) -> None:
    for batch in found:
        click.echo(
            f"batch {batch['batch']}, {batch['loaded_at']}, {batch['status']}: {batch['added']:,} added, "
            f"{batch['changed']:,} changed, {batch['ended']:,} ended, {batch['refused']:,} refused ({batch['files']})"
        )
