"""The state office's side. It needs no home: it knows release packages and nothing else."""

import json
import sys
from pathlib import Path

import rich_click as click

from appliance.cli.root import AS_JSON, cli


@cli.group()
def state() -> None:
    """The state office's side: verify what districts send."""


@state.command("verify")
@click.argument("package", type=click.Path(path_type=Path))
@click.option("--signers", type=click.Path(path_type=Path), help="The districts' keys, as OpenSSH allowed_signers.")
@click.option(
    "--beside",
    multiple=True,
    type=click.Path(path_type=Path),
    help="Another package of the district and school year, to compare and attack it with; may be repeated.",
)
@click.option(
    "--received",
    type=click.Path(path_type=Path, file_okay=False, exists=True),
    help="Where earlier packages and notices lie; it finds those that it needs.  [default: the package's own folder]",
)
@AS_JSON
def verify_(
    package: Path, signers: Path | None, beside: tuple[Path, ...], received: Path | None, as_json: bool
) -> None:
    """Check a package: whole, signed, allowed, and proof against the attacker, with all earlier ones that it names.

    Exit code 1 when it is not; 3 when nothing is wrong but an earlier package that it names is not here.
    """
    from appliance.state_office import verify

    verdict = verify(package, signers, others=beside, received=received or package.parent)
    click.echo(json.dumps(verdict.as_json(), indent=2, ensure_ascii=False) if as_json else verdict.as_text())
    sys.exit({"accepted": 0, "refused": 1, "open": 3}[verdict.state])
