"""A fix that is kept back for words of its report: who may decide is asked, and lets exactly those through."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

import pytest

from agents.exchange import Message
from agents.people.assent import Answer, Via
from storage.columns import now
from storage.judgments import Outcome, Stage
from storage.records import Decision, EntryKind
from storage.status import Status
from storage.store import Store
from tests.fakes import calls
from tests.world import EDIT, PRIYA, SUBMISSION, TOM, WRITE, World

NAMED = {**SUBMISSION, "summary": "The Overlook share is guarded."}


@pytest.fixture
def world(sqlite_store: Store, tmp_path: Path) -> World:
    """A repository that all may read, and a report whose fix was refused for one word."""
    world = World(sqlite_store, tmp_path)
    world.code_host.public = True
    world.hears(body="Sharing fails for the Overlook page and its Kestrel panel.")
    assert world.advances().status is Status.AWAITING_APPROVAL
    assert world.presses(Decision.APPROVE)
    hands_in(world, NAMED)
    assert world.advances().stuck_because is Outcome.UNSAFE
    return world


def hands_in(world: World, submission: Mapping[str, object]) -> None:
    turns: list[Message] = [calls(WRITE, EDIT), *[calls(("submit_fix", submission))] * 4]
    world.model.turns = {**world.model.turns, Stage.FIX: turns}


def says(world: World, words: str, later: float = 1.0, person: object = PRIYA) -> Answer | None:
    return world.assent.reply(1, words, f"{now().timestamp() + later:.6f}", person)  # type: ignore[arg-type]


def test_who_may_decide_lets_the_words_through_and_the_fix_goes_on_as_it_was(world: World) -> None:
    asked = len(world.model.asked)
    kept = world.store.plans.kept_back(1)
    assert kept is not None
    assert kept.words == ("overlook",)

    answer = says(world, "These words are fine.")
    assert answer is not None
    assert answer.ok
    assert world.advances().status is Status.AWAITING_CHECKS

    assert "Overlook" in world.code_host.drafts[1].body
    assert len(world.model.asked) == asked, "what was handed in is proven again, and nobody is paid for it"
    said = [each.text for each in world.store.reports.journal(1) if each.kind is EntryKind.WORD]
    assert said[-1] == "overlook"
    assert any("these words are fine: overlook" in each.text for each in world.store.reports.journal(1))


def test_a_fix_that_people_want_otherwise_since_does_not_go_on_as_it_was(world: World) -> None:
    asked = len(world.model.asked)
    assert says(world, "Guard the export as well, please") is not None  # kept for the next try
    says(world, "these words are fine", later=2.0)
    hands_in(world, NAMED)

    assert world.advances().status is Status.AWAITING_CHECKS
    assert len(world.model.asked) > asked


def test_other_words_of_the_report_are_asked_about_again(world: World) -> None:
    says(world, "these words are fine")
    fix = world.store.fixes.latest(1)
    assert fix is not None
    world.store.fixes.change(fix.id or 0, submission=None, patch="")  # so that the agent begins anew
    hands_in(world, {**SUBMISSION, "summary": "The Overlook share and the Kestrel panel."})

    assert world.advances().status is Status.STUCK
    kept = world.store.plans.kept_back(1)
    assert kept is not None
    assert kept.words == ("kestrel",)


def test_nobody_else_may_and_nothing_that_was_said_before_counts(world: World) -> None:
    assert says(world, "these words are fine", later=-60.0) is not None  # that nothing is to be decided
    refused = says(world, "these words are fine", person=TOM)

    assert refused is not None
    assert "You may not do this" in refused.sentence
    assert world.store.reports.get(1).status is Status.STUCK
    assert world.store.plans.approvals(1)[-1].decision is Decision.REFUSED


def test_a_report_that_is_stuck_for_something_else_has_no_words_to_let_through(world: World) -> None:
    assert world.assent.press(1, Decision.RETRY, person=PRIYA, via=Via.BUTTON).ok
    hands_in(world, {**SUBMISSION, "test_ids": ["test_shop_zero.py::test_missing"]})
    assert world.advances().status is Status.STUCK

    answer = says(world, "these words are fine")
    assert answer is not None
    assert not answer.ok
    assert world.store.reports.get(1).status is Status.STUCK
