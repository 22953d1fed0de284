"""How the command line talks: sentences to stderr, and progress bars where a person is watching."""

import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager

from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TaskID, TextColumn, TimeElapsedColumn

_console = Console(stderr=True, highlight=False, soft_wrap=True)


def say(sentence: str) -> None:
    """Talk to the person at the terminal, beside the data on stdout. Control characters are shown, not obeyed."""
    _console.print("".join(c if c.isprintable() or c == "\n" else "�" for c in sentence), markup=False)


@contextmanager
def progress_bars() -> Iterator[Callable[[str, int, int], None]]:
    """A callback (what, done, expected or 0) that draws one bar per thing on a terminal, and nothing elsewhere."""
    if not sys.stderr.isatty():
        yield lambda _what, _done, _expected: None
        return
    columns = (TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn(), TimeElapsedColumn())
    with Progress(*columns, console=_console, transient=True) as bars:
        tasks: dict[str, TaskID] = {}

        def update(what: str, done: int, expected: int) -> None:
            if what not in tasks:
                tasks[what] = bars.add_task(what, total=None)
            bars.update(tasks[what], completed=done, total=expected or None)
            if expected and done >= expected:
                bars.update(tasks.pop(what), visible=False)

        yield update
