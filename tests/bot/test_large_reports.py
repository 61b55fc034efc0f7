"""A report with a thousand signals: one more is digested and drawn with no more work than the eleventh was."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from typing import Any

from sqlalchemy import event
from sqlmodel import Session

from agents.adapters.offline import OfflineModel
from agents.pipeline import Pipeline
from bot.views.limits import within
from bot.views.scene import Scene
from storage.gathered import NEWEST
from storage.judgments import Screening, Threat
from storage.records import Signal, SignalKey
from storage.reports.filing import JOINS_SHOWN
from storage.searching.candidates import TITLES_LIMIT
from storage.searching.search import HOLDERS
from storage.searching.text_search import ROWS
from storage.status import Mover, Status, Visibility
from storage.store import Store
from tests.bot.scenes import POLICY, drawings
from tests.bot.test_flood import at_once
from tests.bot.workplace import ADA, BOB, SECRET, SOLAR, Workplace, text_of
from tests.factories import a_raw_signal, a_report, a_signal

FOUND_BY_SEARCH = 2 * ROWS + 2 * HOLDERS + TITLES_LIMIT  # rows that a search brings at most
_OF_ITS_OWN = {"id", "external_id", "thread_ts"}


@dataclass
class Work:
    """What the database was asked, and how many rows it handed over."""

    asked: list[str] = field(default_factory=list)
    rows: Counter[str] = field(default_factory=Counter)  # by statement

    @property
    def total(self) -> int:
        return sum(self.rows.values())


@contextmanager
def counted(store: Store) -> Iterator[Work]:
    """Count on SQLite: every row that any cursor hands over, whoever asked for it and how."""
    work = Work()

    def handed_over(_: object, row: tuple[Any, ...]) -> tuple[Any, ...]:
        work.rows[work.asked[-1]] += 1
        return row

    def connected(connection: Any, *_: object) -> None:
        connection.row_factory = handed_over

    def asked(_: object, __: object, statement: str, *___: object) -> None:
        work.asked.append(statement)

    store.close()  # so that each connection is made anew, and counts
    event.listen(store.engine, "connect", connected)
    event.listen(store.engine, "before_cursor_execute", asked)
    try:
        yield work
    finally:
        event.remove(store.engine, "connect", connected)
        event.remove(store.engine, "before_cursor_execute", asked)
        store.close()


def grow(store: Store, first: Signal, number: int) -> None:
    """Put copies of a filed signal beside it, by hand: filing each would take a minute."""
    like = {name: value for name, value in first if name not in _OF_ITS_OWN}
    with Session(store.engine.execution_options(signalbox_writing=True)) as session, session.begin():
        start = store.signals.count(first.report_id or 0).signals
        ids = [f"copy-{start + each}" for each in range(number)]
        copies = [Signal(**like, external_id=each) for each in ids]
        session.add_all(copies)
        session.flush()
        session.add_all(SignalKey(signal_id=each.id or 0, key=key) for each in copies for key in first.keys)


def change(store: Store, signal: Signal, **columns: Any) -> None:
    with Session(store.engine.execution_options(signalbox_writing=True)) as session, session.begin():
        row = session.get_one(Signal, signal.id)
        for name, value in columns.items():
            setattr(row, name, value)


class Flood:
    """One problem that an importer reports again and again."""

    def __init__(self, place: Workplace) -> None:
        self.place = place
        self.pipeline = Pipeline(replace(place.deps.pipeline.means, model=OfflineModel()))
        self.sent = 0

    def one_more(self) -> int:
        """Digest one more signal of it, and draw its report, which is returned."""
        self.sent += 1
        raw = a_raw_signal(
            source="importer", external_id=f"import-{self.sent}", title=f"Importer stopped in batch {self.sent}",
            body=f"Importer stopped at row {self.sent}.", channel=SOLAR, thread_ts="", keys=("importer",),
        )  # fmt: skip
        signal_id = self.pipeline.ingest(raw).signal_id
        self.pipeline.digest(signal_id, at_once)
        report_id = self.place.store.signals.get(signal_id).report_id or 0
        self.place.store.reports.touch(report_id)  # a flood is drawn seldom: here each time
        self.place.draw(report_id)
        return report_id


def measured(flood: Flood, report_id: int, size: int) -> Work:
    """What it takes to digest and draw one more, in a report that has so many already."""
    store = flood.place.store
    grow(store, store.signals.of_report(report_id)[0], size - store.signals.count(report_id).signals)
    flood.one_more()  # a search first takes in what was filed since the last one
    with counted(store) as work:
        flood.one_more()
    return work


def test_one_more_signal_is_as_little_work_for_a_report_of_two_thousand_as_of_ten(place: Workplace) -> None:
    flood = Flood(place)
    report_id = flood.one_more()
    for _ in range(JOINS_SHOWN):  # those after them are only counted
        flood.one_more()
    ten, thousand, two_thousand = (measured(flood, report_id, size) for size in (10, 1_000, 2_000))

    assert place.store.signals.count(report_id).signals == 2_002
    assert len(ten.asked) == len(thousand.asked) == len(two_thousand.asked)
    assert two_thousand.rows == thousand.rows
    assert thousand.total - ten.total <= FOUND_BY_SEARCH


def test_a_large_report_counts_and_names_what_may_be_shown_in_it(place: Workplace) -> None:
    store = place.store
    report = a_report(store, status=Status.AWAITING_APPROVAL, channel=SOLAR)
    first = store.signals.of_report(report.id or 0)[0]
    grow(store, first, 100)
    erased, held, _ = store.signals.of_report(report.id or 0)[40:43]
    store.signals.erase(erased.source, erased.external_id)
    store.signals.hold(held.id or 0, Screening(threat=Threat.SECRET_EXFILTRATION, quote="x", reason="x"), "h")
    snapshot = store.reports.snapshot(report.id or 0)
    said = {drawing.purpose: str(within(drawing.blocks)) for drawing in drawings(Scene(snapshot, POLICY))}

    assert (snapshot.gathered.total, snapshot.gathered.shown) == (101, 99)
    assert snapshot.gathered.first == first
    assert [each.id for each in snapshot.signals] == [first.id, *range(101 - NEWEST + 1, 102)]
    assert "99 signals from Slack" in said["card"]
    assert "89 more signals not shown" in said["evidence"]


def test_no_private_signal_of_another_channel_is_counted_or_named(place: Workplace) -> None:
    store = place.store
    report = a_report(store, channel=SOLAR)
    other = a_signal(store, report_id=report.id, channel=SOLAR)
    change(store, other, channel=SECRET, visibility=Visibility.PRIVATE)
    snapshot = store.reports.snapshot(report.id or 0)

    assert (snapshot.gathered.total, snapshot.gathered.shown) == (2, 1)
    assert other.id not in {each.id for each in snapshot.signals}


def test_what_joined_since_the_plan_was_made_is_counted_and_the_newest_are_named(place: Workplace) -> None:
    store = place.store
    report = a_report(store, status=Status.AWAITING_APPROVAL, signals=3, channel=SOLAR)
    assert store.reports.snapshot(report.id or 0).gathered.joined == 0
    later = [a_signal(store, report_id=report.id, channel=SOLAR).id for _ in range(7)]
    gathered = store.reports.snapshot(report.id or 0).gathered

    assert (gathered.joined, [each.id for each in gathered.news]) == (7, later[-5:])


# ── what people wrote in Slack ──────────────────────────────────────────────────────────────────────────────────────


def a_crowd(place: Workplace, number: int, report_id: int | None = None) -> int:
    """So many people say the same in Slack, and it is filed; the report, drawn."""
    for _ in range(number):
        ts = place.workspace.say(BOB, SOLAR, "the importer stopped")
        said = a_signal(
            place.store, filed=True, report_id=report_id, external_id=f"{SOLAR}/{ts}", channel=SOLAR, thread_ts=ts
        )
        report_id = said.report_id
    place.messenger().draw(report_id or 0, "crowd")
    return report_id or 0


def answers(place: Workplace, report_id: int) -> list[str]:
    """What is said under each of their messages."""
    return [
        text_of(reply)
        for signal in place.store.signals.of_report(report_id)
        for reply in place.workspace.thread(SOLAR, signal.thread_ts)[1:]
    ]


def test_one_more_reporter_is_told_without_a_look_at_those_who_were(place: Workplace) -> None:
    report_id = a_crowd(place, 6)  # the first five are told in the journal, which is another statement each
    works = []
    for crowd in (1, 20):
        a_crowd(place, crowd, report_id)
        place.store.reports.touch(report_id)
        with counted(place.store) as work:
            a_crowd(place, 1, report_id)
        works.append(work)
    few, many = works

    assert len(many.asked) == len(few.asked)
    assert {each: many.rows[each] for each in many.rows if "FROM outbox" in each} == {
        each: few.rows[each] for each in few.rows if "FROM outbox" in each
    }
    assert many.total - few.total <= NEWEST
    assert len(answers(place, report_id)) == 6 + 1 + 1 + 20 + 1


def test_everybody_hears_what_is_new_for_all_and_nobody_hears_it_twice(place: Workplace) -> None:
    report_id = a_crowd(place, 3)
    before = len(place.workspace.calls())
    place.draw(report_id)
    assert len(place.workspace.calls()) == before

    place.store.reports.change(report_id, title="The importer stops at night")
    place.draw(report_id)
    assert sum("The importer stops at night" in said for said in answers(place, report_id)) == 3


def test_who_asks_later_and_whose_message_goes_is_told_so_in_a_report_of_many(place: Workplace) -> None:
    report_id = a_crowd(place, 4)
    first, second, *_ = place.store.signals.of_report(report_id)
    place.store.reports.move(
        report_id, Status.DISMISSED, mover=Mover.HUMAN, who=ADA, because="no", dismissed_because="No."
    )
    place.draw(report_id)
    assert sum("It was dismissed" in said for said in answers(place, report_id)) == 4

    raw = {name: getattr(second, name) for name in ("external_id", "body", "channel", "thread_ts", "happened_at")}
    place.store.signals.remember(a_raw_signal(**raw, author=second.author, asked_by=BOB))
    epoch = place.store.reports.get(report_id).told_epoch
    place.store.signals.erase("slack", first.external_id)
    found = place.store.reports.reporters(report_id, epoch).signals
    assert [each.id for each in found] == [first.id, second.id]
