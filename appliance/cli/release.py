"""A release from draft to package, each step by a person who is named."""

import sys
from datetime import datetime
from pathlib import Path
from typing import Any

import rich_click as click

from appliance.cli.root import AS_JSON, DAY, cli, home_of, print_json
from appliance.console import say

_KEY = click.argument("release_id", metavar="ID", type=click.IntRange(min=1))


@cli.group()
def release() -> None:
    """Protected, signed totals for the state: drafted by one person, approved by another."""


@release.command("draft")
@click.option(
    "--snapshot", required=True, type=DAY, metavar="DATE", help="The day that the counts describe, as 2026-10-01."
)
@click.option("--as", "person", help="Who drafts.  [default: the user of this command line]")
@AS_JSON
@click.pass_context
def draft_(context: click.Context, snapshot: datetime, person: str | None, as_json: bool) -> None:
    """Count a day, protect the counts, attack them, and keep the draft."""
    from appliance.jobs.import_files import person_at_the_keyboard
    from appliance.jobs.make_release import draft
    from appliance.settings import read_settings

    with home_of(context) as database:
        settings = read_settings(context.obj)
        made = draft(database, snapshot.date(), settings, by=person or person_at_the_keyboard())
    _tell(made, as_json)
    say(f"Next, by somebody else: schoolhouse release approve {made['release_key']} --as PERSON")


@release.command("approve")
@_KEY
@click.option("--as", "person", required=True, help="Who approves; not the one who drafted.")
@AS_JSON
@click.pass_context
def approve_(context: click.Context, release_id: int, person: str, as_json: bool) -> None:
    """Approve a draft. It takes a second person."""
    from appliance.jobs.make_release import approve

    with home_of(context) as database:
        _tell(approve(database, release_id, by=person), as_json)


@release.command("build")
@_KEY
@click.option("--out", type=click.Path(path_type=Path, file_okay=False), help="Where to.  [default: the home's outbox]")
@click.pass_context
def build_(context: click.Context, release_id: int, out: Path | None) -> None:
    """Make the signed package of an approved release, and print its path."""
    from appliance.jobs.import_files import person_at_the_keyboard
    from appliance.jobs.make_release import build_package
    from appliance.settings import read_settings

    with home_of(context) as database:
        directory = out or context.obj / "outbox"
        settings = read_settings(context.obj)
        path = build_package(database, release_id, directory, settings, by=person_at_the_keyboard())
    click.echo(str(path))
    say(f"The state checks it with: schoolhouse state verify {path.name}")


@release.command("show")
@_KEY
@AS_JSON
@click.pass_context
def show_(context: click.Context, release_id: int, as_json: bool) -> None:
    """One release: who did what, and how it was protected."""
    from appliance.jobs.make_release import show

    with home_of(context) as database:
        _tell(show(database, release_id), as_json)


@release.command("list")
@AS_JSON
@click.pass_context
def list_(context: click.Context, as_json: bool) -> None:
    """All releases, newest first."""
    from appliance.jobs.make_release import listed

    with home_of(context) as database:
        found = listed(database)
    if as_json:
        print_json({"releases": [{name: value for name, value in one.items() if name != "report"} for one in found]})
        return
    for one in found:
        click.echo(f"release {one['release_key']}, {one['snapshot']}: {one['status']}, drafted by {one['drafted_by']}")
    if not found:
        say("No release was drafted yet.")


@release.command("attack")
@click.argument("package", type=click.Path(path_type=Path))
@click.option("--public", type=click.Path(path_type=Path), help="Group sizes that everybody can look up, as CSV.")
@click.option("--earlier", multiple=True, type=click.Path(path_type=Path), help="An earlier package; may be repeated.")
@AS_JSON
def attack_(package: Path, public: Path | None, earlier: tuple[Path, ...], as_json: bool) -> None:
    """Attack a package with nothing but published files. Exit code 1 when a hidden number falls."""
    from appliance.state_office import attack

    loot = attack(package, public, earlier)
    if as_json:
        print_json(loot.as_json())
    else:
        click.echo(f"{loot.hidden:,} numbers are hidden, {loot.targets:,} of them not public.")
        click.echo(f"{loot.below_target:,} fell below their target, {loot.exact:,} are exact.")
    sys.exit(0 if loot.silent else 1)


def _tell(one: dict[str, Any], as_json: bool) -> None:
    if as_json:
        print_json({"release": one})
        return
    report = one["report"]
    click.echo(f"release {one['release_key']} of {one['snapshot']}, {one['status']}, drafted by {one['drafted_by']}"
               + (f", approved by {one['approved_by']}" if one["approved_by"] else ""))  # fmt: skip
    for table in report["tables"]:
        click.echo(f"  {table['metric'].replace('_', ' ')}: {table['published']:,} numbers shown, {table['hidden']:,} "
                   f"hidden, {table['not_offered']:,} with nothing to count")  # fmt: skip
    for attack in report["attacks"]:
        click.echo(f"  attacked with {attack['name']}: {attack['fallen']} of {attack['hidden']:,} hidden numbers fell")
