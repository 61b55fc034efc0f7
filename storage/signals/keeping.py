"""Signals: kept once, judged, held or dropped, and erased when they are deleted where they came from."""

from __future__ import annotations

import datetime as dt

from pydantic import BaseModel, ConfigDict
from sqlalchemy import func
from sqlmodel import Session, col, select

from storage.gathered import Count, count_of
from storage.journal import tell, told, touch
from storage.judgments import Screening, Summary
from storage.plumbing import FILING, Epoch
from storage.raw import RawSignal
from storage.records import EntryKind, Report, Signal
from storage.searching.vector_index import VectorIndex
from storage.searching.words import words_for_search
from storage.signals.erasing import (
    erase_deliveries,
    erase_quotes,
    erase_words,
    left_by,
    named_after,
    note_erasure,
    retitle,
    touch_neighbours,
)
from storage.signals.forgotten import forget_judgments
from storage.signals.leaving import leave_dismissed
from storage.signals.pardons import pardon
from storage.signals.remembering import News, Remembered, is_as_read, remember, text_hash
from storage.signals.weights import Weights
from storage.status import CLOSED, UNFINISHED, SignalStatus
from storage.transactions import Transactions, found, locked

__all__ = ["News", "Remembered", "SignalCounts", "Signals"]

_JUDGED = (SignalStatus.FILED, SignalStatus.DROPPED, SignalStatus.HELD)


class SignalCounts(BaseModel):
    """How many signals there are, and what became of them."""

    model_config = ConfigDict(frozen=True)

    total: int
    held: int
    dropped: int
    filed: int
    duplicates: int  # deliveries beyond the first, and filed signals whose very words had been filed before
    waiting: int
    troubled: int = 0  # of those that wait, whose digest failed
    trouble: str = ""  # why the newest of them did
    erased: int = 0  # deleted where they came from, or older than words are kept


