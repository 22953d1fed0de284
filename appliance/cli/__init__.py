"""The `schoolhouse` command: each command parses, calls a job, and prints a sentence.

Data goes to stdout, talk to stderr; progress shows only on a terminal. Exit codes: 0 ok, 1 failed, 2 wrong usage,
3 needs a person's decision. No student's name is ever printed.
"""

from appliance.cli import (
    audit,
    fields,
    granting,
    home,
    intake,
    mapping,
    people,
    policy,
    pulse,
    quarantine,
    release,
    serving,
    state,
    who,
)
from appliance.cli.root import cli, main

__all__ = [
    "audit", "cli", "fields", "granting", "home", "intake", "main", "mapping", "people", "policy", "pulse",
    "quarantine", "release", "serving", "state", "who",
]  # fmt: skip
