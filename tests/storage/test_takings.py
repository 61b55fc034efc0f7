"""Who works on a report, as rows tell it."""

from __future__ import annotations

import datetime as dt
from functools import partial

import pytest

from storage.columns import now
from storage.errors import NotFound
from storage.store import Store
from storage.taking import LetGo, Taking
from tests.factories import a_report
from tests.storage.together import together


def test_of_several_who_take_it_at_once_one_has_it_and_the_others_hear_who(store: Store) -> None:
    report = a_report(store)
    takings = together(*(partial(store.takings.take, report.id or 0, by) for by in ("U1", "U2", "U3")))

    holders = {each.by for each in takings if isinstance(each, Taking)}
    assert len(holders) == 1
    assert {store.reports.get(report.id or 0).taken_by} == holders
    assert len(store.takings.of_report(report.id or 0)) == 1


def test_taking_it_again_says_so_anew_and_is_no_other_time(store: Store) -> None:
    report = a_report(store)
    first = store.takings.take(report.id or 0, "U1")
    again = store.takings.take(report.id or 0, "U1")
    assert first is not None
    assert again is not None
    assert (again.id, again.since) == (first.id, first.since)
    assert again.said_at > first.said_at
    assert list(store.takings.present([report.id or 0])) == [report.id]


def test_given_on_and_let_go_each_has_its_end(store: Store) -> None:
    report = a_report(store)
    store.takings.take(report.id or 0, "U1")
    store.takings.give(report.id or 0, "U2", "U3")
    store.takings.release(report.id or 0, "U1")

    ends = [(each.by, each.given_by, each.ended_because, each.ended_by) for each in store.takings.of_report(1)]
    assert ends == [("U1", "", LetGo.GIVEN, "U3"), ("U2", "U3", LetGo.RELEASED, "U1")]
    assert store.takings.release(report.id or 0, "U1") is None
    assert store.takings.present([report.id or 0]) == {}
    said = [entry.text for entry in store.reports.journal(report.id or 0) if entry.who in {"U1", "U3"}]
    assert said == ["took it", "gave it to U2", "let it go for U2"]


def test_what_somebody_has_does_not_fade(store: Store) -> None:
    report, later = a_report(store), now() + dt.timedelta(days=60)
    assert store.fading.silent(later) == [report.id]
    store.takings.take(report.id or 0, "U1")
    assert store.fading.silent(later) == []


def test_a_report_that_is_not_there_is_nobodys(store: Store) -> None:
    with pytest.raises(NotFound):
        store.takings.take(99, "U1")
