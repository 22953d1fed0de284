"""The access log: is it whole, and what is its head?"""

import sys
from pathlib import Path

import rich_click as click

from appliance.cli.root import AS_JSON, cli, home_of, print_json
from appliance.console import say


@cli.group()
def audit() -> None:
    """The log of who looked and who changed what: a chain that shows every change to it."""


@audit.command("verify")
@click.option(
    "--witness", type=click.Path(path_type=Path), help="A witness file.  [default: the hourly one and the daily ones]"
)
@AS_JSON
@click.pass_context
def verify_(context: click.Context, witness: Path | None, as_json: bool) -> None:
    """Walk the whole log. Names the first line that is not what was written; exit code 1 when there is one."""
    from appliance.jobs.witness import witnesses

    with home_of(context) as database:
        finding = database.verify_log(*([witness] if witness else witnesses(context.obj)))
    if as_json:
        print_json({"sound": finding.sound, "lines": finding.lines, "first_bad": finding.first_bad})
    say(finding.sentence)
    sys.exit(0 if finding.sound else 1)


@audit.command("accept-loss")
@click.option("--reason", required=True, help="What happened, and who decided it; kept in the log for good.")
@click.pass_context
def accept_loss(context: click.Context, reason: str) -> None:
    """Go on with an older copy of one of the two files. The log keeps that what came after it is lost, and why."""
    from appliance.actions import Action
    from appliance.jobs.import_files import person_at_the_keyboard
    from appliance.storage.database import Database, Event

    event = Event(person_at_the_keyboard(), Action.ACCEPT_LOSS, reason=reason)
    Database(context.obj, accepting=event).close()
    say("The two files of the home fit together. What was lost stands in the access log.")


@audit.command("head")
@AS_JSON
@click.pass_context
def head_(context: click.Context, as_json: bool) -> None:
    """The end of the log, to be kept on paper or on another machine: it shows later if the end was cut off."""
    with home_of(context) as database:
        head = database.log_head()
    if head is None:
        say("Nothing was logged yet.")
    elif as_json:
        print_json({"head": {"sequence": head.sequence, "sha256": head.sha256, "at": head.at, "boot": head.boot}})
    else:
        click.echo(f"line {head.sequence}, {head.at}, {head.sha256}")
