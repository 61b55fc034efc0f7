"""A report's life, told by hand: what the pipeline would write."""

from __future__ import annotations

import datetime as dt
from typing import Any

from playground.workspace import Message
from storage.columns import now
from storage.judgments import Proof
from storage.records import CheckState, Decision, Report
from storage.status import Mover, Status
from storage.submissions import FixSubmission
from tests.bot.workplace import (
    ADA,
    BOB,
    SOLAR,
    Workplace,
)
from tests.factories import a_plan, a_research, a_signal, a_summary

SUBMISSION = FixSubmission(
    title="Close the file",
    summary="s",
    test_files=("t.py",),
    test_ids=("t.py",),
    expected_failure="E",
    risk="r",
    undo="u",
)


def a_proof(length: int = 50) -> Proof:
    return Proof(
        test_ids=("t.py",),
        failed_before=True,
        passed_after=True,
        suite_passed=True,
        before_log="FAILED before\n" + "b" * length,
        after_log="1 passed\n" + "a" * length,
        suite_log="99 passed\n" + "s" * length,
    )


class Life:
    """A report that was reported in Slack, and shorthands for what happens to it."""

    def __init__(self, place: Workplace, words: str = "the export fails") -> None:
        self.place, self.store = place, place.store
        self.said = place.workspace.say(BOB, SOLAR, words)
        signal = a_signal(
            self.store,
            filed=True,
            channel=SOLAR,
            external_id=f"{SOLAR}/{self.said}",
            thread_ts=self.said,
            body=words,
            url=place.workspace.permalink(SOLAR, self.said),
            summary=a_summary(title="Exports fail"),
        )
        self.id = signal.report_id or 0

    @property
    def report(self) -> Report:
        return self.store.reports.get(self.id)

    def move(
        self, to: Status, mover: Mover = Mover.MACHINE, who: str = "machine", because: str = "so", **more: Any
    ) -> None:
        self.store.reports.move(self.id, to, mover=mover, who=who, because=because, **more)

    def researched(self) -> None:
        self.move(Status.AWAITING_RESEARCH, Mover.WORLD, "world")
        self.store.plans.propose(self.id, a_plan(), step=f"plan{now().timestamp()}")
        self.move(Status.AWAITING_APPROVAL, research=a_research(), repository="acme/app")

    def approved(self) -> None:
        plan = self.store.plans.latest(self.id)
        assert plan is not None
        decided = self.store.plans.decide(
            self.id, Decision.APPROVE, by=ADA, via="button", plan_revision=plan.revision, plan_hash=plan.hash,
            to=Status.AWAITING_FIX, because="approved the plan",
        )  # fmt: skip
        assert decided.kind == "done"

    def fixed(self, length: int = 50) -> None:
        fix = self.store.fixes.start(self.id, 1, "acme/app", "signalbox/sb-1", "0" * 40)
        self.store.fixes.change(fix.id or 0, submission=SUBMISSION, proof=a_proof(length), rounds=1)
        self.store.fixes.change(fix.id or 0, number=7, url="https://github.example/acme/app/pull/7")
        self.move(Status.AWAITING_CHECKS)

    def green(self) -> None:
        fix = self.store.fixes.latest(self.id)
        assert fix is not None
        self.store.fixes.change(fix.id or 0, checks=CheckState.GREEN, ready=True)
        self.move(Status.AWAITING_REVIEW, Mover.WORLD, "world", "all checks are green")

    def merged(self) -> None:
        fix = self.store.fixes.latest(self.id)
        assert fix is not None
        self.store.fixes.change(fix.id or 0, merged_at=now(), merged_by="ada")
        self.move(Status.AWAITING_PROOF, Mover.HUMAN, "ada", "merged", soak_until=now() + dt.timedelta(days=1))

    def resolved(self) -> None:
        self.move(Status.RESOLVED, Mover.WORLD, "world", "nothing came back after the merge")

    def draw(self) -> list[Message]:
        return self.place.draw(self.id)

    def card(self) -> Message:
        return self.draw()[0]


def with_a_plan(place: Workplace) -> Life:
    """A report with a plan that people see."""
    life = Life(place)
    life.researched()
    life.draw()
    return life
