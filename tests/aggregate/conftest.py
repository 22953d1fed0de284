"""Maplewood's release: four schools of invented pupils, drafted by Mr. Ruiz and approved by Ms. Okafor."""

from pathlib import Path

import pytest
from districts import district
from maplewood_release import build, facts

from appliance.aggregate.disclosure import Protected, protect
from appliance.aggregate.release import Signer


@pytest.fixture(scope="session")
def maplewood() -> Protected:
    return protect(district(5))


@pytest.fixture(scope="session")
def signer() -> Signer:
    return Signer.from_private_bytes(bytes(range(32)))


@pytest.fixture(scope="session")
def package(maplewood, signer, tmp_path_factory) -> Path:
    return build(maplewood, facts(), signer, tmp_path_factory.mktemp("outbox"))
