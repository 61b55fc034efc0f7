"""Splits and their undoing."""

from __future__ import annotations

import pytest

from storage.errors import IllegalMove
from storage.status import Mover, SignalStatus, Status
from storage.store import Store
from tests.factories import a_report, a_signal, a_summary
from tests.storage.corrected import ADA, found, ids


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
