"""The witness of the access log: its head, written each hour where the database is not, and each day farther away."""

from datetime import date
from pathlib import Path

from appliance.errors import HomeTrouble
from appliance.settings import read_settings
from appliance.storage.database import Database

_DAILY = "access-log-{day}.json"


def witness_file(home: Path) -> Path:
    """Where this home's witness is: `witness_folder` of the settings, else inside the home, which is weaker."""
    folder = read_settings(home).witness_folder
    return (Path(folder) if folder else home / "witness") / "access-log.json"


def witnesses(home: Path) -> list[Path]:
    """The hourly witness, and a daily one for each day that has one."""
    folder = read_settings(home).daily_witness_folder
    return [witness_file(home), *(sorted(Path(folder).glob(_DAILY.format(day="*"))) if folder else ())]


def write_witness(database: Database) -> None:
    """Note the head of the access log. A log that ends before it, or differs, was cut or rewritten."""
    _write(database, witness_file(database.home), "witness_folder")


def write_daily_witness(database: Database) -> None:
    """The same in a file of its own for each day, where `daily_witness_folder` says; nowhere if it says nothing."""
    if folder := read_settings(database.home).daily_witness_folder:
        _write(database, Path(folder) / _DAILY.format(day=date.today()), "daily_witness_folder")


def _write(database: Database, file: Path, setting: str) -> None:
    try:
        database.write_witness(file)
    except OSError as error:
        raise HomeTrouble(f"The witness {file} cannot be written ({error.strerror}). Mend `{setting}`.") from error
