"""What the undoing of merges and splits puts back: titles, and what is known of pairs."""

from __future__ import annotations

from storage.groups import Correction, PairKind
from storage.judgments import Grouping
from storage.records import Report
from storage.reports.filing import NewReport
from storage.status import Visibility
from storage.store import Store
from tests.factories import a_report, a_signal, a_summary
from tests.storage.corrected import ADA, merge

NEW = NewReport(title="t", gist="", subject="s", channel="C1", visibility=Visibility.PUBLIC)


def now(store: Store, report: Report) -> Report:
    return store.reports.get(report.id or 0)


def undo(store: Store, correction: Correction) -> None:
    store.corrections.undo(correction.id or 0, by=ADA)


def joins(store: Store, report: Report, title: str) -> None:
    """A signal joins, and a judgment calls the report otherwise."""
    signal = a_signal(store)
    store.filing.file(
        signal.id or 0, report_id=report.id, grouping=Grouping(reason="x"), candidates=(), epoch=0, weight=1.0,
        keys=(), new_report=NEW, step=f"s{signal.id}", title=title,
    )  # fmt: skip


def titles(store: Store, *reports: Report) -> list[str]:
    return [now(store, report).title for report in reports]


def test_the_undoing_of_a_merge_takes_back_the_title_that_spoke_of_both(store: Store) -> None:
    heir, away = a_report(store, title="Stream the export"), a_report(store, title="Mend the login")
    correction = merge(store, away, heir)
    joins(store, heir, "Stream the export and mend the login")

    undo(store, correction)

    assert titles(store, heir, away) == ["Stream the export", "Mend the login"]


def test_the_undoing_of_a_split_gives_the_report_the_pull_requests_title_back(store: Store) -> None:
    report = a_report(store)
    first = now(store, report).subject
    a_signal(store, report_id=report.id, summary=a_summary(title="Logins are slow", gist="Very."))
    joins(store, report, "Close every connection")
    correction = store.corrections.split(report.id or 0, [1], by=ADA)
    joins(store, report, "Keep the logins quick")

    undo(store, correction)

    assert (now(store, report).title, now(store, report).subject) == ("Close every connection", first)


def test_merges_that_are_undone_in_the_order_in_which_they_were_made_leave_no_strange_title(store: Store) -> None:
    heir, one, other = (a_report(store, title=title) for title in ("H", "A", "B"))
    first = merge(store, one, heir)
    joins(store, heir, "H and A")
    second = merge(store, other, heir)
    joins(store, heir, "H, A and B")

    undo(store, first)
    assert titles(store, heir, one) == ["H", "A"]
    undo(store, second)
    assert titles(store, heir, one, other) == ["H", "A", "B"]


def test_what_was_merged_on_is_called_as_before_when_the_first_merge_is_undone(store: Store) -> None:
    one, two, three = (a_report(store, title=title) for title in ("A", "B", "C"))
    first = merge(store, one, two)
    joins(store, two, "A and B")
    second = merge(store, two, three)
    joins(store, three, "A, B and C")

    undo(store, first)
    assert titles(store, one, three) == ["A", "C"]
    undo(store, second)
    assert titles(store, one, two, three) == ["A", "B", "C"]


def test_a_report_is_not_called_by_a_signal_that_was_split_off_since(store: Store) -> None:
    heir, away = a_report(store, title="H"), a_report(store, title="A")
    second = a_signal(store, report_id=heir.id, summary=a_summary(title="Second", gist="Of H."))
    correction = merge(store, away, heir)
    store.corrections.split(heir.id or 0, [1], by=ADA)

    undo(store, correction)

    assert (now(store, heir).title, now(store, heir).subject) == ("Second", second.external_id)


def test_what_is_deleted_at_its_source_does_not_come_back_as_a_title(store: Store) -> None:
    report = a_report(store, title="Ada's salary is wrong")
    a_signal(store, report_id=report.id, summary=a_summary(title="Logins are slow"))
    signal = store.signals.get(1)
    correction = store.corrections.split(report.id or 0, [1], by=ADA)
    store.signals.erase(signal.source, signal.external_id)

    kept = store.corrections.get(correction.id or 0)
    undo(store, correction)

    assert (kept.title_before, kept.gist_before, kept.subject_before) == ("", "", "")
    assert "salary" not in now(store, report).title


def test_a_pair_that_a_second_merge_inherited_goes_with_the_first_one(store: Store) -> None:
    one, two, three, stranger = (a_report(store) for _ in range(4))
    store.pairs.differ(one.id or 0, stranger.id or 0, by=ADA)
    first = merge(store, one, two)
    merge(store, two, three)
    assert store.pairs.apart([three.id or 0, stranger.id or 0])

    undo(store, first)

    for heir in (two, three):
        assert store.pairs.apart([heir.id or 0, stranger.id or 0]) == set()
    assert store.pairs.apart([one.id or 0, stranger.id or 0])


def test_what_an_heir_knew_by_itself_stays_when_an_earlier_merge_is_undone(store: Store) -> None:
    one, two, three, stranger = (a_report(store) for _ in range(4))
    for report in (one, two, three):
        store.pairs.differ(report.id or 0, stranger.id or 0, by=ADA)
    first = merge(store, one, two)
    merge(store, two, three)

    undo(store, first)

    (known,) = [pair for pair in store.pairs.of_report(three.id or 0) if pair.other(three.id or 0) == stranger.id]
    assert known.kind is PairKind.APART


def test_who_undoes_both_of_two_merges_has_said_that_all_differ(store: Store) -> None:
    one, two, three = (a_report(store) for _ in range(3))
    first = merge(store, one, two)
    second = merge(store, two, three)
    undo(store, first)
    undo(store, second)

    ids = [report.id or 0 for report in (one, two, three)]
    assert store.pairs.apart(ids) == {frozenset(pair) for pair in ((ids[0], ids[1]), (ids[0], ids[2]), ids[1:])}
