"""What is not merged, and what people are told to do instead."""

from __future__ import annotations

import pytest

from storage.errors import IllegalMove
from storage.judgments import Outcome
from storage.status import Status, Visibility
from storage.store import Store
from tests.factories import a_report
from tests.storage.corrected import ids, merge, two


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


def test_a_report_that_asks_before_its_fix_is_pushed_may_be_merged_away_and_gathers_when_that_is_undone(
    sqlite_store: Store,
) -> None:
    at_it = a_report(sqlite_store, status=Status.AWAITING_CHECKS)
    asks = a_report(sqlite_store, status=Status.STUCK, stuck_from=Status.AWAITING_FIX, stuck_because=Outcome.IN_FLIGHT)
    correction = merge(sqlite_store, asks, at_it)
    assert len(ids(sqlite_store, at_it)) == 2

    sqlite_store.corrections.undo(correction.id or 0, by="U1")
    assert sqlite_store.reports.get(asks.id or 0).status is Status.GATHERING


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
