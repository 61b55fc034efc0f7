"""A report as the views are shown it, with words that try to break every drawing."""

from __future__ import annotations

import datetime as dt
import itertools
from typing import Any

from slack_sdk.models.blocks import Block

from agents.terms import Policy
from bot.views.card import card
from bot.views.drawing import Drawing, Spot
from bot.views.limits import BLOCKS, PAYLOAD, size_of, within
from bot.views.report import thread
from bot.views.scene import Scene
from playground.workspace.block_check import Place
from playground.workspace.block_rules import check_blocks
from storage.assessment import Assessment, Factor, Ranked, Reviewer, Touch
from storage.gathered import Gathered
from storage.judgments import Outcome, Priority, Proof, Question
from storage.records import Approval, AskedQuestion, Decision, Entry, EntryKind, Fix, Report, ShownPlan, Signal
from storage.reports.snapshot import Snapshot
from storage.sleep import Sleep, Waking
from storage.spending import Spent
from storage.status import Mover, SignalStatus, Status
from storage.submissions import FixSubmission
from tests.factories import a_plan, a_research, a_summary

AT = dt.datetime(2026, 11, 21, 12, 0, tzinfo=dt.UTC)


POLICY = Policy(approvers=("U01ADA", "U02BOB"))


_NUMBERS = itertools.count(1)


NASTY = "<!channel> <@U01ADA> <https://evil.example|nice> ```x``` *_~` \u202e & \x00 字" * 40


def _fresh_id(kind: str) -> str:
    return f"{kind}{next(_NUMBERS)}"


