"""What came of the reports in a span of time."""

from __future__ import annotations

import datetime as dt
from typing import Any

from sqlalchemy import update
from sqlmodel import col

from storage.columns import now
from storage.records import Entry
from storage.reports.balance import Balance, Grouped
from storage.status import Dismissal, Mover, Status
from storage.store import Store
from storage.transactions import WRITING
from tests.factories import a_report, a_signal
from tests.storage.test_runs import call

DAY = dt.timedelta(days=1)
ROAD = (
    (Status.AWAITING_RESEARCH, Mover.WORLD), (Status.AWAITING_APPROVAL, Mover.MACHINE),
    (Status.AWAITING_FIX, Mover.HUMAN), (Status.AWAITING_CHECKS, Mover.MACHINE), (Status.AWAITING_REVIEW, Mover.WORLD),
    (Status.AWAITING_PROOF, Mover.HUMAN), (Status.RESOLVED, Mover.WORLD),
)  # fmt: skip


def go(store: Store, report_id: int, *road: tuple[Status, Mover], **changes: Any) -> None:
    for to, mover in road:
        store.reports.move(report_id, to, mover=mover, who=mover.value, because="so", **changes)


def gathering(store: Store) -> int:
    return a_report(store).id or 0


def merged(store: Store, report_id: int) -> None:
    fix = store.fixes.start(report_id, 1, "acme/shop", f"signalbox/sb-{report_id}", "0" * 40)
    store.fixes.change(fix.id or 0, number=7, url="https://code.example/7")
    store.fixes.change(fix.id or 0, merged_at=now())


def test_each_report_counts_once_for_each_thing_it_came_to(store: Store) -> None:
    whole, back = gathering(store), gathering(store)
    for report_id in (whole, back):
        go(store, report_id, *ROAD[:-1])
        merged(store, report_id)
    go(store, whole, ROAD[-1])
    go(store, back, (Status.GATHERING, Mover.WORLD), *ROAD[:2], (Status.DISMISSED, Mover.HUMAN))
    call(store, 1, report_id=whole)

    balance = store.balances.since(now() - DAY)

    assert balance == Balance(
        opened=2, planned=2, approved=2, pull_requests=2, merged=2, came_back=1, resolved=1, dismissed=1,
        usd=balance.usd,
    )  # fmt: skip
    assert balance.usd > 0


def test_what_fell_silent_or_was_merged_away_was_dismissed_by_nobody(store: Store) -> None:
    silent, into = gathering(store), gathering(store)
    go(store, silent, (Status.DISMISSED, Mover.WORLD), dismissal=Dismissal.QUIET)
    twin = gathering(store)
    store.corrections.merge(twin, into, by="U1")

    assert store.balances.since(now() - DAY).dismissed == 0


def test_what_was_before_does_not_count(store: Store) -> None:
    go(store, gathering(store), *ROAD[:2])
    with store.engine.execution_options(**{WRITING: True}).begin() as connection:
        connection.execute(update(Entry).values(at=now() - 3 * DAY).where(col(Entry.after) == Status.AWAITING_APPROVAL))

    assert store.balances.since(now() - DAY).planned == 0
    assert store.balances.since(now() - 4 * DAY).planned == 1


def test_sources_repositories_and_channels_are_told_apart_and_a_quiet_channel_is_left_out(store: Store) -> None:
    one = a_signal(store, filed=True, source="shop-errors", channel="C11").report_id or 0
    other = a_signal(store, filed=True, source="slack", channel="C22").report_id or 0
    go(store, one, *ROAD[:1], repository="acme/shop")

    by_source = store.balances.by(now() - DAY, Grouped.SOURCE)
    by_repository = store.balances.by(now() - DAY, Grouped.REPOSITORY)

    assert {name: each.opened for name, each in by_source.items()} == {"shop-errors": 1, "slack": 1}
    assert {name: each.opened for name, each in by_repository.items()} == {"acme/shop": 1, "acme/app": 1}
    rooms = {store.reports.get(each).channel for each in (one, other)}
    assert set(store.balances.by_room(now() - DAY)) == rooms
    assert store.balances.by_room(now() + DAY) == {}
