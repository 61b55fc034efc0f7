"""How the demo ends when it is told to: once, whatever is sent, and with everything put away."""

from __future__ import annotations

import signal
from collections.abc import Iterator
from contextlib import contextmanager
from types import FrameType

SIGNALS = (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)


class Told(SystemExit):
    """A signal told the process to end. Nobody who catches errors catches it by accident, and it has no traceback."""

    def __init__(self, number: int) -> None:
        super().__init__(128 + number)
        self.number = signal.Signals(number)


class Ending:
    """Raises Told in the main thread for the first signal; all later ones are not heard, so that tidying up is done."""

    def __init__(self) -> None:
        self._deaf = False
        self._held = False
        self._waiting: int | None = None

    def listen(self) -> None:
        """Take the signals over, for the rest of the process. Handlers of ours, unlike SIG_IGN, are not inherited."""
        for number in SIGNALS:
            signal.signal(number, self._heard)

    def deafen(self) -> None:
        """From now on nothing is raised: what follows must be finished."""
        self._deaf = True

    @contextmanager
    def held_back(self) -> Iterator[None]:
        """What comes meanwhile is raised when the block is left: a process is started and noted, or neither."""
        self._held = True
        try:
            yield
        finally:
            self._held = False
            if self._waiting is not None:
                self._end(self._waiting)

    def _heard(self, number: int, _: FrameType | None) -> None:
        if self._held:
            self._waiting = self._waiting or number
        else:
            self._end(number)

    def _end(self, number: int) -> None:
        if not self._deaf:
            self._deaf = True
            raise Told(number)
