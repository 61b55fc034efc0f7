"""Which other reports of a repository have a plan or a pull request."""

from __future__ import annotations

from storage.reports.siblings import may_know
from storage.status import Status, Visibility
from storage.store import Store
from tests.factories import a_report

HERE = "acme/app"


def test_what_has_a_plan_is_found_and_what_is_closed_only_by_its_open_pull_request(store: Store) -> None:
    mine = a_report(store, status=Status.AWAITING_FIX, repository=HERE)
    planned = a_report(store, status=Status.AWAITING_APPROVAL, repository=HERE)
    stuck = a_report(store, status=Status.STUCK, stuck_from=Status.AWAITING_FIX, repository=HERE)
    a_report(store, status=Status.STUCK, repository=HERE)  # in research
    a_report(store, status=Status.AWAITING_APPROVAL, repository="acme/other")
    left = a_report(store, status=Status.DISMISSED, repository=HERE)
    fix = store.fixes.start(left.id or 0, 1, HERE, "signalbox/sb-6", "b")
    store.fixes.change(fix.id or 0, number=3, url="https://code.example/3")

    found = store.fixes.siblings(mine.id or 0, HERE)
    assert [each.report.id for each in found] == [planned.id, stuck.id]
    *_, last = store.fixes.siblings(mine.id or 0, HERE, ["https://code.example/3"])
    assert last.report.id == left.id
    assert last.fix is not None
    store.pairs.differ(mine.id or 0, planned.id or 0, by="U1")
    assert [each.report.id for each in store.fixes.siblings(mine.id or 0, HERE)] == [stuck.id]


def test_of_a_private_report_its_own_channel_alone_may_know(store: Store) -> None:
    public = a_report(store)
    private, beside, elsewhere = (
        a_report(store, visibility=Visibility.PRIVATE, channel=channel) for channel in ("G1", "G1", "G2")
    )
    assert may_know(private, public)
    assert may_know(private, beside)
    assert not may_know(public, private)
    assert not may_know(private, elsewhere)
