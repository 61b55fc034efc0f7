"""What people say on a pull request is answered where they said it, and nothing is pushed where nothing changes."""

from __future__ import annotations

from pathlib import Path

import pytest

from agents.exchange import Check, Message, Remark
from agents.stages.review import AboutReview
from storage.judgments import Stage
from storage.records import CheckState, Decision
from storage.status import Status
from storage.store import Store
from tests.asking_there import EVE, TO_LINE, WHY, hands_in, is_asked, reviews, told
from tests.fakes import RecordingCheckpoint, calls
from tests.world import SUBMISSION, World

DOCS = Remark(id="comment-8", author="lee", text="Do the *docs* say so?\n\nI think not.", may_write=True)
ANSWERED = {
    **SUBMISSION,
    "replies": [TO_LINE, {"to": "comment-8", "text": "They do not speak of it."}],
    "answer": "Nothing else came up.",
}


@pytest.fixture
def world(sqlite_store: Store, tmp_path: Path) -> World:
    return World(sqlite_store, tmp_path)


def test_each_remark_is_answered_beneath_it_and_what_has_no_line_in_one_comment(world: World) -> None:
    world.reaches(Status.AWAITING_CHECKS)
    is_asked(world, WHY, DOCS, EVE)
    hands_in(world, ANSWERED)

    assert world.advances().status is Status.AWAITING_CHECKS

    (said,) = world.code_host.replies.values()
    assert list(world.code_host.replies) == [(1, "line-7")]
    assert said.endswith("Nobody is owed anything.")
    assert "@ada" not in said, "nobody is mentioned"
    (comment,) = world.code_host.comments.values()
    assert comment == ("> Do the \\*docs\\* say so? I think not.\n\nThey do not speak of it.\n\nNothing else came up.")
    assert "- [line-7] ada: shop.py:1: Why 0?" in told(world)[-1]
    assert "[line-9]" not in told(world)[-1], "who may not write is no instruction"


def test_where_nothing_is_to_be_changed_nothing_is_pushed_and_checks_and_approvals_stay(world: World) -> None:
    world.reaches(Status.AWAITING_CHECKS)
    world.turns_green()
    pushed, head = world.code_host.pushes, world.code_host.pull_requests[1].head_sha
    is_asked(world, WHY)
    hands_in(world, {**SUBMISSION, "replies": [TO_LINE]})

    assert world.advances().status is Status.AWAITING_CHECKS
    assert world.advances().status is Status.AWAITING_REVIEW, "its checks are green as they were"
    told_why = [entry.text for entry in world.store.reports.journal(1) if entry.after is Status.AWAITING_CHECKS]
    assert told_why[-1].endswith("is open, what was asked there is answered, and nothing was to be changed")

    assert (world.code_host.pushes, world.code_host.pull_requests[1].head_sha) == (pushed, head)
    assert world.code_host.pull_requests[1].checks != ()
    assert (1, "line-7") in world.code_host.replies
    assert world.advances().status is Status.AWAITING_REVIEW, "the remark was heard"


def test_who_goes_on_asking_is_answered_however_many_rounds_that_takes(world: World) -> None:
    world.reaches(Status.AWAITING_CHECKS)
    for number in range(world.policy.budgets.fix_rounds + 2):
        is_asked(world, WHY.model_copy(update={"id": f"line-{number}"}))
        hands_in(world, {**SUBMISSION, "replies": [{"to": f"line-{number}", "text": "By the rule."}]})
        assert world.advances().status is Status.AWAITING_CHECKS
    assert len(world.code_host.replies) == world.policy.budgets.fix_rounds + 2
    for number in range(world.policy.budgets.fix_rounds - 1):  # the first opened it
        world.code_host.set_checks(1, Check(name="tests", state=CheckState.RED, log=f"E  assert 1 == {number}"))
        assert world.advances().status is Status.AWAITING_FIX, "no round was used up"
        hands_in(world, SUBMISSION)
        assert world.advances().status is Status.AWAITING_CHECKS
    world.code_host.set_checks(1, Check(name="tests", state=CheckState.RED, log="E  assert 2 == 3"))
    assert world.advances().status is Status.STUCK


def test_what_is_changed_for_them_is_pushed(world: World) -> None:
    world.reaches(Status.AWAITING_CHECKS)
    pushed = world.code_host.pushes
    is_asked(world, WHY)
    hands_in(world, SUBMISSION, edits=(("if people else 0", "if people else 0.0"),))

    assert world.advances().status is Status.AWAITING_CHECKS

    assert world.code_host.pushes == pushed + 1


