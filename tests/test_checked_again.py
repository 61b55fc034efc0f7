"""A check that failed for what is not the change's fault: the same change is pushed again, to be checked anew."""

from __future__ import annotations

import datetime as dt
from pathlib import Path

import pytest

from agents.exchange import Check, Remark
from storage.judgments import Outcome, Stage
from storage.records import CheckState, Decision, Fix
from storage.status import Status
from storage.store import Store
from tests.fakes import RecordingCheckpoint, calls
from tests.world import PRIYA, SUBMISSION, World

OUTAGE = "curl: (6) Could not resolve host: files.example.org"


@pytest.fixture
def world(sqlite_store: Store, tmp_path: Path) -> World:
    return World(sqlite_store, tmp_path)


def red(world: World, log: str) -> Fix:
    world.code_host.set_checks(1, Check(name="tests", state=CheckState.RED, log=log))
    world.advances()
    fix = world.store.fixes.latest(1)
    assert fix is not None
    return fix


def test_an_outage_costs_no_model_and_the_same_change_is_checked_anew(world: World) -> None:
    world.reaches(Status.AWAITING_CHECKS)
    paid, first = len(world.model.asked), world.code_host.pull_requests[1].head_sha
    red(world, OUTAGE)
    assert "by the log for want of the network or of a machine" in world.store.reports.journal(1)[-1].text

    assert world.advances().status is Status.AWAITING_CHECKS

    again = world.code_host.pull_requests[1].head_sha
    assert again != first
    assert world.code_host.patches[again] == world.code_host.patches[first]
    assert world.code_host.messages[again] == world.code_host.messages[first]
    assert world.code_host.comments == {}
    assert len(world.model.asked) == paid
    assert world.turns_green().status is Status.AWAITING_REVIEW


def test_an_outage_that_goes_on_is_left_to_people_and_their_retry_tries_again(world: World) -> None:
    world.reaches(Status.AWAITING_CHECKS)
    paid = len(world.model.asked)
    red(world, OUTAGE)
    world.advances()
    assert red(world, OUTAGE).rounds == 2
    assert world.advances().status is Status.AWAITING_CHECKS, "it is given time to pass"
    world.later = dt.timedelta(minutes=21)
    assert world.advances().status is Status.AWAITING_FIX
    assert world.advances().status is Status.AWAITING_CHECKS
    assert red(world, OUTAGE).rounds == 3
    assert world.store.reports.get(1).stuck_because is Outcome.OUT_OF_ROUNDS
    pushed = world.code_host.pushes

    assert world.presses(Decision.RETRY)
    assert world.advances().status is Status.AWAITING_FIX
    assert world.advances().status is Status.AWAITING_CHECKS

    assert world.code_host.pushes == pushed + 1
    assert len(world.model.asked) == paid


@pytest.mark.parametrize("kept", range(5))
def test_it_is_pushed_once_wherever_the_job_died(world: World, kept: int) -> None:
    world.reaches(Status.AWAITING_CHECKS)
    red(world, OUTAGE)
    pushed, whole = world.code_host.pushes, RecordingCheckpoint()
    world.pipeline.advance(1, whole)

    world.pipeline.advance(1, whole.resumed(kept))

    fix = world.store.fixes.latest(1)
    assert fix is not None
    assert (fix.rounds, world.code_host.pushes) == (2, pushed + 1)
    assert world.store.reports.get(1).status is Status.AWAITING_CHECKS


def test_words_of_people_come_before_that(world: World) -> None:
    world.reaches(Status.AWAITING_CHECKS)
    paid = len(world.model.asked)
    world.code_host.remark(1, Remark(id="c1", author="ada", text="Return 0 instead.", may_write=True))
    red(world, OUTAGE)
    world.advances()

    assert len(world.model.asked) > paid


def test_a_round_that_leaves_the_change_as_it_is_has_it_checked_anew(world: World) -> None:
    world.reaches(Status.AWAITING_CHECKS)
    world.model.turns = {Stage.FIX: [calls(("submit_fix", SUBMISSION))]}
    paid, first = len(world.model.asked), world.code_host.pull_requests[1].head_sha
    red(world, "E   assert 1 == 2  # by chance")
    assert world.advances().status is Status.AWAITING_CHECKS

    again = world.code_host.pull_requests[1].head_sha
    assert len(world.model.asked) > paid, "the agent looked"
    assert world.code_host.patches[again] == world.code_host.patches[first]
    assert again != first


def test_who_knows_that_it_is_no_outage_says_so_and_the_agent_looks(world: World) -> None:
    world.reaches(Status.AWAITING_CHECKS)
    red(world, OUTAGE)
    world.advances()
    world.later = dt.timedelta(minutes=21)
    red(world, OUTAGE)
    world.advances()
    red(world, OUTAGE)
    because = world.store.reports.journal(1)[-1].text
    assert "pushed again" not in because, "nothing is"
    assert "if it is the change after all, say so here" in because
    paid = len(world.model.asked)

    words = "It asks a host that the change made up."
    assert world.assent.reply(1, words, "7.1", PRIYA)
    assert world.presses(Decision.RETRY)
    world.advances()
    world.advances()

    assert len(world.model.asked) > paid
