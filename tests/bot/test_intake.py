"""What a signal counts is worked out in one way, whoever kept it: a listener, a pull or a backfill."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field, replace
from typing import Any

import pytest

from agents.gathering.weighing import Intake
from agents.means import Basis
from agents.pipeline import Pipeline
from agents.rules import weight
from agents.terms import Policy, Repository, SourceTerms
from bot.pulling.backfill import Reader
from bot.pulling.pulls import Puller
from bot.sources.source import Pulled
from storage.columns import now
from storage.judgments import Grouping, Screening
from storage.raw import RawSignal, Severity
from storage.status import Mover, Status
from storage.store import Store
from tests.bot.workplace import SOLAR, Workplace
from tests.factories import a_raw_signal, a_signal, a_summary, a_vector
from tests.fakes import PlainCheckpoint, Told

NAME = "errors"
TERMS = SourceTerms(kind="sentry", report_to=SOLAR, weight=3.0)
POLICY = Policy(sources={NAME: TERMS}, repositories=(Repository(name="acme/app"),), ripe_weight=20.0)
AT = now()


@dataclass
class Pages:
    """A source whose next pull brings what it is told to."""

    page: tuple[RawSignal, ...] = ()
    pulls: int = 0

    def pull(self, cursor: str) -> Pulled:  # noqa: ARG002 of the port
        self.pulls += 1
        page, self.page = self.page, ()
        return Pulled(page, str(self.pulls), more=False)


class Died(Exception):
    """The process was killed."""


@dataclass
class Mortal(Told):
    """Remembers what it is told, until its process dies over a signal."""

    dies: bool = False

    def signal(self, signal_id: int) -> None:
        if self.dies:
            raise Died
        super().signal(signal_id)


@dataclass
class Desk:
    """A report that one signal of the source is filed under, and every way in which more may be heard of it."""

    place: Workplace
    told: Mortal = field(default_factory=Mortal)

    def __post_init__(self) -> None:
        self.store: Store = self.place.store
        self.signal = a_signal(self.store, filed=True, weight=3.0, **self.fields)
        self.store.cursors.advance(NAME, "0", [])
        self.intake = Intake(
            Basis(store=self.store, policy=POLICY, messenger=self.told, nudge=self.told, clock=lambda: AT)
        )
        self.pages, self.redactor = Pages(), self.place.deps.redactor

    @property
    def fields(self) -> dict[str, Any]:
        return {"source": NAME, "external_id": "E-1", "body": "It broke", "channel": SOLAR, "thread_ts": "",
                "happened_at": AT, "severity": Severity.WARNING}  # fmt: skip

    def hears(self, way: str, **news: Any) -> None:
        raw = a_raw_signal(**{**self.fields, **news})
        ways: dict[str, Callable[[RawSignal], None]] = {
            "ingest": self._ingest, "pull": self._pull, "backfill": self._backfill
        }  # fmt: skip
        ways[way](raw)

    def sweeps(self) -> None:
        """A minute passes: what waits for the machine is done."""
        for due in self.store.due.now(now()).signals:
            self._pipeline.digest(due.id, PlainCheckpoint())

    @property
    def _pipeline(self) -> Pipeline:
        means = self.place.deps.pipeline.means
        return Pipeline(replace(means, policy=POLICY, messenger=self.told, nudge=self.told, clock=lambda: AT))

    def _ingest(self, raw: RawSignal) -> None:
        self._pipeline.ingest(raw)

    def _pull(self, raw: RawSignal) -> None:
        self.pages.page = (raw,)
        puller = Puller(self.store, {NAME: self.pages}, {NAME: TERMS}, self.redactor, self.intake)
        puller.pull(NAME, lambda _, work, __: work())

    def _backfill(self, raw: RawSignal) -> None:
        self.pages.page = (raw,)
        list(Reader(NAME, self.pages, TERMS, self.store, self.redactor, self.intake).backfill("1d"))


@pytest.fixture
def desk(place: Workplace) -> Desk:
    return Desk(place)


WAYS = pytest.mark.parametrize("way", ["ingest", "pull", "backfill"])


@WAYS
def test_more_people_met_it_so_its_report_weighs_more_at_once_and_is_drawn(desk: Desk, way: str) -> None:
    desk.hears(way, reach=10)

    report = desk.store.reports.get(desk.signal.report_id or 0)
    assert report.weight == pytest.approx(weight(a_raw_signal(**desk.fields, reach=10), TERMS.weight, AT))
    assert report.weight == pytest.approx(6.0)
    assert report.status is Status.GATHERING
    assert desk.told.published == [report.id]


@WAYS
def test_it_grew_so_bad_that_its_report_is_researched(desk: Desk, way: str) -> None:
    desk.hears(way, severity=Severity.FATAL, reach=10)

    report = desk.store.reports.get(desk.signal.report_id or 0)
    assert report.weight == pytest.approx(24.0)
    assert report.status is Status.AWAITING_RESEARCH
    assert desk.told.reports == [report.id]
    last = desk.store.reports.journal(report.id or 0)[-1]
    assert (last.who, last.text) == ("world", "it weighs enough now to be looked into")


@WAYS
def test_the_same_again_changes_nothing(desk: Desk, way: str) -> None:
    desk.hears(way)

    report = desk.store.reports.get(desk.signal.report_id or 0)
    assert (report.weight, desk.told.published, desk.told.signals) == (3.0, [], [])


@WAYS
def test_a_new_one_is_digested_and_weighs_nothing_before_it_is_filed(desk: Desk, way: str) -> None:
    desk.hears(way, external_id="E-2")

    report = desk.store.reports.get(desk.signal.report_id or 0)
    assert (report.weight, desk.told.signals, desk.told.published) == (3.0, [2], [])


@WAYS
def test_what_was_weighed_to_the_end_is_not_left_to_the_sweep(desk: Desk, way: str) -> None:
    desk.hears(way, reach=10)

    assert not desk.store.due.now(now()).signals


@WAYS
def test_who_dies_before_the_report_is_told_leaves_that_to_the_sweep(desk: Desk, way: str) -> None:
    desk.told.dies = True
    with pytest.raises(Died):
        desk.hears(way, severity=Severity.FATAL, reach=10)
    desk.told.dies = False
    desk.hears(way, severity=Severity.FATAL, reach=10)  # brought again, it is no news

    desk.sweeps()

    report = desk.store.reports.get(desk.signal.report_id or 0)
    assert report.weight == pytest.approx(24.0)
    assert report.status is Status.AWAITING_RESEARCH
    assert desk.told.reports == [report.id]
    assert not desk.store.due.now(now()).signals


@pytest.mark.parametrize(("asked_by", "status"), [("U01ADA", Status.AWAITING_RESEARCH), ("", Status.GATHERING)])
def test_who_asked_of_one_who_died_is_heard_by_the_sweep_and_who_asked_long_ago_is_not_heard_again(
    desk: Desk, asked_by: str, status: Status
) -> None:
    desk.hears("ingest", asked_by="U01ADA")
    desk.store.reports.move(
        desk.signal.report_id or 0, Status.GATHERING, mover=Mover.MACHINE, who="machine", because="too little is known"
    )
    desk.store.signals.remember(a_raw_signal(**desk.fields, asked_by=asked_by, reach=2))

    desk.sweeps()

    assert desk.store.reports.get(desk.signal.report_id or 0).status is status
    assert not desk.store.due.now(now()).signals


def test_what_grows_while_its_digest_files_it_is_weighed_by_the_sweep(desk: Desk) -> None:
    raw = {**desk.fields, "external_id": "E-2", "body": "It broke too"}
    waiting = a_signal(desk.store, **raw).id or 0
    desk.store.signals.remember(a_raw_signal(**raw, reach=10))  # after its digest has read what it counts
    desk.store.signals.describe(waiting, Screening(), a_summary(), a_vector(1.0), a_vector(1.0))
    desk.store.filing.file(
        waiting,
        report_id=desk.signal.report_id,
        grouping=Grouping(reason="They are the same problem."),
        candidates=(),
        epoch=desk.store.filing.epoch(),
        weight=3.0,
        keys=(),
        new_report=None,
        step="digest:2.1/file",
    )

    desk.sweeps()

    assert desk.store.reports.get(desk.signal.report_id or 0).weight == pytest.approx(3.0 + 6.0)
