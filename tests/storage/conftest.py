import pytest

from appliance.jobs.import_files import import_files
from appliance.storage.database import Database
from tests import grandbend


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


@pytest.fixture(scope="module")
def grand_bend(tmp_path_factory):
    """Grand Bend, loaded. Tests read it."""
    opened = Database.create(tmp_path_factory.mktemp("grandbend") / "home")
    import_files(opened, [grandbend.ROSTER_1P2, *grandbend.SIS])
    yield opened
    opened.close()
