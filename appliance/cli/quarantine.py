"""Rows that were refused: what they wait for, trying them again, letting go of them."""

from dataclasses import asdict

import rich_click as click

from appliance.cli.root import AS_JSON, cli, home_of, print_json
from appliance.console import say
from appliance.wording import plural


@cli.group()
def quarantine() -> None:
    """Rows that an import refused, kept for 30 days until they can be loaded."""


@quarantine.command("list")
@AS_JSON
@click.pass_context
def list_(context: click.Context, as_json: bool) -> None:
    """What the rows wait for, the first thing to mend first. No value of any row is shown."""
    from appliance.jobs.quarantine import what_waits

    with home_of(context) as database:
        causes, batches = what_waits(database)
    if as_json:
        print_json({"causes": [cause.as_json() for cause in causes], "batches": [asdict(batch) for batch in batches]})
        return
    for number, cause in enumerate(causes, start=1):
        click.echo(f"{number}. {cause}")
    for batch in batches:
        beyond = f", {batch.beyond:,} more than are kept" if batch.beyond else ""
        withheld = f", {batch.withheld:,} that may not be kept" if batch.withheld else ""
        of = plural(batch.kept, "row")
        waits = plural(batch.waiting, f"of {of} waits", f"of {of} wait")
        click.echo(f"batch {batch.batch_key}: {waits}{beyond}{withheld}")
    if not causes:
        say("Nothing waits in quarantine.")


@quarantine.command()
@AS_JSON
@click.pass_context
def retry(context: click.Context, as_json: bool) -> None:
    """Try all rows again. What can be loaded is one batch, which can be taken back."""
    from appliance.jobs.compute_metrics import refresh
    from appliance.jobs.import_files import retry_quarantine

    with home_of(context) as database:
        report = retry_quarantine(database)
        if report.changed_anything:
            refresh(database)
    if as_json:
        print_json(report.as_json())
    else:
        click.echo("\n".join(report.lines()))
    left = report.left_quarantine
    say(f"{plural(left, 'row')} left the quarantine (batch {report.batch}).")


@quarantine.command()
@click.argument("batch", type=click.IntRange(min=1))
@click.option("--reason", required=True, help="Why; kept in the access log.")
@click.pass_context
def drop(context: click.Context, batch: int, reason: str) -> None:
    """Forget the rows that a batch left in quarantine."""
    from appliance.jobs.import_files import person_at_the_keyboard
    from appliance.jobs.quarantine import drop_batch

    with home_of(context) as database:
        gone = drop_batch(database, batch, reason=reason, by=person_at_the_keyboard())
    say(f"{plural(gone, 'row')} of batch {batch} forgotten.")
