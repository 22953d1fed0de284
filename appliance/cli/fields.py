"""The field catalogue, and the choice of sensitive fields."""

from typing import Any

import rich_click as click

from appliance.cli.root import AS_JSON, cli, home_of, print_json
from appliance.console import say


@cli.group(invoke_without_command=True)
@AS_JSON
@click.pass_context
def fields(context: click.Context, as_json: bool) -> None:
    """Every column that is kept: what it is, why, how sensitive, who may see it, how long it stays.

    Below it the sensitive fields of this home, on or off, if there is a home.
    """
    from dataclasses import asdict

    from appliance.storage.field_catalogue import FIELDS

    if context.invoked_subcommand is not None:
        return
    choices = _choices(context)
    if as_json:
        print_json({"fields": [asdict(field) for field in FIELDS], "choices": choices})
        return
    for field in FIELDS:
        click.echo(f"{field.table}.{field.column}: {field.what}. For {field.purpose}. {field.sensitivity}; "
                   f"seen by {field.seen_by}; kept {field.kept}.")  # fmt: skip
    for choice in choices:
        until = f", until {choice['until']}" if choice["until"] else ""
        state = f"on, for {choice['purpose']}{until}" if choice["is_on"] else "off"
        click.echo(
            f"{choice['name']} ({choice['what']}): {state}. Chosen {choice['chosen_at'][:10]}: {choice['chosen_by']}."
        )


def _choices(context: click.Context) -> list[dict[str, Any]]:
    """The sensitive fields of the home as they stand; none where there is no home, since the catalogue needs none."""
    from appliance.days import from_day_number
    from appliance.jobs.choose_fields import choices
    from appliance.storage.database import DATABASE_FILE
    from appliance.student_level.sensitive import SENSITIVE

    if not (context.obj / DATABASE_FILE).exists():
        return []
    with home_of(context) as database:
        return [
            {"name": one.name, "what": SENSITIVE[one.name], "is_on": bool(one.is_on), "purpose": one.purpose,
             "until": from_day_number(one.until_day).isoformat() if one.until_day is not None else None,
             "chosen_by": one.chosen_by, "chosen_at": one.chosen_at}
            for one in choices(database)
        ]  # fmt: skip


@fields.command()
@click.argument("name")
@click.option("--purpose", required=True, help="What the field is for, in a few words; shown to everybody who asks.")
@click.option("--keep", required=True, metavar="TIME", help="A last day like 2027-06-30, or 90 days, or 2 years.")
@click.pass_context
def on(context: click.Context, name: str, purpose: str, keep: str) -> None:
    """Keep a sensitive field, for a purpose and a time. After it, the field is off again and forgotten."""
    from appliance.days import from_day_number
    from appliance.jobs.choose_fields import turn_on
    from appliance.jobs.import_files import person_at_the_keyboard

    with home_of(context) as database:
        choice = turn_on(database, name, purpose=purpose, keep=keep, by=person_at_the_keyboard())
    until = from_day_number(choice.until_day or 0).isoformat()
    say(f"{choice.name} is on until {until}. Import the files again that hold it.")


@fields.command()
@click.argument("name")
@click.option("--reason", default="", help="Why; kept in the access log.")
@click.option("--yes", is_flag=True, help="Do not ask.")
@click.pass_context
def off(context: click.Context, name: str, reason: str, yes: bool) -> None:
    """Keep a sensitive field no longer, and forget what is stored of it."""
    import sys

    from appliance.errors import NeedsYou
    from appliance.jobs.choose_fields import turn_off
    from appliance.jobs.compute_metrics import refresh
    from appliance.jobs.import_files import person_at_the_keyboard
    from appliance.student_level.sensitive import known

    known(name)
    if not yes:
        if not sys.stdin.isatty():
            raise NeedsYou("This forgets what is stored, and nobody is here to ask. Say --yes to do it.")
        click.confirm(f"Forget everything that is stored of {name}?", abort=True, err=True)
    with home_of(context) as database:
        gone = turn_off(database, name, reason=reason, by=person_at_the_keyboard())
        refresh(database)
    what = (
        "record is forgotten, and totals are counted again without it"
        if gone == 1
        else ("records are forgotten, and totals are counted again without them")
    )
    say(f"{known(name)} is off: {gone:,} {what}.")
