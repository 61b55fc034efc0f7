"""What changes while a question is answered: it is deleted, or what it is answered from."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from agents.exchange import ToolCall, ToolDone, ToolResult
from agents.research.inquiring import InquiryRun
from storage.inquiries import InquiryStatus
from storage.judgments import Stage
from storage.status import Mover, Status
from storage.store import Store
from tests.asking import CLAIM, LOOK, Asked, opening, reply
from tests.factories import a_report, a_signal, a_summary
from tests.fakes import PlainCheckpoint, calls


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


def test_of_what_was_merged_away_it_is_said_where_to_ask(sqlite_store: Store, tmp_path: Path) -> None:
    asked = Asked(sqlite_store, tmp_path, LOOK)
    asked.world.hears()
    asked.asks()
    heir = a_report(sqlite_store, channel=sqlite_store.reports.get(1).channel)
    sqlite_store.corrections.merge(1, heir.id or 0, by="U1")
    assert asked.asks(message="C11/2.0").startswith("SB-1 was merged into SB-2")
    assert asked.answered().sentence.startswith("SB-1 was merged into SB-2")
