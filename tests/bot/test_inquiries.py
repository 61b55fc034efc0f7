"""Questions in a report's thread and by command, as people ask them, and what they read."""

from __future__ import annotations

import datetime as dt

import pytest

from storage.columns import now
from storage.inquiries import Reply
from storage.judgments import Finding, Question
from storage.records import Decision
from storage.status import Mover, Status
from tests.bot.conversation import Conversation
from tests.bot.inquiries import ANSWER, CODE, asked, last, says
from tests.bot.life import Life, with_a_plan
from tests.bot.workplace import ADA, BOB, GUS, SECRET, SOLAR, Workplace, text_of
from tests.factories import a_report


@pytest.fixture
def life(place: Workplace) -> Life:
    return with_a_plan(place)


def test_a_question_of_anybody_is_kept_once_shown_as_taken_and_answered_by_a_message_of_its_own(life: Life) -> None:
    before = len(life.draw())
    ts = says(life, "does 2.2 have it too? cc <@U01ADA>")
    (question,) = asked(life)
    assert (question.asked_by, question.words, question.status) == (
        BOB,
        "does 2.2 have it too? cc <@U01ADA>",
        "waiting",
    )
    assert life.place.whispers(BOB) == []
    assert len(life.draw()) == before + 1, "that it is taken is said by a sign, not by a message"
    assert life.place.workspace.message(SOLAR, ts).reactions == {"eyes": [life.place.bot]}
    assert life.report.status is Status.AWAITING_APPROVAL

    life.store.inquiries.answer(question.id or 0, ANSWER)
    shown = text_of(last(life))

    for words in ("does 2.2 have it too? cc @someone", "No: 2.2 closes the file", "app/export.py:12", "1a2b3c",
                  "Not known", "Whether Windows has it", "1 of 3 citations did not hold and was left out",
                  "This changed nothing"):  # fmt: skip
        assert words in shown
    assert "<!channel>" not in last(life).text
    assert BOB in shown
    assert len(life.draw()) == before + 2


def test_who_acted_is_named_and_nobody_else_is_mentioned(life: Life) -> None:
    says(life, "who asked about this, and who is U05OTHER?")
    (question,) = asked(life)
    claim = Finding(claim=f"{BOB} did, U05OTHER did not, and `{BOB}` is his id.", evidence=(CODE,))
    life.store.inquiries.answer(question.id or 0, Reply(claims=(claim,)))
    (line,) = [block for block in last(life).blocks if "did not, and" in str(block)]
    pieces = line["elements"][0]["elements"]
    assert pieces[0] == {"type": "user", "user_id": BOB}
    assert pieces[1]["text"] == " did, U05OTHER did not, and "
    assert pieces[2]["style"] == {"code": True}


def test_an_approvers_question_changes_no_plan_and_decides_nothing(life: Life) -> None:
    says(life, "why did you rule out the cache?", ADA)
    assert [each.asked_by for each in asked(life)] == [ADA]
    assert life.report.status is Status.AWAITING_APPROVAL
    assert life.store.plans.approvals(life.id) == []

    says(life, "could you close it in a finally block?", ADA)
    assert len(asked(life)) == 1
    assert [each.decision for each in life.store.plans.approvals(life.id)] == [Decision.GUIDE]


def test_who_does_not_name_us_asks_nothing_but_an_approver_whose_words_would_guide(life: Life) -> None:
    says(life, "does 2.2 have it too?", named=False)
    assert asked(life) == []
    says(life, "does 2.2 have it too?", ADA, named=False)
    assert [each.asked_by for each in asked(life)] == [ADA]
    assert life.store.plans.approvals(life.id) == []
    assert life.report.status is Status.AWAITING_APPROVAL

    says(life, f"<@{BOB}> do you remember why it is open?", ADA, named=False)
    assert len(asked(life)) == 1
    assert life.store.plans.approvals(life.id) == []

    says(life, "close it in a finally block", ADA, named=False)
    assert [each.decision for each in life.store.plans.approvals(life.id)] == [Decision.GUIDE]


