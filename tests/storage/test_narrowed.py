"""A signal that fewer people may see than before leaves the report that more people see."""

from __future__ import annotations

from typing import Any

import pytest
from sqlmodel import Session

from storage.records import Report
from storage.signals.keeping import News
from storage.status import SignalStatus, Visibility
from storage.store import Store
from storage.transactions import WRITING
from tests.factories import a_raw_signal, a_signal, a_vector

NORTH = a_vector(0.0, 1.0)
KNOWN: dict[str, Any] = {"source": "errors", "external_id": "SHOP-1"}


@pytest.mark.parametrize("news", [{"body": "and Jane's card was charged twice"}, {"reach": 900}, {}])
def test_what_becomes_private_leaves_its_public_report_and_is_read_anew(store: Store, news: dict[str, Any]) -> None:
    public = a_signal(store, filed=True, weight=2.0, **KNOWN)
    other = a_signal(store, report_id=public.report_id)
    report_id = public.report_id or 0

    told = store.signals.remember(a_raw_signal(**KNOWN, visibility=Visibility.PRIVATE, **news))

    signal = store.signals.get(public.id or 0)
    assert told.news is News.EDITED
    assert (signal.report_id, signal.status) == (None, SignalStatus.AWAITING_DIGEST)
    assert (signal.visibility, signal.revision) == (Visibility.PRIVATE, 2)
    assert [each.id for each in store.signals.of_report(report_id)] == [other.id]
    assert store.reports.get(report_id).weight == pytest.approx(1.0)
    assert "left this report" in store.reports.journal(report_id)[-1].text
    found = store.search.candidates((), ("export",), (NORTH,), NORTH, visibility_channel=signal.channel)
    assert found == ()


def test_what_is_private_is_not_widened_once_it_is_filed(store: Store) -> None:
    private = a_signal(store, filed=True, visibility=Visibility.PRIVATE, **KNOWN)

    store.signals.remember(a_raw_signal(**KNOWN, visibility=Visibility.PUBLIC, body="more words"))

    signal = store.signals.get(private.id or 0)
    assert (signal.visibility, signal.report_id) == (Visibility.PRIVATE, private.report_id)


def test_a_report_that_became_private_is_found_from_no_other_room(store: Store) -> None:
    signal = a_signal(store, filed=True, vector=NORTH)
    assert store.search.candidates((), (), (NORTH,), NORTH) != ()
    with Session(store.engine.execution_options(**{WRITING: True})) as session, session.begin():
        session.get_one(Report, signal.report_id).visibility = Visibility.PRIVATE

    assert store.search.candidates((), (), (NORTH,), NORTH) == ()
