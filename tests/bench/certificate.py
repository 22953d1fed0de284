"""What the verifier costs as a process of its own: `python -m tests.bench.certificate 20 120`.

Each district is invented and protected first, which takes most of the time and is not measured here.
"""

import subprocess
import sys

from appliance.aggregate.disclosure import Policy, certificate, protect
from tests.bench.disclosure import district

_WATCHED = """
import resource, subprocess, sys
code = subprocess.run(sys.argv[1:], stdin=sys.stdin, stdout=subprocess.DEVNULL, check=False).returncode
used = resource.getrusage(resource.RUSAGE_CHILDREN)
print(code, used.ru_utime + used.ru_stime, used.ru_maxrss / 1024)
"""
"""Run from a small process: memory that is measured of a child is at least that of who started it."""


def measure(schools: int) -> str:
    """One line of a table: schools, megabytes that are read, processor seconds, memory."""
    protected = protect(district(schools), Policy(), year_key=b"bench")
    told = b"".join(certificate.lines(protected.certificate, [table.published for table in protected.tables]))
    command = [sys.executable, "-c", _WATCHED, *certificate.PROGRAM]
    run = subprocess.run(command, input=told, stdout=subprocess.PIPE, check=True, env=certificate.ALONE)
    code, seconds, memory = run.stdout.split()
    if code != b"0":
        raise SystemExit(f"The verifier left with {code.decode()}.")
    return (
        f"| {schools} | {protected.report.certified:,} | {protected.report.witnesses:,} | {len(told) / 1e6:.1f} MB | "
        f"{float(seconds):.1f} s | {float(memory):.0f} MB |"
    )


if __name__ == "__main__":
    print("| schools | claims | witnesses | read | processor | memory |\n| --- | --- | --- | --- | --- | --- |")
    for number in sys.argv[1:] or ("20",):
        print(measure(int(number)), flush=True)
