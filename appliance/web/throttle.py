"""How guessing is slowed down: per account, and per network, and never for good.

A whole school sits behind one address, so a network is never shut. An account waits longer after each failure; a
network from which very many failures come waits before each try, a little at first. Both forget by themselves.
"""

import hashlib
import ipaddress
import threading
import time
from collections import OrderedDict
from collections.abc import Callable
from dataclasses import dataclass

FREE_TRIES = 5
LONGEST_DELAY_SECONDS = 600
MOST_FAILURES = 100
"""NIST 800-63B-4: after so many in a row a password alone opens nothing; a one-time code, a passkey or the directory
still do, so nobody is locked out for good."""
FREE_FAILURES = 100
"""So many failures of one network are a Monday morning, not an attack."""
LONGEST_WAIT_SECONDS = 8.0
_HALF_LIFE_SECONDS = 600
_REMEMBERED = 10_000


def delay_seconds(failures: int) -> int:
    """How long to wait after so many failures in a row: nothing for the first five, then doubling up to ten minutes."""
    return 0 if failures < FREE_TRIES else min(2 ** min(failures - FREE_TRIES + 1, 20), LONGEST_DELAY_SECONDS)


class Strangers:
    """Names that nobody has: slowed down like real ones, or the difference would tell which names are real."""

    def __init__(self) -> None:
        self._known: OrderedDict[bytes, tuple[int, float]] = OrderedDict()
        self._lock = threading.Lock()

    def failures(self, name: str) -> tuple[int, float]:
        """(failures in a row, earliest next try in Unix seconds)."""
        with self._lock:
            return self._known.get(_hash(name), (0, 0.0))

    def note(self, name: str, failures: int, not_before: float) -> None:
        """Remember a failure; the oldest of ten thousand is forgotten."""
        with self._lock:
            self._known[_hash(name)] = (failures, not_before)
            while len(self._known) > _REMEMBERED:
                self._known.popitem(last=False)


@dataclass(slots=True)
class _Network:
    heat: float
    at: float


class Networks:
    """How many failures came from each network of late: IPv4 by /24, IPv6 by /56. Halved every ten minutes."""

    def __init__(self, clock: Callable[[], float] = time.monotonic) -> None:
        self._clock = clock
        self._known: OrderedDict[str, _Network] = OrderedDict()
        self._lock = threading.Lock()

    def wait_seconds(self, address: str) -> float:
        """How long a try from this address waits before it is looked at."""
        with self._lock:
            network = self._known.get(network_of(address))
            heat = self._cooled(network) if network else 0.0
        too_many = heat - FREE_FAILURES
        return 0.0 if too_many <= 0 else min(0.25 * 2 ** (too_many / 50), LONGEST_WAIT_SECONDS)

    def failed(self, address: str) -> None:
        """Note one failure."""
        name = network_of(address)
        with self._lock:
            network = self._known.setdefault(name, _Network(0.0, self._clock()))
            network.heat, network.at = self._cooled(network) + 1, self._clock()
            self._known.move_to_end(name)
            while len(self._known) > _REMEMBERED:
                self._known.popitem(last=False)

    def _cooled(self, network: _Network) -> float:
        return float(network.heat * 0.5 ** ((self._clock() - network.at) / _HALF_LIFE_SECONDS))


def network_of(address: str) -> str:
    """The network of an address, or the address itself where it is none (a Unix socket)."""
    try:
        found = ipaddress.ip_address(address)
    except ValueError:
        return address
    return str(ipaddress.ip_network((found, 24 if found.version == 4 else 56), strict=False))


def _hash(name: str) -> bytes:
    return hashlib.sha256(name.lower().encode()).digest()
