"""Files in a report's thread: a long paste is a snippet to Slack, and what an approver says all the same."""

from __future__ import annotations

import pytest

from agents.cases import Guidance
from agents.research.case_of import guidance_of
from storage.status import Status
from tests.bot.conversation import Conversation
from tests.bot.life import Life, with_a_plan
from tests.bot.workplace import ADA, BOB, SOLAR

LOG = b"Catch KeyError too: the import raises it\n"


def shares(talk: Conversation, life: Life, user: str, text: str = "", *, snippet: bool = True) -> list[Guidance]:
    """Somebody shares a file in the report's thread; what guides it then."""
    place = talk.place
    root = place.store.outbox.of_report(life.id)["card"].ts
    place.workspace.share(user, SOLAR, "trace.log", LOG, text=text, thread_ts=root, snippet=snippet)
    talk.rests()
    return list(guidance_of(place.store.plans.approvals(life.id)))


@pytest.mark.parametrize("text", ["", "have a look:"])
def test_a_snippet_of_an_approver_guides_as_if_it_had_been_typed(talk: Conversation, text: str) -> None:
    life = with_a_plan(talk.place)
    (guided,) = shares(talk, life, ADA, text)

    assert "the import raises it" in guided.words
    assert guided.words.startswith(text)
    assert life.report.status is Status.AWAITING_RESEARCH


def test_a_phrase_decides_also_with_a_file_beside_it(talk: Conversation) -> None:
    life = with_a_plan(talk.place)

    assert shares(talk, life, ADA, "approve") == []
    assert life.report.status is Status.AWAITING_FIX


def test_a_file_that_cannot_be_read_changes_nothing_and_an_approver_hears_it(talk: Conversation) -> None:
    life = with_a_plan(talk.place)

    assert shares(talk, life, BOB, snippet=False) == shares(talk, life, ADA, snippet=False) == []
    assert life.report.status is Status.AWAITING_APPROVAL
    assert talk.place.whispers(BOB) == []
    assert talk.place.whispers(ADA)[0].startswith("I cannot look into that file, so it changed nothing.")
