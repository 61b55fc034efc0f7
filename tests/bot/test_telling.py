"""What becomes of what a person did where Slack lets the bot say nothing to them."""

from __future__ import annotations

import pytest

from bot.listeners import commands
from bot.listeners.events import deal_with
from playground.faults import Fault, Kind, Moment
from storage.status import Status
from tests.bot.conversation import Conversation
from tests.bot.life import with_a_plan
from tests.bot.workplace import ADA, BOB, QUIET, SOLAR, Workplace, buttons, labels, wait_for


def silenced(place: Workplace, error: str) -> None:
    """Slack takes no words of ours to one person."""
    place.faults.plan(Fault("slack:chat.postEphemeral", Moment.RECEIPT, Kind.REFUSE, times=9, error=error))


@pytest.mark.parametrize("error", ["restricted_action", "user_not_in_channel", "is_archived"])
def test_a_reply_counts_once_also_where_slack_lets_nobody_be_told_so(place: Workplace, error: str) -> None:
    life = with_a_plan(place)
    silenced(place, error)
    place.says(ADA, "approve", thread_ts=life.card().ts, event_id="EvYes")

    assert life.report.status is Status.AWAITING_FIX
    kept = place.store.inbox.get("EvYes")
    assert kept is not None
    assert (kept.done_at is not None, kept.failures) == (True, 0)


def test_who_presses_where_the_bot_may_not_speak_is_answered_where_they_pressed(talk: Conversation) -> None:
    place = talk.place
    life = with_a_plan(place)
    plan = next(message for message in life.draw() if "Approve" in labels(message))
    button = next(each for each in buttons(plan) if each["text"]["text"] == "Approve")
    silenced(place, "restricted_action")
    place.workspace.click(BOB, plan.channel, plan.ts, button["action_id"], button["value"])

    (said,) = wait_for(lambda: place.whispers(BOB))
    assert "You may not do this" in said


def test_a_slow_command_where_the_bot_is_no_member_is_answered_where_it_was_typed(
    talk: Conversation, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(commands, "_IN_TIME", -1.0)  # as if Slack had stopped waiting for the acknowledgement
    silenced(talk.place, "channel_not_found")
    talk.place.workspace.command(BOB, QUIET, "/signalbox", "status")

    assert wait_for(lambda: talk.place.whispers(BOB)[1:]) == ["Working"]


def test_a_home_tab_that_slack_does_not_take_is_no_event_that_failed(place: Workplace) -> None:
    place.faults.plan(Fault("slack:views.publish", Moment.RECEIPT, Kind.REFUSE, times=9, error="not_enabled"))
    place.event({"type": "app_home_opened", "user": BOB, "tab": "home", "channel": "D1"}, "EvHome")
    place.settles()

    kept = place.store.inbox.get("EvHome")
    assert kept is not None
    assert kept.failures == 0


@pytest.mark.parametrize("words", ["approve", "stop", "please test the import too"])
def test_a_reply_that_is_dealt_with_again_since_nobody_could_be_told_counts_once(place: Workplace, words: str) -> None:
    life = with_a_plan(place)
    place.faults.plan(Fault("slack:chat.postEphemeral", Moment.RECEIPT, Kind.REFUSE, status=503))
    place.says(ADA, words, thread_ts=life.card().ts, event_id="EvTwice")
    status, said = life.report.status, place.store.plans.approvals(life.id)
    assert len(said) == 1
    deal_with("EvTwice", place.deps)

    assert (life.report.status, place.store.plans.approvals(life.id)) == (status, said)
    assert place.whispers(ADA) == ["I heard that already, and it counts."]


def test_who_edits_what_they_told_us_to_do_hears_once_that_the_first_words_count(talk: Conversation) -> None:
    place, life = talk.place, with_a_plan(talk.place)
    root = life.card().ts
    ts = place.workspace.say(ADA, SOLAR, "use json for that", root)
    aside = place.workspace.say(BOB, SOLAR, "nice", root)
    talk.rests()
    place.workspace.edit(BOB, SOLAR, aside, "very nice")
    for words in ("use yaml for that", "use yaml for that, please"):
        place.workspace.edit(ADA, SOLAR, ts, words)
        talk.rests()

    assert [each.words for each in place.store.plans.approvals(life.id)] == ["use json for that"]
    assert len([text for text in place.whispers(ADA) if "as you first wrote it" in text]) == 1
    assert place.whispers(BOB) == []
