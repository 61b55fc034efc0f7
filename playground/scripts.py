"""The lives in which `make crash` kills the bot: what people do in each, and which of its calls are struck.

The first is the demo's first case. The others live what it does not: issues in Linear, standing approvals, corrections,
sleep, a pull request that is closed, a problem that comes back.
"""

from __future__ import annotations

import json
import time
from collections.abc import Callable
from dataclasses import dataclass, replace
from enum import StrEnum
from functools import partial
from pathlib import Path

from playground.asking import ASK, asked, corrected_answer
from playground.case import Case, demo_cases
from playground.faults import Fault, Kind, Moment
from playground.hands import Hands
from playground.people import Impatience
from playground.recorded import USAGE
from playground.town import Town
from playground.townsfolk import OLU, PRIYA, Pace
from storage.records import Decision
from storage.status import Dismissal, Status
from storage.store import Store

APPROVAL = "approval"  # an act: the plan is approved by a bot that dies before it enqueues the fix
_SLOW = 3_600.0  # seconds: it does not come in a life
_TO_THE_SECOND = 2.1  # seconds: Sentry and the code host say when to the second
_FIXED = r"model:|slack:(chat|reactions|files)\.|slack:upload|github:(git\.push|pulls\.create|labels|graphql|reviewers)"
_SAID = r"slack:(chat|reactions|conversations\.(info|members)|users)|linear:|model:(research|decide|fix|inquire)"


class Life(StrEnum):
    """Which life is lived."""

    FIX = "fix"
    ISSUE = "issue"  # wanted by a command, and linked with the pull request
    STANDING = "standing"  # two standing approvals allow the plan
    STOPPED = "stopped"  # somebody presses Stop on what they allowed, and Retry
    CORRECTED = "corrected"  # merged, undone, split, undone, put to sleep, woken, dismissed
    UNMERGED = "unmerged"  # the pull request is closed
    CAME_BACK = "came back"  # after the merge
    ASKED = "asked"  # a question in its thread, and the answer


@dataclass(frozen=True)
class Stage:
    """Where a life is played."""

    hands: Hands
    store: Store

    @property
    def town(self) -> Town:
        return self.hands.town


@dataclass(frozen=True)
class Script:
    """What people do, with which policy, and which calls are struck by default; `acts` may be lost (`Hands.lose`)."""

    play: Callable[[Stage, Case], None]
    struck: str = _SAID
    acts: tuple[str, ...] = ()
    terms: Callable[[str], str] = str  # of the policy file
    pace: Callable[[Pace], Pace] = lambda pace: pace
    prepare: Callable[[Town], None] = lambda _: None
    teach: Callable[[Path], None] = lambda _: None  # further replies of the model, into a folder of recordings


# ── what happens in most of them ────────────────────────────────────────────────────────────────────────────────


def _reported(stage: Stage, case: Case) -> None:
    stage.hands.report(case)
    stage.hands.fail_in_production(case)
    stage.hands.wait_for_evidence(case, case.sentry.title)


def _planned(stage: Stage, case: Case) -> None:
    _reported(stage, case)
    plan = stage.hands.wait_for_plan(case)
    if plan is None:
        raise Impatience("the plan was decided on before anybody could")


def _approved(stage: Stage, case: Case) -> None:
    if stage.hands.lose(APPROVAL, stage.store, _write_the_approval):
        return
    plan = stage.hands.wait_for_plan(case)
    if plan is not None:
        stage.hands.approve_until_it_shows(case, plan)


def _merged(stage: Stage, case: Case) -> None:
    stage.hands.wait_for_review(case)
    stage.hands.review_and_merge(set())


def _fixed(stage: Stage, case: Case) -> None:
    _planned(stage, case)
    _approved(stage, case)
    _merged(stage, case)
    stage.hands.wait_for_the_end(case)


# ── issues ──────────────────────────────────────────────────────────────────────────────────────────────────────


def _issue(stage: Stage, case: Case) -> None:
    hands = stage.hands
    _planned(stage, case)
    if not hands.lose("want", stage.store, lambda store: store.tracked.want(1, PRIYA)):
        hands.type("linear SB-1", lambda: stage.store.tracked.get(1))
    hands.wait_until(lambda: hands.says(case, "PLAT-1"), "the card to link the issue")
    _approved(stage, case)
    _merged(stage, case)
    hands.wait_for_the_end(case)
    hands.wait_until(lambda: any(each.links for each in stage.town.linear.issues()), "the issue to be linked")


