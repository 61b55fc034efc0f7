"""What may be left over of a process that died, on both databases."""

from __future__ import annotations

import datetime as dt

from storage.columns import now
from storage.reports.past import REVERTED
from storage.status import Mover, Status
from storage.store import Store
from tests.factories import a_report, a_signal


def gathers_again(store: Store, because: str) -> int:
    report_id = a_report(store, status=Status.AWAITING_PROOF).id or 0
    store.reports.change(report_id, research_passes=1)
    store.reports.move(report_id, Status.GATHERING, mover=Mover.WORLD, who="world", because=because)
    return report_id


def test_only_what_came_back_and_never_moved_since_may_be_left_over(store: Store) -> None:
    back = gathers_again(store, "it came back after the merge (SHOP-1)")
    gathers_again(store, f"{REVERTED} by c0ffee")
    looked_into = gathers_again(store, "it came back after the merge (SHOP-2)")
    for to, mover in ((Status.AWAITING_RESEARCH, Mover.WORLD), (Status.GATHERING, Mover.MACHINE)):
        store.reports.move(looked_into, to, mover=mover, who=mover, because="so")

    assert store.left_over.came_back() == [back]


def test_corrections_of_late_are_told_oldest_first_and_no_others(store: Store) -> None:
    first, second, third = (a_signal(store, filed=True, external_id=f"C1/{n}").report_id or 0 for n in range(3))
    one = store.corrections.merge(second, first, by="U1")
    other = store.corrections.merge(third, first, by="U1")

    assert [each.id for each in store.left_over.corrected(now() - dt.timedelta(days=1))] == [one.id, other.id]
    assert store.left_over.corrected(now() + dt.timedelta(seconds=1)) == []
