"""`python -m appliance.aggregate.disclosure CASE.json [--json]`: protect a table of your own, or attack a pattern.

With `hidden` in the file, or `--hidden NAME ...`, the given pattern is attacked; otherwise the table is protected and
the result attacked. A case of linked tables comes with patterns, each of which is attacked. Leaves with 1 when a
sensitive number falls, 2 for wrong usage.
"""

import argparse
import json
import sys
from contextlib import suppress
from itertools import chain
from pathlib import Path
from typing import Any

from appliance.aggregate.disclosure import case as cases
from appliance.aggregate.disclosure import collected_case, linked_case
from appliance.errors import Trouble


def main(arguments: list[str] | None = None) -> int:
    """Run the command; the exit code."""
    parser = argparse.ArgumentParser(prog="python -m appliance.aggregate.disclosure", description=cases.__doc__)
    parser.add_argument("case", type=Path, metavar="CASE.json")
    parser.add_argument("--json", action="store_true", help="print one JSON document")
    parser.add_argument("--hidden", nargs="*", metavar="NAME", help="attack this pattern instead of choosing one")
    parser.add_argument("--seconds", type=float, default=60.0, help="time for the optimum of each table")
    options = parser.parse_args(arguments)
    try:
        linked = linked_case.title_of(options.case)
        if linked is not None:
            told = linked_case.attack(options.case, linked)
        else:
            told = [_run(case, options.hidden, options.seconds) for case in collected_case.read(options.case)]
    except Trouble as trouble:
        print(trouble, file=sys.stderr)  # noqa: T201
        return trouble.exit_code
    document = told[0] if len(told) == 1 else {"version": 1, "cases": told}
    text = json.dumps(document, indent=1) if options.json else "\n\n".join(_text(one) for one in told)
    with suppress(BrokenPipeError):
        print(text, flush=True)  # noqa: T201
    return int(any(one.get("below_target") or one["exact"] or one.get("to_insiders") for one in told))


def _run(case: cases.Case, pattern: list[str] | None, seconds: float) -> dict[str, Any]:
    told: dict[str, Any] = {"version": 1, "title": case.title}
    given = case.hidden if pattern is None else pattern
    if given is not None:
        unknown = [name for name in given if name not in case.cells]
        if unknown:
            raise Trouble(f"The pattern names the cell {unknown[0]!r}, which the case does not have.")
        hidden = list(given)
    else:
        answer = cases.protect(case, seconds)
        hidden = [name for name, is_hidden in zip(case.cells, answer.hidden, strict=True) if is_hidden]
        told |= {"method": answer.method, "cost": answer.cost, "bound": answer.bound, "optimal": answer.optimal}
    outcome = cases.attack(case, hidden)
    primary = set(case.primary)
    return told | {
        "hidden": hidden,
        "added": [name for name in hidden if name not in primary],
        "intervals": {name: list(interval) for name, interval in outcome.intervals.items()},
        "below_target": outcome.below_target,
        "exact": [name for name in outcome.exact if name in primary],
        "to_insiders": outcome.to_insiders,
    }


def _text(told: dict[str, Any]) -> str:
    lines = [told["title"] or "A table"]
    if "method" in told:
        lines.append(f"Hidden besides what is sensitive: {', '.join(told['added']) or 'nothing'}.")
        lines.append(f"That costs {told['cost']:g}; nothing safe costs less than {told['bound']:g} ({told['method']}).")
    for name, (low, high) in told.get("intervals", {}).items():
        lines.append(f"  {name}: hidden, {low} to {'any number' if high is None else high}")
    for insider, found in told.get("to_insiders", {}).items():
        lines.append(f"  who is {insider} works out {', '.join(found)}")
    to_insiders = told.get("to_insiders", {}).values()
    fallen = sorted({*told.get("below_target", ()), *told["exact"], *chain(*to_insiders)})
    lines.append(f"These fall: {', '.join(fallen)}." if fallen else "No sensitive number falls.")
    return "\n".join(lines)


if __name__ == "__main__":
    sys.exit(main())
