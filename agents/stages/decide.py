"""Decide: is a researched report actionable, does it need a human's word, or is evidence missing?"""

from __future__ import annotations

from collections.abc import Mapping

from agents.case_text import around_text, plan_text, research_text
from agents.errors import ModelRefused
from agents.exchange import About
from agents.noted import noted_text
from agents.ports import Model
from agents.prompts import quoted
from storage.judgments import Bucket, Judgment, Research, Stage, Verdict
from storage.records import Report

_MISSING = "A way to reproduce the problem, or a stack trace or log of the moment when it happens."


class AboutDecide(About):
    """A report and what the research found."""

    reference: str
    title: str
    gist: str
    research: Research
    noted: tuple[str, ...] = ()  # in the policy

    def variables(self) -> Mapping[str, str]:
        """What prompts/decide.md names."""
        return {
            "reference": self.reference,
            "report": quoted(f"{self.title}\n\n{self.gist}", f"report {self.reference}"),
            "research": quoted(_shown(self.research), f"research of {self.reference}"),
            "noted": noted_text(self.noted),
        }

    def fault(self, answer: Judgment) -> str:
        """A bucket needs what it promises: a question, a plan, or a word on what is missing."""
        if not isinstance(answer, Verdict):
            return ""
        if answer.bucket is Bucket.NEEDS_INPUT and self.research.question is None:
            return "The research asks no question, so `needs_input` cannot be chosen."
        if answer.bucket is Bucket.ACTIONABLE and self.research.plan is None:
            return "The research has no plan, so `actionable` cannot be chosen."
        if answer.bucket is Bucket.NOT_ACTIONABLE and not answer.missing.strip():
            return "`not_actionable` needs `missing`: which evidence would settle it."
        return ""


def decide(report: Report, research: Research, model: Model, run: str = "", noted: tuple[str, ...] = ()) -> Verdict:
    """The verdict. Without a plan, or without a citation that held, no model is asked.

    When the model refuses, a plan with evidence is shown all the same: people decide about it, not the verdict.
    """
    if (settled := _settled(research)) is not None:
        return settled
    about = AboutDecide(
        subject=_subject(report),
        report_id=report.id,
        run=run,
        reference=report.ref,
        title=report.title,
        gist=report.gist,
        research=research,
        noted=noted,
    )
    try:
        verdict = model.judge(Stage.DECIDE, about, Verdict)
    except ModelRefused:
        return _unjudged(research)
    return _unjudged(research) if about.fault(verdict) else verdict


def _settled(research: Research) -> Verdict | None:
    """What follows without a judgment."""
    if research.plan is not None and research.assessment is not None and research.assessment.mended:
        missing = "Look again: what was found is about code that is no longer there, and it may be mended."
        reason = research.assessment.mended
        return Verdict(bucket=Bucket.NOT_ACTIONABLE, priority=research.priority, reason=reason, missing=missing)
    if research.plan is None and research.question is not None:
        reason = "The next step depends on an answer that only people can give."
        return Verdict(bucket=Bucket.NEEDS_INPUT, priority=research.priority, reason=reason)
    if research.plan is None:
        reason = "The research found no plan that it could give honestly."
    elif not research.findings:
        reason = "The plan rests on no finding whose evidence could be verified."
    else:
        return None
    return Verdict(
        bucket=Bucket.NOT_ACTIONABLE, priority=research.priority, reason=reason, missing=research.missing or _MISSING
    )


def _unjudged(research: Research) -> Verdict:
    reason = f"The plan rests on {len(research.findings)} verified findings; the model gave no verdict of its own."
    return Verdict(bucket=Bucket.ACTIONABLE, priority=research.priority, reason=reason)


def _subject(report: Report) -> str:
    """The report's subject; a later pass is told from the first, so that each can have its own recorded reply."""
    number = report.research_passes + 1  # the pass that is being decided on is counted when the report moves
    return report.subject if number == 1 else f"{report.subject}#{number}"


def _shown(research: Research) -> str:
    """The research as a person would read it."""
    question, plan = research.question, research.plan
    parts = [research_text(research)]
    if not research.findings:
        parts.append("No finding held when its evidence was looked up.")
    parts.append(f"proposed priority: {research.priority}, because {research.priority_reason}")
    parts += around_text(research)
    if question is not None:
        options = " / ".join(question.options) or "none"
        parts.append(f"question to people: {question.text}\noptions: {options}\nwhat depends on it: {question.why}")
    if plan is not None:
        parts.append(f"The plan, for {plan.repository}:\n{plan_text(plan)}")
    return "\n\n".join(parts)
