"""The rules of releases: shown, proposed by one person with a reason, signed by another."""

from pathlib import Path

import rich_click as click

from appliance.cli.root import AS_JSON, cli, home_of, print_json
from appliance.console import say


@cli.group()
def policy() -> None:
    """What is too small to publish, and who has signed that. Two people for every change."""


@policy.command()
@AS_JSON
@click.pass_context
def show(context: click.Context, as_json: bool) -> None:
    """The rules in force, who signed them, and what is proposed."""
    from appliance.jobs.policy import as_file, in_force, last_signed, waiting

    with home_of(context) as database:
        proposed = waiting(database)
        found = in_force(database) if last_signed(database) else None
    if as_json:
        rules = {"sha256": found.policy.sha256, "rules": found.policy.document()} if found else None
        print_json({"policy": rules, "signed": found.signed if found else None, "proposed": proposed})
        return
    if found:
        click.echo(as_file(found), nl=False)
    else:
        say("No rules of releases are in force: nobody has signed any, and nothing can be drafted.")
    if not found and not proposed:
        say("The shipped ones are proposed with: schoolhouse policy propose --reason WHY --as PERSON")
    for one in proposed:
        say(f"Proposal {one['policy_key']}, version {one['version']}, by {one['proposed_by']}: {one['reason']}. "
            f"Somebody else signs it: schoolhouse policy sign {one['policy_key']} --as PERSON")  # fmt: skip


@policy.command()
@click.argument("name", required=False)
def presets(name: str | None) -> None:
    """The shipped policies; with a name, the file to begin with."""
    from appliance.aggregate.disclosure import policy_file

    if name is None:
        for one in policy_file.presets():
            click.echo(f"{one:<16}{policy_file.preset(one).title}")
        return
    policy_file.preset(name)
    click.echo(policy_file.presets()[name], nl=False)


@policy.command()
@click.argument("file", required=False, type=click.Path(path_type=Path))
@click.option("--preset", help="Propose a shipped policy instead of a file.  [default without a file: schoolhouse]")
@click.option("--reason", required=True, help="Why these rules; kept for ever.")
@click.option("--as", "person", help="Who proposes.  [default: the user of this command line]")
@click.pass_context
def propose(context: click.Context, file: Path | None, preset: str | None, reason: str, person: str | None) -> None:
    """Propose the shipped rules, or those of a TOML file. They are not in force before another person signs."""
    from appliance.jobs.import_files import person_at_the_keyboard
    from appliance.jobs.policy import SHIPPED, propose, propose_shipped
    from appliance.settings import read_settings

    if file and preset:
        raise click.UsageError('Give a file or --preset, not both. A file begins from a preset with: preset = "NAME"')
    by = person or person_at_the_keyboard()
    with home_of(context) as database:
        if file:
            one = propose(database, file, reason=reason, by=by)
        else:
            one = propose_shipped(database, preset or SHIPPED, read_settings(context.obj), reason=reason, by=by)
    say(f"Proposal {one['policy_key']}: version {one['version']}, sha256 {one['sha256'][:16]}. "
        f"Next, by somebody else: schoolhouse policy sign {one['policy_key']} --as PERSON")  # fmt: skip


@policy.command()
@click.argument("proposal", metavar="ID", type=click.IntRange(min=1))
@click.option("--as", "person", required=True, help="Who signs; not the one who proposed.")
@click.pass_context
def sign(context: click.Context, proposal: int, person: str) -> None:
    """Sign a proposal. From then on its rules are in force."""
    from appliance.jobs.policy import sign

    with home_of(context) as database:
        one = sign(database, proposal, by=person)
    say(f"Version {one['version']} of the policy is in force, signed by {one['signed_by']}.")
