import pytest

from appliance.storage.database import Database
from tests.elm_and_oak import ElmAndOak


@pytest.fixture
def two_schools(tmp_path):
    """Elm and Oak with nothing loaded yet."""
    database = Database.create(tmp_path / "home")
    yield ElmAndOak(tmp_path, database)
    database.close()
