"""No report is shown more widely than its most private signal, also once a channel is made private."""

from __future__ import annotations

from sqlmodel import Session

from storage.judgments import Evidence, EvidenceKind, Finding
from storage.records import Report, Signal
from storage.signals.erasing import ERASED_QUOTE
from storage.signals.narrowing import NARROWED_TITLE
from storage.status import SignalStatus, Status, Visibility
from storage.store import Store
from storage.transactions import WRITING
from tests.factories import a_report, a_research, a_signal

HUB, ROOM = "C0HUB", "C0ROOM"


def in_the_hub(store: Store, status: Status = Status.AWAITING_APPROVAL) -> tuple[int, int]:
    """A public report of the hub with a signal of the room, of which its title speaks and its research quotes."""
    report_id = a_report(store, channel=HUB, status=status, title="Nordhang's export fails").id or 0
    (first,) = store.signals.of_report(report_id)
    quote = Evidence(kind=EvidenceKind.SIGNAL, where=first.external_id, quote="Nordhang!")
    research = a_research().model_copy(update={"findings": (Finding(claim="It fails.", evidence=(quote,)),)})
    with Session(store.engine.execution_options(**{WRITING: True})) as session, session.begin():
        row = session.merge(first)
        row.channel, row.source = ROOM, "slack"
        report = session.get_one(Report, report_id)
        report.subject, report.research = first.external_id, research
    return report_id, first.id or 0


def test_a_signal_under_an_open_report_elsewhere_leaves_it_with_its_words(store: Store) -> None:
    report_id, signal_id = in_the_hub(store)
    other = a_signal(store, report_id=report_id, channel=HUB)

    turned = store.turning_private.turn(ROOM)

    signal, report = store.signals.get(signal_id), store.reports.get(report_id)
    assert turned == []
    assert (signal.visibility, signal.report_id) == (Visibility.PRIVATE, None)
    assert signal.status is SignalStatus.AWAITING_DIGEST
    assert [each.id for each in store.signals.of_report(report_id)] == [other.id]
    assert report.visibility is Visibility.PUBLIC
    assert report.title == (other.summary.title if other.summary else "")
    assert report.research is not None
    assert report.research.findings[0].evidence[0].quote == ERASED_QUOTE
    assert store.turning_private.turn(ROOM) == []
    assert store.reports.get(report_id).version == report.version, "nothing is left to do"


def test_a_report_without_another_signal_keeps_no_word_of_it(store: Store) -> None:
    report_id, _ = in_the_hub(store)

    store.turning_private.turn(ROOM)

    report = store.reports.get(report_id)
    assert (report.title, report.gist) == (NARROWED_TITLE, "")


def test_a_closed_report_elsewhere_turns_private_with_its_signal_and_nothing_is_read_anew(store: Store) -> None:
    report_id, signal_id = in_the_hub(store, Status.RESOLVED)

    assert store.turning_private.turn(ROOM) == [report_id]

    signal = store.signals.get(signal_id)
    assert (signal.visibility, signal.report_id) == (Visibility.PRIVATE, report_id)
    assert signal.status is SignalStatus.FILED
    assert store.reports.get(report_id).visibility is Visibility.PRIVATE


def test_what_was_merged_away_is_not_called_after_a_signal_that_turned_private(store: Store) -> None:
    away, _ = in_the_hub(store, Status.GATHERING)
    into = a_report(store, channel=HUB, title="The export fails").id or 0
    store.corrections.merge(away, into, by="U1")

    store.turning_private.turn(ROOM)

    report = store.reports.get(away)
    assert (report.title, report.gist) == (NARROWED_TITLE, "")
    assert report.research is not None
    assert report.research.findings[0].evidence[0].quote == ERASED_QUOTE
    assert store.reports.get(into).title == "The export fails"


def test_a_dismissed_report_that_it_left_is_not_called_after_it_any_more(store: Store) -> None:
    left, signal_id = in_the_hub(store, Status.DISMISSED)
    assert store.signals.leave_dismissed(signal_id, "U1") is not None
    into = a_report(store, channel=HUB).id or 0
    with Session(store.engine.execution_options(**{WRITING: True})) as session, session.begin():
        row = session.get_one(Signal, signal_id)
        row.report_id, row.status = into, SignalStatus.FILED

    store.turning_private.turn(ROOM)

    assert store.reports.get(left).title == NARROWED_TITLE
