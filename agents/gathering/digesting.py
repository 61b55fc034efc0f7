"""Digest: screen a signal, say it once, and file it under the one report of its problem."""

from __future__ import annotations

from dataclasses import dataclass

from agents import rules
from agents.gathering.placing import Placing
from agents.gathering.reencoding import texts_of
from agents.gathering.weighing import Weighing
from agents.means import Means
from agents.noted import mark_of, noted_of_signal
from agents.ports import Checkpoint
from agents.stages.normalise import normalise
from agents.stages.read import read
from agents.stages.screen import screen
from storage.judgments import Screening, Summary
from storage.readings import Reading
from storage.records import Signal
from storage.signals.pardons import words_fragment
from storage.signals.remembering import is_put_off
from storage.status import SignalStatus, Unweighed

_RESTORED, _POLICY = "Restored from the quarantine", "The policy trusts this source"
_WORDS, _FRAGMENT = "The same words from this source", "The fragment that a model would hold"
_TRUSTED = (_RESTORED, _POLICY, _WORDS, _FRAGMENT)  # with which the reason begins where no model has screened


@dataclass(frozen=True)
class Digesting:
    """The digest of one signal, in checkpoints."""

    means: Means

    def digest(self, signal_id: int, checkpoint: Checkpoint) -> None:
        """Read one signal, then hold it, drop it, or file it; nudge the report it went to."""
        revision = checkpoint("waiting", lambda: self._waiting(signal_id), int)
        if not revision:
            checkpoint("finish", lambda: self._finish(signal_id), bool)
            return
        reading = checkpoint("read", lambda: self._read(signal_id), Reading)
        screening, summary = reading.screening, reading.summary
        if summary is None or not reading.passed:
            held_in = checkpoint("hold", lambda: self._hold(signal_id, revision, screening), int)
            if held_in:
                self.means.messenger.publish(held_in)
            return
        checkpoint("describe", lambda: self._describe(signal_id, revision, screening, summary), bool)
        if not checkpoint("worth filing", lambda: self._worth_filing(signal_id, revision, screening, summary), bool):
            return
        Placing(self.means).place(signal_id, revision, summary, checkpoint)

    def _waiting(self, signal_id: int) -> int:
        """The revision to be read; 0 if there is nothing to read: it may have been deleted, or changed, in the queue.

        What just changed may change again: it is left to a later digest. What changes from here on is read by a digest
        of its own, so nothing that is said of this revision may be kept of the next one.
        """
        signal = self.means.store.signals.get(signal_id)
        waits = signal.status is SignalStatus.AWAITING_DIGEST and not is_put_off(signal, self.means.clock())
        return signal.revision if waits else 0

    def _finish(self, signal_id: int) -> bool:
        """Let its report ripen, if a digest that had filed the signal failed before that, or who made it grow died."""
        signal = self.means.store.signals.get(signal_id)
        if signal.status is not SignalStatus.FILED or not (signal.trouble or signal.unweighed):
            return False
        asked = signal.unweighed is Unweighed.ASKED or bool(signal.trouble and signal.asked_by)
        Weighing(self.means).again(signal_id, asked=asked)
        self.means.store.signals.finished(signal_id)
        return True

    def _read(self, signal_id: int) -> Reading:
        """What it says, if an agent may read it. The rules come first; a summary is made only of what has passed.

        One call of a model reads it; a second one only when the first blocks a fragment that a human restored before.
        """
        signal = self.means.store.signals.get(signal_id)
        pardoned = self.means.store.pardons.of(signal.source)
        if not signal.trusted_by and (attack := screen(signal, pardoned)) is not None:
            return Reading(screening=attack)
        noted = noted_of_signal(signal, self.means.policy)
        mark = mark_of(noted)
        twin = self._twin(signal, mark)
        trust = self._trust(signal, pardoned)
        if not trust:
            known = _said_of(twin)
            if known is not None and known.screening.fragment not in pardoned:
                return known
            reading = read(signal, self.means.model, noted)
            if reading.screening.fragment not in pardoned:
                return reading.model_copy(update={"screening": reading.screening.model_copy(update={"noted": mark})})
            self.means.store.pardons.use(signal.source, reading.screening.fragment)
            trust = f"{_FRAGMENT} was restored from the quarantine before."
        summary = (twin.summary if twin is not None else None) or normalise(signal, self.means.model, noted)
        return Reading(screening=Screening(reason=trust, noted=mark), summary=summary)

    def _trust(self, signal: Signal, pardoned: frozenset[str]) -> str:
        """Why its words need no model to screen them; empty when they do."""
        if signal.trusted_by:
            return f"{_RESTORED} by <@{signal.trusted_by}>."
        if words_fragment(signal) in pardoned:
            self.means.store.pardons.use(signal.source, words_fragment(signal))
            return f"{_WORDS} were restored from the quarantine before."
        if rules.is_trusted(signal.source, self.means.policy):
            return f"{_POLICY}, and no rule found an attack."
        return ""

    def _hold(self, signal_id: int, revision: int, screening: Screening) -> int:
        """Put it into the quarantine; the report it was in, if an edit made it what it is, else 0."""
        step = f"digest:{signal_id}.{revision}/hold"
        self.means.store.signals.hold(signal_id, screening, step, revision)
        report_id = self.means.store.signals.get(signal_id).report_id
        if report_id is not None:
            self.means.store.reports.touch(report_id)
        return report_id or 0

    def _describe(self, signal_id: int, revision: int, screening: Screening, summary: Summary) -> bool:
        texts = texts_of(self.means.store.signals.get(signal_id), summary, self.means.encoder)
        vector, *queries = self.means.vectoriser.vectors(texts)
        self.means.store.signals.describe(signal_id, screening, summary, vector, b"".join(queries), revision)
        return True

    def _worth_filing(self, signal_id: int, revision: int, screening: Screening, summary: Summary) -> bool:
        signal = self.means.store.signals.get(signal_id)
        if summary.about_product or signal.asked_by or signal.report_id is not None:
            return True
        self.means.store.signals.drop(signal_id, screening, summary, revision)
        return False

    def _twin(self, signal: Signal, mark: str) -> Signal | None:
        """What said the same and was read under the same notes: what is a problem elsewhere may be noise here."""
        twin = self.means.store.signals.twin(signal.source, signal.title, signal.body, signal.id or 0)
        read_with = twin.screening.noted if twin is not None and twin.screening is not None else ""
        return twin if read_with == mark else None


def was_let_through(signal: Signal) -> bool:
    """Whether people restored it from the quarantine, or the same before: what screens would have held it."""
    reason = signal.screening.reason if signal.screening is not None else ""
    return bool(signal.trusted_by) or reason.startswith((_RESTORED, _WORDS, _FRAGMENT))


def _said_of(twin: Signal | None) -> Reading | None:
    """What a reader made of the very same words; None when there is none, or it was not read to its end.

    Whoever was trusted was not read: that trust may have been taken back since.
    """
    if twin is None or twin.screening is None or (twin.screening.passed and twin.summary is None):
        return None
    if twin.screening.passed and twin.screening.reason.startswith(_TRUSTED):
        return None
    return Reading(screening=twin.screening, summary=twin.summary if twin.screening.passed else None)