def test_what_looks_like_a_question_still_answers_ours(life: Life) -> None:
    life.store.plans.ask(life.id, Question(text="Which?", options=("left", "right")), "s1")
    life.move(Status.AWAITING_RESEARCH, Mover.HUMAN, ADA)
    life.move(Status.AWAITING_ANSWER)
    says(life, "the left one?", ADA, named=False)
    assert asked(life) == []
    assert [each.decision for each in life.store.plans.approvals(life.id)] == [Decision.ANSWER]


@pytest.mark.parametrize("words", ["why is this here?", "why?", "thanks!", "help", "status?"])
def test_commands_and_thanks_stay_what_they_were(life: Life, words: str) -> None:
    says(life, words)
    assert asked(life) == []


def test_what_is_neither_order_nor_question_hears_how_one_asks(life: Life) -> None:
    says(life, "the blue one")
    assert asked(life) == []
    assert "Ask me about this" in life.place.whispers(BOB)[-1]


def test_of_a_long_question_the_answer_repeats_the_beginning(life: Life) -> None:
    says(life, f"does {'2.2 and ' * 200} have it too?")
    (question,) = asked(life)
    life.store.inquiries.answer(question.id or 0, ANSWER)
    assert text_of(last(life)).count("2.2 and") == 19


def test_what_somebody_passes_on_asks_nothing(life: Life) -> None:
    place, card = life.place, life.card()
    text, said = f"<@{place.bot}> look", "does 2.2 have it too?"
    ts = place.workspace.say(BOB, card.channel, text, card.ts)
    place.event({
        "type": "message", "channel": card.channel, "user": BOB, "text": text, "ts": ts, "thread_ts": card.ts,
        "attachments": [{"is_share": True, "author_id": ADA, "text": said, "fallback": said}],
    })  # fmt: skip
    place.settles()
    assert asked(life) == []


def test_a_guest_is_refused_in_a_sentence(life: Life) -> None:
    says(life, "does 2.2 have it too?", GUS)
    assert asked(life) == []
    assert life.place.whispers(GUS)[-1].startswith("Guests cannot do this")


def test_under_what_is_resolved_a_question_is_answered_and_a_return_still_reported(life: Life) -> None:
    life.approved()
    life.fixed()
    life.green()
    life.merged()
    life.resolved()
    says(life, "which release has the fix?")
    (question,) = asked(life)
    life.store.inquiries.answer(question.id or 0, ANSWER)
    assert "Did it come back?" in text_of(last(life))
    total = life.store.signals.counts().total

    says(life, "it fails again, can you look?")
    assert len(asked(life)) == 1
    assert life.store.signals.counts().total == total + 1


def test_who_asks_is_answered_while_the_report_sleeps(life: Life) -> None:
    life.store.sleeps.lay(life.id, now() + dt.timedelta(days=1), by=ADA)
    says(life, "does 2.2 have it too?")
    (question,) = asked(life)
    life.store.inquiries.answer(question.id or 0, ANSWER)
    assert "No: 2.2 closes the file" in text_of(last(life))


def test_while_it_waits_for_what_is_down_and_when_it_is_given_up_the_asker_reads_why(life: Life) -> None:
    says(life, "does 2.2 have it too?")
    (question,) = asked(life)
    life.store.inquiries.failed(question.id or 0, 1, "The model is overloaded.", now())
    assert "I cannot look it up yet, and try again by myself: " in text_of(last(life))
    before = len(life.draw())
    life.store.inquiries.give_up(question.id or 0, "It stopped at its limit of 15 turns.")
    assert "It stopped at its limit of 15 turns." in text_of(last(life))
    assert len(life.draw()) == before + 1, "people hear of no edit"
    assert "cannot look it up yet" not in text_of(life.draw()[-2])
    assert "does 2.2" not in text_of(life.draw()[-2])


