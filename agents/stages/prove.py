"""Prove: is the problem gone? Quiet is a proof only where somebody listened; what comes back is told of by digest."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass

from agents.named_releases import is_from_before, releases_in
from agents.terms import Policy
from storage.records import Fix, Report, Signal
from storage.reports.soaks import Ending, KnownReleases, ReadUntil
from storage.signals.remembering import AFTER
from storage.status import SignalStatus

_COUNT = frozenset({SignalStatus.FILED, SignalStatus.AWAITING_DIGEST})


@dataclass(frozen=True)
class Watch:
    """By what a signal is known to be of code with the fix in it."""

    fix: Fix
    merged_at: dt.datetime
    known: KnownReleases
    policy: Policy

    def is_back(self, signal: Signal) -> bool:
        """Whether the problem came back, as far as this signal of it tells."""
        return signal.happened_at > self.merged_at and not self.still_in(signal)

    def still_in(self, signal: Signal) -> tuple[str, ...]:
        """The releases from before the merge that a signal since then speaks of, if it speaks of no others."""
        if signal.happened_at <= self.merged_at or self._is_said_anew(signal):
            return ()
        terms = self.policy.sources.get(signal.source)
        is_fresh = signal.received_at > self.merged_at
        if not is_fresh and not (terms is not None and terms.tells_its_latest):
            return ()  # its words are from before the merge, and only its number grew
        names = releases_in(signal, in_fields=terms is not None and terms.writes_fields)
        old = (is_from_before(name, signal, self.known, self.fix.mended_in) for name in names)
        return names if all(old) else ()

    def _is_said_anew(self, signal: Signal) -> bool:
        """Whether somebody says that it is there again: a person asks, or its source calls it regressed or reopened."""
        occurrence = "" if signal.occurrence.startswith(AFTER) else signal.occurrence
        return bool(signal.asked_by) or (bool(occurrence) and signal.received_at > self.merged_at)


@dataclass(frozen=True)
class Soak:
    """How it stands."""

    until: dt.datetime
    still_in: tuple[str, ...] = ()  # releases from before the merge
    unread: tuple[ReadUntil, ...] = ()  # sources that it waits for
    ending: Ending | None = None  # None: it goes on


def soak(
    report: Report, signals: Sequence[Signal], watch: Watch, readings: Sequence[ReadUntil], at: dt.datetime
) -> Soak:
    """How the soak of a report stands that did not come back. `readings` are of the sources that are pulled.

    It begins anew with each signal that speaks of older releases alone, since the new one may not run yet, and waits
    for its sources to be read to its end. What waits for too long, as the policy has it, ends without a proof.
    """
    waits = watch.policy.waits
    counted = [signal for signal in signals if signal.status in _COUNT]
    if report.soak_until is None or any(map(watch.is_back, counted)):
        return Soak(report.soak_until or at)
    old = {signal.happened_at: names for signal in counted if (names := watch.still_in(signal))}
    until = max(report.soak_until, max(old, default=watch.merged_at) + dt.timedelta(seconds=waits.soak))
    still_in = tuple(dict.fromkeys(name for moment in sorted(old) for name in old[moment]))
    unread = tuple(each for each in readings if at >= until and (each.until is None or each.until < until))
    if at >= until and not unread:
        tells = any(_tells_again(each.source, watch.policy) for each in readings)
        return Soak(until, still_in, ending=Ending.PROVEN if tells else Ending.UNREPORTED)
    longest = watch.merged_at + dt.timedelta(seconds=max(waits.soak, waits.quiet))
    is_over = bool(waits.quiet) and at >= max(longest, report.soak_until)
    return Soak(until, still_in, unread, Ending.UNHEARD if is_over else None)


def _tells_again(source: str, policy: Policy) -> bool:
    terms = policy.sources.get(source)
    return terms is not None and terms.tells_again
