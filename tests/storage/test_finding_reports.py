"""Reports that people look for: by words, by channel, by number."""

from __future__ import annotations

from storage.status import Status, Visibility
from storage.store import Store
from tests.factories import a_report, a_signal, a_summary


def about(store: Store, words: str, **raw: object) -> int:
    summary = a_summary(title=words, gist="", queries=())
    more: dict[str, object] = {"channel": "C11", **raw}
    signal = a_signal(store, filed=True, summary=summary, title=words, body="", **more)  # type: ignore[arg-type]
    assert signal.report_id is not None
    return signal.report_id


def test_words_find_the_report_with_most_of_them_first_each_room_by_itself(store: Store) -> None:
    slow = about(store, "The export is slow")
    empty = about(store, "The export of invoices is empty")
    private = about(store, "Another empty invoice", channel="C22", visibility=Visibility.PRIVATE)
    about(store, "Something else")

    assert store.search.reports("empty exports of an invoice") == [empty, slow]
    assert store.search.reports("empty invoice", "C22") == [private]
    assert store.search.reports("empty invoice", "C33") == []
    assert store.search.reports("") == store.search.reports("the of") == []


def test_a_channels_open_reports_are_those_with_a_thread_or_a_signal_there(store: Store) -> None:
    here, said_here = a_report(store, channel="C11"), a_report(store, channel="C22")
    a_signal(store, report_id=said_here.id, channel="C11")
    a_report(store, channel="C11", status=Status.RESOLVED)
    a_report(store, channel="C22")

    assert [each.id for each in store.reports.open_in("C11")] == [said_here.id, here.id]
    assert [each.id for each in store.reports.open_in("C11", limit=1)] == [said_here.id]
    assert store.reports.open_in("C33") == []


def test_some_come_in_the_order_in_which_they_are_named(store: Store) -> None:
    one, other = a_report(store).id or 0, a_report(store).id or 0
    assert [each.id for each in store.reports.some([other, 99, one])] == [other, one]
    assert store.reports.some([]) == []