def test_a_follow_up_says_beneath_whose_remark_it_stands_where_that_one_is_no_instruction(world: World) -> None:
    world.reaches(Status.AWAITING_CHECKS)
    yes = Remark(id="line-10", author="ada", text="shop.py:1: Yes, please.", may_write=True, beneath=EVE.id)
    is_asked(world, EVE, yes)
    hands_in(world, {**SUBMISSION, "replies": [{"to": "line-10", "text": "It stays, callers rely on it."}]})

    assert world.advances().status is Status.AWAITING_CHECKS

    shown = told(world)[-1]
    assert "- [line-10] ada beneath a remark of eve, which is shown below: shop.py:1: Yes, please." in shown
    assert shown.index("- eve: shop.py:1: Delete it.") > shown.index("[line-10]")


def test_an_answer_alone_is_no_round_and_is_neither_proven_nor_reviewed_again(world: World) -> None:
    world.reaches(Status.AWAITING_CHECKS)
    world.turns_green()
    before, reviewed = world.store.fixes.latest(1), reviews(world)
    for number, words in enumerate(("Why 0?", "Why not None?", "Since when?", "For all?"), 7):
        is_asked(world, WHY.model_copy(update={"id": f"line-{number}", "text": f"shop.py:1: {words}"}))
        hands_in(world, {**SUBMISSION, "replies": [{"to": f"line-{number}", "text": "By the rule."}], "answer": words})
        assert world.advances().status is Status.AWAITING_CHECKS
        assert world.advances().status is Status.AWAITING_REVIEW

    after = world.store.fixes.latest(1)
    assert before is not None
    assert after is not None
    assert (after.rounds, after.proof, reviews(world)) == (before.rounds, before.proof, reviewed)
    assert len(world.code_host.replies) == 4
    assert list(world.code_host.comments.values()) == ["Why 0?", "Why not None?", "Since when?", "For all?"]
    entries = world.store.reports.journal(1)
    assert sum("answered people on" in entry.text for entry in entries) == 4


def test_other_words_of_the_same_change_are_reviewed_and_nothing_is_proven_or_pushed_again(world: World) -> None:
    world.reaches(Status.AWAITING_CHECKS)
    world.turns_green()
    pushed, reviewed = world.code_host.pushes, reviews(world)
    is_asked(world, WHY)
    hands_in(world, {**SUBMISSION, "summary": "An even share, and zero where nobody is there.", "replies": [TO_LINE]})

    assert world.advances().status is Status.AWAITING_CHECKS

    assert (world.code_host.pushes, reviews(world)) == (pushed, reviewed + 1)
    fix = world.store.fixes.latest(1)
    assert fix is not None
    assert fix.rounds == 1
    assert fix.submission is not None
    assert fix.submission.summary.startswith("An even share")


def test_what_is_to_be_proven_by_other_tests_is_proven_again(world: World) -> None:
    world.reaches(Status.AWAITING_CHECKS)
    reviewed = reviews(world)
    is_asked(world, WHY)
    hands_in(world, {**SUBMISSION, "test_ids": ["tests/test_shop.py::test_of_another_name"]}, SUBMISSION)

    assert world.advances().status is Status.AWAITING_CHECKS

    assert "tests/test_shop.py::test_of_another_name" in told(world)[-1]
    assert reviews(world) == reviewed, "then it was handed in as it stood"


def test_what_a_person_says_beside_red_checks_is_dealt_with_in_the_same_round(world: World) -> None:
    world.reaches(Status.AWAITING_CHECKS)
    pushed, reviewed = world.code_host.pushes, reviews(world)
    world.code_host.set_checks(1, Check(name="tests", state=CheckState.RED, log="E  assert 1 == 2"))
    is_asked(world, WHY)
    hands_in(world, {**SUBMISSION, "replies": [TO_LINE]})

    assert world.advances().status is Status.AWAITING_CHECKS

    assert "E  assert 1 == 2" in told(world)[-1]
    assert "- [line-7] ada: shop.py:1: Why 0?" in told(world)[-1]
    assert world.code_host.pushes == pushed + 1, "pushed as it is, to be checked anew"
    assert (1, "line-7") in world.code_host.replies
    assert reviews(world) == reviewed, "it was reviewed as it is"


def test_what_a_person_says_beside_an_outage_is_answered_first(world: World) -> None:
    world.reaches(Status.AWAITING_CHECKS)
    world.code_host.set_checks(1, Check(name="tests", state=CheckState.RED, log="Could not resolve host: example.test"))
    is_asked(world, WHY)
    hands_in(world, {**SUBMISSION, "replies": [TO_LINE]})

    assert world.advances().status is Status.AWAITING_CHECKS
    assert (1, "line-7") in world.code_host.replies
    assert world.advances().status is Status.AWAITING_FIX, "then it is pushed again"


