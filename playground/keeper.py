"""Keeps the bot's processes running, as a service manager would: whoever was killed is started again."""

from __future__ import annotations

import signal
import threading
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Self

from playground.bots import Bot
from playground.town import Town

_LOOK = 0.05  # seconds between two looks at the processes
_SHORT = 20.0  # seconds; a life shorter than this says that the next one will end as soon
_SHORT_LIVES = 3  # so many in a row are enough


@dataclass(frozen=True)
class Death:
    """The end of a process; `at` is the Unix time at which it was noticed."""

    command: str
    pid: int
    at: float


class Keeper:
    """Starts one process for each command on entering, and again whenever it was killed, until it is left.

    A process that ends in any other way is not started again: `trouble` then says how it ended. With `whatever` it is,
    unless it hardly lived, several times in a row. While `leaves_one` says so one that was killed stays dead, and the
    others have to do its work. `tell` is told of every death, in a sentence.
    """

    def __init__(
        self,
        town: Town,
        commands: Sequence[str] = ("run",),
        *,
        leaves_one: Callable[[], bool] = lambda: False,
        whatever: bool = False,
        tell: Callable[[str], None] = lambda _: None,
    ) -> None:
        self._town = town
        self._commands = tuple(commands)
        self._leaves_one = leaves_one
        self._whatever = whatever
        self._tell = tell
        self._begun: dict[int, float] = {}
        self._short_lives = 0
        self._bots: dict[int, Bot] = {}
        self._dead: dict[int, Death] = {}  # by place: those who are to be started again
        self._lock = threading.RLock()
        self._leaving = threading.Event()
        self._thread = threading.Thread(target=self._keep, name="keeper", daemon=True)
        self.deaths = 0  # how often a process was killed so far
        self.left: Death | None = None  # the last one who stayed dead for a while
        self.trouble = ""

    def __enter__(self) -> Self:
        for place, command in enumerate(self._commands):
            self._start(place, command)
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._leaving.set()
        self._thread.join()

    @contextmanager
    def down(self) -> Iterator[None]:
        """Kill every process, and keep them dead until the block is left."""
        with self._lock:
            for bot in self._bots.values():
                bot.kill()
                bot.wait()
            yield

    def _keep(self) -> None:
        while not self._leaving.wait(_LOOK):
            with self._lock:
                for place, bot in list(self._bots.items()):
                    self._look_at(place, bot)
                for place in list(self._dead):
                    if self._is_left(place):
                        continue
                    del self._dead[place]
                    self._start(place, self._commands[place])

    def _is_left(self, place: int) -> bool:
        first, death = next(iter(self._dead.items()))
        if place != first or not self._leaves_one():
            return False
        self.left = death
        return True

    def _look_at(self, place: int, bot: Bot) -> None:
        ended = bot.poll()
        if ended is None or self.trouble:
            return
        command = self._commands[place]
        short = time.monotonic() - self._begun[place] < _SHORT
        self._short_lives = self._short_lives + 1 if short else 0
        if ended != -signal.SIGKILL and (not self._whatever or self._short_lives >= _SHORT_LIVES):
            self.trouble = f"`signalbox {command}` ended by itself, with code {ended}; see its log"
            self._tell(f"{self.trouble}. It is not started again.")
            return
        self._dead[place] = Death(command, bot.pid, time.time())
        self.deaths += 1
        del self._bots[place]
        self._tell(f"`signalbox {command}` ended with code {ended}; it is started again.")

    def _start(self, place: int, command: str) -> None:
        self._bots[place] = self._town.start_bot(command)
        self._begun[place] = time.monotonic()
