"""The authenticator apps of the demo's people: what a phone in their hand would show."""

import json
import os
import tempfile
import time
from pathlib import Path

from appliance.actions import Action, Role
from appliance.errors import Trouble
from appliance.jobs import second_factors
from appliance.storage.database import Database, Event


def demo_folder(directory: Path | None) -> Path:
    """Where the demo is, when nobody says otherwise."""
    return directory or Path(tempfile.gettempdir()) / f"schoolhouse-demo-{os.getuid()}"


def set_up_app(database: Database, account_key: int, username: str, role: Role) -> str:
    """An authenticator app for somebody whose role needs one: its secret, which `sign-ins.json` keeps; else empty."""
    if not role.terms.needs_second_factor:
        return ""
    secret = second_factors.new_secret()
    with database.desk.changing(Event("the demo", Action.CHANGE_MY_SIGN_IN, f"an app for {username}")) as tables:
        second_factors.add_app(tables, account_key, secret, time.time())
    return secret


def codes(directory: Path | None) -> dict[str, tuple[str, str]]:
    """What the apps show now, and half a minute from now, by user name. Raises Trouble when there is no demo."""
    file = demo_folder(directory) / "sign-ins.json"
    if not file.exists():
        raise Trouble(f"There is no demo in {file.parent}. Make one with: schoolhouse demo")
    people, now = json.loads(file.read_text())["people"], time.time()
    apps = {one["username"]: one["app_secret"] for one in people if one["app_secret"]}
    return {
        username: (second_factors.current_code(secret, now), second_factors.current_code(secret, now + 30))
        for username, secret in apps.items()
    }
