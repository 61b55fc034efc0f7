"""Replies that were kept answer again, and cost again what they cost."""

from __future__ import annotations

from pathlib import Path
from typing import TypeVar

import pytest

from agents.adapters.claude.ledger import StoreLedger
from agents.errors import BadSettings, ModelRefused
from agents.exchange import About, Turn, TurnRequest, Usage
from agents.terms import Budgets
from evals.kept_judgments import Keeping, Kept, Noting
from storage.judgments import Grouping, Judgment, Stage
from storage.store import Store

J = TypeVar("J", bound=Judgment)
ABOUT = About(subject="gh-1")


class Oracle:
    """A model that pays for each answer, twice for those whose fault was fed back, and counts how often it is asked."""

    can_research = False

    def __init__(self, noting: Noting, calls: int = 1) -> None:
        self.noting, self.calls, self.asked = noting, calls, 0

    def judge(self, stage: Stage, about: About, returns: type[J]) -> J:
        self.asked += 1
        for _ in range(self.calls):
            call = self.noting.reserve(stage, about, "claude-x", 0.5)
            self.noting.settle(call, Usage(input_tokens=10, output_tokens=3, usd=0.25), seconds=1.0, stop_reason="x")
        return returns.model_validate({"reason": f"answer {self.asked}"})

    def turn(self, request: TurnRequest) -> Turn:
        raise ModelRefused(f"nothing here researches: {request.stage}")


@pytest.fixture
def noting(sqlite_store: Store) -> Noting:
    return Noting(StoreLedger(sqlite_store.spending, Budgets(report_usd=1e6, day_usd=1e6)))


def test_a_reply_that_was_kept_is_given_again_with_what_each_call_cost(
    sqlite_store: Store, noting: Noting, tmp_path: Path
) -> None:
    path = tmp_path / "set.jsonl"
    given = Keeping(Oracle(noting, calls=2), noting, path).judge(Stage.GROUP, ABOUT, Grouping)
    before = sqlite_store.spending.total()

    again = Kept(path, noting).judge(Stage.GROUP, ABOUT, Grouping)

    after = sqlite_store.spending.total()
    assert again == given
    assert (after.calls - before.calls, after.usd - before.usd) == (2, 0.5)
    assert after.input_tokens - before.input_tokens == 20


def test_what_the_file_has_is_not_asked_again(noting: Noting, tmp_path: Path) -> None:
    path = tmp_path / "set.jsonl"
    oracle = Oracle(noting)
    first = Keeping(oracle, noting, path).judge(Stage.GROUP, ABOUT, Grouping)
    second = Keeping(oracle, noting, path).judge(Stage.GROUP, ABOUT, Grouping)

    assert (first, oracle.asked) == (second, 1)


def test_a_signal_without_a_reply_and_a_file_that_is_not_there_are_told_in_a_sentence(
    noting: Noting, tmp_path: Path
) -> None:
    path = tmp_path / "set.jsonl"
    Keeping(Oracle(noting), noting, path).judge(Stage.GROUP, ABOUT, Grouping)

    with pytest.raises(BadSettings, match="no reply of the stage read for gh-1"):
        Kept(path, noting).judge(Stage.READ, ABOUT, Grouping)
    with pytest.raises(BadSettings, match="no kept replies"):
        Kept(tmp_path / "other.jsonl", noting)
