"""Guessing is slow per account and per network, and nobody is locked out for good."""

import asyncio
import os
import threading

import httpx
import pytest
from hypothesis import given
from hypothesis import strategies as st

from appliance.jobs import passwords
from appliance.settings import Settings
from appliance.storage.database import Database
from appliance.web.admission import Knock, SignInRefused
from appliance.web.front_desk import DeskIsFull, FrontDesk
from appliance.web.sessions import Sessions
from appliance.web.throttle import (
    FREE_FAILURES,
    LONGEST_DELAY_SECONDS,
    LONGEST_WAIT_SECONDS,
    MOST_FAILURES,
    Networks,
    delay_seconds,
    network_of,
)
from tests import maplewood
from tests.conftest import ADDRESS, FORM_HEADERS, app_for, sign_in
from tests.web.test_signing_in import Clock

SCHOOL = "10.4.7.21"


@pytest.mark.parametrize(
    ("address", "network"),
    [
        ("10.4.7.21", "10.4.7.0/24"),
        ("10.4.7.250", "10.4.7.0/24"),
        ("2001:db8:1:2ff::7", "2001:db8:1:200::/56"),
        ("testclient", "testclient"),
        ("", ""),
    ],
)
def test_a_network_is_a_part_of_the_address(address: str, network: str) -> None:
    assert network_of(address) == network


def test_v6_3_1_a_whole_school_behind_one_address_is_never_locked_out() -> None:
    clock = Clock()
    networks = Networks(clock)
    for _ in range(FREE_FAILURES):
        networks.failed(SCHOOL)
    assert networks.wait_seconds(SCHOOL) == 0, "a Monday morning"
    for _ in range(10_000):
        networks.failed(SCHOOL)
    assert networks.wait_seconds(SCHOOL) == LONGEST_WAIT_SECONDS, "an attack: slow, and not shut"
    assert networks.wait_seconds("10.4.8.1") == 0
    clock.now += 3 * 3600
    assert networks.wait_seconds(SCHOOL) == 0


@given(st.integers(0, 10**9))
def test_v6_3_1_no_number_of_failures_makes_a_delay_endless(failures: int) -> None:
    assert 0 <= delay_seconds(failures) <= delay_seconds(failures + 1) <= LONGEST_DELAY_SECONDS


def desk_for(database: Database, **how: object) -> FrontDesk:
    return FrontDesk(database, Sessions(database, Settings(), Clock()), Clock(), **how)  # type: ignore[arg-type]


def test_v6_3_1_a_hot_network_waits_before_each_try_and_the_right_password_still_opens(own_town: Database) -> None:
    waited: list[float] = []

    async def pause(seconds: float) -> None:
        waited.append(seconds)

    desk = desk_for(own_town, pause=pause)
    for _ in range(FREE_FAILURES + 60):
        desk.admissions.networks.failed(SCHOOL)
    session = asyncio.run(desk.sign_in("okafor", maplewood.PASSWORD, Knock(SCHOOL)))
    assert session.account.username == "okafor"
    assert 0.25 < waited[0] < 1


def test_too_many_that_wait_are_turned_away_instead_of_filling_the_memory(own_town: Database) -> None:
    async def rush() -> int:
        gate = asyncio.Event()

        async def pause(_: float) -> None:
            await gate.wait()

        desk = desk_for(own_town, pause=pause)
        for _ in range(500):
            desk.admissions.networks.failed(SCHOOL)
        tries = [asyncio.create_task(desk.sign_in("nobody", "x", Knock(SCHOOL))) for _ in range(220)]
        await asyncio.sleep(0)
        away = sum(one.done() and isinstance(one.exception(), DeskIsFull) for one in tries)
        for one in tries:
            one.cancel()
        await asyncio.gather(*tries, return_exceptions=True)
        return away

    assert asyncio.run(rush()) == 20


def test_v6_3_1_after_a_hundred_failures_in_a_row_a_password_alone_opens_nothing(own_town: Database) -> None:
    from appliance.actions import Action
    from appliance.jobs.one_time_codes import give_code, redeem_code
    from appliance.storage.database import Event

    with own_town.desk.changing(Event("test", Action.SEE_DATA)) as tables:
        tables.execute("UPDATE account SET failures = ? WHERE username = 'okafor'", (MOST_FAILURES,))
    desk = desk_for(own_town)
    with pytest.raises(SignInRefused):
        asyncio.run(desk.sign_in("okafor", maplewood.PASSWORD))
    code = give_code(own_town, "okafor", by="dunn", now=maplewood.NOW)
    redeem_code(own_town, "okafor", code, "three plain tapirs drink", now=maplewood.NOW)
    assert asyncio.run(desk.sign_in("okafor", "three plain tapirs drink")).account.username == "okafor"


def test_v6_3_8_a_name_that_nobody_has_costs_as_many_hashes_as_one_that_somebody_has(
    own_town: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Counted, not timed: the machine may be busy. Each try is one argon2 computation of the same cost."""
    costs: list[str] = []
    verify = passwords._hasher.verify

    class Counting:
        def verify(self, stored: str, password: str) -> bool:
            costs.append(stored.rsplit("$", 2)[0])
            return verify(stored, password)

    monkeypatch.setattr(passwords, "_hasher", Counting())
    desk = desk_for(own_town)
    for username in ("okafor", "nobody.here", "ruiz", "x" * 190):
        with pytest.raises(SignInRefused):
            asyncio.run(desk.sign_in(username, "not the password"))
    assert costs == ["$argon2id$v=19$m=19456,t=2,p=1"] * 4


def test_three_hundred_sign_ins_at_once_at_the_real_door_open_or_say_when_to_come_back(
    own_town: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Every password is checked with its whole cost; the checks are only counted."""
    running, most, checks, lock = 0, 0, 0, threading.Lock()
    verify = passwords._hasher.verify

    class Counting:
        def verify(self, stored: str, password: str) -> bool:
            nonlocal running, most, checks
            with lock:
                running, checks = running + 1, checks + 1
                most = max(most, running)
            try:
                return verify(stored, password)
            finally:
                with lock:
                    running -= 1

    monkeypatch.setattr(passwords, "_hasher", Counting())
    app = app_for(own_town, sign_in_places=8)
    form = {"username": "okafor", "password": maplewood.PASSWORD}

    async def rush() -> list[httpx.Response]:
        async with httpx.AsyncClient(transport=httpx.ASGITransport(app), base_url=ADDRESS) as browser:
            tries = (browser.post("/sign-in", data=form, headers=FORM_HEADERS) for _ in range(300))
            return await asyncio.gather(*tries)

    answers = asyncio.run(rush())
    served = [answer for answer in answers if answer.status_code == 303]
    turned_away = [answer for answer in answers if answer.status_code == 503]
    assert len(served) + len(turned_away) == 300
    assert len(served) == checks >= 8
    assert most <= (os.cpu_count() or 2)
    assert turned_away
    assert all(answer.headers["retry-after"] == "5" and "set-cookie" not in answer.headers for answer in turned_away)
    assert sign_in(app, "lind").get("/this-week").status_code == 200
