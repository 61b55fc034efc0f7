"""Merges and their undoing: what moves, what comes back, and that nothing is lost on the way."""

from __future__ import annotations

import pytest

from storage.errors import IllegalMove
from storage.groups import Correction
from storage.judgments import Grouping
from storage.records import EntryKind
from storage.reports.filing import NewReport
from storage.status import Dismissal, Mover, Status, Visibility
from storage.store import Store
from tests.factories import a_report, a_signal, a_vector
from tests.storage.corrected import ADA, found, ids, merge, two
from tests.storage.together import together


def test_a_merge_moves_signals_keys_vectors_and_weight_and_leaves_a_pointer(store: Store) -> None:
    heir, away = two(store)
    store.search.candidates((), (), (), a_vector(0.0, 1.0))  # the vectors are in memory before the merge
    correction = merge(store, away, heir)
    closed, grown = store.reports.get(away.id or 0), store.reports.get(heir.id or 0)

    assert (closed.status, closed.dismissal, closed.merged_into) == (Status.DISMISSED, Dismissal.MERGED, heir.id)
    assert (closed.weight, grown.weight) == (0.0, 5.0)
    assert (ids(store, closed), ids(store, grown)) == ([], [1, 2])
    assert found(store, "k:2") == [heir.id]
    assert [each.report_id for each in store.search.candidates((), (), (), a_vector(0.0, 1.0))] == [heir.id]
    assert (closed.version, grown.version) > (away.version, heir.version)
    for report_id in (heir.id, away.id):
        told = [each for each in store.reports.journal(report_id or 0) if each.kind is EntryKind.CORRECTION]
        assert [(each.who, each.text) for each in told] == [(ADA, "SB-2 was merged into SB-1, with 1 signal")]
    snapshot = store.reports.snapshot(away.id or 0)
    assert snapshot.heir == grown
    assert (snapshot.corrections, [each.id for each in snapshot.moved]) == ((correction,), [2])


def test_what_is_filed_under_a_report_that_was_merged_away_goes_to_its_heir(store: Store) -> None:
    heir, away = two(store)
    merge(store, away, heir)
    assert a_signal(store, report_id=away.id).report_id == heir.id
    third = a_report(store)
    merge(store, heir, third)
    assert a_signal(store, report_id=away.id).report_id == third.id
    assert store.reports.present(away.id or 0).id == third.id


def test_the_undoing_of_a_merge_restores_both_also_after_later_signals_joined(store: Store) -> None:
    heir, away = two(store)
    correction = merge(store, away, heir)
    of_the_heir = a_signal(store, report_id=heir.id, keys=("k:1",))
    of_the_other = a_signal(store, report_id=heir.id, keys=("k:2",), weight=0.5)
    of_neither = a_signal(store, report_id=heir.id, keys=("k:9",))
    undone = store.corrections.undo(correction.id or 0, by="U02BOB")
    back, left = store.reports.get(away.id or 0), store.reports.get(heir.id or 0)

    assert (undone.undone_by, undone.undone_at is not None) == ("U02BOB", True)
    assert (back.status, back.dismissal, back.merged_into) == (Status.GATHERING, None, None)
    assert ids(store, back) == [2, of_the_other.id]
    assert ids(store, left) == [1, of_the_heir.id, of_neither.id]
    assert (back.weight, left.weight) == (3.5, 4.0)
    assert found(store, "k:2") == [back.id]
    with pytest.raises(IllegalMove, match="undone already, by <@U02BOB>"):
        store.corrections.undo(correction.id or 0, by=ADA)


def test_what_was_merged_by_mistake_is_not_offered_for_a_merge_again(store: Store) -> None:
    heir, away = two(store)
    store.corrections.undo(merge(store, away, heir).id or 0, by=ADA)
    assert store.pairs.apart([heir.id or 0, away.id or 0]) == {frozenset((heir.id, away.id))}
    merge(store, away, heir)  # a person may still change their mind
    assert store.pairs.apart([heir.id or 0, away.id or 0]) == set()


