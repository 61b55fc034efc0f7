"""A workplace whose bot is connected by a real socket: what people do in Slack's window comes as Slack sends it."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass

from bot.slack.socket_mode import Socket
from bot.sources.slack import SOURCE
from storage.records import Signal
from tests.bot.workplace import SOLAR, Workplace, wait_for


@dataclass
class Conversation:
    """Shorthands over a connected workplace."""

    place: Workplace

    def signal(self, ts: str, channel: str = SOLAR) -> Signal | None:
        return next(iter(self.place.store.signals.find(SOURCE, f"{channel}/{ts}")), None)

    def comes(self, ts: str, channel: str = SOLAR, *, when: Callable[[Signal], bool] = lambda _: True) -> Signal:
        """The signal that a message is, once it is there and looks so."""

        def look() -> Signal | None:
            found = self.signal(ts, channel)
            return found if found is not None and when(found) else None

        found = wait_for(look)
        assert found is not None
        return found

    def rests(self) -> None:
        """Wait until everything that was sent is acknowledged and dealt with."""
        wait_for(lambda: not self.place.workspace.unacked())
        self.place.settles()
        wait_for(lambda: not self.place.store.inbox.waiting(older_than=0))


@contextmanager
def connected(place: Workplace) -> Iterator[Conversation]:
    """Connect the bot to its workspace."""
    socket = Socket(place.app, place.workspace.seed.app.app_token, place.deps.courtesy)
    socket.connect()
    wait_for(lambda: place.workspace.connected)
    try:
        yield Conversation(place)
    finally:
        socket.close()
