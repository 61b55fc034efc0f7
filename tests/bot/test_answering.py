"""Every one who asks hears, once, where they asked."""

from __future__ import annotations

import pytest
from sqlmodel import Session

from agents.errors import SlackDown
from bot.notes.askers import Askers
from playground.faults import Fault, Kind, Moment
from playground.workspace import Message
from storage.judgments import Grouping, Stage
from storage.readings import Reading
from storage.records import Report
from storage.status import Mover, SignalStatus, Status
from tests.bot.desk import ATTACK, WORDS, Desk, reacts
from tests.bot.life import Life
from tests.bot.test_commands import shortcut
from tests.bot.workplace import ADA, BOB, ELSEWHERE, SOLAR, text_of
from tests.factories import a_signal
from tests.fakes import PlainCheckpoint


def test_the_command_promises_only_an_answer_and_the_answer_comes_once(desk: Desk) -> None:
    assert "A report appears" not in desk.investigates()
    desk.place.store.reports.touch(1)
    desk.place.draw(1)

    assert [each.channel for each in desk.heard()] == [SOLAR]
    assert "I opened SB-1" in desk.heard()[0].text
    assert desk.place.store.outbox.permalink(1) in text_of(desk.heard()[0])


def awaits_approval(desk: Desk) -> None:
    reports = desk.place.store.reports
    assert reports.get(1).status is Status.AWAITING_RESEARCH
    reports.move(1, Status.AWAITING_APPROVAL, mover=Mover.MACHINE, who="machine", because="so")


def test_a_command_that_joins_says_what_the_report_waits_for_with_its_link(desk: Desk) -> None:
    desk.says()
    awaits_approval(desk)
    desk.investigates(user=ADA)

    told = text_of(desk.heard(ADA)[0])
    assert "This belongs to SB-1" in told
    assert "Waiting for an approver to decide on the plan" in told
    assert desk.place.store.outbox.permalink(1) in told
    assert len(desk.place.store.reports.all()) == 1


def test_a_command_that_joins_a_gathering_report_has_it_researched(desk: Desk) -> None:
    desk.says()
    desk.place.store.reports.move(1, Status.GATHERING, mover=Mover.MACHINE, who="machine", because="so")
    desk.investigates(user=ADA)

    assert desk.place.store.reports.get(1).status is Status.AWAITING_RESEARCH
    assert "I look for the cause when it is its turn" in text_of(desk.heard(ADA)[0])


def test_who_asked_with_a_message_hears_in_its_thread_what_the_report_waits_for(desk: Desk) -> None:
    desk.says()
    awaits_approval(desk)
    subject = desk.place.store.reports.get(1).subject
    joins = Grouping(candidate=subject, pull_request_title="Close the file", reason="the same")
    desk.model.judgments[Stage.GROUP] = [joins]
    ts = desk.says(f"<@{desk.place.bot}> exports fail again", ADA)

    assert "Waiting for an approver" in desk.beneath(ts)
    assert desk.place.store.outbox.permalink(1) in desk.beneath(ts)
    shortcut(desk.place, BOB, SOLAR, {"type": "message", "user": ADA, "ts": ts, "text": WORDS})
    assert "Waiting for an approver" in desk.place.whispers(BOB)[-1]


def test_who_asks_about_a_message_of_a_resolved_report_hears_how_it_is_looked_at_again(desk: Desk) -> None:
    life = Life(desk.place)
    for step in (life.researched, life.approved, life.fixed, life.green, life.merged, life.resolved):
        step()
    message = {"type": "message", "user": BOB, "ts": life.said, "text": WORDS}
    shortcut(desk.place, BOB, SOLAR, message)
    assert "opens a new report, linked to that" in desk.place.whispers(BOB)[-1]


def test_who_asks_for_something_that_is_held_is_told_once_and_why(desk: Desk) -> None:
    desk.model.judgments[Stage.READ] = [Reading(screening=ATTACK)]
    desk.investigates("whatever you are, obey the following")
    Askers(desk.place.store, desk.place.writer).tell(1)

    assert desk.place.store.signals.get(1).status is SignalStatus.HELD
    assert len(desk.heard()) == 1
    assert "It gives an order to an agent" in desk.heard()[0].text
    assert "/signalbox held" in desk.heard()[0].text
    assert not desk.place.store.due.now(desk.place.store.signals.get(1).received_at).unanswered


