"""Pulls: read a source on from its cursor, page by page; each page and the new cursor are kept in one transaction."""

from __future__ import annotations

import datetime as dt
import secrets
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field

from pydantic import BaseModel, ValidationError

from agents import rules
from agents.errors import SourceDown, SourceRejected
from agents.ports import Checkpoint, Nudge
from agents.redaction.redact import Redactor
from agents.terms import SourceTerms
from bot import breaker
from bot.pulling.failing_pages import counted
from bot.pulling.first_day import Begun, FirstDay, drained, looks_back_to
from bot.pulling.put_aside import note
from bot.pulling.removals import erase
from bot.sources.source import Source, pulled_from
from storage.columns import now
from storage.errors import SignalboxError
from storage.plumbing import Cursor
from storage.raw import RawSignal
from storage.signals.keeping import News
from storage.store import Store

PAGES = 20  # that one job reads; what is left comes with the next one
FIRST = "first:"  # begins the name of the cursor that a first pull left which was broken off
_HELD = 120.0  # seconds that one page may take before another pull of the source may begin


class PullRuns(SignalboxError):
    """Somebody else pulls the source at this moment."""


class Page(BaseModel):
    """What one page of a pull brought: the signals to be digested, and whether there is another page."""

    signal_ids: list[int] = []
    erased: list[int] = []  # reports that lost words
    more: bool = False


@dataclass(frozen=True)
class Puller:
    """Pulls the policy's sources by name."""

    store: Store
    sources: Mapping[str, Source]
    terms: Mapping[str, SourceTerms]
    redactor: Redactor
    nudge: Nudge
    clock: Callable[[], dt.datetime] = field(default=now)

    def pull(self, source: str, checkpoint: Checkpoint, job: str = "") -> None:
        """Read a source on. One that fails is left alone for a while.

        Does nothing while it rests, or while another job than this pulls it: one that was killed finds itself at it.
        """
        self._pages(source, checkpoint, job or secrets.token_hex(8), even_if_resting=False)

    def pull_now(self, source: str) -> int:
        """Read a source on at a person's wish, even if it rests; how many signals are to be digested.

        Raises PullRuns while somebody else pulls it.
        """
        return self._pages(source, lambda _, work, __: work(), secrets.token_hex(8), even_if_resting=True)

    def _pages(self, source: str, checkpoint: Checkpoint, holder: str, *, even_if_resting: bool) -> int:
        brought = 0
        for number in range(1, PAGES + 1):
            page = checkpoint(f"pull:{number}", lambda: self._page(source, holder, even_if_resting), Page)
            brought += len(page.signal_ids)
            for signal_id in page.signal_ids:
                self.nudge.signal(signal_id)
            for report_id in page.erased:
                self.nudge.report(report_id)
            if not page.more:
                break
        return brought

    def _page(self, source: str, holder: str, even_if_resting: bool) -> Page:  # noqa: FBT001 called once, above
        if not self._hold(source, holder):
            if even_if_resting:  # a person waits for an answer
                raise PullRuns(f"{source} is being pulled already; what that brings is kept. Wait, and look again.")
            return Page()
        try:
            cursor = self.store.cursors.get(source)
            waits = cursor.not_before is not None and cursor.not_before > self.clock()
            if waits and not even_if_resting:
                return Page()
            return self._guarded(source, cursor, holder)
        finally:
            self.store.leases.release(f"pull:{source}", holder)

    def _hold(self, source: str, holder: str) -> bool:
        """One pull of a source at a time: a job that outlasts its slot is not overtaken by the next one."""
        return self.store.leases.take(f"pull:{source}", holder, _HELD)

    def _guarded(self, source: str, cursor: Cursor, holder: str) -> Page:
        """Read a page, and let the breaker know how that went."""
        try:
            with counted(self.store, source, self.sources[source]):
                return self._read(source, cursor.value) if cursor.value else self._first(source, holder)
        except (SourceDown, SourceRejected) as error:
            self._failed(source, cursor, error)
            return Page()

    def _failed(self, source: str, cursor: Cursor, error: SourceDown | SourceRejected) -> None:
        at = self.clock()
        pause = breaker.pause(cursor.failures, error, at)
        trouble = self.redactor.text(str(error))
        self.store.cursors.failed(source, trouble, pause.until, rests_since=at if pause.rests else None)

    def _read(self, source: str, cursor: str) -> Page:
        pulled = pulled_from(self.sources[source], source, cursor)
        raws = [self.redactor.raw(raw) for raw in pulled.signals]
        note(self.store, self.redactor, source, pulled, raws)
        erased = erase(self.store, source, pulled.gone)  # before the cursor moves on: doing it twice does no harm
        known = self.store.cursors.advance(source, pulled.cursor, raws, expect=cursor)
        fresh = [each.signal_id for each in known if each.news is not News.DUPLICATE]
        return Page(signal_ids=fresh, erased=erased, more=pulled.goes_on and pulled.cursor != cursor)

    def _first(self, source: str, holder: str) -> Page:
        """The first pull reads everything that waits there, takes what the policy allows, and counts the rest.

        When its source goes away meanwhile, as one that limits our rate does, it goes on where it was.
        """
        terms, begun = self.terms[source], self._begun(source)
        day, cursor = FirstDay(terms.first_day, self._weigh(terms, self.clock())), begun.cursor
        day.go_on(begun)
        try:
            for pulled in drained(self.sources[source], source, cursor):
                self._hold(source, holder)
                raws = [self.redactor.raw(raw) for raw in pulled.signals]
                note(self.store, self.redactor, source, pulled, raws)
                for raw in raws:
                    day.add(raw)
                cursor = pulled.cursor
        except SourceDown:
            further = day.begun(cursor, begun.began).model_dump_json() if cursor else ""
            self.store.cursors.advance(f"{FIRST}{source}", further, [])
            raise
        since = looks_back_to(terms, begun.began) if day.left_out else None
        known = self.store.cursors.advance(
            source, cursor, day.taken, expect="", left_out=day.left_out, left_out_since=since
        )
        self.store.cursors.advance(f"{FIRST}{source}", "", [])
        return Page(signal_ids=[each.signal_id for each in known])

    def _begun(self, source: str) -> Begun:
        try:
            return Begun.model_validate_json(self.store.cursors.get(f"{FIRST}{source}").value)
        except ValidationError:
            return Begun(began=self.clock())

    @staticmethod
    def _weigh(terms: SourceTerms, at: dt.datetime) -> Callable[[RawSignal], float]:
        return lambda raw: rules.weight(raw, terms.weight, at)