# ── standing approvals ──────────────────────────────────────────────────────────────────────────────────────────


def _allowing(policy: str) -> str:
    """Everything may be allowed ahead, by two people."""
    channels = policy.replace("[[channels]]\n", '[[channels]]\nautonomy = "draft"\n')
    return f'autonomy = "draft"\n{channels}'.replace("[[repositories]]\n", "[[repositories]]\napprovals = 2\n")


def _standing(stage: Stage, case: Case) -> None:
    hands = stage.hands
    hands.give_ahead(stage.store)
    _reported(stage, case)
    hands.wait_until(lambda: hands.in_thread(case, "standing approval"), "the thread to say that it was allowed")
    _merged(stage, case)
    hands.wait_for_the_end(case)


def _stopped(stage: Stage, case: Case) -> None:
    hands = stage.hands
    hands.give_ahead(stage.store)
    _reported(stage, case)
    hands.wait_until(lambda: hands.reply_with(case, "Stop"), "Stop to be offered")
    hands.wait_until(lambda: stage.town.faults.seen("model:fix"), "the fix to begin")
    hands.press(
        lambda: hands.reply_with(case, "Stop"),
        "Stop",
        lambda: any(each.decision is Decision.STOP for each in stage.store.plans.approvals(1)),
    )
    stage.town.faults.let_go()
    for user, why in (
        (PRIYA, "Stop was pressed."),
        (OLU, "does not hold any more"),
    ):  # each stands for one of two yeses
        hands.wait_until(partial(hands.in_thread, case, why), "the thread to say why it is stuck")
        hands.wait_until(lambda: hands.says(case, "Retry"), "Retry to be offered")
        hands.press(lambda: hands.card(case), "Retry", partial(_has_retried, stage.store, user), user=user)
    _merged(stage, case)
    hands.wait_for_the_end(case)


def _has_retried(store: Store, user: str) -> bool:
    return any(each.by == user and each.decision is Decision.RETRY for each in store.plans.approvals(1))


def _hold_the_fix(town: Town) -> None:
    town.faults.plan(Fault("model:fix", Moment.RECEIPT, Kind.HOLD, times=1_000))


# ── corrections and sleep ───────────────────────────────────────────────────────────────────────────────────────


def _ripe_when_merged(policy: str) -> str:
    """So that a case with its error is not looked into by itself, and with another's words it is."""
    return policy.replace("ripe_weight = 2.0", "ripe_weight = 6.7")


def _corrected(stage: Stage, case: Case) -> None:
    hands, store, other = stage.hands, stage.store, demo_cases()[1]
    _reported(stage, case)
    hands.report(other)
    if not hands.lose("merge", store, lambda rows: rows.corrections.merge(2, 1, by=PRIYA)):
        hands.type("merge SB-2 into SB-1", lambda: store.reports.get(2).merged_into == 1)
    hands.wait_for_plan(case)
    last = store.corrections.of_report(1)[-1].id or 0
    if not hands.lose("undo", store, lambda rows: rows.corrections.undo(last, by=PRIYA)):
        hands.type("undo SB-2", lambda: store.reports.get(2).merged_into is None)
    hands.take_out(case, case.sentry.title, lambda: len(store.reports.all()) > 2)
    hands.type("undo SB-3", lambda: store.reports.get(3).merged_into == 1)
    _slept(stage, case)
    hands.press(lambda: hands.card(case), "Dismiss", lambda: hands.says(case, "Dismissed"))
    hands.press(
        lambda: hands.reply_with(case, "Not a problem"),
        "Not a problem",
        lambda: store.reports.get(1).dismissal is Dismissal.NOT_A_PROBLEM,
    )


def _slept(stage: Stage, case: Case) -> None:
    hands, store = stage.hands, stage.store
    for words in ("snooze SB-1 3d", "mute SB-1"):
        hands.type(words, lambda: store.reports.get(1).asleep_since is not None)
        hands.wait_until(lambda: hands.says(case, "Wake"), "the card to say that it sleeps")
        hands.press(lambda: hands.card(case), "Wake", lambda: store.reports.get(1).asleep_since is None)
        hands.wait_until(lambda: not hands.says(case, "Wake"), "the card to say that it is awake")


