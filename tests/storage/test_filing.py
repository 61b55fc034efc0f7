"""Filing: one report a problem, one filing at a time."""

from __future__ import annotations

from typing import TypedDict, Unpack

import pytest

from storage.errors import IllegalMove, NotFound, Overtaken
from storage.judgments import Grouping, Screening
from storage.keys import fitted
from storage.records import EntryKind
from storage.reports.filing import Filed, NewReport
from storage.status import SignalStatus, Status, Visibility
from storage.store import Store
from tests.factories import a_raw_signal, a_report, a_signal, a_summary, a_vector
from tests.storage.together import together

GROUPING = Grouping(reason="Nothing like it has been reported.")
NEW = NewReport(title="Export fails", gist="It fails.", subject="C1/1.0", channel="C1", visibility=Visibility.PUBLIC)


class Filing(TypedDict, total=False):
    """What a test may say of a filing; the rest is said by `file`."""

    report_id: int | None
    grouping: Grouping
    candidates: tuple[str, ...]
    weight: float
    keys: tuple[str, ...]
    new_report: NewReport | None
    step: str


def file(store: Store, signal_id: int | None, *, epoch: int | None = None, **fields: Unpack[Filing]) -> Filed:
    defaults: Filing = {
        "report_id": None,
        "grouping": GROUPING,
        "candidates": (),
        "weight": 1.0,
        "keys": (),
        "new_report": NEW,
        "step": f"digest:{signal_id}/file",
    }
    present = store.filing.epoch() if epoch is None else epoch
    return store.filing.file(signal_id or 0, epoch=present, **(defaults | fields))


def test_a_new_report_is_opened_with_its_signal_in_it(store: Store) -> None:
    signal = a_signal(store)
    filed = file(store, signal.id, weight=2.5, keys=("fp:a",), candidates=("C1/9",))
    report, kept = store.reports.get(filed.report_id), store.signals.get(signal.id or 0)

    assert filed.opened
    assert (report.title, report.status, report.weight) == ("Export fails", Status.GATHERING, 2.5)
    assert (kept.report_id, kept.status, kept.weight) == (report.id, SignalStatus.FILED, 2.5)
    assert (kept.grouping, kept.candidates) == (GROUPING, ("C1/9",))
    assert kept.filed_at is not None
    (entry,) = store.reports.journal(filed.report_id)
    assert (entry.kind, entry.step) == (EntryKind.SIGNAL, f"digest:{signal.id}/file")
    assert store.filing.epoch() == 1


def test_joining_adds_its_weight_and_has_slack_show_it(store: Store) -> None:
    report = a_report(store)
    signal = a_signal(store)
    filed = file(store, signal.id, report_id=report.id, weight=2.0)
    after = store.reports.get(report.id or 0)
    assert filed == Filed(report_id=report.id or 0, opened=False)
    assert (after.weight, after.version) == (report.weight + 2.0, report.version + 1)


def test_repeating_one_s_own_step_changes_nothing_and_says_the_same(store: Store) -> None:
    opener = a_signal(store)
    opened = file(store, opener.id, epoch=0)
    joiner = a_signal(store)
    joined = file(store, joiner.id, report_id=opened.report_id)
    before = store.reports.get(opened.report_id)

    assert file(store, opener.id, epoch=0) == opened
    assert file(store, joiner.id, report_id=opened.report_id) == joined
    assert store.reports.get(opened.report_id) == before
    assert store.filing.epoch() == 2


def test_opening_a_report_on_candidates_that_are_out_of_date_is_overtaken(store: Store) -> None:
    read_at = store.filing.epoch()
    first, second = a_signal(store), a_signal(store)
    opened = file(store, first.id, epoch=read_at)
    with pytest.raises(Overtaken):
        file(store, second.id, epoch=read_at)
    assert store.signals.get(second.id or 0).report_id is None
    assert file(store, second.id, report_id=opened.report_id, epoch=read_at).report_id == opened.report_id


def test_of_many_who_open_a_report_at_once_one_does_and_the_others_are_overtaken(store: Store) -> None:
    ids = [a_signal(store).id for _ in range(6)]
    results = together(*[lambda each=each: file(store, each, epoch=0) for each in ids])
    assert sum(isinstance(result, Filed) for result in results) == 1
    assert sum(isinstance(result, Overtaken) for result in results) == 5
    assert len(store.reports.all()) == 1