def test_while_everything_is_paused_who_asks_hears_when_it_is_answered(life: Life) -> None:
    life.store.switches.put("paused", True, ADA)
    says(life, "does 2.2 have it too?")
    typed = life.place.types(BOB, "/signalbox", "ask SB-1 since when?").body
    assert [each.words for each in asked(life)] == ["does 2.2 have it too?", "since when?"]
    assert "everything is paused" in life.place.whispers(BOB)[-1]
    assert "everything is paused" in typed


def test_who_asks_in_the_thread_of_a_signal_hears_where_to_ask(life: Life) -> None:
    place = life.place
    for user, heard in ((BOB, True), (GUS, False)):
        text = f"<@{place.bot}> does 2.2 have it too?"
        ts = place.workspace.say(user, SOLAR, text, life.said)
        place.event({
            "type": "app_mention", "channel": SOLAR, "user": user, "text": text, "ts": ts, "thread_ts": life.said,
        })  # fmt: skip
        place.settles()
        assert ("name me in <" in place.whispers(user)[-1]) is heard


@pytest.mark.parametrize(
    ("status", "said"),
    [
        (Status.AWAITING_ANSWER, "my own question is still open"),
        (Status.STUCK, "is kept for the next try"),
    ],
)
def test_an_answer_says_what_becomes_of_an_approvers_words(place: Workplace, status: Status, said: str) -> None:
    life = Life(place)
    life.move(Status.AWAITING_RESEARCH, Mover.WORLD, "world")
    life.move(status)
    says(life, "does 2.2 have it too?", ADA)
    (question,) = asked(life)
    life.store.inquiries.answer(question.id or 0, ANSWER)
    assert said in text_of(last(life))


def test_by_command_it_is_asked_from_anywhere_and_answered_in_the_thread(life: Life) -> None:
    def typed(words: str, user: str = BOB, channel: str = SOLAR, trigger: str = "7.7") -> str:
        return life.place.types(user, "/signalbox", words, channel, trigger_id=trigger).body

    assert "Name the report and ask" in typed("ask")
    assert "Name the report and ask" in typed("ask SB-1")
    assert "Name the report and ask" in typed("ask SB-1 ?")
    assert "There is no SB-99" in typed("ask SB-99 why?")
    assert typed("ask SB-1 why?", user=GUS).startswith("Guests cannot do this")
    for _ in range(2):  # Slack sends one again that was not acknowledged in time
        assert "I look it up; the answer comes in <" in typed("ask SB-1 since which release")
    assert [(each.words, each.asked_by) for each in asked(life)] == [("since which release", BOB)]
    a_report(life.store, channel=SECRET, visibility="private")
    assert "There is no SB-2" in typed("ask SB-2 why?")


def test_a_bot_without_a_model_says_so(life: Life) -> None:
    model = life.place.deps.pipeline.means.model
    model.can_research = False  # type: ignore[misc]
    says(life, "does 2.2 have it too?")
    assert asked(life) == []
    assert "No model is set up" in life.place.whispers(BOB)[-1]


def test_who_forgot_our_name_and_edits_it_in_has_asked_once(talk: Conversation) -> None:
    life, place = with_a_plan(talk.place), talk.place
    root = life.card().ts
    ts = place.workspace.say(BOB, SOLAR, "does 2.2 have it too?", root)
    talk.rests()
    assert asked(life) == []

    place.workspace.edit(BOB, SOLAR, ts, f"<@{place.bot}> does 2.2 have it too?")
    talk.rests()
    place.workspace.edit(BOB, SOLAR, ts, f"<@{place.bot}> does 2.2 have it too? thanks!")
    talk.rests()
    assert [question.words for question in asked(life)] == ["does 2.2 have it too?"]
    assert life.report.status is Status.AWAITING_APPROVAL