# ── pull requests that do not hold ──────────────────────────────────────────────────────────────────────────────


def _unmerged(stage: Stage, case: Case) -> None:
    hands = stage.hands
    _planned(stage, case)
    _approved(stage, case)
    hands.wait_for_review(case)
    hands.close_unmerged()
    hands.wait_until(lambda: hands.says(case, "Dismissed"), "the report to be dismissed")
    hands.press(
        lambda: hands.reply_with(case, "Won't fix"),
        "Won't fix",
        lambda: stage.store.reports.get(1).dismissal is Dismissal.WONT_FIX,
    )


def _came_back(stage: Stage, case: Case) -> None:
    hands = stage.hands
    _planned(stage, case)
    _approved(stage, case)
    _merged(stage, case)
    hands.wait_until(lambda: stage.store.reports.get(1).status is Status.AWAITING_PROOF, "the merge to be seen")
    time.sleep(_TO_THE_SECOND)
    stage.town.sentry.happen(case.sentry.short_id, release="dashboard@2026.11.25")
    hands.tell("Sentry  the error happens again, in the release with the fix")
    hands.wait_until(lambda: hands.in_thread(case, "came back"), "the thread to say that it came back")
    hands.wait_until(lambda: stage.store.reports.get(1).research_passes == 2, "it to be looked into again")
    hands.wait_until(lambda: stage.store.reports.get(1).status is Status.GATHERING, "it to gather again")


def _knows_no_more(recordings: Path) -> None:
    """The second time the model finds nothing, and says what is missing."""
    subject = f"{demo_cases()[0].slack.external_id}#2"
    given = {
        "headline": "It is not known why it happens again",
        "cause": "",
        "confidence": "guessed",
        "findings": [],
        "hypotheses": [
            {"statement": "The change was not deployed.", "standing": "open", "why": "Nothing tells of it."},
            {"statement": "There is another cause.", "standing": "open", "why": "Nothing tells of it."},
        ],
        "missing": "The trace of the new error.",
        "priority": "P2",
        "priority_reason": "It blanks a page.",
    }
    submit = {"type": "tool_use", "id": "toolu_1", "name": "submit_research", "input": given}
    usage = dict.fromkeys(USAGE, 1)
    turn = {"must_contain": [], "content": [submit], "stop_reason": "tool_use", "usage": usage}
    body = {"stage": "research", "subjects": [subject], "turns": [turn], "note": "written for a life"}
    (recordings / "research" / "again.json").write_text(json.dumps(body), encoding="utf-8")


def _asked(stage: Stage, case: Case) -> None:
    _planned(stage, case)
    asked(stage.hands, stage.store, case)


def _write_the_approval(store: Store) -> None:
    """Write what a process that dies at once after it has written."""
    report = store.reports.all()[0]
    plan = store.plans.latest(report.id or 0)
    if plan is None:
        raise Impatience("there is no plan to approve, although one was shown")
    store.plans.decide(
        report.id or 0,
        Decision.APPROVE,
        by=PRIYA,
        via="button",
        plan_revision=plan.revision,
        plan_hash=plan.hash,
        to=Status.AWAITING_FIX,
        because="approved the plan",
    )


SCRIPTS = {
    Life.FIX: Script(_fixed, struck=_FIXED, acts=(APPROVAL,)),
    Life.ISSUE: Script(_issue, struck=r"linear:", acts=("want", APPROVAL)),
    Life.STANDING: Script(_standing, terms=_allowing, struck=f"{_FIXED}|{_SAID}"),
    Life.STOPPED: Script(_stopped, terms=_allowing, prepare=_hold_the_fix),
    Life.CORRECTED: Script(_corrected, terms=_ripe_when_merged, acts=("merge", "undo")),
    Life.UNMERGED: Script(_unmerged, struck=r"slack:chat|github:GET /repos"),
    Life.ASKED: Script(_asked, struck=r"model:inquire|slack:(chat|reactions)", acts=(ASK,), teach=corrected_answer),
    Life.CAME_BACK: Script(
        _came_back, struck=f"{_SAID}|sentry:", pace=lambda pace: replace(pace, soak=_SLOW), teach=_knows_no_more
    ),
}