def a_scene(words: str = "fine", *, status: Status = Status.GATHERING, **columns: Any) -> Scene:
    """A report in a status, with one of everything, and foreign words wherever there are any."""
    line, long = words[:290] or "x", (words * (4_000 // max(1, len(words)) + 1))[:3_900]
    report = Report(
        id=1, status=status, title=long, gist=long, note=long, channel="C07SOLAR", plan_revision=2, repository=line,
        priority=Priority.P1, soak_until=AT, dismissed_because=long, research=a_research(
            headline=line, cause=long, assessment=_assessed(line), citations_made=2, citations_dropped=1
        ),
        stuck_because=Outcome.UNPROVEN, since=AT, **columns,
    )  # fmt: skip
    signals = _signals(line, long)
    answered, asked = _questions(line, long)
    snapshot = Snapshot(
        report=report, gathered=_gathered(signals), signals=signals, plans=_plans(line, long),
        questions=(answered, asked), question=asked,
        approvals=(Approval(report_id=1, decision=Decision.GUIDE, by=line, via="reply", words=long, at=AT),),
        fixes=(_fix(line, long),), moves=_moves(line, long, status),
        by_stage={"research": Spent(usd=1.5, calls=3, seconds=200.0)},
        regression_of=Report(id=9, title=long), sleeps=_sleeps(line),
    )  # fmt: skip
    of_slack = tuple(signal for signal in signals if signal.source == "slack")
    return Scene(snapshot, POLICY, "https://acme.example/", Spot("C07SOLAR", "1700000000.000001"), reporters=of_slack)


def _sleeps(line: str) -> tuple[Sleep, ...]:
    """One that ended, for each reason."""
    return tuple(
        Sleep(
            id=n, report_id=1, since=AT, until=AT, by=line, woke_at=AT, woke_because=why, woke_by=f"{line}x", joined=n
        )
        for n, why in enumerate(Waking, start=1)
    )


def _signals(line: str, long: str) -> tuple[Signal, ...]:
    return tuple(
        Signal(
            id=number, source=source, external_id=f"C07SOLAR/170000000{number}.000100", channel="C07SOLAR", title=long,
            body=long, url=line, author=line, thread_ts=f"170000000{number}.000100", happened_at=AT, reach=number,
            status=SignalStatus.FILED, summary=a_summary(title=line),
        )
        for number, source in enumerate(["slack", "sentry", line[:40], *["slack"] * 20], start=1)
    )  # fmt: skip


def _gathered(signals: tuple[Signal, ...]) -> Gathered:
    return Gathered(
        total=len(signals), shown=len(signals), sources=tuple(dict.fromkeys(signal.source for signal in signals)),
        first=signals[0], news=signals[-5:], joined=len(signals),
    )  # fmt: skip


def _moves(line: str, long: str, status: Status) -> tuple[Entry, ...]:
    """A way by the world, the machine and people, which ends in this status."""
    moves = [
        (Status.GATHERING, Status.AWAITING_RESEARCH, Mover.WORLD),
        (Status.AWAITING_RESEARCH, Status.GATHERING, Mover.MACHINE),
        (Status.AWAITING_APPROVAL, Status.GATHERING, Mover.WORLD),
        (Status.AWAITING_FIX, Status.STUCK, Mover.MACHINE),
        (Status.AWAITING_CHECKS, Status.AWAITING_REVIEW, Mover.WORLD),
        (Status.AWAITING_PROOF, Status.GATHERING, Mover.WORLD),
        (Status.GATHERING, Status.DISMISSED, line),
        (Status.GATHERING, status, "U01ADA"),
    ]
    return tuple(
        Entry(id=number, report_id=1, at=AT, kind=EntryKind.MOVE, who=who, text=long, before=before, after=after)
        for number, (before, after, who) in enumerate(moves, start=1)
    )


def _plans(line: str, long: str) -> tuple[ShownPlan, ...]:
    body = a_plan(title=line, approach=long, files=(line,) * 30, test=long, risk=line, measure=line)
    return tuple(
        ShownPlan(id=n, report_id=1, revision=n, hash=body.hash, body=body, because=long, made_at=AT, posted_ts="1.1")
        for n in (1, 2)
    )


def _questions(line: str, long: str) -> tuple[AskedQuestion, AskedQuestion]:
    """One that was answered, and the one that waits."""
    asked = AskedQuestion(id=3, report_id=1, body=Question(text=line, options=(line,) * 5, why=line), asked_at=AT)
    answered = AskedQuestion(
        id=2, report_id=1, body=asked.body, asked_at=AT, answer=long, answered_by=line, answered_at=AT
    )
    return answered, asked


def _fix(line: str, long: str) -> Fix:
    """One that is merged, though its suite failed."""
    proof = Proof(
        test_ids=(line,), failed_before=True, passed_after=True, suite_passed=False, before_log=long, after_log=long,
        suite_log=long * 3, why_not=long, reviewed=line, remarks=(line,) * 10,
    )  # fmt: skip
    submission = FixSubmission(
        title=line, summary=long, test_files=(line,), test_ids=(line,), expected_failure=line, risk=line, undo=line
    )
    return Fix(
        id=4, report_id=1, plan_revision=2, repository=line, branch=line, base_sha="0", rounds=2, proof=proof,
        submission=submission, number=7, url="https://github.example/pull/7", merged_at=AT, merged_by=line,
    )  # fmt: skip


def _assessed(line: str) -> Assessment:
    factor, touch = Factor(points=4, counted=line), Touch(what=line, files=(line,), url=line)
    return Assessment(
        ranked=Ranked(priority=Priority.P0, importance=factor, impact=factor, severity=factor),
        reviewers=(Reviewer(name=line, login=line, why=line),) * 3,
        mended=line, touched_since=(touch,) * 5, in_flight=(touch,) * 5, unseen=(line,), public=True,
    )  # fmt: skip


def drawings(scene: Scene) -> list[Drawing]:
    return [card(scene), *(each for each in thread(scene) if isinstance(each, Drawing))]


def faults(blocks: list[Block], most: int = BLOCKS, payload: int = PAYLOAD) -> list[str]:
    """Everything that Slack would refuse, by the playground's rules."""
    drawn = within(blocks, most=most, payload=payload)
    errors: list[str] = []
    check_blocks(Place(errors), drawn, most)
    if size_of(drawn) > payload:
        errors.append("too long together")
    return errors
