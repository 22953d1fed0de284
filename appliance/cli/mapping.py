"""`schoolhouse map FILE`: how files of a system that nobody described yet are to be read."""

import sys
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

import rich_click as click

from appliance.cli.root import AS_JSON, cli, home_of, print_json
from appliance.console import say
from appliance.errors import NeedsYou

if TYPE_CHECKING:
    from appliance.jobs.propose_mapping import LookedInto
    from appliance.student_level.sources.mapping.propose import Proposal

_NO_COLUMN = "-"


@cli.command("map")
@click.argument("file", type=click.Path(path_type=Path))
@click.option("--as", "kind", metavar="KIND", help="What the file is, such as 'daily attendance'.")
@click.option("--column", "columns", multiple=True, metavar="FIELD=COLUMN",
              help="Choose a column; FIELD==TEXT says the same text for each row.")  # fmt: skip
@click.option("--name", help="Name of the mapping.  [default: from the file's name]")
@click.option("--yes", is_flag=True, help="Keep what is proposed, without asking.")
@click.option("--no-input", is_flag=True, help="Never ask; print the proposed mapping.")
@AS_JSON
@click.pass_context
def map_(
    context: click.Context,
    file: Path,
    kind: str | None,
    columns: tuple[str, ...],
    name: str | None,
    yes: bool,
    no_input: bool,
    as_json: bool,
) -> None:
    """Propose how a file is to be read, let a person confirm it, and keep that in the home's mappings."""
    from appliance.jobs.import_files import person_at_the_keyboard
    from appliance.jobs.mappings import keep_mapping
    from appliance.jobs.propose_mapping import kinds_of_file, look_into, text_of

    if kind is not None and kind not in kinds_of_file():
        raise click.UsageError(f"There is no kind {kind!r}. Known: {', '.join(kinds_of_file())}.")
    found = [_chosen(one, columns) for one in look_into(file, context.obj, name=name, kind=kind)]
    if as_json:
        print_json({"files": [_as_json(one) for one in found]})
        return
    asks = not (yes or no_input) and _somebody_is_here()
    for one in found:
        _tell(one)
        if one.proposal is None:
            continue
        proposal = _ask(one.proposal) if asks else one.proposal
        text = text_of(proposal)
        if yes or (asks and click.confirm("Keep this mapping?", default=True, err=True)):
            with home_of(context) as database:
                kept = keep_mapping(database, text, by=person_at_the_keyboard())
            say(f"Kept as {kept}. It is a text file: mend it there, or map again.")
        else:
            click.echo(text)
        left = sum(map(len, proposal.open_codes.values()))
        if left and not asks:
            raise NeedsYou(f"Codes without a meaning yet: {left}. Rows with them would be refused. They stand at the "
                           "end of the mapping: say there what they mean.")  # fmt: skip


def _somebody_is_here() -> bool:
    return sys.stdin.isatty()


def _chosen(one: "LookedInto", columns: tuple[str, ...]) -> "LookedInto":
    proposal = one.proposal
    if proposal is None:
        return one
    for said in columns:
        name, _, column = said.partition("=")
        if name not in proposal.fields:
            raise click.UsageError(f"There is no field {name!r} here. Known: {', '.join(proposal.fields)}.")
        if column not in proposal.header and not column.startswith("="):
            raise click.UsageError(f"{one.table.name} has no column {column!r}.")
        proposal = proposal.choose(name, column)
    return replace(one, proposal=proposal)


def _tell(one: "LookedInto") -> None:
    name = one.table.name
    if one.read_as:
        say(f"{name} is read as it is, as {one.read_as}. It needs no mapping.")
    elif one.is_known:
        by = f"the mapping {one.last.name!r}" if one.last else "a mapping of fixed places"
        say(f"{name} is read by {by}.")
    if one.changes:
        say(f"{name}, compared with last time:")
        for line in one.changes.lines():
            say(f"  {line}")
    if one.proposal is None:
        return
    say(f"{name} looks like {one.proposal.recipe.name}:")
    for guess in one.proposal.guesses.values():
        say(f"  {guess.field} from {guess.header} ({guess.trust}: {guess.evidence})")
    for name, text in one.proposal.texts.items():
        say(f"  {name} is {text!r} in each row")


