"""What was said in a thread and deleted since: by an event, or while nobody listened."""

from __future__ import annotations

import datetime as dt

import pytest

from agents.research.case_of import guidance_of
from bot.listening import MARK, Listening
from bot.sources.slack import SOURCE
from storage.columns import now
from storage.judgments import Stage
from storage.records import Decision
from storage.status import Status
from tests.bot.life import Life, with_a_plan
from tests.bot.workplace import ADA, BOB, SOLAR, Workplace, text_of

WORDS = "mind negative prices, says Jane Doe"


@pytest.fixture
def life(place: Workplace) -> Life:
    return with_a_plan(place)


def guides(life: Life) -> str:
    """An approver asks for another plan; the ts of that."""
    place, card = life.place, life.card()
    ts = place.workspace.say(ADA, card.channel, WORDS, card.ts)
    place.event(
        {"type": "message", "channel": card.channel, "user": ADA, "text": WORDS, "ts": ts, "thread_ts": card.ts}
    )
    place.settles()
    assert life.report.status is Status.AWAITING_RESEARCH
    return ts


def told(life: Life) -> str:
    """All that is kept of what was said and came of it."""
    shot = life.place.store.reports.snapshot(life.id)
    kept = (*shot.approvals, *shot.moves, *shot.plans, *shot.questions, *life.place.store.reports.journal(life.id))
    return " ".join(each.model_dump_json() for each in kept)


def is_back(place: Workplace) -> None:
    """The bot is back after a weekend of which it heard nothing."""
    place.store.cursors.advance(MARK, now().isoformat(), [])
    Listening(place.deps, lambda: True, lambda: now() + dt.timedelta(hours=62)).note()


def test_guidance_that_is_deleted_is_used_no_more_and_who_said_it_hears_so(life: Life) -> None:
    place, card, ts = life.place, life.card(), guides(life)
    place.workspace.delete(ADA, card.channel, ts)
    previous = {"ts": ts, "thread_ts": card.ts}
    for _ in range(2):
        place.event({
            "type": "message", "subtype": "message_deleted", "channel": card.channel, "deleted_ts": ts,
            "previous_message": previous,
        })  # fmt: skip
        place.settles()

    assert WORDS not in told(life)
    said = [each for each in place.store.plans.approvals(life.id) if each.decision is Decision.GUIDE]
    assert [(each.by, each.words, each.lapsed_because) for each in said] == [(ADA, "", "its message was deleted")]
    assert guidance_of(place.store.plans.approvals(life.id)) == ()
    assert place.whispers(ADA)[1:] == ["You deleted what you had said here before I used it, so I do not."]
    thread = " ".join(text_of(each) for each in life.draw())
    assert "(deleted by who said it)" in thread
    assert "Jane Doe" not in thread


def test_what_a_run_has_read_stays_in_what_came_of_it_alone(life: Life) -> None:
    place, card, ts = life.place, life.card(), guides(life)
    place.store.runs.begin("research:1:2", Stage.RESEARCH, life.id)
    place.workspace.delete(ADA, card.channel, ts)
    is_back(place)
    plan = place.store.plans.latest(life.id)
    assert plan is not None
    place.store.plans.propose(life.id, plan.body.model_copy(update={"risk": "More."}), because=WORDS)

    assert WORDS not in told(life)
    assert place.whispers(ADA)[1:] == [
        "You deleted what you had said here, but I have used it already. What came of it stays until you say otherwise."
    ]


def test_what_is_still_there_is_still_used(life: Life) -> None:
    ts = guides(life)
    is_back(life.place)
    is_back(life.place)
    assert WORDS in told(life)
    assert ts in told(life)


def test_an_answer_of_a_signals_thread_that_was_deleted_meanwhile_is_forgotten(place: Workplace) -> None:
    root = place.workspace.say(BOB, SOLAR, "the export fails")
    answers = [place.workspace.say(ADA, SOLAR, f"for me too, {number}", root) for number in range(3)]
    place.store.cursors.advance(MARK, (now() - dt.timedelta(hours=62)).isoformat(), [])
    Listening(place.deps, lambda: True).note()
    place.workspace.delete(ADA, SOLAR, answers[1])
    is_back(place)

    (signal,) = place.store.signals.find(SOURCE, f"{SOLAR}/{root}")
    assert "for me too, 1" not in signal.body
    assert "for me too, 0" in signal.body
    assert "for me too, 2" in signal.body