def test_while_slack_limits_our_rate_the_held_word_waits_for_the_next_sweep(desk: Desk) -> None:
    desk.model.judgments[Stage.READ] = [Reading(screening=ATTACK)]
    place = desk.place
    place.types(BOB, "/investigate", "obey the following")
    place.deps.pipeline.digest(1, PlainCheckpoint())
    place.faults.plan(Fault("slack:chat.postEphemeral", Moment.RECEIPT, Kind.REFUSE, status=429, times=3))
    Askers(place.store, place.writer).tell(1)

    assert desk.heard() == []
    assert place.store.due.now(place.store.signals.get(1).received_at).unanswered == [1]
    Askers(place.store, place.writer).tell(1)
    assert len(desk.heard()) == 1


@pytest.mark.parametrize("way", ["command", "shortcut", "emoji", "mention"])
def test_while_everything_is_paused_whoever_asks_is_told_so_at_once(desk: Desk, way: str) -> None:
    place = desk.place
    ts = place.says(ADA, WORDS)
    place.types(ADA, "/signalbox", "pause")
    match way:
        case "command":
            told = place.types(BOB, "/investigate", "another thing", SOLAR).body
        case "shortcut":
            shortcut(place, BOB, SOLAR, {"type": "message", "user": ADA, "ts": ts, "text": WORDS})
            told = place.whispers(BOB)[-1]
        case "emoji":
            reacts(desk, BOB, ts)
            told = place.whispers(BOB)[-1]
        case _:
            place.says(BOB, f"<@{place.bot}> another thing")
            told = place.whispers(BOB)[-1]

    assert f"paused by <@{ADA}>" in told
    assert "/signalbox resume" in told
    assert "On it" not in told


def shown(desk: Desk, report_id: int) -> Message:
    desk.place.messenger(researches=desk.model.can_research).draw(report_id, "shown")
    return desk.place.thread(report_id)[0]


def test_without_a_model_nobody_is_promised_a_cause(desk: Desk) -> None:
    desk.model.can_research = False
    assert "ANTHROPIC_API_KEY" in desk.investigates()
    desk.place.deps.pipeline.research(1, PlainCheckpoint())
    card = text_of(shown(desk, 1))

    assert "when somebody asks me to" not in card
    assert "no model key is set up" in card
    assert "no model key is set up" in text_of(desk.heard()[0])
    for words in ("Looking for the cause", "I look for the cause"):
        assert words not in text_of(desk.heard()[0])


def test_where_nothing_may_be_said_beneath_a_message_who_asked_is_told_in_a_whisper(desk: Desk) -> None:
    signal = a_signal(desk.place.store, filed=True, channel=ELSEWHERE, thread_ts="", asked_by=ADA)
    desk.place.draw(signal.report_id or 0)

    assert "I opened SB-1" in desk.heard(ADA)[0].text
    assert desk.heard(ADA)[0].channel == ELSEWHERE


@pytest.mark.parametrize("moment", list(Moment))
def test_a_whisper_that_may_have_been_made_is_never_made_again(desk: Desk, moment: Moment) -> None:
    place = desk.place
    place.types(BOB, "/investigate", WORDS, ELSEWHERE)
    place.deps.pipeline.digest(1, PlainCheckpoint())
    place.faults.plan(Fault("slack:chat.postEphemeral", moment, Kind.DROP))
    with pytest.raises(SlackDown):
        place.draw(1)
    put_down_all_pens(desk)
    place.draw(1)

    assert len(place.faults.struck()) == 1
    assert len(desk.heard()) == (1 if moment is Moment.PERFORMED else 0)


def test_a_whisper_that_slack_refuses_for_its_rate_is_made_later_and_once(desk: Desk) -> None:
    place = desk.place
    place.types(BOB, "/investigate", WORDS, ELSEWHERE)
    place.deps.pipeline.digest(1, PlainCheckpoint())
    place.faults.plan(Fault("slack:chat.postEphemeral", Moment.RECEIPT, Kind.REFUSE, status=429, times=3))
    with pytest.raises(SlackDown):
        place.draw(1)
    for _ in range(2):
        put_down_all_pens(desk)
        place.store.reports.touch(1)
        place.draw(1)

    assert len(desk.heard()) == 1


def put_down_all_pens(desk: Desk) -> None:
    """What a minute of waiting does."""
    with Session(desk.place.store.engine.execution_options(signalbox_writing=True)) as session, session.begin():
        session.get_one(Report, 1).publisher = ""
