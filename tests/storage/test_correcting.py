"""What people say of reports beside merges and splits: that two differ, and why one was dismissed."""

from __future__ import annotations

from storage.columns import now
from storage.groups import PairKind
from storage.status import Dismissal, Mover, Status
from storage.store import Store
from tests.factories import a_report
from tests.storage.corrected import ADA, merge, two


def test_that_two_reports_differ_is_kept_once(store: Store) -> None:
    one, other = a_report(store), a_report(store)
    assert store.pairs.differ(other.id or 0, one.id or 0, by=ADA)
    assert not store.pairs.differ(one.id or 0, other.id or 0, by=ADA)
    (pair,) = store.pairs.of_report(one.id or 0)
    assert (pair.kind, pair.by, pair.one_id, pair.other(one.id or 0)) == (PairKind.APART, ADA, one.id, other.id)
    assert store.reports.journal(other.id or 0)[-1].text == "SB-1 and SB-2 are different problems"


def test_what_people_said_of_a_report_holds_for_its_heir_until_the_merge_is_undone(store: Store) -> None:
    heir, away = two(store)
    third = a_report(store)
    store.pairs.differ(away.id or 0, third.id or 0, by=ADA)
    correction = merge(store, away, heir)
    assert store.pairs.apart([heir.id or 0, third.id or 0]) == {frozenset((heir.id, third.id))}
    store.corrections.undo(correction.id or 0, by=ADA)
    assert store.pairs.apart([heir.id or 0, third.id or 0]) == set()
    assert store.pairs.apart([away.id or 0, third.id or 0]) == {frozenset((away.id, third.id))}


def test_why_it_was_dismissed_is_kept_and_an_open_report_has_no_reason(store: Store) -> None:
    report = a_report(store)
    assert not store.reports.explain(report.id or 0, Dismissal.WONT_FIX, by=ADA)
    before = now()
    store.reports.move(report.id or 0, Status.DISMISSED, mover=Mover.HUMAN, who=ADA, because="no")
    assert store.reports.explain(report.id or 0, Dismissal.WONT_FIX, by=ADA)
    assert not store.reports.explain(report.id or 0, Dismissal.WONT_FIX, by=ADA)
    closed = store.reports.get(report.id or 0)
    assert (closed.dismissal, closed.dismissed_weight) == (Dismissal.WONT_FIX, report.weight)
    assert closed.since >= before
