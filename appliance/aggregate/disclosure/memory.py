"""Memory given back to the machine: the C library keeps what solvers freed for whoever asks next, and few ask."""

import ctypes
from contextlib import suppress

_MMAP_THRESHOLD = -3
"""M_MMAP_THRESHOLD of mallopt(3): larger pieces are handed over as soon as they are freed."""
_LARGE = 128 * 1024
"""Its value at the start. Left alone it rises to 32 MB as large pieces are freed, and those after them are kept."""


def give_back() -> None:
    """Hand over what was freed, and from now on each large piece at once, where the C library can do that (glibc).

    Half of what choosing for 600 schools would take; elsewhere the library does as it pleases.
    """
    with suppress(AttributeError, OSError, TypeError):
        library = ctypes.CDLL(None)
        library.mallopt(_MMAP_THRESHOLD, _LARGE)
        library.malloc_trim(0)
