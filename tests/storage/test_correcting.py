"""Corrections: a merge, a split and their undoing, and that later signals obey them."""

from __future__ import annotations

from typing import Any

import pytest

from storage.columns import now
from storage.errors import IllegalMove
from storage.filing import NewReport
from storage.groups import Correction, PairKind
from storage.judgments import Grouping
from storage.records import EntryKind, Report
from storage.status import Dismissal, Mover, SignalStatus, Status, Visibility
from storage.store import Store
from tests.factories import a_report, a_signal, a_summary, a_vector
from tests.storage.together import together

ADA = "U01ADA"


def ids(store: Store, report: Report | int) -> list[int]:
    report_id = report if isinstance(report, int) else report.id or 0
    return [signal.id or 0 for signal in store.signals.of_report(report_id)]


def found(store: Store, key: str) -> list[int]:
    return [each.report_id for each in store.search.candidates((key,), (), (), b"")]


def two(store: Store, **second: Any) -> tuple[Report, Report]:
    """Two reports with a signal each, which have keys and vectors of their own."""
    one = a_signal(store, filed=True, keys=("k:1",), weight=2.0, vector=a_vector(1.0))
    other = a_signal(store, filed=True, keys=("k:2",), weight=3.0, vector=a_vector(0.0, 1.0), **second)
    return store.reports.get(one.report_id or 0), store.reports.get(other.report_id or 0)


def merge(store: Store, away: Report, into: Report) -> Correction:
    return store.corrections.merge(away.id or 0, into.id or 0, by=ADA)


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


@pytest.mark.parametrize(
    "status",
    [
        Status.AWAITING_APPROVAL, Status.AWAITING_FIX, Status.AWAITING_CHECKS, Status.AWAITING_REVIEW,
        Status.AWAITING_PROOF,
    ],
)  # fmt: skip
def test_a_report_with_a_plan_or_a_fix_under_way_is_not_merged_away(sqlite_store: Store, status: Status) -> None:
    heir, away = a_report(sqlite_store), a_report(sqlite_store, status=status)
    with pytest.raises(IllegalMove, match=r"SB-2 has a plan or a fix under way .* Merge SB-1 into it"):
        merge(sqlite_store, away, heir)
    assert sqlite_store.reports.get(away.id or 0).status is status
    assert merge(sqlite_store, heir, away).other_id == away.id


def test_a_report_stuck_with_its_fix_is_not_merged_away_and_one_stuck_in_research_is(sqlite_store: Store) -> None:
    heir = a_report(sqlite_store)
    fixing = a_report(sqlite_store, status=Status.STUCK, stuck_from=Status.AWAITING_FIX)
    with pytest.raises(IllegalMove, match="under way"):
        merge(sqlite_store, fixing, heir)
    merge(sqlite_store, a_report(sqlite_store, status=Status.STUCK), heir)
    assert len(ids(sqlite_store, heir)) == 2


def test_nothing_is_merged_into_itself_into_what_is_closed_or_twice(sqlite_store: Store) -> None:
    one, other = two(sqlite_store)
    with pytest.raises(IllegalMove, match="itself"):
        merge(sqlite_store, one, one)
    resolved = a_report(sqlite_store, status=Status.RESOLVED)
    for away, into in ((one, resolved), (resolved, one)):
        with pytest.raises(IllegalMove, match="SB-3 is resolved"):
            merge(sqlite_store, away, into)
    merge(sqlite_store, other, one)
    with pytest.raises(IllegalMove, match="SB-2 has been merged into SB-1 already"):
        merge(sqlite_store, other, a_report(sqlite_store))
    with pytest.raises(IllegalMove, match="SB-2 has been merged into SB-1 already; nothing was changed"):
        merge(sqlite_store, one, other)


def test_what_cannot_be_merged_is_told_with_what_can_be_done_instead(sqlite_store: Store) -> None:
    one = a_report(sqlite_store)
    resolved, dismissed, closed = (
        a_report(sqlite_store, status=each) for each in (Status.RESOLVED, Status.DISMISSED, Status.DISMISSED)
    )
    planned, fixed = (a_report(sqlite_store, status=each) for each in (Status.AWAITING_APPROVAL, Status.AWAITING_FIX))
    for away, into, advice in (
        (one, resolved, "Dismiss SB-1 as fixed elsewhere, or leave it open"),
        (one, dismissed, "Merge it the other way"),
        (closed, dismissed, "SB-4 is closed too"),
        (planned, fixed, "So has SB-6: dismiss one of them first"),
        (planned, one, "Merge SB-1 into it, or dismiss it first"),
    ):
        with pytest.raises(IllegalMove, match=advice):
            merge(sqlite_store, away, into)
    assert merge(sqlite_store, dismissed, one).other_id == one.id


