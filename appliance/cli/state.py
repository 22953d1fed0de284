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
@AS_JSON
def verify_(package: Path, signers: Path | None, beside: tuple[Path, ...], as_json: bool) -> None:
    """Check a package: whole, signed, allowed, and proof against the attacker. Exit code 1 when it is not."""
    from appliance.state_office import verify

    verdict = verify(package, signers, others=beside)
    click.echo(json.dumps(verdict.as_json(), indent=2, ensure_ascii=False) if as_json else verdict.as_text())
    sys.exit(0 if verdict.accepted else 1)
