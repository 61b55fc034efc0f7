"""Keeps the bot's processes running, as a service manager would: whoever was killed is started again."""

from __future__ import annotations

import signal
import subprocess
import threading
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from typing import Self

from playground.town import Town

_LOOK = 0.05  # seconds between two looks at the processes


class Keeper:
    """Starts one process for each command on entering, and again whenever it was killed, until it is left.

    A process that ends in any other way is not started again: `trouble` then says how it ended. Without `restarts` who
    was killed stays dead, and the others have to do its work.
    """

    def __init__(self, town: Town, commands: Sequence[str] = ("run",), *, restarts: bool = True) -> None:
        self._town = town
        self._commands = tuple(commands)
        self._restarts = restarts
        self._bots: dict[int, subprocess.Popen[bytes]] = {}
        self._lock = threading.RLock()
        self._leaving = threading.Event()
        self._thread = threading.Thread(target=self._keep, name="keeper", daemon=True)
        self.died_at: list[float] = []  # Unix times at which deaths were noticed
        self.trouble = ""

    def __enter__(self) -> Self:
        for place, command in enumerate(self._commands):
            self._bots[place] = self._town.start_bot(command)
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._leaving.set()
        self._thread.join()

    @property
    def deaths(self) -> int:
        """How often a process was killed so far."""
        return len(self.died_at)

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

    def _look_at(self, place: int, bot: subprocess.Popen[bytes]) -> None:
        ended = bot.poll()
        if ended is None or self.trouble:
            return
        if ended != -signal.SIGKILL:
            self.trouble = f"`signalbox {self._commands[place]}` ended by itself, with code {ended}; see its log"
            return
        self.died_at.append(time.time())
        del self._bots[place]
        if self._restarts:
            self._bots[place] = self._town.start_bot(self._commands[place])