def _ask(proposal: "Proposal") -> "Proposal":
    from appliance.student_level.sources.mapping.vocabulary import vocabulary

    fields = vocabulary().field
    for guess in proposal.unsure:
        question = f"{guess.field}, {fields[guess.field].asks}: which column? ({_NO_COLUMN} for none)"
        proposal = proposal.choose(guess.field, _column(proposal, question, guess.header))
    for name in proposal.missing:
        question = f"{name}, {fields[name].asks}, is needed: which column?"
        proposal = proposal.choose(name, _column(proposal, question, None))
    for table, known in proposal.codes.items():
        listed = ", ".join(f"{code} = {ours or 'nothing'}" for code, ours in known.items())
        if known and not click.confirm(f"{table} codes: {listed}. Is that so?", default=True, err=True):
            for code, ours in known.items():
                proposal = proposal.mean(table, code, _meaning(table, code, ours))
    for table, codes in proposal.open_codes.items():
        for code in codes:
            if ours := _meaning(table, code, ""):
                proposal = proposal.mean(table, code, ours)
    return proposal


def _meaning(table: str, code: str, proposed: str) -> str:
    from appliance.student_level.sources.mapping.vocabulary import vocabulary

    meanings = sorted(set(vocabulary().meaning.get(table, {}).values()))
    listed = ", ".join(meanings) or "see the manual"
    question = f"{table} code {code!r}: what does it mean? ({listed}; {_NO_COLUMN} leaves its rows out)"
    known = click.Choice([*meanings, _NO_COLUMN, ""], case_sensitive=False) if meanings else None
    return str(click.prompt(question, default=proposed, type=known, show_choices=False, err=True))


def _column(proposal: "Proposal", question: str, proposed: str | None) -> str | None:
    while True:
        answer = str(click.prompt(f"{question} (=text for the same in each row)", default=proposed, err=True))
        if answer == _NO_COLUMN:
            return None
        if answer in proposal.header or answer.startswith("="):
            return answer
        say(f"The file has no column {answer}.")


def _as_json(one: "LookedInto") -> dict[str, object]:
    shown: dict[str, object] = {
        "file": one.table.name,
        "known_as": one.last.name if one.is_known and one.last else None,
        "read_as": one.read_as or None,
        "changes": one.changes.lines() if one.changes else [],
    }
    if one.proposal is not None:
        shown |= {
            "kind": one.proposal.recipe.name,
            "columns": [
                {"field": guess.field, "column": guess.header, "trust": guess.trust, "evidence": guess.evidence}
                for guess in one.proposal.guesses.values()
            ],
            "missing": list(one.proposal.missing),
            "codes_without_meaning": {table: len(codes) for table, codes in one.proposal.open_codes.items() if codes},
        }
    return shown


@cli.group("mappings", invoke_without_command=True)
@AS_JSON
@click.pass_context
def mappings_(context: click.Context, as_json: bool) -> None:
    """The mappings in force: by which of them a file is read, who confirmed it, and when."""
    from dataclasses import asdict

    from appliance.jobs.mappings import in_force

    if context.invoked_subcommand is not None:
        return
    with home_of(context) as database:
        found = in_force(database)
    if as_json:
        print_json({"mappings": [asdict(one) for one in found]})
        return
    for one in found:
        whose = "shipped" if one.is_shipped else f"version {one.revision}, {one.confirmed_by} {one.confirmed_at[:10]}"
        click.echo(f"{one.name}: {', '.join(one.fills)} from {one.columns} columns; {whose.strip()}")


@mappings_.command()
@click.argument("name")
@click.option("--reason", required=True, help="Why; kept in the access log.")
@click.pass_context
def retire(context: click.Context, name: str, reason: str) -> None:
    """Read no file by a mapping of this home any more."""
    from appliance.jobs.import_files import person_at_the_keyboard
    from appliance.jobs.mappings import retire_mapping

    with home_of(context) as database:
        retire_mapping(database, name, by=person_at_the_keyboard(), reason=reason)
    say(f"{name} is retired. Files that it read need another mapping: schoolhouse map FILE")
