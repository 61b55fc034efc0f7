"""What is happening again after its fix: told as a new signal, or as one of the same that simply goes on."""

from __future__ import annotations

import datetime as dt
import json
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import TypeVar

import pytest

from agents.tools.similar_reports import outcome
from bot.views.drawing import Drawing
from bot.views.report import thread
from bot.views.scene import Scene
from storage.columns import now
from storage.judgments import Bucket, Grouping, Priority, Stage, Verdict
from storage.records import Decision, Report
from storage.reports.filing import NewReport
from storage.status import Mover, Status
from storage.store import Store
from tests.factories import a_raw_signal
from tests.fakes import PlainCheckpoint
from tests.world import World

ERROR = {"source": "errors", "external_id": "SHOP-1", "keys": ("sentry:SHOP-1",), "body": "ZeroDivisionError in share"}
NOT_YET = Verdict(bucket=Bucket.NOT_ACTIONABLE, priority=Priority.P3, reason="Too little is known.", missing="A trace.")
T = TypeVar("T")
TO_RESOLVED = (
    (Status.AWAITING_RESEARCH, Mover.WORLD), (Status.AWAITING_APPROVAL, Mover.MACHINE),
    (Status.AWAITING_FIX, Mover.HUMAN), (Status.AWAITING_CHECKS, Mover.MACHINE),
    (Status.AWAITING_PROOF, Mover.HUMAN), (Status.RESOLVED, Mover.WORLD),
)  # fmt: skip


@pytest.fixture
def world(sqlite_store: Store, tmp_path: Path) -> World:
    return World(sqlite_store, tmp_path)


def soon(**later: float) -> dt.datetime:
    return now() + dt.timedelta(**later)


def merged(world: World) -> None:
    """An error of a tracker is reported, fixed and merged, and watched."""
    world.hears(**ERROR)
    world.advances()
    world.presses(Decision.APPROVE)
    world.advances()
    world.turns_green()
    assert world.is_merged().status is Status.AWAITING_PROOF


def resolved(store: Store, report: Report) -> None:
    for to, mover in TO_RESOLVED:
        if report.status not in (to, Status.RESOLVED):
            store.reports.move(report.id or 0, to, mover=mover, who=mover, because="so")


def test_an_error_that_goes_on_after_the_merge_in_the_same_words_takes_the_report_back(world: World) -> None:
    merged(world)
    before = len(world.model.asked)
    assert world.pipeline.ingest(a_raw_signal(channel="C11", **ERROR, happened_at=soon(minutes=1))).signal_id == 1

    report = world.store.reports.get(1)
    assert report.status is Status.AWAITING_RESEARCH
    assert [entry.after for entry in world.store.reports.journal(1)][-2:] == [
        Status.GATHERING,
        Status.AWAITING_RESEARCH,
    ]
    assert world.store.reports.journal(1)[-1].text == "it came back after the merge"
    assert len(world.model.asked) == before
    assert 1 in world.told.published
    world.pipeline.ingest(a_raw_signal(channel="C11", **ERROR, happened_at=soon(minutes=2)))
    assert world.store.reports.get(1).status is Status.AWAITING_RESEARCH


def test_research_of_what_came_back_is_told_that_its_fix_did_not_hold(world: World) -> None:
    merged(world)
    world.pipeline.ingest(a_raw_signal(channel="C11", **ERROR, happened_at=soon(minutes=1)))
    before = len(world.model.asked)

    world.advances()

    opening = world.model.asked[before].messages[0].model_dump_json()
    assert "A fix of this very report did not hold: https://code.example/acme/shop/pull/1, its pull request" in opening
    assert "the problem came back after that" in opening


def test_research_of_a_return_is_told_what_was_found_and_merged_the_first_time(world: World) -> None:
    merged(world)
    world.later = dt.timedelta(hours=2)
    assert world.advances().status is Status.RESOLVED
    assert "This may be the return" not in world.model.asked[0].messages[0].model_dump_json()
    known = world.pipeline.ingest(a_raw_signal(channel="C11", **ERROR, happened_at=soon(hours=2)))
    world.pipeline.digest(known.signal_id, PlainCheckpoint())
    assert world.store.reports.get(2).regression_of == 1
    before = len(world.model.asked)

    world.pipeline.advance(2, PlainCheckpoint())

    opening = world.model.asked[before].messages[0].model_dump_json()
    assert "This may be the return of an earlier report" in opening
    assert "cause as found then: share() divides by the number of people" in opening
    past = world.store.past.reports((1,), "")[0]
    assert outcome(past).endswith(", SB-2 may be its return")


