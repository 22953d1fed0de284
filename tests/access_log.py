"""What the access log says, for tests that ask it."""

from typing import Any

from appliance.storage.database import Database


def at_desk(database: Database, sql: str, values: Any = ()) -> list[tuple[Any, ...]]:
    """Rows of a question to the whole desk."""
    rows: list[tuple[Any, ...]] = database.desk._writer.execute(sql, values).fetchall()
    return rows


def lines(database: Database, *columns: str) -> list[tuple[Any, ...]]:
    """These columns of each line, in order."""
    return at_desk(database, f"SELECT {', '.join(columns)} FROM access_log ORDER BY sequence")


def what_happened(database: Database, *columns: str) -> list[tuple[Any, ...]]:
    """The same, of the lines that tell of something that did happen."""
    return at_desk(
        database,
        f"SELECT {', '.join(columns)} FROM access_log AS line WHERE takes_back IS NULL"
        " AND NOT EXISTS (SELECT 1 FROM access_log WHERE takes_back = line.sequence) ORDER BY sequence",
    )
