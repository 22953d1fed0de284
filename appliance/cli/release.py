"""A release from draft to package, each step by a person who is named."""

import hashlib
import sys
from collections.abc import Sequence
from dataclasses import asdict
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any

import rich_click as click

from appliance.cli.root import AS_JSON, DAY, cli, home_of, print_json
from appliance.console import progress_bars, say
from appliance.errors import Trouble

if TYPE_CHECKING:
    from appliance.jobs.release_gaps import Gap

_KEY = click.argument("release_id", metavar="ID", type=click.IntRange(min=1))


@cli.group()
def release() -> None:
    """Protected, signed totals for the state: drafted by one person, approved by another."""


_PERSON = click.option("--as", "person", help="Who does it.  [default: the user of this command line]")
_WHY = click.option("--reason", required=True, help="Why, in a sentence. Kept for ever.")


@release.command("draft")
@click.option(
    "--snapshot", required=True, type=DAY, metavar="DATE", help="The day that the counts describe, as 2026-10-01."
)
@_PERSON
@click.option("--amends", metavar="ID", type=click.IntRange(min=1), help="The release of that day that it replaces.")
@click.option("--reason", default="", help="Why it is amended, in a sentence. Kept for ever.")
@AS_JSON
@click.pass_context
def draft_(
    context: click.Context, snapshot: datetime, person: str | None, amends: int | None, reason: str, as_json: bool
) -> None:
    """Count a day, protect the counts together with what left before, attack them, and keep the draft."""
    from appliance.jobs.make_release import draft
    from appliance.jobs.release_gaps import gaps

    with home_of(context) as database, progress_bars() as progress:
        by = person or _here()
        made = draft(database, snapshot.date(), by=by, amends=amends, reason=reason, progress=progress)
        missing = gaps(database, made)
    _tell(made, as_json, missing)
    say(f"What would leave: schoolhouse release show {made['release_key']} --file report.txt")
    say(f"Next, by somebody else: schoolhouse release approve {made['release_key']} --as PERSON")


@release.command("approve")
@_KEY
@click.option("--as", "person", required=True, help="Who approves; not the one who drafted.")
@AS_JSON
@click.pass_context
def approve_(context: click.Context, release_id: int, person: str, as_json: bool) -> None:
    """Approve a draft. It takes a second person."""
    from appliance.jobs.release_deeds import approve

    with home_of(context) as database:
        _tell(approve(database, release_id, by=person), as_json)


@release.command("discard")
@_KEY
@_WHY
@_PERSON
@AS_JSON
@click.pass_context
def discard_(context: click.Context, release_id: int, reason: str, person: str | None, as_json: bool) -> None:
    """Put a draft, or an approved release that was not built, aside for good."""
    from appliance.jobs.release_deeds import discard

    with home_of(context) as database:
        _tell(discard(database, release_id, by=person or _here(), reason=reason), as_json)


@release.command("build")
@_KEY
@click.option("--out", type=click.Path(path_type=Path, file_okay=False), help="Where to.  [default: the home's outbox]")
@_PERSON
@click.pass_context
def build_(context: click.Context, release_id: int, out: Path | None, person: str | None) -> None:
    """Make the signed package of an approved release, and print its path."""
    from appliance.jobs.release_outbox import build_package

    with home_of(context) as database:
        path = build_package(database, release_id, out or context.obj / "outbox", by=person or _here())
    click.echo(str(path))
    say(f"The state checks it with: schoolhouse state verify {path.name}")


@release.command("withdraw")
@_KEY
@_WHY
@_PERSON
@AS_JSON
@click.pass_context
def withdraw_(context: click.Context, release_id: int, reason: str, person: str | None, as_json: bool) -> None:
    """Take back a release that has left: a signed notice goes into the outbox, and later packages name it as well."""
    from appliance.jobs.release_outbox import withdraw

    with home_of(context) as database:
        _tell(withdraw(database, release_id, context.obj / "outbox", by=person or _here(), reason=reason), as_json)


@release.command("show")
@_KEY
@click.option("--file", "name", metavar="NAME", help="Print one file as it would leave, or as it left.")
@AS_JSON
@click.pass_context
def show_(context: click.Context, release_id: int, name: str | None, as_json: bool) -> None:
    """One release: who did what, how it was protected, and its files."""
    from appliance.jobs.release_gaps import gaps
    from appliance.jobs.release_record import files, show

    with home_of(context) as database:
        one = show(database, release_id)
        kept = files(database, release_id) if name or not as_json else {}
        missing = gaps(database, one)
    if name is None:
        _tell(one, as_json, missing)
        for file, content in kept.items() if not as_json else ():
            click.echo(f"  {hashlib.sha256(content).hexdigest()}  {file}")
        return
    if name not in kept:
        raise Trouble(f"Release {release_id} has no file {name}. It has: {', '.join(kept)}")
    click.echo(kept[name], nl=False)


@release.command("list")
@AS_JSON
@click.pass_context
def list_(context: click.Context, as_json: bool) -> None:
    """All releases, newest first."""
    from appliance.jobs.release_record import listed

    with home_of(context) as database:
        found = listed(database)
    if as_json:
        left_out = ("report", "policy", "memory_key")
        print_json({"releases": [{name: one[name] for name in one if name not in left_out} for one in found]})
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
        click.echo(f"{loot.hidden:,} numbers are hidden (the empty fields n and denominator), {loot.targets:,} of them "
                   "not public.")  # fmt: skip
        click.echo(f"{loot.below_target:,} fell below their target, {loot.exact:,} are exact.")
    sys.exit(0 if loot.silent else 1)


def _here() -> str:
    from appliance.jobs.import_files import person_at_the_keyboard

    return person_at_the_keyboard()


def _tell(one: dict[str, Any], as_json: bool, gaps: "Sequence[Gap] | None" = None) -> None:
    from appliance.jobs.release_record import TITLES

    if as_json:
        told = {name: one[name] for name in one if name not in ("policy", "memory_key")}
        print_json({"release": told | ({} if gaps is None else {"gaps": [asdict(gap) for gap in gaps]})})
        return
    report = one["report"]
    click.echo(f"release {one['release_key']} of {one['snapshot']}, {one['status']}, drafted by {one['drafted_by']}"
               + (f", approved by {one['approved_by']}" if one["approved_by"] else ""))  # fmt: skip
    for table in report["tables"]:
        coded = f", {table['coded']:,} as a class" if table.get("coded") else ""
        click.echo(f"  {TITLES.get(table['metric'], table['metric'])}: {table['published']:,} rows with their number"
                   f"{coded}, {table['hidden']:,} hidden, {table['not_offered']:,} with nobody to count")  # fmt: skip
    for gap in gaps or ():
        click.echo(f"  {TITLES[gap.table]}: {gap.state}. {gap.sentence}")
    for label, numbers in report["carried"]:
        click.echo(f"  {numbers:,} numbers carried forward from the release of {label}: too few students changed since")
    for attack in report["attacks"]:
        click.echo(f"  attacked with {attack['name']}: {attack['fallen']} of {attack['hidden']:,} hidden numbers fell")
    if report.get("certified"):
        click.echo(
            f"  kept in the house, and in no package: {report['certified']:,} promises, {report.get('cut_down', 0):,} "
            f"of them cut down to what the empty groups leave open, proved by {report['witnesses']:,} tables of whole "
            f"students; the attack asked for {report['repaired']:,} hidden numbers more"
        )
    for one_step in one["history"]:
        why = f": {one_step['reason']}" if one_step["reason"] else ""
        click.echo(f"  {one_step['at']} {one_step['deed']} by {one_step['who']}{why}")
