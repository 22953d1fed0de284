"""The browser that every journey walks with, and the town that most of them walk through."""

from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser

from appliance.storage.database import Database
from tests.conftest import app_for
from tests.journeys.browser import chromium, serving


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    """One a module: its contexts share nothing, and it must be gone before another event loop begins."""
    with chromium() as launched:
        yield launched


@pytest.fixture
def address(own_town: Database) -> Iterator[str]:
    """A Maplewood of one's own, served."""
    with serving(app_for(own_town)) as where:
        yield where