@pytest.mark.parametrize(
    ("away", "into"),
    [
        ((Visibility.PRIVATE, "C2"), (Visibility.PUBLIC, "C1")),
        ((Visibility.PUBLIC, "C1"), (Visibility.PRIVATE, "C2")),
        ((Visibility.PRIVATE, "C2"), (Visibility.PRIVATE, "C3")),
    ],
)
def test_what_is_private_is_never_merged_with_what_others_see(
    store: Store, away: tuple[Visibility, str], into: tuple[Visibility, str]
) -> None:
    one = a_report(store, visibility=away[0], channel=away[1])
    other = a_report(store, visibility=into[0], channel=into[1])
    with pytest.raises(IllegalMove, match="private channel stays there"):
        merge(store, one, other)
    assert len(ids(store, one)) == 1


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


def test_a_split_makes_a_report_of_its_own_that_keeps_its_keys(store: Store) -> None:
    report = a_report(store)
    stranger = a_signal(
        store, report_id=report.id, keys=("k:2",), weight=4.0, summary=a_summary(title="Logins are slow")
    )
    correction = store.corrections.split(report.id or 0, [stranger.id or 0], by=ADA)
    new = store.reports.get(correction.other_id)

    assert (new.title, new.subject, new.status) == ("Logins are slow", stranger.external_id, Status.GATHERING)
    assert (ids(store, report), ids(store, new)) == ([1], [2])
    assert (store.reports.get(report.id or 0).weight, new.weight) == (1.0, 4.0)
    assert found(store, "k:2") == [new.id]
    assert store.pairs.apart([report.id or 0, new.id or 0])
    assert store.signals.get(stranger.id or 0).status is SignalStatus.FILED


def test_a_split_of_the_first_signal_renames_what_is_left(store: Store) -> None:
    report = a_report(store)
    second = a_signal(store, report_id=report.id, summary=a_summary(title="Logins are slow", gist="Very."))
    store.corrections.split(report.id or 0, [1], by=ADA)
    left = store.reports.get(report.id or 0)
    assert (left.subject, left.title, left.gist) == (second.external_id, "Logins are slow", "Very.")


def test_a_report_that_gets_its_first_signal_back_is_called_by_it_again(store: Store) -> None:
    report = a_report(store)
    a_signal(store, report_id=report.id, summary=a_summary(title="Logins are slow", gist="Very."))
    store.corrections.undo(store.corrections.split(report.id or 0, [1], by=ADA).id or 0, by=ADA)
    after = store.reports.get(report.id or 0)
    assert (after.subject, after.title, after.gist) == (report.subject, report.title, report.gist)


def test_a_split_needs_some_signals_and_leaves_some(store: Store) -> None:
    report = a_report(store, signals=2)
    other = a_report(store)
    for picked, why in (([], "None of these"), ([1, 2], "all the signals"), (ids(store, other), "None of these")):
        with pytest.raises(IllegalMove, match=why):
            store.corrections.split(report.id or 0, picked, by=ADA)
    assert len(store.reports.all()) == 2


def test_the_undoing_of_a_split_takes_along_what_joined_since(store: Store) -> None:
    report = a_report(store, signals=2)
    correction = store.corrections.split(report.id or 0, [2], by=ADA)
    later = a_signal(store, report_id=correction.other_id)
    store.corrections.undo(correction.id or 0, by=ADA)
    gone = store.reports.get(correction.other_id)

    assert ids(store, report) == [1, 2, later.id]
    assert (gone.status, gone.merged_into) == (Status.DISMISSED, report.id)
    assert store.pairs.apart([report.id or 0, gone.id or 0]) == set()
    assert a_signal(store, report_id=gone.id).report_id == report.id


def test_a_split_whose_new_report_has_a_plan_is_not_undone(store: Store) -> None:
    report = a_report(store, signals=2)
    correction = store.corrections.split(report.id or 0, [2], by=ADA)
    for to, mover in ((Status.AWAITING_RESEARCH, Mover.WORLD), (Status.AWAITING_APPROVAL, Mover.MACHINE)):
        store.reports.move(correction.other_id, to, mover=mover, who=mover, because="so")
    with pytest.raises(IllegalMove, match="under way"):
        store.corrections.undo(correction.id or 0, by=ADA)
    assert store.corrections.get(correction.id or 0).undone_by == ""


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


def test_a_deleted_signal_takes_the_title_of_the_merged_report_and_its_placement_along(store: Store) -> None:
    heir, away = two(store, external_id="C1/77.1")
    merge(store, away, heir)
    assert set(store.placements.of([1, 2])) == {1, 2}
    assert store.signals.erase("slack", "C1/77.1") == [heir.id, away.id]
    assert store.reports.get(away.id or 0).title.startswith("(deleted")
    assert set(store.placements.of([1, 2])) == {1}


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
