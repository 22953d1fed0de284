"""Long work in the server gives way to whoever opens a page, and never for longer than a moment."""

import pytest

from appliance.storage import database as module
from appliance.storage.connection import PastTheGate


@pytest.fixture
def clock(monkeypatch):
    """Time that passes only when somebody sleeps. `clock.meanwhile` is done during each sleep."""

    class Clock:
        now, slept = 100.0, 0

        def meanwhile(self):
            """Nothing."""

        def sleep(self, seconds):
            self.now += seconds
            self.slept += 1
            self.meanwhile()

    one = Clock()
    monkeypatch.setattr(module.time, "monotonic", lambda: one.now)
    monkeypatch.setattr(module.time, "sleep", one.sleep)
    return one


def test_an_import_waits_until_the_page_is_read_and_then_goes_on(database, clock):
    page = database.counts_only()
    page.__enter__()
    clock.meanwhile = lambda: page.__exit__(None, None, None)
    database.give_way()
    assert clock.slept == 1


def test_it_does_not_wait_when_nobody_reads_nor_for_a_page_that_failed(database, clock):
    with pytest.raises(PastTheGate), database.counts_only() as reading:
        reading.query("SELECT * FROM student")
    database.give_way()
    assert clock.slept == 0


def test_it_goes_on_beside_a_page_that_takes_long(database, clock):
    with database.counts_only():
        database.give_way()
        assert 0 < clock.now - 100 < 0.03
