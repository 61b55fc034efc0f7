"""What a person at the command line asks of a source: a look at what it would bring, or everything since a day."""

from __future__ import annotations

import datetime as dt
import secrets
import time
from collections.abc import Callable, Generator
from dataclasses import dataclass, field

from pydantic import BaseModel, ValidationError

from agents import rules
from agents.errors import BadSettings, SourceDown
from agents.ports import Nudge
from agents.redaction.redact import Redactor
from agents.terms import SourceTerms, seconds
from bot.pulling.first_day import FirstDay, drained
from bot.pulling.put_aside import note
from bot.pulling.removals import erase
from bot.sources.source import Position, Pulled, Source, pulled_from
from storage.columns import now
from storage.errors import SignalboxError
from storage.raw import RawSignal
from storage.signals.keeping import News
from storage.store import Store

_TRIES = 6
_FIRST_WAIT, _LONGEST_WAIT = 2.0, 120.0  # seconds
_HELD = 300.0  # seconds that one page may take before another backfill of the source may begin
_LOOK = 40  # pages that a preview reads


class BackfillRuns(SignalboxError):
    """Somebody else is reading the same source back."""


class Progress(BaseModel):
    """How far a backfill has come. Kept between its pages, so that it goes on where it was stopped."""

    asked: str  # as it was typed
    since: dt.datetime
    began: dt.datetime
    cursor: str
    read: int = 0
    fresh: int = 0  # new, or changed since we knew them
    ended: bool = False

    @property
    def part(self) -> float:
        """The part of the time that has been read, from 0 to 1, as far as the cursor tells."""
        if self.ended:
            return 1.0
        try:
            at = Position.model_validate_json(self.cursor)
        except ValidationError:
            return 0.0
        whole = (self.began - self.since).total_seconds()
        read = at.since - self.since if at.below is None else self.began - at.below
        return min(1.0, max(0.0, read.total_seconds() / whole)) if whole > 0 else 1.0


@dataclass(frozen=True)
class Seen:
    """A signal in a preview; `taken` is false for one that the first pull would leave out."""

    raw: RawSignal
    weight: float
    taken: bool


@dataclass(frozen=True)
class Reader:
    """Reads one source at a person's wish. Its own cursor is beside the clock's, which it never moves."""

    name: str
    source: Source
    terms: SourceTerms
    store: Store
    redactor: Redactor
    nudge: Nudge
    sleep: Callable[[float], None] = field(default=time.sleep)
    clock: Callable[[], dt.datetime] = field(default=now)

    def preview(self, since: dt.datetime | None) -> list[Seen]:
        """What the next pull would bring, or everything since a moment; the heaviest first. Keeps nothing."""
        cursor = self.store.cursors.get(self.name).value if since is None else _from(since)
        at, first = self.clock(), not cursor
        everything = FirstDay(1_000_000, lambda raw: rules.weight(raw, self.terms.weight, at))
        day = FirstDay(self.terms.first_day, everything.weigh)
        for pulled in drained(self.source, self.name, cursor, _LOOK):
            for raw in pulled.signals:
                everything.add(raw)
                day.add(raw)
        taken = {(raw.external_id, raw.occurrence) for raw in day.taken}
        seen = [
            Seen(self.redactor.raw(raw), everything.weigh(raw), not first or (raw.external_id, raw.occurrence) in taken)
            for raw in everything.taken
        ]
        return sorted(seen, key=lambda each: (each.taken, each.weight, each.raw.happened_at), reverse=True)

    def left_unfinished(self) -> Progress | None:
        """The backfill of this source that was stopped before its end, if there is one."""
        try:
            return Progress.model_validate_json(self.store.cursors.get(self._row).value)
        except ValidationError:
            return None

    def backfill(self, asked: str) -> Generator[Progress, None, None]:
        """Read the source from a moment on, page by page; goes on with an unfinished one that was asked alike.

        Each page and how far it came are kept in one transaction. Raises SourceDown when the source stays away, and
        BackfillRuns; what was read until then stays, and the same command goes on there.
        """
        holder = secrets.token_hex(8)
        progress = self._begin(asked)
        try:
            while True:
                if not self.store.leases.take(self._row, holder, _HELD):
                    raise BackfillRuns(f"Another backfill of {self.name} is running; wait for it, or stop it first.")
                pulled = self._pull(progress.cursor)
                ended = not pulled.goes_on or pulled.cursor == progress.cursor
                progress = self._keep(progress, pulled)
                if ended:
                    break
                yield progress
            self._end(progress)
            yield progress.model_copy(update={"ended": True})
        finally:
            self.store.leases.release(self._row, holder)

    @property
    def _row(self) -> str:
        return f"backfill:{self.name}"

    def _begin(self, asked: str) -> Progress:
        unfinished = self.left_unfinished()
        if unfinished is not None and unfinished.asked == asked:
            return unfinished
        since = moment_of(asked, self.clock())
        return Progress(asked=asked, since=since, began=self.clock(), cursor=_from(since))

    def _pull(self, cursor: str) -> Pulled:
        for number in range(1, _TRIES):
            try:
                return pulled_from(self.source, self.name, cursor)
            except SourceDown as error:
                wait = min(_LONGEST_WAIT, _FIRST_WAIT * 2.0**number)
                self.sleep(wait if error.retry_after is None else max(wait, error.retry_after))
        return pulled_from(self.source, self.name, cursor)

    def _keep(self, progress: Progress, pulled: Pulled) -> Progress:
        for report_id in erase(self.store, self.name, pulled.gone):
            self.nudge.report(report_id)
        raws = [self.redactor.raw(raw) for raw in pulled.signals]
        note(self.store, self.redactor, self.name, pulled, raws)
        further = progress.model_copy(update={"cursor": pulled.cursor, "read": progress.read + len(raws)})
        known = self.store.cursors.advance(self._row, further.model_dump_json(), raws)
        fresh = [each.signal_id for each in known if each.news is not News.DUPLICATE]
        for signal_id in fresh:
            self.nudge.signal(signal_id)
        return further.model_copy(update={"fresh": progress.fresh + len(fresh)})

    def _end(self, progress: Progress) -> None:
        self.store.cursors.advance(self._row, "", [])
        left_out_since = self.store.cursors.get(self.name).left_out_since
        if left_out_since is not None and progress.since <= left_out_since:
            self.store.cursors.caught_up(self.name)


def moment_of(asked: str, at: dt.datetime) -> dt.datetime:
    """The moment that `7d`, `2026-11-01` or `2026-11-01T08:00:00Z` means. Raises BadSettings."""
    try:
        span = seconds(asked)
        since = at - dt.timedelta(seconds=float(str(span)))
    except (ValueError, OverflowError):
        since = _date(asked)
    if since > at:
        raise BadSettings(f"--since {asked} lies in the future; name a day that has been, or a span such as 7d.")
    return since


def _date(asked: str) -> dt.datetime:
    try:
        moment = dt.datetime.fromisoformat(asked)
    except ValueError as error:
        raise BadSettings(f"--since {asked!r} is neither a span such as 7d nor a date such as 2026-11-01.") from error
    return moment if moment.tzinfo else moment.replace(tzinfo=dt.UTC)


def _from(since: dt.datetime) -> str:
    return Position(since=since).model_dump_json()