def test_merges_in_a_row_are_undone_in_any_order(store: Store) -> None:
    one, two_ = two(store)
    three = a_report(store)
    first = merge(store, two_, one)
    second = merge(store, one, three)
    store.corrections.undo(first.id or 0, by=ADA)
    assert (ids(store, one), ids(store, two_), ids(store, three)) == ([], [2], [1, 3])
    store.corrections.undo(second.id or 0, by=ADA)
    assert (ids(store, one), ids(store, two_), ids(store, three)) == ([1], [2], [3])
    assert [store.reports.get(each.id or 0).weight for each in (one, two_, three)] == [2.0, 3.0, 1.0]


def test_a_merge_whose_signals_were_split_off_again_says_what_to_undo_first(store: Store) -> None:
    heir, away = two(store)
    correction = merge(store, away, heir)
    split = store.corrections.split(heir.id or 0, [2], by=ADA)
    with pytest.raises(IllegalMove, match=r"brought to SB-1 is in SB-3 now. Undo that first: `/signalbox undo SB-3`"):
        store.corrections.undo(correction.id or 0, by=ADA)
    assert store.reports.get(away.id or 0).merged_into == heir.id
    store.corrections.undo(split.id or 0, by=ADA)
    store.corrections.undo(correction.id or 0, by=ADA)
    assert (ids(store, heir), ids(store, away)) == ([1], [2])


def test_a_dismissed_report_becomes_a_duplicate_and_is_only_that_undone(store: Store) -> None:
    heir, away = two(store)
    store.reports.move(away.id or 0, Status.DISMISSED, mover=Mover.HUMAN, who=ADA, because="no")
    store.reports.explain(away.id or 0, Dismissal.NOT_NOW, by=ADA)
    correction = merge(store, away, heir)
    assert store.reports.get(away.id or 0).dismissal is Dismissal.DUPLICATE
    store.corrections.undo(correction.id or 0, by=ADA)
    back = store.reports.get(away.id or 0)
    assert (back.status, back.dismissal, back.merged_into) == (Status.DISMISSED, Dismissal.NOT_NOW, None)
    assert ids(store, back) == [2]


def test_of_many_merges_and_filings_at_once_nothing_is_lost(store: Store) -> None:
    heir, away = two(store)
    joining = [a_signal(store) for _ in range(4)]
    new = NewReport(title="t", gist="", subject="s", channel="C1", visibility=Visibility.PUBLIC)

    def join(signal_id: int) -> object:
        return store.filing.file(
            signal_id, report_id=away.id, grouping=Grouping(reason="x"), candidates=(), epoch=0, weight=1.0, keys=(),
            new_report=new, step=f"s{signal_id}",
        )  # fmt: skip

    joins = [lambda each=each.id: join(each or 0) for each in joining]
    results = together(lambda: merge(store, away, heir), *joins, lambda: merge(store, away, heir))

    assert sum(isinstance(each, Correction) for each in results) == 1
    assert [each for each in results if isinstance(each, Exception) and not isinstance(each, IllegalMove)] == []
    assert ids(store, away) == []
    assert len(ids(store, heir)) == 6
    assert store.reports.get(heir.id or 0).weight == 9.0
    assert store.reports.get(away.id or 0).weight == 0.0


def test_a_deleted_signal_takes_the_title_of_the_merged_report_and_its_placement_along(store: Store) -> None:
    heir, away = two(store, external_id="C1/77.1")
    merge(store, away, heir)
    assert set(store.placements.of([1, 2])) == {1, 2}
    assert store.signals.erase("slack", "C1/77.1") == [heir.id, away.id]
    assert store.reports.get(away.id or 0).title.startswith("(deleted")
    assert set(store.placements.of([1, 2])) == {1}
