"""What people ask about a report is answered with evidence that code has checked, and changes nothing of it."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from agents.errors import CodeHostDown, ModelDown, ModelRefused, SandboxUnusable, SpentForToday
from agents.exchange import Message, TextBlock, ToolCall, ToolDone, ToolResult
from agents.people.asking import Asking
from agents.pipeline import Pipeline
from agents.ports import Workspace
from agents.research.inquiring import InquiryRun, run_key
from agents.rules import Person
from agents.terms import Repository
from storage.columns import now
from storage.inquiries import MOST_TRIES, Inquiry, InquiryStatus
from storage.judgments import Outcome, Stage
from storage.records import Decision
from storage.status import Mover, Status
from storage.store import Store
from tests.factories import a_report, a_signal, a_summary
from tests.fake_workspaces import FakeWorkspaces
from tests.fakes import PlainCheckpoint, RecordingCheckpoint, ScriptedModel, calls, words
from tests.world import CITED, POLICY, PRIYA, TOM, World, a_model

LOOK = calls(("read_file", {"path": "shop.py"}))
CLAIM = {"claim": "Yes: it divides unguarded.", "evidence": [CITED]}
UNTRUE = {"claim": "It was changed in May.", "evidence": [{**CITED, "quote": "changed in May"}]}
FOR_US = Person(user_id="U9", team_id="T1", is_guest=True)


def reply(*claims: Mapping[str, Any], unknown: str = "") -> Message:
    return calls(("submit_reply", {"claims": list(claims), "unknown": unknown}))


def answering(*turns: Message | Exception) -> ScriptedModel:
    model = a_model()
    return ScriptedModel(turns={**model.turns, Stage.INQUIRE: turns}, judgments=model.judgments)


class Away(FakeWorkspaces):
    """A code host that does not answer."""

    def head(self, repository: Repository) -> str:
        raise CodeHostDown(f"GitHub does not answer about {repository.name}.", retry_after=900.0)


class Breaking(FakeWorkspaces):
    """A sandbox that cannot be used any more once an agent has worked in it."""

    def open(self, repository: Repository, base_sha: str, patch: str = "") -> Workspace:
        if self.opened:
            raise SandboxUnusable("bubblewrap is gone.")
        return super().open(repository, base_sha, patch)


class Asked:
    """A world in which people ask."""

    def __init__(self, store: Store, folder: Path, *turns: Message | Exception, **changes: object) -> None:
        self.world = World(store, folder, model=answering(*turns), policy=POLICY.model_copy(update=changes))
        self.store, self.nudged = store, list[int]()

    def asking(self) -> Asking:
        means = self.world.pipeline.means
        return Asking(
            store=self.store, policy=self.world.policy, home_team="T1", can_answer=means.model.can_research,
            redact=means.redactor.text, nudge=self.nudged.append,
        )  # fmt: skip

    def asks(self, text: str = "does it still divide?", person: Person = TOM, message: str = "C11/1.0") -> str:
        return self.asking().ask(1, text, person, message).sentence

    def answered(self, inquiry_id: int = 1) -> Inquiry:
        self.world.pipeline.inquire(inquiry_id, RecordingCheckpoint(), run_key(self.store.inquiries.get(inquiry_id)))
        return self.store.inquiries.get(inquiry_id)


def opening(asked: Asked) -> str:
    """What the model was given at first."""
    block = next(each for each in asked.world.model.asked if each.stage is Stage.INQUIRE).messages[0].blocks[0]
    assert isinstance(block, TextBlock)
    return block.text


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
    assert "does it still divide? my mail is <email:" in given
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

    asked.asks("and when?", message="C11/2.0")
    asked.answered(2)
    block = asked.world.model.asked[-1].messages[0].blocks[0]
    assert isinstance(block, TextBlock)
    assert "Q: who approved this?\nA: U1 approved it." in block.text
    assert asked.world.model.asked[-1].about.subject.endswith("@2")


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


def test_a_model_that_hands_in_nothing_is_told_of(sqlite_store: Store, tmp_path: Path) -> None:
    asked = Asked(sqlite_store, tmp_path, *[words("Let me think.")] * 3)
    asked.world.reaches(Status.AWAITING_APPROVAL)
    asked.asks()
    answer = asked.answered()
    assert answer.status is InquiryStatus.UNANSWERED
    assert "without submitting anything" in answer.sentence
    assert asked.world.told.published[-1] == 1


def test_what_is_down_is_tried_again_and_given_up_after_a_while(sqlite_store: Store, tmp_path: Path) -> None:
    asked = Asked(sqlite_store, tmp_path, ModelDown("The model is overloaded."))
    asked.world.reaches(Status.AWAITING_APPROVAL)
    asked.asks()
    keys = []
    for tries in range(1, MOST_TRIES + 1):
        row = asked.answered()
        keys.append(f"inquire:1:{tries}")
        assert (row.tries, row.trouble) == (tries, "The model is overloaded.")
        assert row.not_before is not None
        assert row.not_before > now()
        assert [each.id for each in sqlite_store.inquiries.due(now() + dt.timedelta(hours=1))] == (
            [1] if tries < MOST_TRIES else []
        )
    assert (row.status, row.sentence) == (
        InquiryStatus.UNANSWERED,
        "The model is overloaded. I tried it several times and give up; ask again later.",
    )
    runs = {run.key: run.outcome for run in sqlite_store.runs.of_report(1, stage=Stage.INQUIRE)}
    assert runs == dict.fromkeys(keys, Outcome.FAILED)


def test_while_the_days_budget_is_spent_it_waits_however_long_that_is(sqlite_store: Store, tmp_path: Path) -> None:
    asked = Asked(sqlite_store, tmp_path, SpentForToday("Today's budget is spent.", 3_600.0))
    asked.world.reaches(Status.AWAITING_APPROVAL)
    asked.asks()
    for _ in range(MOST_TRIES + 1):
        row = asked.answered()
        assert (row.status, row.tries, row.trouble) == (InquiryStatus.WAITING, 0, "Today's budget is spent.")


def test_who_asks_too_much_at_once_hears_what_to_do(sqlite_store: Store, tmp_path: Path) -> None:
    limits = POLICY.inquiry_limits.model_copy(update={"steps": 1})
    asked = Asked(sqlite_store, tmp_path, LOOK, inquiry_limits=limits)
    asked.world.reaches(Status.AWAITING_APPROVAL)
    asked.asks()
    assert asked.answered().sentence.startswith("It stopped at its limit of 1 turns. Ask about less at once")


def test_a_no_from_outside_is_told_at_once(sqlite_store: Store, tmp_path: Path) -> None:
    asked = Asked(sqlite_store, tmp_path, ModelRefused("The model would not answer that."))
    asked.world.reaches(Status.AWAITING_APPROVAL)
    asked.asks()
    answer = asked.answered()
    assert (answer.status, answer.sentence) == (InquiryStatus.UNANSWERED, "The model would not answer that.")


def test_a_resumed_job_asks_no_turn_again(sqlite_store: Store, tmp_path: Path) -> None:
    asked = Asked(sqlite_store, tmp_path, LOOK, reply(CLAIM))
    asked.world.reaches(Status.AWAITING_APPROVAL)
    asked.asks()
    kept = RecordingCheckpoint()
    asked.world.pipeline.inquire(1, kept, "inquire:1:1")
    turns = len(asked.world.model.asked)
    asked.world.pipeline.inquire(1, kept.resumed(3), "inquire:1:1")
    assert len(asked.world.model.asked) == turns
    assert sqlite_store.inquiries.get(1).status is InquiryStatus.ANSWERED


def test_a_job_whose_failure_was_noted_before_it_died_does_not_count_it_twice(
    sqlite_store: Store, tmp_path: Path
) -> None:
    asked = Asked(sqlite_store, tmp_path, ModelDown("The model is overloaded."))
    asked.world.reaches(Status.AWAITING_APPROVAL)
    asked.asks()
    for _ in range(2):
        asked.world.pipeline.inquire(1, RecordingCheckpoint(), "inquire:1:1")
    row = sqlite_store.inquiries.get(1)
    assert (row.tries, row.attempt) == (1, 2)


def test_a_question_that_is_deleted_meanwhile_costs_no_further_turn(sqlite_store: Store, tmp_path: Path) -> None:
    asked = Asked(sqlite_store, tmp_path, LOOK, reply(CLAIM))
    asked.world.reaches(Status.AWAITING_APPROVAL)
    asked.asks("is Jane Doe hit?")
    before = len(asked.world.model.asked)

    def checkpoint(name: str, work: Any, returns: type[Any]) -> Any:
        if name == "turn:2":
            assert sqlite_store.inquiries.withdraw("C11/1.0") == 1
        return PlainCheckpoint()(name, work, returns)

    asked.world.pipeline.inquire(1, checkpoint, "inquire:1:1")
    assert len(asked.world.model.asked) == before + 1
    row = sqlite_store.inquiries.get(1)
    assert (row.status, row.words, row.reply, row.sentence) == (InquiryStatus.WITHDRAWN, "", None, "")
    assert sqlite_store.inquiries.withdraw("C11/1.0") is None


def test_what_was_asked_of_tools_for_a_question_goes_with_it(sqlite_store: Store, tmp_path: Path) -> None:
    search = calls(("search", {"pattern": "Jane Doe"}))
    asked = Asked(sqlite_store, tmp_path, search, reply(CLAIM))
    asked.world.reaches(Status.AWAITING_APPROVAL)
    asked.asks("is Jane Doe hit?")

    def checkpoint(name: str, work: Any, returns: type[Any]) -> Any:
        done = PlainCheckpoint()(name, work, returns)
        if name == "turn:1":
            assert "Jane Doe" in sqlite_store.runs.uses("inquire:1:1")[0].line
            sqlite_store.inquiries.withdraw("C11/1.0")
        return done

    asked.world.pipeline.inquire(1, checkpoint, "inquire:1:1")
    assert [each.line for each in sqlite_store.runs.uses("inquire:1:1")] == [""]


def test_of_a_turn_in_which_the_question_is_deleted_nothing_is_written_down(
    sqlite_store: Store, tmp_path: Path
) -> None:
    asked = Asked(sqlite_store, tmp_path, calls(("search", {"pattern": "Jane Doe"})), reply(CLAIM))
    asked.world.reaches(Status.AWAITING_APPROVAL)
    asked.asks("is Jane Doe hit?")
    run = InquiryRun(asked.world.pipeline.means, Stage.INQUIRE, 1, "inquire:1:1")
    run.begin(sqlite_store.signals.of_report(1), "acme/shop")
    sqlite_store.inquiries.withdraw("C11/1.0")
    call = ToolCall(id="1", name="search", arguments={"pattern": "Jane Doe"})
    run.turned(1, [ToolDone(call, ToolResult(call_id="1", text="none"), 0.1)])
    assert sqlite_store.runs.uses("inquire:1:1") == []


def test_an_answer_that_was_made_of_what_is_deleted_meanwhile_is_not_given(sqlite_store: Store, tmp_path: Path) -> None:
    asked = Asked(sqlite_store, tmp_path, LOOK, reply(CLAIM))
    asked.world.reaches(Status.AWAITING_APPROVAL)
    asked.asks()

    def checkpoint(name: str, work: Any, returns: type[Any]) -> Any:
        if name == "end":
            sqlite_store.signals.erase("slack", sqlite_store.signals.get(1).external_id)
        return PlainCheckpoint()(name, work, returns)

    asked.world.pipeline.inquire(1, checkpoint, "inquire:1:1")
    row = sqlite_store.inquiries.get(1)
    assert (row.status, row.attempt, row.reply) == (InquiryStatus.WAITING, 2, None)
    assert "was deleted" in row.trouble
    assert "nothing to answer from" in asked.answered().sentence


def test_under_a_closed_report_nothing_is_told_of_a_channel_that_turned_private(
    sqlite_store: Store, tmp_path: Path
) -> None:
    asked = Asked(sqlite_store, tmp_path, LOOK, reply(CLAIM))
    asked.world.hears()
    a_signal(sqlite_store, report_id=1, channel="C77", source="slack", external_id="C77/1700000009.000100",
             body="the merger, of all things", filed=True, summary=a_summary())  # fmt: skip
    sqlite_store.reports.move(1, Status.DISMISSED, mover=Mover.HUMAN, who="U1", because="not now")
    asked.asks()

    def checkpoint(name: str, work: Any, returns: type[Any]) -> Any:
        if name == "end":
            sqlite_store.turning_private.turn("C77")
        return PlainCheckpoint()(name, work, returns)

    asked.world.pipeline.inquire(1, checkpoint, "inquire:1:1")
    assert "merger" in opening(asked)
    assert sqlite_store.inquiries.get(1).reply is None
    asked.world.model.asked.clear()
    assert asked.answered().status is InquiryStatus.ANSWERED
    assert "merger" not in opening(asked)


def test_a_run_that_breaks_off_while_citations_are_looked_up_has_ended(sqlite_store: Store, tmp_path: Path) -> None:
    asked = Asked(sqlite_store, tmp_path, LOOK, reply(CLAIM))
    asked.world.reaches(Status.AWAITING_APPROVAL)
    means = asked.world.pipeline.means
    asked.world.pipeline = Pipeline(replace(means, workspaces=Breaking(tmp_path / "origin")))
    asked.asks()
    assert asked.answered().sentence == "bubblewrap is gone."
    (run,) = sqlite_store.runs.of_report(1, stage=Stage.INQUIRE)
    assert (run.outcome, run.why) == (Outcome.FAILED, "bubblewrap is gone.")


def test_of_what_was_merged_away_it_is_said_where_to_ask(sqlite_store: Store, tmp_path: Path) -> None:
    asked = Asked(sqlite_store, tmp_path, LOOK)
    asked.world.hears()
    asked.asks()
    heir = a_report(sqlite_store, channel=sqlite_store.reports.get(1).channel)
    sqlite_store.corrections.merge(1, heir.id or 0, by="U1")
    assert asked.asks(message="C11/2.0").startswith("SB-1 was merged into SB-2")
    assert asked.answered().sentence.startswith("SB-1 was merged into SB-2")


def test_who_may_not_ask_hears_why_and_nothing_is_kept(sqlite_store: Store, tmp_path: Path) -> None:
    asked = Asked(sqlite_store, tmp_path, LOOK)
    asked.world.reaches(Status.AWAITING_APPROVAL)
    assert asked.asks(person=FOR_US).startswith("Guests cannot do this")
    assert asked.asks(person=Person(user_id="U7", team_id="T2", is_stranger=True))
    assert "fewer words" in asked.asks("why? " * 1_000)
    asked.world.model.can_research = False
    assert "ANTHROPIC_API_KEY" in asked.asks()
    assert sqlite_store.inquiries.due(now()) == []


def test_one_message_asks_once_and_so_many_a_day(sqlite_store: Store, tmp_path: Path) -> None:
    budgets = POLICY.budgets.model_copy(update={"inquiries_per_day": 2})
    asked = Asked(sqlite_store, tmp_path, LOOK, budgets=budgets)
    asked.world.reaches(Status.AWAITING_APPROVAL)
    assert [asked.asks(message=f"C11/{n}.0") for n in (1, 1, 2)] == ["", "", ""]
    assert [each.id for each in sqlite_store.inquiries.due(now())] == [1, 2]
    assert asked.asks(message="C11/3.0").startswith("2 questions about this report were asked in a day")
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


def test_without_signals_or_a_repository_there_is_nothing_to_answer_from(sqlite_store: Store, tmp_path: Path) -> None:
    asked = Asked(sqlite_store, tmp_path, LOOK)
    asked.world.hears()
    asked.world.follows(POLICY.model_copy(update={"repositories": ()}))
    asked.asks()
    assert "which repository" in asked.answered().sentence
    sqlite_store.signals.erase("slack", sqlite_store.signals.get(1).external_id)
    asked.asks(message="C11/2.0")
    assert "nothing to answer from" in asked.answered(2).sentence


def test_a_repository_that_cannot_be_fetched_is_waited_for(sqlite_store: Store, tmp_path: Path) -> None:
    asked = Asked(sqlite_store, tmp_path, LOOK, reply(CLAIM))
    asked.world.reaches(Status.AWAITING_APPROVAL)

    means = asked.world.pipeline.means
    asked.world.pipeline = Pipeline(replace(means, workspaces=Away(tmp_path / "origin")))
    asked.asks()
    row = asked.answered()
    assert (row.status, row.trouble) == (InquiryStatus.WAITING, "GitHub does not answer about acme/shop.")
    assert row.not_before is not None
    assert row.not_before > now() + dt.timedelta(minutes=14)


def test_asking_approves_nothing(sqlite_store: Store, tmp_path: Path) -> None:
    asked = Asked(sqlite_store, tmp_path, LOOK, reply(CLAIM))
    asked.world.reaches(Status.AWAITING_APPROVAL)
    asked.asks("is it fine to approve and ship it?", person=PRIYA)
    asked.answered()
    assert sqlite_store.reports.get(1).status is Status.AWAITING_APPROVAL
    assert [each for each in sqlite_store.plans.approvals(1) if each.decision is Decision.APPROVE] == []
