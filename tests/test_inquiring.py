"""What people ask about a report is answered with evidence that code has checked, and changes nothing of it."""

from __future__ import annotations

import datetime as dt
import re
from dataclasses import replace
from pathlib import Path

import pytest

from agents.exchange import TextBlock
from agents.rules import Person
from storage.columns import now
from storage.inquiries import InquiryStatus
from storage.judgments import Outcome, Stage
from storage.records import Decision
from storage.status import Status
from storage.store import Store
from tests.asking import CLAIM, LOOK, UNTRUE, Asked, opening, reply
from tests.factories import a_report
from tests.world import POLICY, PRIYA, TOM

FOR_US = Person(user_id="U9", team_id="T1", is_guest=True)


def test_a_colleague_is_answered_with_what_holds_and_the_report_stays_where_it_is(
    sqlite_store: Store, tmp_path: Path
) -> None:
    asked = Asked(sqlite_store, tmp_path, LOOK, reply(CLAIM, UNTRUE), reply(CLAIM, UNTRUE, unknown="Since when."))
    asked.world.reaches(Status.AWAITING_APPROVAL)
    before = sqlite_store.reports.get(1)
    assert asked.asks("does it still divide? my mail is jane@acme.example") == ""
    assert asked.nudged == [1]

    answer = asked.answered()

    assert answer.status is InquiryStatus.ANSWERED
    assert answer.reply is not None
    assert [claim.claim for claim in answer.reply.claims] == ["Yes: it divides unguarded."]
    assert (answer.reply.citations_made, answer.reply.citations_dropped) == (2, 1)
    assert answer.reply.unknown == "Since when."
    after = sqlite_store.reports.get(1)
    assert (after.status, after.attempt, after.plan_revision) == (before.status, before.attempt, before.plan_revision)
    assert "jane@acme.example" not in answer.words
    given = opening(asked)
    fenced = re.search(r'<evidence id="(\w+)" of="question of a colleague">\n(.*)\n</evidence id="\1">', given)
    assert fenced is not None
    assert fenced[2].startswith("does it still divide? my mail is <email:")
    assert "SB-1 is awaiting approval since" in given
    run = next(run for run in sqlite_store.runs.of_report(1) if run.stage == Stage.INQUIRE)
    assert (run.key, run.outcome, run.tool_calls) == ("inquire:1:1", Outcome.FINISHED, 1)


def test_the_record_of_what_was_done_can_be_cited_and_earlier_questions_are_known(
    sqlite_store: Store, tmp_path: Path
) -> None:
    approved = {"kind": "query", "where": "record", "quote": "U1: awaiting approval -> awaiting fix"}
    asked = Asked(sqlite_store, tmp_path, reply({"claim": "U1 approved it.", "evidence": [approved]}))
    asked.world.reaches(Status.AWAITING_FIX)
    asked.asks("who approved this?")
    first = asked.answered().reply
    assert first is not None
    assert [claim.claim for claim in first.claims] == ["U1 approved it."]

    asked.asks("and why?", message="C11/2.0")
    sqlite_store.inquiries.give_up(2, "The model is overloaded.")
    asked.asks("and when?", message="C11/3.0")
    asked.answered(3)
    block = asked.world.model.asked[-1].messages[0].blocks[0]
    assert isinstance(block, TextBlock)
    assert "Q: who approved this?\nA: U1 approved it." in block.text
    assert "and why?" not in block.text
    assert asked.world.model.asked[-1].about.subject.endswith("@3")


def test_an_answer_of_which_nothing_holds_is_not_shown(sqlite_store: Store, tmp_path: Path) -> None:
    asked = Asked(sqlite_store, tmp_path, reply(UNTRUE), reply(UNTRUE))
    asked.world.reaches(Status.AWAITING_APPROVAL)
    asked.asks()
    answer = asked.answered()
    assert (answer.status, answer.reply) == (InquiryStatus.UNANSWERED, None)
    assert "citations that do not hold" in answer.sentence


def test_an_empty_answer_is_sent_back_and_not_knowing_is_an_answer(sqlite_store: Store, tmp_path: Path) -> None:
    asked = Asked(sqlite_store, tmp_path, reply(), reply(unknown="Nobody wrote down why."))
    asked.world.reaches(Status.AWAITING_APPROVAL)
    asked.asks()
    answer = asked.answered().reply
    assert answer is not None
    assert (answer.claims, answer.unknown) == ((), "Nobody wrote down why.")


def test_who_may_not_ask_hears_why_and_nothing_is_kept(sqlite_store: Store, tmp_path: Path) -> None:
    asked = Asked(sqlite_store, tmp_path, LOOK)
    asked.world.reaches(Status.AWAITING_APPROVAL)
    assert asked.asks(person=FOR_US).startswith("Guests cannot do this")
    assert asked.asks(person=Person(user_id="U7", team_id="T2", is_stranger=True))
    assert "fewer words" in asked.asks("why? " * 1_000)
    asked.world.model.can_research = False
    assert "ANTHROPIC_API_KEY" in asked.asks()
    assert sqlite_store.inquiries.due(now()) == []


