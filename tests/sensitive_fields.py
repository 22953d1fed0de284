"""The data steward's choice, for tests that need a sensitive field: made by the same job as on the page."""

from appliance.jobs.choose_fields import turn_on
from appliance.storage.database import Database
from appliance.student_level.sensitive import KEEPABLE


def keep(database: Database, *names: str) -> None:
    """Keep these sensitive fields, or all that can be kept."""
    for name in names or sorted(KEEPABLE):
        turn_on(database, name, purpose="totals by group for the state", keep="1 year", by="the steward")
