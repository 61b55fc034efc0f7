"""Fixes that a standing approval allowed: when they begin, and what ends them before they are pushed."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from agents.errors import CodeHostDown, SlackDown
from agents.rules import Person
from agents.terms import Autonomy, Channel
from storage.judgments import Outcome, Screening
from storage.records import Decision
from storage.status import Status
from storage.store import Store
from tests.allowed_ahead import DRAFT, Ahead
from tests.factories import a_signal
from tests.fakes import RecordingCheckpoint
from tests.world import PRIYA, TOM


@pytest.fixture
def world(sqlite_store: Store, tmp_path: Path) -> Ahead:
    return Ahead.under(sqlite_store, tmp_path)


def test_work_does_not_begin_before_the_thread_says_so(world: Ahead) -> None:
    world.gives()
    world.shows_a_plan()
    world.looks()
    with pytest.raises(SlackDown, match="does not say yet"):
        world.advances()
    assert not world.code_host.pushes
    world.announces()
    assert world.advances().status is Status.AWAITING_CHECKS


def test_a_no_in_the_thread_ends_what_only_a_standing_approval_allowed(world: Ahead) -> None:
    world.is_allowed()
    answer = world.assent.reply(1, "no", "100.000009", TOM)
    assert answer is not None
    assert answer.ok
    assert "Stop was pressed" in world.advances().note

    assert world.presses(Decision.RETRY, TOM)
    told = world.assent.reply(1, "no", "100.000010", TOM)
    assert told is not None
    assert not world.approvals[-1].plan_revision


def runs_out(world: Ahead) -> None:
    world.passes(days=8)


def is_stopped(world: Ahead) -> None:
    assert world.stops(TOM, "acme/shop").ok


def its_giver_leaves(world: Ahead) -> None:
    world.follows(DRAFT.model_copy(update={"approvers": ("U2",)}))


def its_giver_is_a_guest_now(world: Ahead) -> None:
    world.people.others["U1"] = Person("U1", "T1", is_guest=True)


def somebody_presses_stop(world: Ahead) -> None:
    assert world.presses(Decision.STOP, TOM)


def somebody_objects(world: Ahead) -> None:
    answer = world.assent.reply(1, "please mind negative numbers", "100.000009", TOM)
    assert answer is not None


def the_policy_asks_again(world: Ahead) -> None:
    world.follows(DRAFT.model_copy(update={"channels": (Channel(id="C11", autonomy=Autonomy.ASK),)}))


def a_guest_reports_it_too(world: Ahead) -> None:
    world.people.others["U7"] = Person("U7", "T1", is_guest=True)
    a_signal(world.store, report_id=1, channel="C11", author="U7")


def something_is_held(world: Ahead) -> None:
    other = a_signal(world.store, report_id=1, channel="C11")
    world.store.signals.hold(other.id or 0, Screening(reason="It gives orders."), step="hold")


def somebody_mutes_it(world: Ahead) -> None:
    world.store.sleeps.lay(1, None, by="U2")


def it_turns_private(world: Ahead) -> None:
    world.code_host.public = True
    world.store.turning_private.turn("C11")


@pytest.mark.parametrize(
    "meanwhile",
    [
        the_policy_asks_again,
        a_guest_reports_it_too,
        something_is_held,
        it_turns_private,
        somebody_mutes_it,
        runs_out,
        is_stopped,
        its_giver_leaves,
        its_giver_is_a_guest_now,
        somebody_presses_stop,
        somebody_objects,
    ],
)
def test_what_does_not_hold_any_more_when_the_fix_would_begin_begins_nothing(
    world: Ahead, meanwhile: Callable[[Ahead], None]
) -> None:
    world.is_allowed()
    meanwhile(world)

    stuck = world.advances()
    assert (stuck.status, stuck.stuck_from) == (Status.STUCK, Status.AWAITING_FIX)
    stopped = meanwhile is somebody_presses_stop
    assert ("Stop was pressed" if stopped else "standing approval does not hold any more") in stuck.note
    assert [each.who for each in world.store.reports.snapshot(1).moves][-1] == ("U2" if stopped else "machine")
    assert not world.code_host.pushes

    assert world.presses(Decision.RETRY, TOM)
    assert world.advances().status is Status.AWAITING_CHECKS


@pytest.mark.parametrize("meanwhile", [something_is_held, is_stopped, its_giver_is_a_guest_now, somebody_presses_stop])
def test_what_is_taken_back_while_the_fix_is_written_is_not_pushed(
    world: Ahead, meanwhile: Callable[[Ahead], None]
) -> None:
    world.is_allowed()
    world.before_it_submits(lambda: meanwhile(world))

    stuck = world.advances()
    assert (stuck.status, stuck.stuck_because) == (Status.STUCK, Outcome.STOPPED)
    assert not world.code_host.pushes


def test_what_is_stopped_while_a_dead_worker_lies_before_its_push_is_not_pushed(world: Ahead) -> None:
    world.is_allowed()
    first = RecordingCheckpoint()
    world.before_it_submits(lambda: world.code_host.trouble.append(CodeHostDown("It does not answer.")))
    with pytest.raises(CodeHostDown):
        world.pipeline.fix(1, first)
    somebody_presses_stop(world)

    world.pipeline.fix(1, first.resumed(len(first.kept)))
    assert world.store.reports.get(1).stuck_because is Outcome.STOPPED
    assert not world.code_host.pushes


def test_a_time_that_runs_out_while_the_fix_is_written_ends_nothing(world: Ahead) -> None:
    world.is_allowed()
    world.before_it_submits(lambda: world.passes(days=8))
    assert world.advances().status is Status.AWAITING_CHECKS


def test_who_gives_it_anew_or_for_longer_does_not_end_what_it_allowed(world: Ahead) -> None:
    world.is_allowed()
    world.gives(key="2")
    world.before_it_submits(lambda: world.gives(key="3") and None)
    assert world.advances().status is Status.AWAITING_CHECKS


def test_the_pull_request_says_that_nobody_approved_this_very_plan(world: Ahead) -> None:
    world.is_allowed()
    world.advances()
    (draft,) = world.code_host.drafts.values()
    assert "nobody has approved this very plan" in draft.body


def test_where_two_yeses_are_needed_who_presses_retry_alone_reads_that_one_more_has_to(
    sqlite_store: Store, tmp_path: Path
) -> None:
    both = DRAFT.model_copy(update={"repositories": (DRAFT.repositories[0].model_copy(update={"approvals": 2}),)})
    world = Ahead.under(sqlite_store, tmp_path, both)
    world.gives()
    world.gives(TOM, key="2")
    world.shows_a_plan()
    world.looks()
    world.announces()
    somebody_presses_stop(world)
    world.advances()

    assert world.presses(Decision.RETRY, PRIYA)
    assert world.advances().note.endswith("presses Retry approves the plan. 1 more approver has to do so.")
    assert world.presses(Decision.RETRY, TOM)
    assert world.advances().status is Status.AWAITING_CHECKS
