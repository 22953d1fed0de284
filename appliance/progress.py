"""How long work tells how far it is: to a bar at the command line, to a page that looks again, or to nobody."""

from collections import Counter
from collections.abc import Callable

Progress = Callable[[str, int, int], None]
"""Called now and then with what is being done, how much of it is done, and how much there is (0 when not known).

It may raise a `Trouble`, and so call the work off.
"""


def quietly(_what: str, _done: int, _expected: int) -> None:
    """Progress for nobody."""


class Steps:
    """Progress through steps of which nobody knows how long they are, nor how often they are taken up again."""

    def __init__(self, progress: Progress) -> None:
        self._progress, self._step, self._done = progress, "", Counter[str]()

    def begin(self, step: str) -> None:
        """The step before is over, and this one begins, or goes on."""
        self.end()
        self._step = step
        self._progress(step, self._done[step], 0)

    def one_more(self) -> None:
        """One more piece of this step."""
        self._done[self._step] += 1
        self._progress(self._step, self._done[self._step], 0)

    def end(self) -> None:
        """The step is over: what was done is all there was."""
        if done := self._done[self._step]:
            self._progress(self._step, done, done)