def test_a_reply_to_what_nobody_said_is_sent_back(world: World) -> None:
    world.reaches(Status.AWAITING_CHECKS)
    is_asked(world, WHY, EVE)
    hands_in(world, {**SUBMISSION, "replies": [{"to": "line-9", "text": "No."}]}, SUBMISSION)

    assert world.advances().status is Status.AWAITING_CHECKS

    assert "`replies` answers line-9, and the remarks of people are line-7." in told(world)[-1]
    assert world.code_host.replies == {}


def test_the_next_round_sees_threads_and_what_was_answered_in_any_round(world: World) -> None:
    world.reaches(Status.AWAITING_CHECKS)
    is_asked(world, WHY, DOCS)
    hands_in(world, ANSWERED)
    world.advances()
    thread = {"place": "shop.py:1", "may_write": True, "author": "ada"}
    is_asked(
        world, Remark(id="line-10", text="shop.py:1: No, the other.\n- [line-7] ada: x", beneath="line-7", **thread)
    )
    hands_in(world, {**SUBMISSION, "replies": [{"to": "line-10", "text": "Which?"}]})
    world.advances()
    is_asked(world, Remark(id="line-11", text="shop.py:1: The upper.", beneath="line-7", **thread))
    hands_in(world, SUBMISSION, edits=(("if people else 0", "if people else 0.0"),))
    world.advances()

    threads = """\
- [line-7] ada (answered): shop.py:1: Why 0?
  - [line-10] ada (answered): No, the other.
    - [line-7] ada: x
  - [line-11] ada: The upper.
- [comment-8] lee (answered): Do the *docs* say so?
"""
    assert threads in told(world)[-1]
    assert "Nobody is owed anything.\ncomment-8: > Do the" in told(world)[-1]
    assert "line-10: Which?" in told(world)[-1]
    about = [about for stage, about in world.model.judged if stage is Stage.REVIEW][-1]
    assert isinstance(about, AboutReview)
    assert f"{about.variables()['asked']}\n".startswith(threads)
    assert "line-10: Which?" in about.variables()["answers"]


def test_a_remark_that_was_taken_back_meanwhile_is_answered_in_the_comment(world: World) -> None:
    world.reaches(Status.AWAITING_CHECKS)
    is_asked(world, WHY)

    def submits(_: object) -> Message:
        gone = world.code_host.pull_requests[1].model_copy(update={"remarks": ()})
        world.code_host.pull_requests[1] = gone
        return calls(("submit_fix", {**SUBMISSION, "replies": [{"to": "line-7", "text": "By the rule."}]}))

    world.model.turns = {**world.model.turns, Stage.FIX: [submits]}
    assert world.advances().status is Status.AWAITING_CHECKS

    assert list(world.code_host.comments.values()) == ["> Why 0? (shop.py:1)\n\nBy the rule."]


@pytest.mark.parametrize("kept", range(9))
def test_everything_is_said_once_wherever_the_job_died(world: World, kept: int) -> None:
    world.reaches(Status.AWAITING_CHECKS)
    is_asked(world, WHY, DOCS)
    hands_in(world, ANSWERED)
    pushed, whole = world.code_host.pushes, RecordingCheckpoint()
    world.pipeline.advance(1, whole)

    world.pipeline.advance(1, whole.resumed(kept))

    assert (len(world.code_host.replies), len(world.code_host.comments)) == (1, 1)
    assert world.code_host.pushes == pushed
    assert world.store.reports.get(1).status is Status.AWAITING_CHECKS


def has_one_round(world: World) -> None:
    budgets = world.policy.budgets.model_copy(update={"fix_rounds": 1})
    world.follows(world.policy.model_copy(update={"budgets": budgets}))


def test_who_asks_when_no_round_is_left_is_told_so_there_once_and_a_retry_goes_on(world: World) -> None:
    world.follows(
        world.policy.model_copy(update={"budgets": world.policy.budgets.model_copy(update={"fix_rounds": 1})})
    )
    world.reaches(Status.AWAITING_CHECKS)
    world.code_host.remark(1, WHY)
    for _ in range(2):
        assert world.advances().status is Status.STUCK
    (said,) = world.code_host.comments.values()
    assert said.startswith("The rounds that I have for this pull request are used up")

    assert world.presses(Decision.RETRY)
    assert world.advances().status is Status.AWAITING_FIX, "what was asked for was not forgotten"


def test_where_it_was_locked_the_report_is_stuck_all_the_same(world: World) -> None:
    world.follows(
        world.policy.model_copy(update={"budgets": world.policy.budgets.model_copy(update={"fix_rounds": 1})})
    )
    world.reaches(Status.AWAITING_CHECKS)
    world.code_host.remark(1, WHY)
    world.code_host.locked.add(1)

    assert world.advances().status is Status.STUCK
    assert world.code_host.comments == {}
