"""Reach that is given for a time: to a coach, to a substitute, to a family; and who may see a student."""

from dataclasses import asdict
from datetime import date, datetime

import rich_click as click

from appliance.cli.root import AS_JSON, DAY, cli, home_of, print_json
from appliance.console import say
from appliance.wording import clock

_STUDENT = click.option("--student-id", help="The district's id of one student.")


@cli.group()
def grant() -> None:
    """Reach that is given for a time: to a coach, a substitute, a family."""


@grant.command("list")
@AS_JSON
@click.pass_context
def list_(context: click.Context, as_json: bool) -> None:
    """What is open for coaches. No student is named."""
    from appliance.days import day_number, from_day_number
    from appliance.jobs.grants import grants
    from appliance.jobs.people import people

    with home_of(context) as database:
        found = grants(database, day_number(date.today()))
        names = {one.account_key: one.username for one in people(database)}
    if as_json:
        print_json({"grants": [asdict(one) for one in found]})
        return
    for one in found:
        what = "one student" if one.is_one_student else one.title
        who = names.get(one.account_key, "an account that is shut")
        click.echo(f"{one.coach_grant_key}  {who}: {what}, until {from_day_number(one.end_day)}, by {one.given_by}")
    if not found:
        say("Nothing is open for a coach.")


@grant.command()
@click.argument("username")
@click.option("--section", "section_code", help="The district's code of the class.")
@_STUDENT
@click.option("--until", "until", type=DAY, required=True, help="The last day.")
@click.option("--reason", required=True, help="What for; kept in the access log.")
@click.pass_context
def coach(
    context: click.Context,
    username: str,
    section_code: str | None,
    student_id: str | None,
    until: datetime,
    reason: str,
) -> None:
    """Open a class, or one student, to a coach until a day."""
    from appliance.actions import Role
    from appliance.days import day_number
    from appliance.jobs.grants import give_to_coach
    from appliance.jobs.import_files import person_at_the_keyboard
    from appliance.jobs.people import person
    from appliance.jobs.roster_lookup import find_section, find_student

    with home_of(context) as database:
        give_to_coach(
            database, person(database, username, Role.COACH),
            section=find_section(database, section_code) if section_code else None,
            student=find_student(database, student_id) if student_id else None,
            today=day_number(date.today()), until_day=day_number(until.date()), reason=reason,
            by=person_at_the_keyboard(),
        )  # fmt: skip
    say(f"Open to {username} until {until:%Y-%m-%d}.")


@grant.command()
@click.argument("number", type=click.IntRange(min=1))
@click.pass_context
def end(context: click.Context, number: int) -> None:
    """End what is open for a coach, at once. NUMBER is what `grant list` shows."""
    from appliance.days import day_number
    from appliance.jobs.grants import end_grant
    from appliance.jobs.import_files import person_at_the_keyboard

    with home_of(context) as database:
        end_grant(database, number, today=day_number(date.today()), by=person_at_the_keyboard())
    say("Ended.")


@grant.command("day-code")
@click.option("--staff-id", required=True, help="The district's id of the teacher who is away today.")
@click.pass_context
def day_code(context: click.Context, staff_id: str) -> None:
    """Make a sign-in for whoever stands in for a teacher today: names only, until six in the evening."""
    from appliance.days import day_number
    from appliance.jobs.grants import give_day_code
    from appliance.jobs.import_files import person_at_the_keyboard
    from appliance.jobs.roster_lookup import find_staff

    with home_of(context) as database:
        staff_key, _ = find_staff(database, staff_id)
        code = give_day_code(
            database, absent_staff=staff_key, today=day_number(date.today()), now=datetime.now().timestamp(),
            by=person_at_the_keyboard(),
        )  # fmt: skip
    click.echo(f"user name  {code.username}\ncode       {code.code}")
    say(f"For {code.teacher}'s classes ({code.sections}), until {clock(code.ends_at)}. It is not shown again.")


@grant.command()
@click.argument("username")
@_STUDENT
@click.option("--end", "ends", is_flag=True, help="End all links of this account.")
@click.pass_context
def family(context: click.Context, username: str, student_id: str | None, ends: bool) -> None:
    """Tie a guardian's account to a child, or end it. It shows nothing while family_pages is off."""
    from appliance.actions import Role
    from appliance.days import day_number
    from appliance.jobs.grants import link_family, unlink_family
    from appliance.jobs.import_files import person_at_the_keyboard
    from appliance.jobs.people import person
    from appliance.jobs.roster_lookup import find_student

    if bool(student_id) == ends:
        raise click.UsageError("Say either --student-id, or --end.")
    today, by = day_number(date.today()), person_at_the_keyboard()
    with home_of(context) as database:
        guardian = person(database, username, Role.GUARDIAN)
        if student_id:
            link_family(database, guardian, find_student(database, student_id), today=today, by=by)
            say(f"{username} is tied to the child.")
        else:
            say(f"Ended: {unlink_family(database, guardian, today=today, by=by)}.")


@cli.command("broken-glass")
@AS_JSON
@click.pass_context
def broken_glass(context: click.Context, as_json: bool) -> None:
    """Who broke the glass last week and this week, and why. No student is named."""
    from appliance.jobs.broken_glass import breakings, monday_of

    with home_of(context) as database:
        monday = monday_of(datetime.now().timestamp())
        found = [one for week in (monday - 7, monday) for one in reversed(breakings(database, week))]
    if as_json:
        print_json({"broken_glass": [asdict(one) for one in found]})
        return
    for one in found:
        at = datetime.fromtimestamp(one.opened_at)
        click.echo(f"{at:%Y-%m-%d %H:%M}  {one.who}  {one.school}: {one.reason}")
    if not found:
        say("Nobody broke the glass.")
