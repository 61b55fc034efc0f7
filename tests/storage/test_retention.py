"""Erasure and retention: words go from wherever they were kept, also from the file; what people decided stays."""

from __future__ import annotations

import datetime as dt
from pathlib import Path

from sqlmodel import Session, select

from storage.inquiries import Inquiry, Reply
from storage.judgments import Confidence, Evidence, EvidenceKind, Finding, Grouping, Summary
from storage.plumbing import InboxRow
from storage.records import Entry, EntryKind, Report, Signal
from storage.signals.erasing import ERASED_TITLE
from storage.signals.messages import Piece
from storage.signals.retention import BATCH, Forgotten
from storage.status import Mover, SignalStatus, Status
from storage.store import Store
from tests.factories import a_held_signal, a_moment, a_raw_signal, a_report, a_research, a_signal, a_summary

LONG_AGO = dt.timedelta(days=200)
SAID = "zyxwvut"  # a word that stands in no other place


def quoting(signal: Signal) -> Finding:
    evidence = Evidence(kind=EvidenceKind.SIGNAL, where=signal.external_id, quote=f"the export says {SAID}")
    return Finding(claim="It was said.", evidence=(evidence,))


def everything(store: Store) -> str:
    """All rows of all tables, as text."""
    with store.engine.connect() as connection:
        names = (
            "SELECT name FROM sqlite_master WHERE type = 'table'"
            if store.engine.dialect.name == "sqlite"
            else "SELECT tablename FROM pg_tables WHERE schemaname = 'public'"
        )
        tables = [row[0] for row in connection.exec_driver_sql(names)]
        rows = (connection.exec_driver_sql(f'SELECT * FROM "{name}"') for name in tables)  # noqa: S608 its own names
        return "\n".join(str(row) for table in rows for row in table)


def make_old(store: Store, report_id: int = 0) -> None:
    """Let everything have happened long ago."""
    with Session(store.engine.execution_options(signalbox_writing=True)) as session, session.begin():
        for signal in session.exec(select(Signal)):
            signal.received_at -= LONG_AGO
            signal.happened_at -= LONG_AGO
        for report in session.exec(select(Report)):
            report.since -= LONG_AGO
        for entry in session.exec(select(Entry)):
            entry.at -= LONG_AGO
        for row in session.exec(select(InboxRow)):
            row.received_at -= LONG_AGO
            row.done_at = row.done_at - LONG_AGO if row.done_at else None


def test_what_was_said_in_a_deleted_message_is_nowhere_any_more(store: Store) -> None:
    said = a_summary(title=f"{SAID} fails", gist=f"{SAID} gist", queries=(f"{SAID} error",))
    signal = a_signal(
        store,
        filed=True,
        summary=said,
        title=f"{SAID}!",
        body=f"it says {SAID}",
        author=SAID,
        keys=(f"word:{SAID}",),
        labels=(SAID,),
    )
    report_id = signal.report_id or 0
    research = a_research(findings=(quoting(signal),), confidence=Confidence.GUESSED)
    store.reports.change(report_id, research=research)
    store.reports.note(report_id, EntryKind.STAGE, "machine", "looked into it", judgment=research)
    channel, _, ts = signal.external_id.partition("/")
    store.inbox.receive("EvOpen", "message", {"type": "message", "channel": channel, "ts": ts, "text": SAID})
    store.inbox.receive(
        "EvGone", "message", {"type": "message", "channel": channel, "ts": ts, "subtype": "message_deleted"}
    )
    version = store.reports.get(report_id).version
    assert SAID in everything(store)

    assert store.signals.erase("slack", signal.external_id) == [report_id]
    assert store.retention.scrub()  # the text index keeps a word that is gone until then

    assert SAID not in everything(store)
    report = store.reports.get(report_id)
    assert (report.title, report.gist) == (ERASED_TITLE, "")
    assert report.version > version
    assert report.research is not None
    assert report.research.findings[0].evidence[0].quote == "(erased)"
    gone = store.inbox.get("EvGone")
    assert gone is not None
    assert gone.body["subtype"] == "message_deleted"


def test_a_report_takes_the_words_of_the_signal_that_is_left(store: Store) -> None:
    first = a_signal(store, filed=True, summary=a_summary(title=f"{SAID} fails", gist=SAID))
    a_signal(store, report_id=first.report_id, summary=a_summary(title="Exports end early", gist="They are cut."))

    store.signals.erase("slack", first.external_id)

    report = store.reports.get(first.report_id or 0)
    assert (report.title, report.gist) == ("Exports end early", "They are cut.")


def test_erasing_another_signal_leaves_the_title_and_what_others_are_quoted_for(store: Store) -> None:
    first = a_signal(store, filed=True, summary=a_summary(title="The export fails"))
    second = a_signal(store, report_id=first.report_id)
    store.reports.change(first.report_id or 0, research=a_research(findings=(quoting(first),)))

    store.signals.erase("slack", second.external_id)

    report = store.reports.get(first.report_id or 0)
    assert report.title == "The export fails"
    assert report.research is not None
    assert SAID in report.research.findings[0].evidence[0].quote