def test_a_second_fix_that_got_stuck_is_not_taken_for_merged_because_the_first_one_was(world: World) -> None:
    merged(world)
    world.pipeline.ingest(a_raw_signal(channel="C11", **ERROR, happened_at=soon(minutes=1)))
    assert world.advances().status is Status.AWAITING_APPROVAL
    world.presses(Decision.APPROVE)
    world.follows(world.policy.model_copy(update={"approvers": ("U2",)}))
    assert world.advances().status is Status.STUCK  # before the second fix was begun

    assert world.advances().status is Status.STUCK


@pytest.mark.parametrize("status", [Status.AWAITING_RESEARCH, Status.AWAITING_PROOF])
def test_what_got_stuck_otherwise_than_with_its_pull_request_open_is_not_looked_at(
    world: World, status: Status
) -> None:
    merged(world)
    if status is Status.AWAITING_RESEARCH:
        world.pipeline.ingest(a_raw_signal(channel="C11", **ERROR, happened_at=soon(minutes=1)))
    world.store.reports.move(1, Status.STUCK, mover=Mover.MACHINE, who="machine", because="GitHub answered no")
    soaks_until = world.store.reports.get(1).soak_until

    report = world.advances()
    assert (report.status, report.soak_until) == (Status.STUCK, soaks_until)


def test_a_soak_that_was_quiet_because_the_fix_was_reverted_resolves_nothing(world: World) -> None:
    merged(world)
    world.code_host.reverts[1] = "c0ffee" * 6
    world.later = dt.timedelta(hours=2)

    world.pipeline.prove(1, PlainCheckpoint())

    report = world.store.reports.get(1)
    assert report.status is Status.GATHERING
    last = world.store.reports.journal(1)[-1]
    assert last.text == "the merge was reverted by c0ffeec0ffee"
    drawn = [each for each in thread(Scene(world.store.reports.snapshot(1), world.policy)) if isinstance(each, Drawing)]
    said = json.dumps([block.to_dict() for drawing in drawn for block in drawing.blocks])
    assert "The merge was reverted" in said
    assert "It came back" not in said


def test_what_happened_before_the_merge_and_is_told_of_during_the_soak_takes_nothing_back(world: World) -> None:
    merged(world)
    fix = world.store.fixes.latest(1)
    assert fix is not None
    assert fix.merged_at is not None
    at = fix.merged_at - dt.timedelta(milliseconds=1)
    world.pipeline.ingest(a_raw_signal(channel="C11", **{**ERROR, "happened_at": at}))

    assert world.store.reports.get(1).status is Status.AWAITING_PROOF


def test_an_error_that_goes_on_after_its_report_was_resolved_opens_one_linked_report(world: World) -> None:
    merged(world)
    world.later = dt.timedelta(hours=2)
    assert world.advances().status is Status.RESOLVED
    known = [
        world.pipeline.ingest(a_raw_signal(channel="C11", **ERROR, happened_at=soon(hours=3 + number)))
        for number in range(3)
    ]
    assert {each.signal_id for each in known} == {2}
    world.pipeline.digest(2, PlainCheckpoint())

    assert world.store.reports.get(1).status is Status.RESOLVED
    assert world.store.reports.get(2).regression_of == 1
    assert "it may be a regression of SB-1" in world.store.reports.journal(2)[0].text
    assert [each.id for each in world.store.signals.of_report(1)] == [1]
    world.pipeline.ingest(a_raw_signal(channel="C11", **ERROR, happened_at=soon(hours=9)))
    assert world.store.signals.counts().total == 2
    assert world.store.signals.get(2).happened_at > soon(hours=8)


def test_it_may_come_back_as_often_as_it_is_resolved(store: Store) -> None:
    known = set()
    for number in range(3):
        signal_id = store.signals.remember(a_raw_signal(**ERROR, happened_at=soon(minutes=number))).signal_id
        known.add(signal_id)
        file_alone(store, signal_id)
        report = store.reports.get(store.signals.get(signal_id).report_id or 0)
        resolved(store, report)
    assert len(known) == 3


