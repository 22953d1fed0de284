"""The state office receives what Maplewood built: the fixtures of the aggregate wing's tests."""

import importlib.util
import sys
from pathlib import Path

AGGREGATE = Path(__file__).parents[1] / "aggregate"
sys.path.insert(0, str(AGGREGATE))

_spec = importlib.util.spec_from_file_location("aggregate_fixtures", AGGREGATE / "conftest.py")
_fixtures = importlib.util.module_from_spec(_spec)
_spec.loader.exec_module(_fixtures)

maplewood, signer, package = _fixtures.maplewood, _fixtures.signer, _fixtures.package