def test_what_is_old_is_forgotten_and_counted_and_what_is_open_or_young_stays(store: Store) -> None:
    closed = a_report(store, status=Status.RESOLVED, signals=2)
    dismissed = a_report(store, status=Status.DISMISSED)
    open_one = a_report(store, status=Status.AWAITING_APPROVAL)
    held = a_held_signal(store, body=SAID)
    waiting = a_signal(store)
    store.reports.note(closed.id or 0, EntryKind.STAGE, "machine", "grouped", judgment=Grouping(reason=SAID))
    store.inbox.receive("EvDone", "message", {"text": SAID})
    store.inbox.done("EvDone")
    store.inbox.receive("EvDead", "message", {"text": SAID})
    store.messages.hear(Piece(id=held.external_id, thread=held.external_id, author="U1", text=SAID, version="1.0"))
    store.messages.hear(Piece(id="C1/9.9", thread=held.external_id, author="U1", text=SAID, version="9.9"))
    make_old(store)
    young = a_held_signal(store, body="young")
    before = a_moment(days=180)

    gone = store.retention.forget(before)

    assert gone == Forgotten(filed=3, held=1, waiting=1, judgments=1, events=2)
    assert SAID not in everything(store)
    for report in (closed, dismissed):
        for signal in store.signals.of_report(report.id or 0):
            assert (signal.status, signal.title, signal.body, signal.summary) == (SignalStatus.ERASED, "", "", None)
        kept = store.reports.get(report.id or 0)
        assert (kept.title, kept.status, kept.version) == (report.title, report.status, kept.version)
    assert store.signals.get(held.id or 0).status is SignalStatus.ERASED
    assert store.signals.get(waiting.id or 0).status is SignalStatus.ERASED
    assert all(signal.body for signal in store.signals.of_report(open_one.id or 0))
    assert store.signals.get(young.id or 0).body == "young"
    assert "grouped" in [entry.text for entry in store.reports.journal(closed.id or 0)]
    assert store.inbox.get("EvDone") is None
    assert store.inbox.dead() == []
    assert not store.retention.forget(before)


def test_more_than_one_batch_is_forgotten(store: Store) -> None:
    report = a_report(store, status=Status.DISMISSED)
    for _ in range(3):
        a_signal(store, report_id=report.id)
    for number in range(BATCH + 5):
        store.inbox.receive(f"Ev{number}", "message", {"text": SAID})
    make_old(store)

    gone = store.retention.forget(a_moment(days=180))

    assert (gone.filed, gone.events) == (4, BATCH + 5)
    assert SAID not in everything(store)


def test_nothing_is_drawn_anew_for_what_grew_old(store: Store) -> None:
    report = a_report(store, status=Status.RESOLVED)
    make_old(store)
    version = store.reports.get(report.id or 0).version

    assert store.retention.forget(a_moment(days=180)).filed == 1
    assert store.reports.get(report.id or 0).version == version


def test_an_erased_signal_that_comes_again_unchanged_stays_erased(store: Store) -> None:
    report = a_report(store, status=Status.RESOLVED)
    signal = store.signals.of_report(report.id or 0)[0]
    make_old(store)
    store.retention.forget(a_moment(days=180))

    store.signals.remember(a_raw_signal(external_id=signal.external_id, body="it is back in the list"))

    assert store.signals.get(signal.id or 0).body == ""


def test_after_scrubbing_the_words_are_not_even_in_the_file(sqlite_store: Store, sqlite_url: str) -> None:
    said: Summary = a_summary(title=f"{SAID} fails", gist=f"{SAID} gist", queries=(f"{SAID} error",))
    for _ in range(3):
        a_signal(sqlite_store, filed=True)
    signal = a_signal(sqlite_store, filed=True, summary=said, body=f"it says {SAID} twice: {SAID}")
    file = Path(sqlite_url.removeprefix("sqlite:///"))

    def on_disk() -> bytes:
        return b"".join(path.read_bytes() for path in file.parent.glob(f"{file.name}*"))

    assert SAID.encode() in on_disk()
    sqlite_store.signals.erase("slack", signal.external_id)
    assert sqlite_store.retention.scrub()

    assert SAID.encode() not in on_disk()
    assert not sqlite_store.retention.scrub()


def test_questions_and_their_answers_go_with_old_words_and_quotes_with_their_signals(store: Store) -> None:
    signal = a_signal(store, filed=True, body=f"it says {SAID}")
    report_id = signal.report_id or 0
    asked = store.inquiries.ask(
        report_id, by="U1", words=f"why {SAID}?", message="C1/1.0", most=9, since=a_moment(days=1)
    )
    assert asked is not None
    store.inquiries.answer(asked.id or 0, Reply(claims=(quoting(signal),)))
    store.signals.erase(signal.source, signal.external_id)
    reply = store.inquiries.get(asked.id or 0).reply
    assert reply is not None
    assert [(claim.claim, claim.evidence[0].quote) for claim in reply.claims] == [("It was said.", "(erased)")]

    with Session(store.engine.execution_options(signalbox_writing=True)) as session, session.begin():
        for row in session.exec(select(Inquiry)):
            row.asked_at -= LONG_AGO
    make_old(store)
    assert store.retention.forget(a_moment(days=180)).inquiries == 0, "the report is open"
    store.reports.move(report_id, Status.DISMISSED, mover=Mover.HUMAN, who="U1", because="not now")
    make_old(store)
    assert store.retention.forget(a_moment(days=180)).inquiries == 1
    row = store.inquiries.get(asked.id or 0)
    assert (row.words, row.reply, row.asked_by) == ("", None, "U1")
