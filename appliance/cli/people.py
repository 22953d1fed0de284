"""Accounts of people who sign in here, and the switch that locks the house."""

import rich_click as click

from appliance.actions import Role
from appliance.cli.root import AS_JSON, cli, home_of, print_json
from appliance.console import say

_ROLE = click.Choice([role.value for role in Role])


@cli.group()
def user() -> None:
    """Accounts of people who sign in here."""


@user.command("add")
@click.argument("username")
@click.option("--role", required=True, type=_ROLE)
@click.option("--staff-id", help="The district's id of this person in the roster; decides which students they see.")
@click.option("--name", "display_name", help="The name to show.  [default: the roster's]")
@click.pass_context
def user_add(context: click.Context, username: str, role: str, staff_id: str | None, display_name: str | None) -> None:
    """Make an account, and print a one-time code. With it the person chooses a password that nobody else sees."""
    from appliance.jobs.accounts import make_account
    from appliance.jobs.import_files import person_at_the_keyboard
    from appliance.jobs.one_time_codes import RESET_MINUTES, give_code
    from appliance.jobs.roster_lookup import find_staff

    with home_of(context) as database:
        staff_key, name = find_staff(database, staff_id) if staff_id else (None, username)
        by = person_at_the_keyboard()
        make_account(database, username=username, password=None, role=Role(role), staff_key=staff_key,
                     display_name=display_name or name, by=by)  # fmt: skip
        code = give_code(database, username, by=by)
    say(f"{username} is a {Role(role).terms.word}. The code, good once and for {RESET_MINUTES // 60} hours:")
    click.echo(code)


@user.command("code")
@click.argument("username")
@click.option("--phone-lost", is_flag=True, help="It also takes the person's second factors away.")
@click.pass_context
def user_code(context: click.Context, username: str, phone_lost: bool) -> None:
    """Print a one-time code, with which the person chooses a new password."""
    from appliance.jobs.import_files import person_at_the_keyboard
    from appliance.jobs.one_time_codes import RESET_MINUTES, give_code

    with home_of(context) as database:
        code = give_code(database, username, by=person_at_the_keyboard(), forgets_factors=phone_lost)
    say(f"For {username}, good once and for {RESET_MINUTES // 60} hours:")
    click.echo(code)


@user.command("list")
@AS_JSON
@click.pass_context
def user_list(context: click.Context, as_json: bool) -> None:
    """Everybody who has an account."""
    from appliance.jobs.accounts import list_accounts

    with home_of(context) as database:
        found = list_accounts(database)
    if as_json:
        people = [{"username": one.username, "role": one.role.value, "is_shut": one.is_disabled,
                   "has_second_factor": one.has_factor, "sign_ins": one.sessions} for one in found]  # fmt: skip
        print_json({"accounts": people})
        return
    for one in found:
        state = "shut" if one.is_disabled else f"{one.sessions} signed in"
        factor = "second factor" if one.has_factor else "no second factor"
        click.echo(f"{one.username:<24}{one.role.terms.word:<24}{factor:<20}{state}")


@user.command("shut")
@click.argument("username")
@click.pass_context
def user_shut(context: click.Context, username: str) -> None:
    """Shut an account. Its sign-ins end at once."""
    _set_disabled(context, username, disabled=True)


@user.command("open")
@click.argument("username")
@click.pass_context
def user_open(context: click.Context, username: str) -> None:
    """Open an account again."""
    _set_disabled(context, username, disabled=False)


@user.command("role")
@click.argument("username")
@click.argument("role", type=_ROLE)
@click.pass_context
def user_role(context: click.Context, username: str, role: str) -> None:
    """Give an account another role. Its sign-ins end at once."""
    from appliance.jobs.accounts import change_role
    from appliance.jobs.import_files import person_at_the_keyboard

    with home_of(context) as database:
        change_role(database, username, Role(role), by=person_at_the_keyboard())
    say(f"{username} is now a {Role(role).terms.word}.")


@user.command("end-sign-ins")
@click.argument("username")
@click.pass_context
def user_end_sign_ins(context: click.Context, username: str) -> None:
    """End every sign-in of an account."""
    from appliance.jobs.accounts import end_sessions
    from appliance.jobs.import_files import person_at_the_keyboard

    with home_of(context) as database:
        ended = end_sessions(database, username, by=person_at_the_keyboard())
    say(f"Ended {ended}.")


@cli.command("setup-code")
@click.argument("username")
@click.pass_context
def setup_code(context: click.Context, username: str) -> None:
    """Make the first administrator's account, and print a code that is good once, for 15 minutes."""
    from appliance.jobs.import_files import person_at_the_keyboard
    from appliance.jobs.one_time_codes import SETUP_MINUTES, first_code

    with home_of(context) as database:
        code = first_code(database, username, by=person_at_the_keyboard())
    say(f"Open Schoolhouse, choose “I have a one-time code”, and sign in as {username}. Good {SETUP_MINUTES} minutes:")
    click.echo(code)


@cli.command("lock-down")
@click.option("--reason", help="Why. It stands in the access log.")
@click.option("--lift", "lifts", is_flag=True, help="Open Schoolhouse again.")
@click.pass_context
def lock_down_command(context: click.Context, reason: str | None, lifts: bool) -> None:
    """End every sign-in, and let nobody but administrators in until it is lifted."""
    from appliance.jobs.import_files import person_at_the_keyboard
    from appliance.jobs.lock_down import lift, lock_down

    if lifts == bool(reason):
        raise click.UsageError("Say --reason WHY to lock down, or --lift to open again.")
    by = person_at_the_keyboard()
    with home_of(context) as database:
        if lifts:
            lift(database, by=by)
            say("Schoolhouse is open again.")
        elif reason:
            say(f"Locked down; {lock_down(database, reason, by=by)} sign-ins ended. Only administrators can sign in.")


def _set_disabled(context: click.Context, username: str, *, disabled: bool) -> None:
    from appliance.jobs.accounts import set_disabled
    from appliance.jobs.import_files import person_at_the_keyboard

    with home_of(context) as database:
        set_disabled(database, username, disabled=disabled, by=person_at_the_keyboard())
    say(f"{username} {'cannot sign in any more' if disabled else 'can sign in again'}.")
