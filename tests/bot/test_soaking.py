"""What a merge proves, with a Sentry that is pulled over HTTP: old releases, a source that is down, one message."""

from __future__ import annotations

import datetime as dt
import json
from pathlib import Path

import pytest

from agents.gathering.weighing import Intake
from agents.terms import SourceTerms, Waits
from bot.pulling.pulls import Puller
from bot.views.card import card
from bot.views.drawing import Drawing
from bot.views.report import thread
from bot.views.scene import Scene
from bot.views.week import counted
from playground.case import demo_cases
from playground.faults import Fault, Faults, Kind, Moment
from playground.sentry import Sentry
from storage.columns import now
from storage.records import Decision, Report
from storage.reports.soaks import Ending
from storage.status import SignalStatus, Status
from storage.store import Store
from tests.bot.sentry_read import sentry_source
from tests.fakes import PlainCheckpoint
from tests.world import POLICY, World

NAME, ISSUE = "errors", "SOLAR-DASHBOARD-1A7"
OLD, NEW = "dashboard@2026.11.18", "dashboard@2026.11.25"
HOUR = dt.timedelta(hours=1)


class Watched:
    """A world that pulls a Sentry, in which a fix of the demo's first error was merged."""

    def __init__(self, world: World, sentry: Sentry, soak: float) -> None:
        self.world, self.sentry, self.store = world, sentry, world.store
        terms = SourceTerms(kind="sentry", report_to="C11", trusted=True)
        world.follows(POLICY.model_copy(update={"sources": {NAME: terms}, "waits": Waits(soak=soak)}))
        means = world.pipeline.means
        source = {NAME: sentry_source(sentry)}
        self.puller = Puller(means.store, source, {NAME: terms}, means.redactor, Intake(means))
        demo_cases()[0].add_to_sentry(sentry, now() - HOUR)
        self.pulls()
        world.advances()
        world.presses(Decision.APPROVE)
        world.advances()
        world.turns_green()
        assert world.is_merged().status is Status.AWAITING_PROOF

    def pulls(self) -> None:
        """And digests what came."""
        self.puller.pull_now(NAME)
        for signal_id in self.world.told.signals:
            if self.store.signals.get(signal_id).status is SignalStatus.AWAITING_DIGEST:
                self.world.pipeline.digest(signal_id, PlainCheckpoint())
        self.world.told.signals.clear()

    def happens(self, release: str, **after: float) -> dt.datetime:
        at = (now() + dt.timedelta(**after)).replace(microsecond=0)
        self.sentry.happen(ISSUE, at=at, release=release)
        self.pulls()
        return at

    def looks(self, **later: float) -> Report:
        self.world.later = dt.timedelta(**later)
        return self.world.advances()

    def shown(self) -> str:
        """All that the card and the thread say, and what reporters read."""
        return shown(self.world)


def shown(world: World) -> str:
    store = world.store
    scene = Scene(store.reports.snapshot(1), world.policy, reporters=store.reports.reporters(1, 0).signals)
    drawn = [card(scene), *(each for each in thread(scene) if isinstance(each, Drawing))]
    return json.dumps([block.to_dict() for each in drawn for block in each.blocks])


@pytest.fixture
def world(sqlite_store: Store, tmp_path: Path) -> World:
    return World(sqlite_store, tmp_path)


def test_an_error_that_goes_on_in_the_release_from_before_the_merge_takes_nothing_back_and_delays_the_end(
    world: World, sentry: Sentry
) -> None:
    watched = Watched(world, sentry, soak=600)
    asked = len(world.model.asked)
    at = watched.happens(OLD, minutes=5)

    assert world.store.reports.get(1).status is Status.AWAITING_PROOF
    report = watched.looks()
    assert (report.status, report.soak_until) == (Status.AWAITING_PROOF, at + dt.timedelta(minutes=10))
    assert f"Still seen in {OLD}, from before the merge." in watched.shown()
    assert world.told.published[-1] == 1
    assert watched.looks(minutes=12).status is Status.AWAITING_PROOF
    assert len(world.model.asked) == asked

    watched.happens(NEW, minutes=8)
    assert world.store.reports.get(1).status is Status.AWAITING_RESEARCH


def test_what_its_source_calls_regressed_came_back_whatever_release_it_names(world: World, sentry: Sentry) -> None:
    watched = Watched(world, sentry, soak=600)
    sentry.resolve(ISSUE)
    watched.happens(OLD, minutes=1)
    assert world.store.reports.get(1).status is Status.AWAITING_RESEARCH


def test_a_soak_waits_for_a_source_that_cannot_be_read_and_says_so(
    world: World, sentry: Sentry, faults: Faults
) -> None:
    watched = Watched(world, sentry, soak=0)
    faults.plan(Fault("sentry:issues.list", Moment.RECEIPT, Kind.REFUSE, status=401))
    watched.pulls()

    assert watched.looks(minutes=1).status is Status.AWAITING_PROOF
    assert "Waiting for errors, which cannot be read since 2" in watched.shown()
    world.told.published.clear()
    assert watched.looks(days=29).status is Status.AWAITING_PROOF
    assert world.told.published == []  # it was said

    watched.pulls()
    assert watched.looks(minutes=2).status is Status.RESOLVED
    assert world.store.reports.journal(1)[-1].text == Ending.PROVEN
    assert "It did not come back: resolved." in watched.shown()
    assert world.store.balances.since(now() - HOUR).proven == 1


def test_a_source_that_cannot_be_read_for_too_long_lets_it_end_unproven(
    world: World, sentry: Sentry, faults: Faults
) -> None:
    watched = Watched(world, sentry, soak=0)
    faults.plan(Fault("sentry:issues.list", Moment.RECEIPT, Kind.REFUSE, status=401))
    watched.pulls()

    assert watched.looks(days=31).status is Status.RESOLVED
    assert world.store.reports.journal(1)[-1].text == Ending.UNHEARD
    read = watched.shown()
    assert "Resolved: merged, and nothing more was heard of it." in read
    assert "Nothing more was heard of it: resolved." in read
    balance = world.store.balances.since(now() - HOUR)
    assert (balance.resolved, balance.proven) == (1, 0)
    assert "1 resolved (1 of them only because nothing more was heard)" in counted(balance)


def test_what_one_message_told_of_is_not_called_fixed_because_nobody_wrote_again(world: World) -> None:
    world.reaches(Status.AWAITING_PROOF)
    world.later = dt.timedelta(hours=2)
    assert world.advances().status is Status.RESOLVED

    assert world.store.reports.journal(1)[-1].text == Ending.UNREPORTED
    read = shown(world)
    assert "Resolved: merged, and nobody has reported it since." in read
    assert "Nobody has reported it since: resolved." in read
