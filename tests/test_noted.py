"""What a team notes in its policy reaches whoever judges, as the policy's words; where it is absent nothing changes."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from agents.exchange import TurnRequest
from agents.noted import noted_of_report, noted_text
from agents.prompts import render
from agents.terms import Channel, SourceTerms
from storage.gathered import Count
from storage.judgments import Screening, Stage, Summary
from storage.readings import Reading
from storage.status import SignalStatus, Status
from storage.store import Store
from tests.world import POLICY, World

STAGING, RETIRED = "What names staging is noise.", "Billing: ask finance before a plan."
_FENCED = re.compile(r'<evidence id="(\w+)".*?</evidence id="\1">', re.DOTALL)
NOTED = POLICY.model_copy(
    update={
        "channels": (POLICY.channels[0].model_copy(update={"notes": f"  {STAGING}\n"}), Channel(id="C12")),
        "repositories": (POLICY.repositories[0].model_copy(update={"notes": RETIRED}),),
    }
)
NOISE = Reading(
    screening=Screening(reason="fine"),
    summary=Summary(about_product=False, title="Staging", gist="It is down.", queries=()),
)


@pytest.fixture
def world(sqlite_store: Store, tmp_path: Path) -> World:
    return World(sqlite_store, tmp_path)


def _text(request: TurnRequest) -> str:
    (block,) = request.messages[0].blocks
    return getattr(block, "text", "")


def shown(world: World, stage: Stage) -> list[str]:
    """What was put before the model in a stage."""
    judged = [render(stage.value, about.variables()) for each, about in world.model.judged if each is stage]
    return judged + [_text(request) for request in world.model.asked if request.stage is stage]


def test_each_stage_that_judges_reads_what_is_noted_of_channel_and_repository(world: World) -> None:
    world.follows(NOTED)
    world.reaches(Status.AWAITING_CHECKS)

    for stage in (Stage.READ, Stage.RESEARCH, Stage.DECIDE, Stage.FIX):
        for told in (_FENCED.sub("", each) for each in shown(world, stage)):
            assert "## Notes of the team's policy" in told, stage
            assert f"Of the channel C11: {STAGING}" in told
            assert f"Of the repository acme/shop: {RETIRED}" in told
        assert shown(world, stage)


def test_a_source_that_is_trusted_is_said_under_its_own_notes(world: World) -> None:
    source = SourceTerms(kind="sentry", report_to="C11", trusted=True, notes="Errors of the crawler are noise.")
    world.follows(NOTED.model_copy(update={"sources": {"errors": source}}))
    world.hears(source="errors", external_id="errors/1")

    (told,) = shown(world, Stage.NORMALISE)
    assert "Of the source errors: Errors of the crawler are noise." in told
    assert STAGING not in told


def test_where_nothing_is_noted_no_prompt_says_so(world: World) -> None:
    world.reaches(Status.AWAITING_CHECKS)

    for stage in (Stage.READ, Stage.RESEARCH, Stage.DECIDE, Stage.FIX):
        assert "policy" not in " ".join(shown(world, stage)).lower()
    assert noted_text(()) == ""
    assert noted_of_report(Count(1, ("C11",), ("slack",)), "acme/shop", POLICY) == ()


def test_the_same_words_are_read_again_once_something_else_is_noted(world: World) -> None:
    words = {"title": "", "body": "staging answers 500"}
    first, again = (world.hears(external_id=f"C11/{number}", **words) for number in range(2))
    assert len(shown(world, Stage.READ)) == 1  # the second said the same
    world.model.judgments[Stage.READ] = [NOISE]
    world.follows(NOTED)
    noted = [world.hears(external_id=f"C11/{number}", **words) for number in range(2, 4)]

    assert len(shown(world, Stage.READ)) == 2
    statuses = [world.store.signals.get(each).status for each in (first, again, *noted)]
    assert statuses == [SignalStatus.FILED] * 2 + [SignalStatus.DROPPED] * 2
