"""What is deleted where it came from: its words go here too, by pulls and by looking up, a few at a time."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

from sqlmodel import Session

from agents.errors import SourceDown
from agents.redaction.redact import Redactor
from agents.terms import Policy, SourceTerms
from bot.app import ticks
from bot.durable.engine import Engine
from bot.pulling.pulls import Puller
from bot.pulling.removals import AT_ONCE, Removals
from bot.sources.source import Pulled
from bot.views.evidence import evidence
from bot.views.limits import within
from bot.views.scene import Scene
from playground.faults import Fault, Kind, Moment
from storage.plumbing import Breaker
from storage.records import Report
from storage.status import SignalStatus, Status
from storage.store import Store
from tests.bot.scenes import POLICY
from tests.bot.shop import NAME, START, Shop
from tests.factories import a_signal
from tests.fakes import Told


@dataclass
class Shelf:
    """A source of which any thing may be missing; it counts what it is asked."""

    missing: set[str] = field(default_factory=set)
    asked: list[tuple[str, ...]] = field(default_factory=list)
    fault: Exception | None = None
    page: Pulled = field(default_factory=lambda: Pulled((), "1"))

    def pull(self, cursor: str) -> Pulled:  # noqa: ARG002 of the port
        return self.page

    def gone(self, external_ids: Sequence[str]) -> tuple[str, ...]:
        self.asked.append(tuple(external_ids))
        if self.fault is not None:
            raise self.fault
        return tuple(each for each in external_ids if each in self.missing)


def removals(store: Store, source: Any, told: Told, at: dt.datetime = START) -> Removals:
    return Removals(store, {NAME: source}, Redactor(b"key"), told, clock=lambda: at)


def filed(store: Store, *names: str, report_id: int | None = None) -> int:
    """Signals of the source, of one report; which."""
    for name in names:
        made = a_signal(
            store, filed=True, report_id=report_id, source=NAME, external_id=name, title=f"Title of {name}",
            body=f"Words of {name}", thread_ts="",
        )  # fmt: skip
        report_id = made.report_id
    return report_id or 0


def statuses(store: Store, report_id: int) -> list[SignalStatus]:
    return [signal.status for signal in store.signals.of_report(report_id)]


def close(store: Store, report_id: int) -> None:
    with Session(store.engine.execution_options(signalbox_writing=True)) as session, session.begin():
        session.get_one(Report, report_id).status = Status.RESOLVED


def test_what_its_source_does_not_have_any_more_loses_its_words_and_the_report_says_so(sqlite_store: Store) -> None:
    report_id, told = filed(sqlite_store, "E-1", "E-2"), Told()

    removals(sqlite_store, Shelf(missing={"E-1"}), told).check(NAME)

    erased, kept = sqlite_store.signals.of_report(report_id)
    assert (erased.status, erased.title, erased.body, erased.summary, erased.vector) == (
        SignalStatus.ERASED, "", "", None, None
    )  # fmt: skip
    assert kept.body == "Words of E-2"
    assert told.reports == [report_id]
    assert sqlite_store.reports.journal(report_id)[-1].text == f"E-1 was deleted in {NAME}; its words are gone"
    scene = Scene(sqlite_store.reports.snapshot(report_id), POLICY)
    shown = str(within(evidence(scene).blocks))
    assert "The words of 1 signal are gone, because it was deleted where it was reported." in shown
    assert "Words of E-1" not in shown


def test_a_few_are_looked_up_at_a_time_and_then_round_again(sqlite_store: Store) -> None:
    names = [f"E-{number}" for number in range(AT_ONCE + 5)]
    filed(sqlite_store, *names)
    shelf = Shelf()
    for _ in range(4):
        removals(sqlite_store, shelf, Told()).check(NAME)

    assert shelf.asked == [tuple(names[:AT_ONCE]), tuple(names[AT_ONCE:]), tuple(names[:AT_ONCE])]


def test_only_what_open_reports_hold_is_looked_up(sqlite_store: Store) -> None:
    close(sqlite_store, filed(sqlite_store, "closed"))
    a_signal(sqlite_store, source=NAME, external_id="not filed")
    a_signal(sqlite_store, filed=True, source="elsewhere", external_id="of another source")
    filed(sqlite_store, "open")
    shelf = Shelf()
    removals(sqlite_store, shelf, Told()).check(NAME)

    assert shelf.asked == [("open",)]


def test_a_source_that_asks_for_a_rest_is_left_alone_by_pulls_and_look_ups(sqlite_store: Store) -> None:
    report_id = filed(sqlite_store, "E-1")
    shelf = Shelf(missing={"E-1"}, fault=SourceDown("it limits our rate", 90.0))
    removals(sqlite_store, shelf, Told()).check(NAME)
    cursor = sqlite_store.cursors.get(NAME)
    assert (cursor.breaker(START), cursor.not_before) == (Breaker.OPEN, START + dt.timedelta(seconds=90))

    shelf.fault = None
    removals(sqlite_store, shelf, Told(), START + dt.timedelta(seconds=89)).check(NAME)
    assert (len(shelf.asked), statuses(sqlite_store, report_id)) == (1, [SignalStatus.FILED])

    removals(sqlite_store, shelf, Told(), START + dt.timedelta(seconds=91)).check(NAME)
    assert statuses(sqlite_store, report_id) == [SignalStatus.ERASED]


def test_a_deleted_sentry_issue_goes_and_one_that_is_closed_to_us_stays(shop: Shop) -> None:
    told, source = Told(), shop.puller.sources[NAME]
    shop.issues(1, 2)
    report_id = filed(shop.store, "S-1", "S-2")
    shop.sentry.delete("S-1")
    shop.faults.plan(Fault("sentry:issues.list", Moment.RECEIPT, Kind.REFUSE, status=403))
    removals(shop.store, source, told).check(NAME)
    assert statuses(shop.store, report_id) == [SignalStatus.FILED] * 2
    assert "Sentry answered 403" in shop.store.cursors.get(NAME).trouble

    removals(shop.store, source, told, START + dt.timedelta(hours=1)).check(NAME)
    assert statuses(shop.store, report_id) == [SignalStatus.ERASED, SignalStatus.FILED]


def test_an_issue_that_cannot_be_looked_up_keeps_no_other_from_it_and_makes_no_source_rest(shop: Shop) -> None:
    shop.issues(1, 2, 3)
    filed(shop.store, "S-1", "S-2", "S-3")
    shop.sentry.delete("S-3")
    check = removals(shop.store, shop.puller.sources[NAME], Told(), shop.at).check

    shop.fails("sentry:issues.get", nth=1, times=2, status=500)  # alone and with the others
    check(NAME)

    assert shop.store.cursors.get(NAME).failures == 0
    assert shop.store.cursors.get(f"check:{NAME}").value == "3"
    assert [signal.status for signal in map(shop.store.signals.get, (1, 2, 3))][2] is SignalStatus.ERASED

    shop.fails("sentry:issues.get", nth=1, times=50, status=500)
    check(NAME)
    check(NAME)
    assert shop.store.cursors.get(NAME).failures == 1


def test_what_a_pull_tells_was_deleted_is_erased_before_the_cursor_moves_on(sqlite_store: Store) -> None:
    report_id, told = filed(sqlite_store, "E-1"), Told()
    sqlite_store.cursors.advance(NAME, "0", [])
    shelf = Shelf(page=Pulled((), "1", more=False, gone=("E-1", "never heard of")))
    terms = {NAME: SourceTerms(kind="zendesk", report_to="C01")}
    Puller(sqlite_store, {NAME: shelf}, terms, Redactor(b"key"), told).pull(NAME, lambda _, work, __: work())

    assert statuses(sqlite_store, report_id) == [SignalStatus.ERASED]
    assert (told.reports, sqlite_store.cursors.get(NAME).value) == ([report_id], "1")


def test_the_clock_has_every_pulled_source_checked_and_no_other(sqlite_url: str) -> None:
    kinds = {NAME: "sentry", "tickets": "zendesk", "hook": "webhook"}
    policy = Policy(sources={name: SourceTerms(kind=kind, report_to="C01") for name, kind in kinds.items()})
    names = {tick.name for tick in ticks(policy, Engine(sqlite_url))}

    assert {name for name in names if name.startswith("check:")} == {f"check:{NAME}", "check:tickets"}
