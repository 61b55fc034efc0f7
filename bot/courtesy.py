"""Who goes first: an answer that Slack waits for goes before work that nobody waits for.

Answers and work share one interpreter, whose turns Python deals out evenly among busy threads: an answer that needs
several turns would wait for each of the others several times over.
"""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator
from concurrent.futures import Executor, ThreadPoolExecutor
from contextlib import contextmanager

import structlog

log = structlog.get_logger()

_PATIENCE = 0.1  # seconds: under a lasting flood of events the work goes on too, only slower


class Courtesy:
    """Counts the envelopes being answered. Work gives way to them; what follows an answer waits in line."""

    def __init__(self, line: Executor | None = None, patience: float = _PATIENCE) -> None:
        self._patience = patience
        self._quiet = threading.Condition()
        self._answering = 0
        self._line = line or ThreadPoolExecutor(1, "after-the-answer")

    @contextmanager
    def answering(self) -> Iterator[None]:
        """From here until the block ends, Slack waits for an answer."""
        with self._quiet:
            self._answering += 1
        try:
            yield
        finally:
            with self._quiet:
                self._answering -= 1
                if not self._answering:
                    self._quiet.notify_all()

    def give_way(self) -> None:
        """Return when nobody waits for an answer, or when patience (a tenth of a second) runs out."""
        with self._quiet:
            self._quiet.wait_for(lambda: not self._answering, self._patience)

    def after(self, work: Callable[[], None]) -> None:
        """Do this soon, one after the other. What is left at the end is not done: its rows are found by the sweep."""

        def politely() -> None:
            self.give_way()
            try:
                work()
            except Exception:
                log.exception("what followed an answer failed")

        self._line.submit(politely)

    def close(self) -> None:
        """Finish what is being done, and take nothing more."""
        self._line.shutdown(wait=True, cancel_futures=True)
