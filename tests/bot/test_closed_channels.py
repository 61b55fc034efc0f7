"""A channel that people close, in Slack or by the policy: what is said there from then on goes to nobody outside it."""

from __future__ import annotations

from dataclasses import replace

import pytest

from agents.terms import Channel
from bot.listeners.conversation import bring_up_to_date
from bot.slack.writer import SlackWriter
from storage.signals.messages import Piece
from storage.status import SignalStatus, Visibility
from tests.bot.conversation import Conversation
from tests.bot.thread_events import filed
from tests.bot.workplace import ADA, BOB, SOLAR


@pytest.mark.parametrize("by_the_policy", [True, False])
def test_an_answer_in_a_channel_that_was_closed_does_not_reach_the_public_report(
    talk: Conversation, *, by_the_policy: bool
) -> None:
    place, store = talk.place, talk.place.store
    root = place.workspace.say(BOB, SOLAR, "the export fails")
    known = talk.comes(root)
    talk.rests()  # the listener looks once more whether there is news, and asks Slack about the channel for it
    filed(place, known.id or 0)
    report_id = store.signals.get(known.id or 0).report_id or 0
    if not by_the_policy:
        place.workspace.make_private(SOLAR)
    terms = Channel(id=SOLAR, visibility=Visibility.PRIVATE if by_the_policy else Visibility.PUBLIC)
    a_minute_later = SlackWriter(place.writer.client, us=place.writer.us)  # it remembers no channel
    deps = replace(place.deps, slack=a_minute_later, policy=place.policy.model_copy(update={"channels": (terms,)}))

    thread = f"{SOLAR}/{root}"
    store.messages.hear(
        Piece(id=f"{SOLAR}/9000000000.000001", thread=thread, author=ADA, text="Nordhang!", version="1")
    )
    signal = bring_up_to_date(thread, deps)

    assert signal is not None
    assert "Nordhang" in signal.body
    assert (signal.visibility, signal.report_id) == (Visibility.PRIVATE, None)
    assert signal.status is SignalStatus.AWAITING_DIGEST
    assert store.signals.of_report(report_id) == []
