"""Somebody at the keyboard, and a small district's files."""

import json
import os
import subprocess
import sys
from collections.abc import Callable
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Any

import pytest

from appliance.sample import SampleDistrict, write_district
from appliance.storage.database import Database
from tests.signed_rules import sign_rules


@dataclass(frozen=True)
class Told:
    """What a command said: data on stdout, talk on stderr, and how it ended."""

    code: int
    out: str
    talk: str

    @property
    def data(self) -> dict[str, Any]:
        return dict(json.loads(self.out))


Type = Callable[..., Told]


@pytest.fixture
def at_home(tmp_path: Path) -> Type:
    """Type a command for one's own home: `at_home("status", "--json")`."""
    return typing(tmp_path / "home")


@pytest.fixture(scope="session")
def small_district(tmp_path_factory: pytest.TempPathFactory) -> SampleDistrict:
    return write_district(tmp_path_factory.mktemp("district"), students=400, today=date(2026, 11, 20))


@pytest.fixture(scope="session")
def loaded(tmp_path_factory: pytest.TempPathFactory, small_district: SampleDistrict) -> Type:
    """Type a command for a home in which the small district is loaded; for commands that only look."""
    folder = tmp_path_factory.mktemp("loaded")
    type_ = typing(folder / "home")
    assert type_("init", "--no-input").code == 0
    assert type_("import", "--yes", *small_district.files).code == 0
    rules_signed(folder / "home")
    return type_


@pytest.fixture
def ready(at_home: Type, small_district: SampleDistrict, tmp_path: Path) -> Type:
    """The same in a home of one's own, in which the rules of releases are signed."""
    at_home("init", "--no-input")
    at_home("import", "--yes", *small_district.files)
    rules_signed(tmp_path / "home")
    return at_home


def rules_signed(home: Path) -> None:
    """What `policy propose` and `policy sign` do, by s.ortiz and g.lindqvist."""
    database = Database(home)
    sign_rules(database)
    database.close()


def typing(home: Path) -> Type:
    """Type a command for a home."""

    def type_(*words: object, stdin: str = "") -> Told:
        command = [sys.executable, "-m", "appliance", "--home", str(home), *map(str, words)]
        environment = os.environ | {"COLUMNS": "200"}
        done = subprocess.run(command, input=stdin, capture_output=True, text=True, env=environment, timeout=120)
        return Told(done.returncode, done.stdout, done.stderr)

    return type_
