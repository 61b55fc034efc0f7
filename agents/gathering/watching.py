"""Watching: what has to be known of a merge before a signal can tell whether it held."""

from __future__ import annotations

import datetime as dt

from agents.means import Basis
from agents.named_releases import by_line, releases_in
from agents.stages.prove import Watch
from agents.terms import Policy
from storage.records import Signal
from storage.reports.soaks import KnownReleases
from storage.status import SignalStatus
from storage.store import Store

_AT_ONCE = dt.timedelta(minutes=2)  # sooner after a merge nothing is built, let alone live
_MOST = 50  # releases that are kept of a source


def watch_of(means: Basis, report_id: int) -> Watch | None:
    """By what a report is watched; None where nothing was merged."""
    fix = means.store.fixes.latest(report_id)
    if fix is None or fix.merged_at is None:
        return None
    return Watch(fix, fix.merged_at, means.store.soaks.known(report_id), means.policy)


def releases_before(store: Store, policy: Policy, report_id: int, merged_at: dt.datetime) -> KnownReleases:
    """The releases that a report's signals had named by then, and others that their sources file alike."""
    own = [each for each in store.signals.of_report(report_id) if each.status is SignalStatus.FILED]
    alike = {(each.source, each.labels) for each in own}
    others = [each for source in sorted({each.source for each in own}) for each in store.soaks.lately(source)]
    before = [
        each
        for each in (*own, *others)
        if (each.source, each.labels) in alike and each.happened_at <= merged_at + _AT_ONCE
    ]
    return KnownReleases(named=by_line(((each, _named(each, policy)) for each in before), _MOST))


def _named(signal: Signal, policy: Policy) -> tuple[str, ...]:
    terms = policy.sources.get(signal.source)
    return releases_in(signal, in_fields=terms is not None and terms.writes_fields)
