"""The browser that every journey walks with."""

from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser

from tests.journeys.browser import chromium


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    """One a module: its contexts share nothing, and it must be gone before another event loop begins."""
    with chromium() as launched:
        yield launched
