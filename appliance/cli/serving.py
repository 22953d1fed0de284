"""The server, and the whole way once on an invented district."""

from datetime import datetime
from pathlib import Path

import rich_click as click

from appliance.cli.root import DAY, cli
from appliance.console import progress_bars, say


@cli.command()
@click.option("--port", default=8080, show_default=True, type=click.IntRange(1, 65535))
@click.option("--host", default="127.0.0.1", show_default=True)
@click.option(
    "--as-of", type=DAY, metavar="DATE", help="Rehearsal on an old year's files: pages as they were on that day."
)
@click.pass_context
def serve(context: click.Context, port: int, host: str, as_of: datetime | None) -> None:
    """Run the one server process."""
    from appliance.server import serve as run

    run(context.obj, host=host, port=port, as_of=as_of.date() if as_of else None)


@cli.command()
@click.option(
    "--dir",
    "directory",
    type=click.Path(path_type=Path, file_okay=False),
    help="Where to put it all.  [default: a folder among the system's temporary files]",
)
@click.option("--students", default=2000, show_default=True, type=click.IntRange(min=40))
@click.option("--port", default=8080, show_default=True, type=click.IntRange(1, 65535))
@click.option("--no-serve", is_flag=True, help="Stop before serving the dashboards.")
def demo(directory: Path | None, students: int, port: int, no_serve: bool) -> None:
    """All of it on an invented district: files, import, dashboards, a release, the state's verification."""
    from appliance.jobs.demo import prepare
    from appliance.server import serve as run

    with progress_bars() as progress:
        home = prepare(directory, students=students, port=None if no_serve else port, say=say, progress=progress)
    if not no_serve:
        run(home, host="127.0.0.1", port=port, as_of=None)


@cli.command("demo-codes")
@click.option("--dir", "directory", type=click.Path(path_type=Path, file_okay=False), help="Where the demo is.")
def demo_codes(directory: Path | None) -> None:
    """The codes that the authenticator apps of the demo's people show now, and in half a minute. Each counts once."""
    from appliance.jobs.demo_codes import codes

    for username, (now, next_one) in codes(directory).items():
        click.echo(f"{username:<24}{now}   then {next_one}")
