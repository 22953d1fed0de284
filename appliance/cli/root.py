"""The root of the command line: the home it works on, what its commands share, and how trouble leaves."""

import json
import sys
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any, NoReturn

import rich_click as click

from appliance import __version__
from appliance.console import say
from appliance.errors import Trouble

if TYPE_CHECKING:
    from appliance.storage.database import Database

SHAPE = 1
"""Version of every `--json` shape that this program prints."""
FILES = click.argument("files", nargs=-1, required=True, type=click.Path(path_type=Path))
AS_JSON = click.option("--json", "as_json", is_flag=True, help="Print plain data instead of sentences.")
DAY = click.DateTime(formats=["%Y-%m-%d"])
_HOME = click.option(
    "--home",
    type=click.Path(path_type=Path),
    envvar="SCHOOLHOUSE_HOME",
    default=Path("/var/lib/schoolhouse"),
    show_default=True,
    help="Where keys, database and outbox are.",
)


@click.group(context_settings={"help_option_names": ["-h", "--help"]})
@click.version_option(__version__)
@_HOME
@click.pass_context
def cli(context: click.Context, home: Path) -> None:
    """Schoolhouse: a school district's own data appliance."""
    context.obj = home


def main() -> NoReturn:
    """Run the command line; trouble that a person can mend becomes one sentence and an exit code."""
    try:
        code = cli(standalone_mode=False)
    except (click.Abort, KeyboardInterrupt):
        say("Stopped. Nothing was left half done.")
        sys.exit(1)
    except click.ClickException as error:
        error.show()
        sys.exit(error.exit_code)
    except Trouble as trouble:
        say(str(trouble))
        sys.exit(trouble.exit_code)
    sys.exit(code if isinstance(code, int) else 0)


@contextmanager
def home_of(context: click.Context) -> Iterator["Database"]:
    """The database of the home that `--home` names. Heavy parts load here, so that `--help` is quick."""
    from appliance.storage.database import Database

    database = Database(context.obj)
    try:
        yield database
    finally:
        database.close()


def print_json(data: Mapping[str, Any]) -> None:
    """Data for a script, on stdout, with the version of its shape."""
    click.echo(json.dumps({"version": SHAPE, **data}, indent=2, ensure_ascii=False))