def file_alone(store: Store, signal_id: int) -> None:
    new = NewReport(title="t", gist="", subject="SHOP-1", channel="C11", visibility=store.signals.get(1).visibility)
    store.filing.file(
        signal_id, report_id=None, grouping=Grouping(reason="x"), candidates=(), epoch=store.filing.epoch(),
        weight=1.0, keys=(), new_report=new, step=f"file:{signal_id}",
    )  # fmt: skip


def test_a_report_that_people_merge_into_one_that_is_watched_takes_it_back_if_it_is_news(world: World) -> None:
    merged(world)
    world.later = dt.timedelta(minutes=1)
    world.model.judgments[Stage.GROUP] = [Grouping(reason="Another one.")] * 2
    old, new = (
        world.store.signals.get(world.hears(body=f"sharing looks odd {number}", happened_at=at)).report_id or 0
        for number, at in enumerate((now() - dt.timedelta(days=1), soon(minutes=1)))
    )
    world.store.corrections.merge(old, 1, by="U1")
    assert world.advances().status is Status.AWAITING_PROOF
    world.store.corrections.merge(new, 1, by="U1")
    world.told.reports.clear()

    assert world.advances().status is Status.AWAITING_RESEARCH
    assert world.told.reports == [1]
    assert "came back after the merge" in [entry.text for entry in world.store.reports.journal(1)][-1]


def test_what_is_held_or_deleted_does_not_keep_a_report_from_its_end(world: World) -> None:
    merged(world)
    world.model.judgments[Stage.GROUP] = [Grouping(reason="Another one.")]
    signal_id = world.hears(body="sharing looks odd", happened_at=soon(minutes=1))
    world.store.corrections.merge(world.store.signals.get(signal_id).report_id or 0, 1, by="U1")
    world.store.signals.erase("slack", world.store.signals.get(signal_id).external_id)
    world.later = dt.timedelta(hours=2)

    assert world.advances().status is Status.RESOLVED


def test_a_signal_from_before_the_merge_that_comes_late_is_no_regression(world: World) -> None:
    merged(world)
    world.later = dt.timedelta(hours=2)
    world.advances()
    same = Grouping(candidate=world.store.reports.get(1).subject, pull_request_title="Share", reason="the same")
    world.model.judgments[Stage.GROUP] = [same, same]
    world.hears(body="sharing fails for me", happened_at=now() - dt.timedelta(days=1))

    assert len(world.store.reports.all()) == 1
    assert world.store.reports.get(1).status is Status.RESOLVED
    assert [each.id for each in world.store.signals.of_report(1)] == [1, 2]
    world.hears(body="sharing fails for me", happened_at=now() - dt.timedelta(days=1), asked_by="U1")
    assert world.store.reports.get(2).regression_of == 1


@dataclass(kw_only=True)
class Meanwhile(PlainCheckpoint):
    """Lets something happen just before one of the steps."""

    step: str
    happens: Callable[[], object]

    def __call__(self, name: str, work: Callable[[], T], returns: type[T]) -> T:
        if name == self.step:
            self.happens()
        return super().__call__(name, work, returns)


@pytest.mark.parametrize(("joins", "passes_again"), [(1, True), (0, False)])
def test_what_joins_while_it_is_looked_into_has_it_looked_into_again(
    world: World, joins: int, passes_again: bool
) -> None:
    world.model.judgments[Stage.DECIDE] = [NOT_YET]
    world.hears(**ERROR)
    others = [{**ERROR, "external_id": f"SHOP-{number + 2}"} for number in range(joins)]
    more = Meanwhile(step="decide", happens=lambda: [world.hears(**each) for each in others])
    world.told.reports.clear()
    world.pipeline.advance(1, more)

    report = world.store.reports.get(1)
    assert report.status is (Status.AWAITING_RESEARCH if passes_again else Status.GATHERING)
    assert report.research is not None
    assert (report.research.gathered, report.research_passes) == (1, 1)
    assert (world.told.reports[-1:] == [1]) is passes_again
