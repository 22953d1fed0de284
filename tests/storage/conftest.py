import pytest

from appliance.storage.database import Database


@pytest.fixture
def home(tmp_path):
    """A new home, closed again."""
    folder = tmp_path / "home"
    Database.create(folder).close()
    return folder


@pytest.fixture
def database(home):
    opened = Database(home)
    yield opened
    opened.close()
