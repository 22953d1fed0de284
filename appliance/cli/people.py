"""Accounts of people who sign in here."""

import sys

import rich_click as click

from appliance.actions import Role
from appliance.cli.root import cli, home_of
from appliance.console import say


@cli.group()
def user() -> None:
    """Accounts of people who sign in here."""


@user.command("add")
@click.argument("username")
@click.option("--role", required=True, type=click.Choice([role.value for role in Role]))
@click.option("--staff-id", help="The district's id of this person in the roster; decides which students they see.")
@click.option("--name", "display_name", help="The name to show.  [default: the roster's]")
@click.pass_context
def user_add(context: click.Context, username: str, role: str, staff_id: str | None, display_name: str | None) -> None:
    """Make an account. The password is asked for, or read as one line from standard input."""
    from appliance.jobs.accounts import make_account
    from appliance.jobs.import_files import person_at_the_keyboard
    from appliance.jobs.roster_lookup import find_staff

    with home_of(context) as database:
        staff_key, name = find_staff(database, staff_id) if staff_id else (None, username)
        if sys.stdin.isatty():
            password = click.prompt(
                "Password, 15 characters or more", hide_input=True, confirmation_prompt=True, err=True
            )
        else:
            password = sys.stdin.readline().rstrip("\n")
        make_account(database, username=username, password=password, role=Role(role), staff_key=staff_key,
                     display_name=display_name or name, by=person_at_the_keyboard())  # fmt: skip
    say(f"{username} can sign in as {role.replace('_', ' ')}.")
