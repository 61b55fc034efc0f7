"""One pull: read a source on from its cursor, keep what it brought and the new cursor in one transaction."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field

from agents.errors import SourceDown, SourceRejected
from agents.ports import Checkpoint, Nudge
from agents.redact import Redactor
from bot.sources.source import Source
from storage.columns import now
from storage.store import Store

_FIRST_WAIT, _LONGEST_WAIT = 5.0, 900.0


@dataclass(frozen=True)
class Puller:
    """Pulls the policy's sources by name."""

    store: Store
    sources: Mapping[str, Source]
    redactor: Redactor
    nudge: Nudge
    clock: Callable[[], dt.datetime] = field(default=now)

    def pull(self, source: str, checkpoint: Checkpoint) -> None:
        """Pull once. A source that failed is left alone for a while: 5 s, doubling up to 15 minutes, or as it asks."""
        for signal_id in checkpoint("pull", lambda: self._pull(source), list[int]):
            self.nudge.signal(signal_id)

    def _pull(self, source: str) -> list[int]:
        cursor = self.store.cursors.get(source)
        if cursor.not_before is not None and cursor.not_before > self.clock():
            return []
        try:
            pulled = self.sources[source].pull(cursor.value)
        except (SourceDown, SourceRejected) as error:
            wait = min(_LONGEST_WAIT, _FIRST_WAIT * 2**cursor.failures)
            if isinstance(error, SourceDown) and error.retry_after is not None:
                wait = max(wait, error.retry_after)
            self.store.cursors.failed(source, str(error), self.clock() + dt.timedelta(seconds=wait))
            return []
        raws = [self.redactor.raw(raw) for raw in pulled.signals]
        return [known.signal_id for known in self.store.cursors.advance(source, pulled.cursor, raws)]