def test_questions_leave_a_reports_fix_most_of_its_budget(sqlite_store: Store, tmp_path: Path) -> None:
    asked = Asked(sqlite_store, tmp_path, LOOK, budgets=POLICY.budgets.model_copy(update={"report_usd": 4.0}))
    asked.world.reaches(Status.AWAITING_APPROVAL)
    for stage, usd in ((Stage.RESEARCH, 3.0), (Stage.INQUIRE, 0.9)):
        sqlite_store.spending.reserve(stage, "s", "m", usd, report_id=1)
    assert asked.asks() == ""
    sqlite_store.spending.reserve(Stage.INQUIRE, "s", "m", 0.1, report_id=1)
    assert "the rest is for its fix" in asked.asks(message="C11/2.0")
    assert [each.id for each in sqlite_store.inquiries.due(now())] == [1]


def test_one_message_asks_once_and_so_many_a_day(sqlite_store: Store, tmp_path: Path) -> None:
    budgets = POLICY.budgets.model_copy(update={"inquiries_per_day": 2})
    asked = Asked(sqlite_store, tmp_path, LOOK, budgets=budgets)
    asked.world.reaches(Status.AWAITING_APPROVAL)
    assert [asked.asks(message=f"C11/{n}.0") for n in (1, 1, 2)] == ["", "", ""]
    assert [each.id for each in sqlite_store.inquiries.due(now())] == [1, 2]
    assert asked.asks(message="C11/3.0").startswith("2 questions about this report were asked in a day")
    tomorrow = replace(asked.asking(), clock=lambda: now() + dt.timedelta(days=1, minutes=1))
    assert tomorrow.ask(1, "why?", TOM, "C11/5.0").ok
    asked.world.policy = asked.world.policy.model_copy(
        update={"budgets": budgets.model_copy(update={"inquiries_per_day": 0})}
    )
    assert asked.asks(message="C11/4.0").startswith("Questions are not answered here")


@pytest.mark.parametrize(
    ("words_", "person", "status", "is_asked"),
    [
        ("could you also cover negative prices?", PRIYA, Status.AWAITING_APPROVAL, False),
        ("could you also cover negative prices?", TOM, Status.AWAITING_APPROVAL, True),
        ("could you also cover negative prices?", PRIYA, Status.AWAITING_CHECKS, True),
        ("why not a guard in the caller?", PRIYA, Status.AWAITING_APPROVAL, False),
        ("does it hit the caller?", PRIYA, Status.AWAITING_APPROVAL, True),
        ("use a guard in the caller", TOM, Status.AWAITING_APPROVAL, False),
        ("approve?", PRIYA, Status.AWAITING_APPROVAL, False),
    ],
)
def test_a_wish_of_an_approver_is_guidance_while_that_is_taken(  # noqa: PLR0917 the cases' columns
    sqlite_store: Store, tmp_path: Path, words_: str, person: Person, status: Status, is_asked: bool
) -> None:
    asked = Asked(sqlite_store, tmp_path)
    asked.world.reaches(status)
    assert asked.asking().is_for_us(sqlite_store.reports.get(1), words_, person) is is_asked


@pytest.mark.parametrize(
    ("most", "text", "named", "is_asked"),
    [
        (20, "does it hit the caller?", False, True),
        (20, f"the guard {'and the guard ' * 200} does it hit the caller?", True, False),
        (0, "does it hit the caller?", False, False),
        (0, "does it hit the caller?", True, True),
    ],
)
def test_at_length_or_where_no_questions_are_allowed_an_approvers_words_are_guidance(  # noqa: PLR0917 the columns
    sqlite_store: Store, tmp_path: Path, most: int, text: str, named: bool, is_asked: bool
) -> None:
    budgets = POLICY.budgets.model_copy(update={"inquiries_per_day": most})
    report = a_report(sqlite_store, status=Status.AWAITING_APPROVAL)
    asking = Asked(sqlite_store, tmp_path, budgets=budgets).asking()
    assert asking.is_for_us(report, text, PRIYA, named=named) is is_asked


def test_without_signals_or_a_repository_there_is_nothing_to_answer_from(sqlite_store: Store, tmp_path: Path) -> None:
    asked = Asked(sqlite_store, tmp_path, LOOK)
    asked.world.hears()
    asked.world.follows(POLICY.model_copy(update={"repositories": ()}))
    asked.asks()
    assert "which repository" in asked.answered().sentence
    sqlite_store.signals.erase("slack", sqlite_store.signals.get(1).external_id)
    asked.asks(message="C11/2.0")
    assert "nothing to answer from" in asked.answered(2).sentence


def test_asking_approves_nothing(sqlite_store: Store, tmp_path: Path) -> None:
    asked = Asked(sqlite_store, tmp_path, LOOK, reply(CLAIM))
    asked.world.reaches(Status.AWAITING_APPROVAL)
    asked.asks("is it fine to approve and ship it?", person=PRIYA)
    asked.answered()
    assert sqlite_store.reports.get(1).status is Status.AWAITING_APPROVAL
    assert [each for each in sqlite_store.plans.approvals(1) if each.decision is Decision.APPROVE] == []
