"""Start a doorkeeper: `/usr/bin/python3 -I appliance/doorkeeper ldap --rules FILE`, or `python -m ... oidc`.

Run as a folder, it finds the rest of its package beside itself: the system's Python does not know our parts, and with
`-I` it looks nowhere else.
"""

import argparse
import sys
from collections.abc import Callable
from pathlib import Path

_HOUSE = str(Path(__file__).resolve().parents[2])
if _HOUSE not in sys.path:
    sys.path.append(_HOUSE)

from appliance.doorkeeper.rules import BadRules, LdapRules, OidcRules, read_rules  # noqa: E402
from appliance.doorkeeper.wire import Message, NoAnswer, answer_for_ever, listen  # noqa: E402

_PATIENCE_SECONDS = 10


def main() -> int:
    """Answer until stopped. Exit code 2 for rules that cannot be used; the sentence goes to stderr."""
    options = argparse.ArgumentParser(prog="doorkeeper", description="Asks the district's directory who somebody is.")
    options.add_argument("kind", choices=["ldap", "oidc"])
    options.add_argument("--rules", type=Path, default=Path("/etc/schoolhouse/doorkeeper.toml"))
    options.add_argument("--socket", type=Path, help="where to listen, when systemd does not hand over a socket")
    options.add_argument("--check", action="store_true", help="read the rules, say what is wrong, and stop")
    chosen = options.parse_args()
    try:
        answer = _answer(chosen.kind, chosen.rules)
        if chosen.check:
            return 0
        answer_for_ever(listen(chosen.socket), answer, seconds=_PATIENCE_SECONDS)
    except (BadRules, NoAnswer) as error:
        sys.stderr.write(f"{error}\n")
        return 2
    return 0


def _answer(kind: str, rules: Path) -> Callable[[Message], Message]:
    if kind == "ldap":
        found = read_rules(rules, LdapRules, "ldap")
        from appliance.doorkeeper.directory import Directory

        try:
            return Directory(found).answer
        except ImportError:
            raise BadRules(
                "This Python has no ldap module. Install it: apt install python3-ldap, and run /usr/bin/python3."
            ) from None
    from appliance.doorkeeper.provider import Provider

    return Provider(read_rules(rules, OidcRules, "oidc")).answer


if __name__ == "__main__":
    sys.exit(main())