class Signals(Weights):
    """The signals."""

    def __init__(self, transactions: Transactions) -> None:
        super().__init__(transactions)
        self._index = VectorIndex()

    def remember(self, raw: RawSignal, quiet: float = 0.0) -> Remembered:
        """Keep a signal once per (source, external id, occurrence), and say what was new about it.

        Its changed words are digested after so many seconds without another change.
        """
        with self._on.write() as session:
            return remember(session, raw, dt.timedelta(seconds=quiet))

    def get(self, signal_id: int) -> Signal:
        """The signal. Raises NotFound."""
        with self._on.read() as session:
            return found(session, Signal, signal_id)

    def find(self, source: str, external_id: str) -> list[Signal]:
        """All occurrences of what the source calls so, oldest first."""
        with self._on.read() as session:
            return _occurrences(session, source, external_id)

    def at_address(self, url: str) -> Signal | None:
        """The newest signal of what has its page there. No index: for what a person asks."""
        bare = url.partition("#")[0].rstrip("/")
        with self._on.read() as session:
            there = col(Signal.url).in_({url, bare, f"{bare}/"})
            return session.exec(select(Signal).where(there).order_by(col(Signal.id).desc()).limit(1)).first()

    def of_report(self, report_id: int) -> list[Signal]:
        """The report's signals, oldest first; held and erased ones among them."""
        with self._on.read() as session:
            rows = session.exec(select(Signal).where(Signal.report_id == report_id).order_by(col(Signal.id)))
            return list(rows)

    def count(self, report_id: int) -> Count:
        """How many the report has, and from which channels; held and erased ones among them."""
        with self._on.read() as session:
            return count_of(session, report_id)

    def held(self, limit: int = 20) -> list[Signal]:
        """What is in the quarantine, newest first."""
        with self._on.read() as session:
            asked = select(Signal).where(Signal.status == SignalStatus.HELD).order_by(col(Signal.id).desc())
            return list(session.exec(asked.limit(limit)))

    def to_look_up(self, source: str, behind: int, most: int) -> dict[int, str]:
        """The external ids of a source's signals under open reports, by their own ids: the first behind this one."""
        with self._on.read() as session:
            kept = (
                select(Signal.id, Signal.external_id)
                .join(Report, col(Report.id) == Signal.report_id)
                .where(Signal.source == source, Signal.status != SignalStatus.ERASED, col(Signal.id) > behind)
                .where(col(Report.status).not_in(CLOSED))
            )
            rows = session.exec(kept.order_by(col(Signal.id)).limit(most))
            return {signal_id or 0: external_id for signal_id, external_id in rows}

    def twin(self, source: str, title: str, body: str, not_id: int) -> Signal | None:
        """Another signal of the source with exactly this text that has been judged, the newest; else None."""
        with self._on.read() as session:
            return session.exec(
                select(Signal)
                .where(Signal.text_hash == text_hash(title, body), Signal.source == source, Signal.id != not_id)
                .where(col(Signal.status).in_(_JUDGED), col(Signal.screening).is_not(None))
                .order_by(col(Signal.id).desc())
                .limit(1)
            ).first()

    def describe(  # noqa: PLR0917 what a digest makes of words, and of which
        self,
        signal_id: int,
        screening: Screening,
        summary: Summary,
        vector: bytes,
        query_vectors: bytes,
        revision: int | None = None,
    ) -> None:
        """Keep what was made of its words. Does nothing to a signal that was erased, or says other words, meanwhile.

        `revision` is the one whose words were read, here and below; None: the present one.
        """
        with self._on.write() as session:
            signal = locked(session, Signal, signal_id)
            if signal.status is SignalStatus.ERASED or not is_as_read(signal, revision):
                return
            signal.screening, signal.summary = screening, summary
            signal.vector, signal.query_vectors = vector, query_vectors
            signal.words = words_for_search(signal.title, signal.body, summary)
            self._index.keep(session, signal, vector)

    def hold(self, signal_id: int, screening: Screening, step: str, revision: int | None = None) -> None:
        """Put it into the quarantine, where no agent reads it. Does nothing once a human has restored it."""
        with self._on.write() as session:
            epoch = locked(session, Epoch, FILING)
            signal = locked(session, Signal, signal_id)
            if signal.trusted_by or signal.status in (SignalStatus.ERASED, SignalStatus.HELD):
                return
            if not is_as_read(signal, revision):
                return
            forget_judgments(signal, epoch)
            signal.screening = screening
            signal.noted_held = False
            signal.status = SignalStatus.HELD
            if signal.report_id is not None and told(session, step) is None:
                text = f"{signal.external_id} is held: no agent reads it until somebody restores it"
                tell(session, signal.report_id, EntryKind.SIGNAL, "machine", text, step)
                touch(session, signal.report_id)

    def drop(self, signal_id: int, screening: Screening, summary: Summary, revision: int | None = None) -> None:
        """Set it aside: it is not about a problem of the product. Does nothing unless it waits for its digest.

        Nor does it to what somebody has asked about meanwhile.
        """
        with self._on.write() as session:
            signal = locked(session, Signal, signal_id)
            waits = signal.status is SignalStatus.AWAITING_DIGEST and not signal.asked_by
            if waits and is_as_read(signal, revision):
                signal.screening, signal.summary = screening, summary
                signal.status = SignalStatus.DROPPED
                signal.trouble = ""

    def restore(self, signal_id: int, by: str, revision: int) -> bool:
        """Take it out of the quarantine, to be digested with somebody's trust; False when it is not in there like that.

        What it was held for is pardoned for its source: the same is not held again.
        """
        with self._on.write() as session:
            signal = locked(session, Signal, signal_id)
            if signal.status is not SignalStatus.HELD or signal.revision != revision:
                return False
            pardon(session, signal, by)
            signal.status = SignalStatus.AWAITING_DIGEST
            signal.trusted_by = by
            signal.attempt += 1
            signal.not_before = None
            if signal.report_id is not None:
                tell(session, signal.report_id, EntryKind.WORD, by, f"restored {signal.external_id}")
                touch(session, signal.report_id)
            return True

    def told_held(self, signal_id: int, told: bool = True) -> bool:  # noqa: FBT001, FBT002 it is a mark
        """Note, before it is done, that who asked is told that it is held; False when that was noted before.

        With `told` false the note is taken back, because nothing was said.
        """
        with self._on.write() as session:
            signal = locked(session, Signal, signal_id)
            if signal.told_held is told:
                return False
            signal.told_held = told
            return True

    def leave_dismissed(self, signal_id: int, by: str) -> Report | None:
        """Take it out of its dismissed report, to be digested anew as `by` asks. That report; None if there is none."""
        with self._on.write() as session:
            return leave_dismissed(session, signal_id, by)

    def left(self, signal_id: int) -> list[Report]:
        """The dismissed reports that it left, the latest first."""
        with self._on.read() as session:
            return left_by(session, signal_id)

    def erase(self, source: str, external_id: str) -> list[int]:
        """Forget its words in all its occurrences, and wherever else they were kept. The reports to be drawn anew."""
        with self._on.write() as session:
            epoch = locked(session, Epoch, FILING)
            rows = [locked(session, Signal, row.id or 0) for row in _occurrences(session, source, external_id)]
            alive = [row for row in rows if row.status is not SignalStatus.ERASED]
            for row in alive:
                erase_words(session, row, epoch)
            erase_deliveries(session, external_id)
            note_erasure(session)
            left = {report.id or 0 for row in alive for report in left_by(session, row.id or 0)}
            filed = {row.report_id for row in alive if row.report_id is not None}
            reports = sorted(filed | left | named_after(session, alive))
            session.flush()
            for report_id in reports:
                text = f"{external_id} was deleted in {source}; its words are gone"
                tell(session, report_id, EntryKind.SIGNAL, "world", text)
                erase_quotes(session, report_id, (external_id,))
                retitle(session, report_id, external_id)
            touch_neighbours(session, reports)
            return reports

    def postpone(self, signal_id: int, trouble: str, not_before: dt.datetime) -> bool:
        """Note that its digest failed, to be tried again under a new attempt. Whether it had not failed before.

        If it is filed already, its report waits with it: what the signal means for that is not known yet.
        """
        with self._on.write() as session:
            signal = locked(session, Signal, signal_id)
            is_new = bool(trouble) and not signal.trouble
            signal.trouble, signal.not_before = trouble, not_before
            signal.attempt += 1
            if signal.status is SignalStatus.FILED and signal.report_id is not None:
                report = locked(session, Report, signal.report_id)
                if report.status in UNFINISHED:
                    report.not_before = not_before
            return is_new

    def finished(self, signal_id: int) -> None:
        """Note that its digest came to its end after all."""
        with self._on.write() as session:
            signal = locked(session, Signal, signal_id)
            signal.trouble, signal.not_before = "", None

    def counts(self) -> SignalCounts:
        """How many there are."""
        with self._on.read() as session:
            by_status = dict(session.exec(select(Signal.status, func.count()).group_by(col(Signal.status))).all())
            again = session.exec(select(func.coalesce(func.sum(Signal.deliveries - 1), 0))).one()
            filed = by_status.get(SignalStatus.FILED, 0)
            failed = (col(Signal.status) == SignalStatus.AWAITING_DIGEST, col(Signal.trouble) != "")
            trouble = session.exec(
                select(Signal.trouble).where(*failed).order_by(col(Signal.id).desc()).limit(1)
            ).first()
            texts = select(func.count(func.distinct(Signal.text_hash))).where(Signal.status == SignalStatus.FILED)
            return SignalCounts(
                total=sum(by_status.values()),
                held=by_status.get(SignalStatus.HELD, 0),
                dropped=by_status.get(SignalStatus.DROPPED, 0),
                filed=filed,
                duplicates=again + filed - session.exec(texts).one(),
                waiting=by_status.get(SignalStatus.AWAITING_DIGEST, 0),
                troubled=session.exec(select(func.count()).select_from(Signal).where(*failed)).one(),
                trouble=trouble or "",
                erased=by_status.get(SignalStatus.ERASED, 0),
            )


def _occurrences(session: Session, source: str, external_id: str) -> list[Signal]:
    asked = select(Signal).where(Signal.source == source, Signal.external_id == external_id)
    return list(session.exec(asked.order_by(col(Signal.id))))
