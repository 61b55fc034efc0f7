"""What Slack shows of a report through its life, over a real WebClient against the playground's workspace."""

from __future__ import annotations

import pytest

from storage.judgments import Outcome, Question
from storage.records import Decision
from storage.reports.soaks import Ending
from storage.status import Mover, Status
from tests.bot.life import Life
from tests.bot.workplace import (
    ADA,
    SOLAR,
    buttons,
    labels,
    text_of,
)
from tests.factories import a_plan, a_research, a_signal

# ── a whole life ────────────────────────────────────────────────────────────────────────────────────────────────


def test_a_whole_life_is_one_root_message_and_few_posts(life: Life) -> None:
    said = []
    life.draw()
    for step in (life.researched, life.approved, life.fixed, life.green, life.merged, life.resolved):
        step()
        said.append(text_of(life.card()))

    for words, shown in zip(
        [
            "decide on the plan",
            "I write the fix",
            "checks of pull request #7",
            "review and merge",
            "Merged",
            "Resolved",
        ],
        said,
        strict=True,
    ):
        assert words in shown
    roots = [each for each in life.place.workspace.messages(SOLAR) if each.user == life.place.bot]
    assert len(roots) == 1
    assert life.place.workspace.posts_by_bot() <= 10
    assert [labels(each) for each in life.draw() if labels(each)] == [["How I got here"]]
    assert all(call.answer and call.answer["ok"] for call in life.place.workspace.calls())


def test_the_reporter_hears_back_under_their_own_message(life: Life) -> None:
    life.draw()
    replies = life.place.workspace.thread(SOLAR, life.said)[1:]
    assert life.place.workspace.reactions(SOLAR, life.said) == {"eyes": [life.place.bot]}
    assert [life.store.outbox.permalink(life.id) in text_of(each) for each in replies] == [True]

    for step in (life.researched, life.approved, life.fixed, life.green, life.merged, life.resolved):
        step()
    life.draw()
    assert set(life.place.workspace.reactions(SOLAR, life.said)) == {"eyes", "white_check_mark"}
    assert "This is fixed" in text_of(life.place.workspace.thread(SOLAR, life.said)[-1])


@pytest.mark.parametrize("ending", [Ending.UNREPORTED, Ending.UNHEARD])
def test_the_reporter_is_not_told_that_it_is_fixed_where_only_nothing_more_was_heard(
    life: Life, ending: Ending
) -> None:
    for step in (life.researched, life.approved, life.fixed, life.green, life.merged):
        step()
    life.move(Status.RESOLVED, Mover.WORLD, "world", ending.value)
    life.draw()
    assert set(life.place.workspace.reactions(SOLAR, life.said)) == {"eyes"}
    last = text_of(life.place.workspace.thread(SOLAR, life.said)[-1])
    assert "A fix is merged, and nothing more was heard of it." in last
    assert "/investigate" in last
    assert "This is fixed" not in last


def test_drawing_again_without_news_asks_slack_nothing(life: Life) -> None:
    life.researched()
    life.draw()
    before = len(life.place.workspace.calls())
    life.draw()
    life.store.reports.touch(life.id)
    life.draw()

    assert len(life.place.workspace.calls()) == before


def test_the_root_message_has_the_address_that_slack_gives_it(life: Life) -> None:
    card = life.card()

    assert life.store.outbox.permalink(life.id) == life.place.workspace.permalink(SOLAR, card.ts)


def test_the_card_links_to_the_plan_and_the_plan_says_until_when(life: Life) -> None:
    life.researched()
    thread = life.draw()
    plan = next(each for each in thread if "Approve" in labels(each))
    kept = life.store.plans.latest(life.id)

    assert kept is not None
    assert kept.posted_ts == plan.ts
    assert kept.expires_at is not None
    assert life.place.workspace.permalink(SOLAR, plan.ts).replace("&", "&amp;") in text_of(thread[0])
    assert f"'timestamp': {int(kept.expires_at.timestamp())}" in text_of(plan)
    assert "Approve" not in labels(thread[0])


def test_signals_that_join_are_one_message_edited(life: Life) -> None:
    life.draw()
    posts = life.place.workspace.posts_by_bot()
    for number in range(3):
        a_signal(life.store, report_id=life.id, source="sentry", external_id=f"X-{number}", title=f"Error {number}",
                 channel=SOLAR, thread_ts="")  # fmt: skip
    thread = life.draw()

    assert life.place.workspace.posts_by_bot() == posts
    assert all(f"Error {number}" in text_of(thread[1]) for number in range(3))
    assert "4 signals" in text_of(thread[0])


