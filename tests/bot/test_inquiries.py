"""Questions in a report's thread and by command, as people ask them, and what they read."""

from __future__ import annotations

import datetime as dt
from dataclasses import replace
from typing import cast

import pytest

from bot.chores import Chores
from bot.durable.enqueuing import Enqueuer
from bot.inquiry_jobs import enqueue_inquiries
from bot.listening import MARK, Listening
from playground.workspace import Message
from storage.columns import now
from storage.inquiries import Inquiry, InquiryStatus, Reply
from storage.judgments import Evidence, EvidenceKind, Finding, Outcome, Question, Stage
from storage.records import Decision
from storage.status import Mover, Status
from storage.store import Store
from tests.bot.life import Life
from tests.bot.workplace import ADA, BOB, GUS, SECRET, SOLAR, Workplace, text_of
from tests.bot.works import Works, until
from tests.factories import a_report

CODE = Evidence(kind=EvidenceKind.CODE, where="app/export.py", line=12, quote="open(path)")
ANSWER = Reply(
    claims=(
        Finding(claim="No: 2.2 closes the file <!channel>.", evidence=(CODE,)),
        Finding(claim="It came with `1a2b3c`.", evidence=(CODE,)),
    ),
    unknown="Whether Windows has it; a run there would settle it.",
    citations_made=3,
    citations_dropped=1,
)


@pytest.fixture
def life(place: Workplace) -> Life:
    """A report with a plan that people see, and a bot that can look things up."""
    life = Life(place)
    life.researched()
    life.draw()
    return life


def says(life: Life, words: str, user: str = BOB, *, named: bool = True) -> str:
    """Somebody says it in the report's thread; Slack tells of a mention twice. The ts."""
    place, card = life.place, life.card()
    text = f"<@{place.bot}> {words}" if named else words
    ts = place.workspace.say(user, card.channel, text, card.ts)
    fields = {"channel": card.channel, "user": user, "text": text, "ts": ts, "thread_ts": card.ts}
    place.event({"type": "message", **fields})
    if named:
        place.event({"type": "app_mention", **fields})
    place.settles()
    return ts


def asked(life: Life) -> list[Inquiry]:
    return list(life.store.reports.snapshot(life.id).inquiries)


def last(life: Life) -> Message:
    return life.draw()[-1]


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


def test_said_with_the_reports_number_it_is_asked_once_and_deleted_with_its_message(life: Life) -> None:
    place = life.place
    text = f"<@{place.bot}> ask SB-1 is Jane Doe hit?"
    ts = place.workspace.say(BOB, SOLAR, text)
    for _ in range(2):  # a bot that died before it was done with it hears it again
        place.event({"type": "app_mention", "channel": SOLAR, "user": BOB, "text": text, "ts": ts})
        place.settles()
    assert [each.words for each in asked(life)] == ["is Jane Doe hit?"]
    place.event({
        "type": "message", "subtype": "message_deleted", "channel": SOLAR, "deleted_ts": ts,
        "previous_message": {"ts": ts},
    })  # fmt: skip
    place.settles()
    assert [each.status for each in asked(life)] == [InquiryStatus.WITHDRAWN]


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


def test_a_question_that_is_deleted_goes_with_its_answer(life: Life) -> None:
    ts = says(life, "is Jane Doe hit?")
    (question,) = asked(life)
    life.store.inquiries.answer(question.id or 0, ANSWER)
    assert "Jane Doe" in text_of(last(life))
    life.place.workspace.delete(BOB, SOLAR, ts)
    card = life.card()
    life.place.event({
        "type": "message", "subtype": "message_deleted", "channel": card.channel, "deleted_ts": ts,
        "previous_message": {"ts": ts, "thread_ts": card.ts},
    })  # fmt: skip
    life.place.settles()
    assert "This answered a question that was deleted." in text_of(last(life))
    assert "Jane" not in asked(life)[0].model_dump_json()


def test_of_a_question_that_is_deleted_before_it_is_answered_nothing_is_posted(life: Life) -> None:
    before = len(life.draw())
    ts = says(life, "is Jane Doe hit?")
    life.store.inquiries.withdraw(f"{SOLAR}/{ts}")
    assert len([each for each in life.draw() if each.ts != ts]) == before


def test_a_question_that_was_deleted_while_nobody_listened_goes_too(life: Life) -> None:
    ts = says(life, "is Jane Doe hit?")
    life.place.workspace.delete(BOB, SOLAR, ts)
    life.store.cursors.advance(MARK, now().isoformat(), [])
    Listening(life.place.deps, lambda: True, lambda: now() + dt.timedelta(hours=62)).note()
    assert [each.status for each in asked(life)] == [InquiryStatus.WITHDRAWN]


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


# ── jobs ────────────────────────────────────────────────────────────────────────────────────────────────────────


def test_the_sweep_finds_a_question_and_one_whose_job_ended_without_a_word_is_tried_again(works: Works) -> None:
    report_id = a_report(works.store).id or 0
    row = works.store.inquiries.ask(
        report_id, by=BOB, words="why?", message="C1/1.0", most=9, since=now() - dt.timedelta(days=1)
    )
    assert row is not None
    works.store.runs.begin(f"inquire:{row.id}:1", Stage.INQUIRE, report_id)
    works.jobs.sweep()  # the job meets what nobody thought of
    until(lambda: works.engine.is_over(f"inquire:{row.id}:1"), "the job ends")
    works.jobs.sweep()
    assert (row.attempt, works.store.inquiries.get(row.id or 0).trouble) == (1, ""), "once is nobody's business"
    works.jobs.sweep()
    until(lambda: works.engine.is_over(f"inquire:{row.id}:2"), "the next job ends")
    works.jobs.sweep()
    assert "by a fault of mine" in works.store.inquiries.get(row.id or 0).trouble
    assert [run.outcome for run in works.store.runs.of_report(report_id)] == [Outcome.FAILED]
    answered: list[int] = []

    def answer(subject: int, *_: object) -> None:
        works.store.inquiries.answer(subject, ANSWER)
        answered.append(subject)

    works.jobs.chores = replace(Chores(), inquire=answer)
    works.later(minutes=1)
    works.jobs.sweep()
    until(lambda: answered == [row.id], "the next try")
    assert works.store.inquiries.due(now() + dt.timedelta(days=1)) == []


class Late:
    """An engine whose job ends well while the sweep looks at it."""

    def __init__(self, store: Store) -> None:
        self.store, self.published = store, list[int]()
        self.engine = self

    def is_over(self, job_id: str) -> bool:
        self.store.runs.begin(job_id, Stage.INQUIRE, 1)
        self.store.runs.end(job_id, Outcome.FINISHED, "It is done.", 1.0)
        self.store.inquiries.answer(1, ANSWER)
        return True

    def publish(self, report_id: int) -> None:
        self.published.append(report_id)


def test_a_question_that_is_answered_while_the_sweep_looks_stays_answered(sqlite_store: Store) -> None:
    report_id = a_report(sqlite_store).id or 0
    sqlite_store.inquiries.ask(
        report_id, by=BOB, words="why?", message="C1/1.0", most=9, since=now() - dt.timedelta(days=1)
    )
    late = Late(sqlite_store)
    enqueue_inquiries(sqlite_store, cast("Enqueuer", late), now())
    assert late.published == []
    assert [run.outcome for run in sqlite_store.runs.of_report(report_id)] == [Outcome.FINISHED]
