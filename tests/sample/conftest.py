import pytest

from tests.sample.written import invent


@pytest.fixture(scope="session")
def maplewood(tmp_path_factory):
    """Two thousand students, known up to Friday, November 20, 2026."""
    return invent(tmp_path_factory.mktemp("maplewood"), students=2000)