def test_once_decided_the_buttons_are_gone_and_it_says_by_whom(life: Life) -> None:
    life.researched()
    life.draw()
    life.approved()
    plan = next(each for each in life.draw() if each.text.startswith("The plan"))

    assert buttons(plan) == []
    assert ADA in text_of(plan)
    assert "approved this" in text_of(plan)


def test_a_replaced_plan_loses_its_buttons_and_the_new_one_is_a_new_post(life: Life) -> None:
    life.researched()
    life.draw()
    life.store.plans.decide(
        life.id,
        Decision.GUIDE,
        by=ADA,
        via="reply",
        words="with zero too",
        to=Status.AWAITING_RESEARCH,
        because="guided",
    )
    life.draw()
    life.store.plans.propose(life.id, a_plan(title="Another way"), because="with zero too", step="p2")
    life.move(Status.AWAITING_APPROVAL, research=a_research())
    plans = [each for each in life.draw() if each.text.startswith("The plan")]

    assert [labels(each) for each in plans] == [[], ["Approve", "Not now"]]
    assert "with zero too" in text_of(plans[0])
    assert "Revised because: with zero too" in text_of(plans[1])


def test_whole_logs_are_files_and_short_ones_are_not(life: Life) -> None:
    life.researched()
    life.approved()
    life.fixed(length=9_000)
    thread = life.draw()
    files = [life.place.workspace.file(file_id) for each in thread for file_id in each.files]

    assert [file and len(file) for file in files] == [9_014, 9_009, 9_010]
    proof = next(each for each in thread if each.text == "The proof of the fix")
    assert "characters left out" in text_of(proof)
    assert life.draw()
    assert len(life.place.workspace.calls("files.completeUploadExternal")) == 1


def test_what_is_stuck_is_said_in_a_new_post_with_retry_and_taken_back_after(life: Life) -> None:
    life.researched()
    life.approved()
    life.draw()
    life.move(Status.STUCK, because="The sandbox is gone.", stuck_because=Outcome.NO_SANDBOX)
    trouble = life.draw()[-1]
    assert "The sandbox is gone." in text_of(trouble)
    assert labels(trouble) == ["Retry", "Dismiss"]

    life.move(Status.AWAITING_FIX, Mover.HUMAN, ADA, "asked to try again")
    trouble = life.draw()[-1]
    assert labels(trouble) == []
    assert "asked to try again" in text_of(trouble)


def test_what_is_past_before_it_could_be_said_is_not_said(life: Life) -> None:
    for step in (life.researched, life.approved, life.fixed, life.green, life.merged):
        step()
    thread = life.draw()

    assert not any("is green and ready" in each.text for each in thread)
    assert any("was merged" in each.text for each in thread)


def test_a_question_loses_its_buttons_once_answered(life: Life) -> None:
    life.move(Status.AWAITING_RESEARCH, Mover.WORLD, "world")
    asked = life.store.plans.ask(
        life.id, Question(text="Which one?", options=("left", "right"), why="It matters."), "q"
    )
    life.move(Status.AWAITING_ANSWER)
    shown = life.draw()[-1]
    assert labels(shown) == ["left", "right"]

    life.store.plans.answer(asked.id or 0, "left", ADA)
    life.move(Status.AWAITING_RESEARCH, Mover.HUMAN, ADA, "answered")
    shown = next(each for each in life.draw() if each.ts == shown.ts)
    assert labels(shown) == []
    assert "answered" in text_of(shown)


def test_without_a_plan_it_says_what_is_missing_and_lets_people_ask_again(life: Life) -> None:
    life.move(Status.AWAITING_RESEARCH, Mover.WORLD, "world")
    life.move(Status.GATHERING, because="Which browser is it?")
    missing = life.draw()[-1]

    assert "Which browser is it?" in text_of(missing)
    assert labels(missing) == ["Look again"]


def test_who_has_it_looked_at_again_reads_what_came_of_it_in_a_new_message(life: Life) -> None:
    for mover, who, because in (
        (Mover.WORLD, "world", "Which browser is it?"),
        (Mover.WORLD, "world", "Which version?"),
        (Mover.HUMAN, ADA, "Which page?"),
    ):
        life.move(Status.AWAITING_RESEARCH, mover, who)
        life.move(Status.GATHERING, because=because)
        life.draw()

    first, second = (each for each in life.draw() if "No fix can be proposed yet" in text_of(each))
    assert "Which version?" in text_of(first)
    assert labels(first) == []
    assert "Which page?" in text_of(second)
    assert labels(second) == ["Look again"]