def test_many_who_join_at_once_all_do_and_no_weight_is_lost(store: Store) -> None:
    report = a_report(store)
    ids = [a_signal(store).id for _ in range(6)]
    results = together(*[lambda each=each: file(store, each, report_id=report.id, epoch=0) for each in ids])
    assert [result for result in results if isinstance(result, Exception)] == []
    assert store.reports.get(report.id or 0).weight == report.weight + 6
    assert len(store.signals.of_report(report.id or 0)) == 7


def test_the_same_filing_twice_at_once_happens_once(store: Store) -> None:
    signal = a_signal(store)
    results = together(*[lambda: file(store, signal.id, epoch=0)] * 4)
    assert results == [results[0]] * 4
    assert len(store.reports.all()) == 1


def test_joining_a_report_that_was_resolved_meanwhile_is_overtaken(store: Store) -> None:
    report = a_report(store, status=Status.RESOLVED)
    with pytest.raises(Overtaken, match="resolved"):
        file(store, a_signal(store).id, report_id=report.id)


def test_a_regression_names_the_report_it_may_bring_back(store: Store) -> None:
    old = a_report(store, status=Status.RESOLVED)
    filed = file(store, a_signal(store).id, new_report=NEW.model_copy(update={"regression_of": old.id}))
    assert store.reports.get(filed.report_id).regression_of == old.id
    assert f"regression of SB-{old.id}" in store.reports.journal(filed.report_id)[0].text


def test_a_signal_that_is_filed_again_stays_where_it_is_and_is_weighed_anew(store: Store) -> None:
    signal = a_signal(store, filed=True, weight=1.0, keys=("fp:a",))
    other = a_report(store)
    filed = file(store, signal.id, report_id=other.id, weight=3.0, keys=("fp:b",), step="second", epoch=0)
    assert filed == Filed(report_id=signal.report_id or 0, opened=False)
    assert store.reports.get(signal.report_id or 0).weight == 3.0
    assert store.search.candidates(("fp:a",), (), (), b"") == ()
    assert [found.report_id for found in store.search.candidates(("fp:b",), (), (), b"")] == [signal.report_id]


def test_an_erased_signal_opens_nothing(store: Store) -> None:
    signal = a_signal(store)
    store.signals.erase("slack", signal.external_id)
    with pytest.raises(NotFound, match="deleted in slack"):
        file(store, signal.id)
    assert store.reports.all() == []


@pytest.mark.parametrize(
    ("report", "signal"),
    [
        ((Visibility.PUBLIC, "C1"), (Visibility.PRIVATE, "C2")),
        ((Visibility.PRIVATE, "C2"), (Visibility.PUBLIC, "C1")),
        ((Visibility.PRIVATE, "C2"), (Visibility.PRIVATE, "C3")),
    ],
)
def test_a_signal_never_joins_a_report_that_others_may_see(
    store: Store, report: tuple[Visibility, str], signal: tuple[Visibility, str]
) -> None:
    there = a_report(store, visibility=report[0], channel=report[1])
    private = a_signal(store, visibility=signal[0], channel=signal[1])
    with pytest.raises(IllegalMove):
        file(store, private.id, report_id=there.id)
    assert store.signals.get(private.id or 0).report_id is None


def test_a_private_signal_joins_a_report_of_its_own_channel(store: Store) -> None:
    report = a_report(store, visibility=Visibility.PRIVATE, channel="C2")
    signal = a_signal(store, visibility=Visibility.PRIVATE, channel="C2")
    assert file(store, signal.id, report_id=report.id).report_id == report.id


def test_keys_longer_than_the_column_are_told_apart_and_found_again(store: Store) -> None:
    one, other = "url:https://x/" + "a" * 400 + "1", "url:https://x/" + "a" * 400 + "2"
    signal = a_signal(store)
    filed = file(store, signal.id, keys=(one, "", one))
    assert [len(key) for key in fitted((one, "", one))] == [300]
    assert [found.report_id for found in store.search.candidates((one,), (), (), b"")] == [filed.report_id]
    assert store.search.candidates((other,), (), (), b"") == ()


def test_an_edit_between_reading_and_filing_takes_no_words_back(store: Store) -> None:
    signal = a_signal(store, filed=True, body="old")
    store.signals.remember(a_raw_signal(external_id=signal.external_id, body="new"))
    store.signals.describe(signal.id or 0, Screening(), a_summary(title="New"), a_vector(1.0), b"")
    assert file(store, signal.id, step="digest:1.2/file").report_id == signal.report_id
    assert store.signals.get(signal.id or 0).status is SignalStatus.FILED
