"""The witness of the access log: its head, written each hour where the database is not."""

from pathlib import Path

from appliance.errors import HomeTrouble
from appliance.settings import read_settings
from appliance.storage.database import Database


def witness_file(home: Path) -> Path:
    """Where this home's witness is: `witness_folder` of the settings, else inside the home, which is weaker."""
    folder = read_settings(home).witness_folder
    return (Path(folder) if folder else home / "witness") / "access-log.json"


def write_witness(database: Database) -> None:
    """Note the head of the access log. A log that ends before it, or differs, was cut or rewritten."""
    file = witness_file(database.home)
    try:
        database.write_witness(file)
    except OSError as error:
        raise HomeTrouble(f"The witness {file} cannot be written ({error.strerror}). Mend `witness_folder`.") from error
