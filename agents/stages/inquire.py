"""Inquire: answer what somebody asks about a report, claim by claim, with evidence that code has checked."""

from __future__ import annotations

import datetime as dt
import time
from collections.abc import Callable, Iterable, Sequence
from contextlib import closing
from dataclasses import dataclass, replace

from pydantic import BaseModel, ConfigDict

from agents import case_text
from agents.cases import InquiryCase
from agents.evidence.citations import Sources, check_claims
from agents.evidence.ground import Ground
from agents.exchange import About, Tool
from agents.loop import Loop
from agents.ports import Checkpoint, Logbook, Model, Workspace, Workspaces
from agents.prompts import prompt, quoted
from agents.redaction.redact import Redactor
from agents.terms import Limits
from agents.tools.hands import Hands
from agents.trail import Brief, Ruling, Trail
from storage.inquiries import Reply
from storage.judgments import Outcome, Stage

RECORD = "record"  # by which the record is cited; what follows, by which the rest of what is given is
_PLAN, _RESEARCH, _CHANGE, _ALIKE = "plan", "research", "change", "earlier reports"
_LONGEST_CLAIM, _LONGEST_UNKNOWN = 300, 600  # characters, as the reply's own fields have it
_EMPTY = (
    "Neither claims nor `unknown` say anything. Answer, or say in `unknown` what is not known and what would settle it."
)


class Replied(BaseModel):
    """What came of a question. `reply` holds only what was checked."""

    model_config = ConfigDict(frozen=True)

    outcome: Outcome
    sentence: str
    reply: Reply | None = None
    seconds: float = 0.0


class Checked(BaseModel):
    """A reply after code has looked it over, and why it is refused, if it is."""

    model_config = ConfigDict(frozen=True)

    reply: Reply
    refusal: str = ""
    seconds: float = 0.0


def inquire(  # noqa: PLR0917 the ports, in the order of all stages
    case: InquiryCase,
    model: Model,
    workspaces: Workspaces,
    limits: Limits,
    checkpoint: Checkpoint,
    redactor: Redactor,
    logbook: Logbook,
    *,
    more: Callable[[Hands], Iterable[Tool]] = lambda _: (),
) -> Replied:
    """Answer one question. `more` makes tools beyond those that work on the checkout; it is called inside turns.

    Raises CodeHostDown or ModelDown when trying again later may help; everything else is an outcome.
    """
    inquiry = _Inquiry(case, Ground(case, workspaces, redactor, more), limits, checkpoint, logbook)
    trail = Loop(inquiry.brief(), model, checkpoint).run()
    return Replied(
        outcome=trail.outcome or Outcome.FAILED,
        sentence=trail.sentence,
        reply=trail.ruling.value.reply if trail.ruling else None,
        seconds=trail.seconds,
    )


@dataclass(frozen=True)
class _Inquiry:
    """One question about one report."""

    case: InquiryCase
    ground: Ground
    limits: Limits
    checkpoint: Checkpoint
    logbook: Logbook

    def brief(self) -> Brief[Reply, Checked]:
        page = prompt(Stage.INQUIRE, _variables(self.case, self.limits))
        return Brief(
            stage=Stage.INQUIRE,
            about=About(subject=self.case.about, report_id=self.case.report_id),
            system=page.standing,
            opening=page.case,
            submit="submit_reply",
            submit_description="Finish: hand in your answer. Every citation is looked up by code.",
            returns=Reply,
            verify=self._rule,
            open=self.ground.open,
            toolbox=self.ground.toolbox,
            limits=self.limits,
            logbook=self.logbook,
        )

    def _rule(self, said: Reply, trail: Trail[Checked]) -> Ruling[Checked]:
        checked = self.checkpoint(f"verify:{trail.turns}", lambda: self._checked(said, trail), Checked)
        outcome = Outcome.REFUSED if checked.refusal else Outcome.FINISHED
        return Ruling(checked, checked.refusal, outcome, checked.seconds)

    def _checked(self, said: Reply, trail: Trail[Checked]) -> Checked:
        """Look everything up in a checkout that no agent has touched. What does not hold is told once."""
        began = time.monotonic()
        with closing(self.ground.open()) as workspace:
            held = check_claims(said.claims, self._sources(workspace, trail))
        led = bool(said.claims) and (not held.claims or held.claims[0].claim != said.claims[0].claim)
        counts = {"citations_made": held.made, "citations_dropped": held.lost, "lead_dropped": led}
        reply = self._without_private(said.model_copy(update={"claims": held.claims, **counts}))
        again = trail.refusals == 0 and trail.turns < self.limits.steps
        refusal = _doubts(said, held.dropped) if again else ""
        return Checked(reply=reply, refusal=refusal, seconds=time.monotonic() - began)

    def _without_private(self, reply: Reply) -> Reply:
        """What an agent writes may hold what it worked out: no credential, and nobody's data, is shown or kept."""
        redact = self.ground.redactor.text
        claims = (one.model_copy(update={"claim": redact(one.claim)[:_LONGEST_CLAIM]}) for one in reply.claims)
        return reply.model_copy(update={"claims": tuple(claims), "unknown": redact(reply.unknown)[:_LONGEST_UNKNOWN]})

    def _sources(self, workspace: Workspace, trail: Trail[Checked]) -> Sources:
        found = self.ground.sources(workspace, trail.seen)
        return replace(found, queries=(*_given(self.case), *found.queries))


def _given(case: InquiryCase) -> tuple[tuple[str, str], ...]:
    """What the case itself says and can be cited. Of research no quotes: a signal's words are cited from the signal."""
    plan, research = case.earlier_plan, case.earlier_research
    return (
        (RECORD, case.record),
        (_PLAN, case_text.plan_text(plan) if plan else ""),
        (_RESEARCH, case_text.research_text(research, quotes=False) if research else ""),
        (_CHANGE, case.change),
        (_ALIKE, case_text.similar_lines(case.similar)),
    )


def _variables(case: InquiryCase, limits: Limits) -> dict[str, str]:
    return {
        "question": quoted(case.question, "question of a colleague"),
        "asked": _asked(case),
        "title": case.title,
        "gist": case_text.gist_text(case.gist),
        "signals": case_text.signals_text(case.signals),
        "record": quoted(case.record, RECORD),
        "guidance": case_text.guidance_text(case.guidance, case.noted),
        "earlier": case_text.earlier_text(case),
        "change": case_text.change_text(case),
        "asked_before": case_text.asked_text(case.asked_before),
        "similar": case_text.similar_text(case.similar),
        "repository": case.repository.name,
        "base": case_text.base_text(case),
        "tests": case_text.how_tested(case.repository),
        "instructions": case_text.instructions_text(case.repository),
        "steps": str(limits.steps),
    }


def _asked(case: InquiryCase) -> str:
    """Who asks, and when: what happened a day ago, or is theirs, is told by that."""
    at = f" on {case.asked_at.astimezone(dt.UTC):%Y-%m-%d %H:%M} UTC" if case.asked_at else ""
    return f"{case.asked_by or 'A colleague'} asks{at}:"


def _doubts(said: Reply, dropped: Sequence[str]) -> str:
    if not said.claims and not said.unknown.strip():
        return _EMPTY
    if not dropped:
        return ""
    lines = (f"- does not hold: {one}" for one in dropped)
    end = "Correct it, or leave out what you cannot show, and submit again. What still does not hold then is dropped."
    return "\n".join(("Before people read this:", *lines, end))
