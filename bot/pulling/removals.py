"""What was deleted where it came from is erased here: as its source tells at a pull, or when it is looked up."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field

import structlog

from agents.errors import OverRate, SourceDown, SourceRejected
from agents.ports import Nudge
from agents.redaction.redact import Redactor
from bot import breaker
from bot.sources.source import LooksUp, Source
from storage.columns import now
from storage.store import Store

log = structlog.get_logger()

AT_ONCE = 20  # signals of a source that are looked up in one slot; the next slot goes on behind them
EVERY = 900.0  # seconds


@dataclass(frozen=True)
class Removals:
    """Looks up the signals of open reports at their sources, a few at a time, and round again."""

    store: Store
    sources: Mapping[str, Source]
    redactor: Redactor
    nudge: Nudge
    clock: Callable[[], dt.datetime] = field(default=now)

    def check(self, source: str) -> None:
        """Look up the next few signals of a source. Does nothing while it rests; one that fails opens its breaker."""
        asked = self.sources.get(source)
        cursor = self.store.cursors.get(source)
        resting = cursor.not_before is not None and cursor.not_before > self.clock()
        if resting or not isinstance(asked, LooksUp):
            return
        row = f"check:{source}"
        behind = int(self.store.cursors.get(row).value or 0)
        named = self.store.signals.to_look_up(source, behind, AT_ONCE)
        if not named:
            if behind:
                self.store.cursors.advance(row, "0", [])
            return
        try:
            gone = _gone(asked, list(dict.fromkeys(named.values())))
        except (SourceDown, SourceRejected) as error:
            at = self.clock()
            pause = breaker.pause(cursor.failures, error, at)
            trouble = self.redactor.text(str(error))
            self.store.cursors.failed(source, trouble, pause.until, rests_since=at if pause.rests else None)
            return
        for report_id in erase(self.store, source, gone):
            self.nudge.report(report_id)
        self.store.cursors.advance(row, str(max(named)), [])


def _gone(source: LooksUp, external_ids: Sequence[str]) -> tuple[str, ...]:
    """Those that were deleted. One whose look-up alone fails is passed over: its turn comes again."""
    try:
        return source.gone(external_ids)
    except SourceDown as error:
        if _asks_for_rest(error):
            raise
        first = error
    gone: list[str] = []
    answered = failed = 0
    for each in external_ids:
        try:
            gone += source.gone([each])
            answered += 1
        except SourceDown as error:
            if _asks_for_rest(error):
                raise
            failed += 1
        if failed > 1 and not answered:
            break
    if not answered:
        raise first
    return tuple(gone)


def _asks_for_rest(error: SourceDown) -> bool:
    return error.retry_after is not None or isinstance(error, OverRate)


def erase(store: Store, source: str, external_ids: Iterable[str]) -> list[int]:
    """Forget the words of what was deleted at its source, as far as it was kept. The reports to be shown anew."""
    reports: set[int] = set()
    for external_id in external_ids:
        if store.signals.find(source, external_id):
            reports |= {*store.signals.erase(source, external_id)}
            log.info("erased what was deleted at its source", source=source)
    return sorted(reports)
