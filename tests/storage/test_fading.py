"""Reports of which nothing is heard any more."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable

import pytest
from sqlalchemy import update
from sqlmodel import SQLModel, col

from storage.columns import now
from storage.records import Entry, EntryKind, Report, Signal
from storage.status import Dismissal, Status
from storage.store import Store
from storage.transactions import WRITING
from tests.factories import a_report, a_signal

MONTH = dt.timedelta(days=30)
BECAUSE = "nothing more was heard of it for 30 days"


def test_what_gathers_and_fell_silent_is_found_and_dismissed(store: Store) -> None:
    old, _young = a_month_old(store), a_report(store)

    assert store.fading.silent(now() - MONTH) == [old]
    assert store.fading.dismiss(old, now() - MONTH, BECAUSE)

    report = store.reports.get(old)
    assert (report.status, report.dismissal, report.dismissed_because) == (Status.DISMISSED, Dismissal.QUIET, BECAUSE)
    assert store.reports.journal(old)[-1].who == "world"
    assert store.fading.silent(now() - MONTH) == []
    assert not store.fading.dismiss(old, now() - MONTH, BECAUSE)


def joins(store: Store, report_id: int) -> None:
    a_signal(store, filed=True, report_id=report_id)


def happens_again(store: Store, report_id: int) -> None:
    write(store, Signal, report_id, happened_at=now())


def is_spoken_of(store: Store, report_id: int) -> None:
    store.reports.note(report_id, EntryKind.WORD, "U1", "we have seen this before")


@pytest.mark.parametrize("news", [joins, happens_again, is_spoken_of])
def test_what_is_heard_of_is_left_alone_even_in_the_last_moment(
    store: Store, news: Callable[[Store, int], None]
) -> None:
    report_id = a_month_old(store)
    assert store.fading.silent(now() - MONTH) == [report_id]
    news(store, report_id)

    assert store.fading.silent(now() - MONTH) == []
    assert not store.fading.dismiss(report_id, now() - MONTH, BECAUSE)
    assert store.reports.get(report_id).status is Status.GATHERING


@pytest.mark.parametrize("status", sorted(set(Status) - {Status.GATHERING}))
def test_what_waits_for_somebody_is_never_dismissed_by_silence(store: Store, status: Status) -> None:
    report_id = a_month_old(store, status)

    assert store.fading.silent(now() - MONTH) == []
    assert not store.fading.dismiss(report_id, now() - MONTH, BECAUSE)


def a_month_old(store: Store, status: Status = Status.GATHERING) -> int:
    long_ago = now() - dt.timedelta(days=31)
    report_id = a_report(store, status=status, since=long_ago).id or 0
    write(store, Signal, report_id, received_at=long_ago, happened_at=long_ago)
    write(store, Entry, report_id, at=long_ago)
    return report_id


def write(store: Store, kind: type[SQLModel], report_id: int, **values: dt.datetime) -> None:
    table = {Signal: col(Signal.report_id), Entry: col(Entry.report_id), Report: col(Report.id)}[kind]
    with store.engine.execution_options(**{WRITING: True}).begin() as connection:
        connection.execute(update(kind).where(table == report_id).values(**values))
