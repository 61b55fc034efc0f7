"""An answer that cannot be found: what outside does not answer, what breaks off, what is too much."""

from __future__ import annotations

import datetime as dt
from dataclasses import replace
from pathlib import Path

import pytest

from agents.errors import CodeHostDown, ModelDown, ModelRefused, SandboxUnusable, SpentForToday
from agents.pipeline import Pipeline
from agents.ports import Workspace
from agents.terms import Repository
from storage.columns import now
from storage.inquiries import MOST_TRIES, InquiryStatus
from storage.judgments import Outcome, Stage
from storage.status import Status
from storage.store import Store
from tests.asking import CLAIM, LOOK, Asked, reply
from tests.factories import a_raw_signal, a_signal
from tests.fake_workspaces import FakeWorkspaces
from tests.fakes import RecordingCheckpoint, words
from tests.world import POLICY


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


def test_a_run_that_breaks_off_while_citations_are_looked_up_has_ended(sqlite_store: Store, tmp_path: Path) -> None:
    asked = Asked(sqlite_store, tmp_path, LOOK, reply(CLAIM))
    asked.world.reaches(Status.AWAITING_APPROVAL)
    means = asked.world.pipeline.means
    asked.world.pipeline = Pipeline(replace(means, workspaces=Breaking(tmp_path / "origin")))
    asked.asks()
    assert asked.answered().sentence == "bubblewrap is gone."
    (run,) = sqlite_store.runs.of_report(1, stage=Stage.INQUIRE)
    assert (run.outcome, run.why) == (Outcome.FAILED, "bubblewrap is gone.")


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


def test_a_model_that_hands_in_nothing_is_told_of(sqlite_store: Store, tmp_path: Path) -> None:
    asked = Asked(sqlite_store, tmp_path, *[words("Let me think.")] * 3)
    asked.world.reaches(Status.AWAITING_APPROVAL)
    asked.asks()
    answer = asked.answered()
    assert answer.status is InquiryStatus.UNANSWERED
    assert "without submitting anything" in answer.sentence
    assert asked.world.told.published[-1] == 1


@pytest.mark.parametrize("kind", [ModelDown, ModelRefused, SandboxUnusable])
def test_no_secret_that_an_error_repeats_is_told(sqlite_store: Store, tmp_path: Path, kind: type[Exception]) -> None:
    asked = Asked(sqlite_store, tmp_path, kind("It refused jane@acme.example."))
    asked.world.reaches(Status.AWAITING_APPROVAL)
    asked.asks()
    row = asked.answered()
    assert "It refused <email:" in f"{row.trouble}{row.sentence}"


def test_what_is_read_anew_is_waited_for(sqlite_store: Store, tmp_path: Path) -> None:
    asked = Asked(sqlite_store, tmp_path, LOOK, reply(CLAIM))
    signal = a_signal(sqlite_store, external_id="C1/1700000009.000100", filed=True)
    sqlite_store.signals.remember(a_raw_signal(external_id=signal.external_id, body="It is worded anew"))
    sqlite_store.inquiries.ask(signal.report_id or 0, by="U1", words="why?", message="C1/1.0", most=9, since=now())
    row = asked.answered()
    assert (row.status, row.tries) == (InquiryStatus.WAITING, 1)
    assert "read anew" in row.trouble
