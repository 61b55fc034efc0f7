"""Research: find the cause of a report, with evidence that code has checked, and plan the change that removes it."""

from __future__ import annotations

import re
import time
from collections.abc import Callable, Iterable, Sequence
from contextlib import closing
from dataclasses import dataclass

from pydantic import BaseModel, ConfigDict

from agents import case_text
from agents.cases import ResearchCase
from agents.evidence.citations import check
from agents.evidence.ground import Ground
from agents.evidence.plan_faults import Fault, faults_of
from agents.evidence.reproducing import lacks_reproduction
from agents.evidence.strand_findings import completed, unheeded
from agents.evidence.strands import Strands
from agents.exchange import About, Tool
from agents.loop import Loop
from agents.ports import Checkpoint, Logbook, Model, Workspace, Workspaces
from agents.prompts import prompt
from agents.redaction.redact import Redactor
from agents.terms import Limits
from agents.tools import weigh_causes
from agents.tools.hands import Hands
from agents.trail import Brief, Detour, Ruling, Trail, Unlogged
from storage.judgments import Outcome, Research, Stage

__all__ = ["ResearchCase", "Researched", "research"]

_SUBMIT = "submit_research"


class Researched(BaseModel):
    """What came of a pass. `research` holds only what was checked; `dropped` says what was not there when looked up."""

    model_config = ConfigDict(frozen=True)

    outcome: Outcome
    sentence: str
    research: Research | None = None
    dropped: tuple[str, ...] = ()
    steps: int = 0
    usd: float = 0.0
    seconds: float = 0.0


class Verified(BaseModel):
    """A submission after code has looked it over: what holds of it, and why it is refused, if it is."""

    model_config = ConfigDict(frozen=True)

    research: Research
    dropped: tuple[str, ...] = ()
    refusal: str = ""
    seconds: float = 0.0


def research(  # noqa: PLR0917 the ports, in the order of all stages
    case: ResearchCase,
    model: Model,
    workspaces: Workspaces,
    limits: Limits,
    checkpoint: Checkpoint,
    redactor: Redactor,
    logbook: Logbook | None = None,
    *,
    more: Callable[[Hands], Iterable[Tool]] = lambda _: (),
) -> Researched:
    """One pass over a report. Commands' output is redacted wholly, files and patches of secrets only.

    `more` makes tools beyond those that work on the checkout; it is called inside turns.

    Raises CodeHostDown or ModelDown when trying again later may help; everything else is an outcome.
    """
    ground = Ground(case, workspaces, redactor, more)
    work = _Pass(case, model, ground, limits, checkpoint, logbook or Unlogged())
    return _researched(Loop(work.brief(), model, checkpoint).run())


def _researched(trail: Trail[Verified]) -> Researched:
    value = trail.ruling.value if trail.ruling else None
    late = value is not None and trail.outcome is not Outcome.FINISHED
    return Researched(
        outcome=trail.outcome or Outcome.FAILED,
        sentence=f"{trail.sentence} This is what it had submitted by then." if late else trail.sentence,
        research=value.research if value else None,
        dropped=value.dropped if value else (),
        steps=trail.turns,
        usd=trail.usd,
        seconds=trail.seconds,
    )


@dataclass(frozen=True)
class _Pass:
    """One pass over one report."""

    case: ResearchCase
    model: Model
    ground: Ground
    limits: Limits
    checkpoint: Checkpoint
    logbook: Logbook

    def brief(self) -> Brief[Research, Verified]:
        case = self.case
        page = prompt(Stage.RESEARCH, _variables(case, self.limits))
        return Brief(
            stage=Stage.RESEARCH,
            about=About(subject=case.about, report_id=case.report_id),
            system=page.standing,
            opening=page.case,
            submit=_SUBMIT,
            submit_description="Finish: hand in what you found. Every citation is looked up by code.",
            returns=Research,
            verify=self._rule,
            open=self.ground.open,
            toolbox=self.ground.toolbox,
            limits=self.limits,
            logbook=self.logbook,
            detour=Detour(weigh_causes.SPEC, self._strands().weigh),
        )

    def _strands(self) -> Strands:
        return Strands(
            self.case,
            self.model,
            self.checkpoint,
            self.logbook,
            self.limits,
            self.ground.open,
            self.ground.toolbox,
            self.ground.sources,
        )

    def _rule(self, found: Research, trail: Trail[Verified]) -> Ruling[Verified]:
        verified = self.checkpoint(f"verify:{trail.turns}", lambda: self._verified(found, trail), Verified)
        outcome = Outcome.REFUSED if verified.refusal else Outcome.FINISHED
        return Ruling(verified, verified.refusal, outcome, verified.seconds)

    def _verified(self, found: Research, trail: Trail[Verified]) -> Verified:
        """Look everything up in a checkout that no agent has touched."""
        began = time.monotonic()
        with closing(self.ground.open()) as workspace:
            checked = check(_known_commit(found, workspace), self.ground.sources(workspace, trail.seen))
            faults = faults_of(found, self.case, workspace)
        unsaid = unheeded(checked.research, trail.asides)
        kept, dropped = completed(checked.research, trail.asides), checked.dropped
        if found.causative_commit and not kept.causative_commit:
            dropped = (*dropped, f"the commit “{found.causative_commit}”: the repository has no such commit")
        if faults:
            refusal = "\n".join(("This cannot be shown to people:", *(f"- {fault.agent}" for fault in faults)))
            kept = kept.model_copy(update={"plan": None, "missing": kept.missing or _without_plan(faults)})
        else:
            again = trail.refusals == 0 and trail.turns < self.limits.steps
            refusal = _doubts(dropped, unsaid, found, self.case) if again else ""
            if lacks_reproduction(kept, self.case.signals):
                kept = kept.model_copy(update={"reproduction_not_because": "It was not tried, and nothing says why."})
        return Verified(research=kept, dropped=dropped, refusal=refusal, seconds=time.monotonic() - began)


def _variables(case: ResearchCase, limits: Limits) -> dict[str, str]:
    return {
        "title": case.title,
        "gist": case_text.gist_text(case.gist),
        "signals": case_text.signals_text(case.signals),
        "guidance": case_text.guidance_text(case.guidance, case.noted),
        "earlier": case_text.earlier_text(case),
        "similar": case_text.similar_text(case.similar),
        "repository": case.repository.name,
        "base": case_text.base_text(case),
        "tests": case_text.how_tested(case.repository),
        "protected": case_text.protected_text(case.repository),
        "instructions": case_text.instructions_text(case.repository),
        "steps": str(limits.steps),
    }


def _known_commit(found: Research, workspace: Workspace) -> Research:
    """The research without a causative commit that the repository does not have."""
    named = re.search(r"\b[0-9a-f]{7,40}\b", found.causative_commit)
    if named and workspace.run(("git", "cat-file", "-e", f"{named[0]}^{{commit}}"), seconds=30).exit_code == 0:
        return found
    return found.model_copy(update={"causative_commit": ""})


def _doubts(dropped: Sequence[str], unsaid: Sequence[str], found: Research, case: ResearchCase) -> str:
    """What is said once, and may then be insisted on."""
    plan = found.plan
    lines = [*(f"- does not hold: {one}" for one in dropped), *unsaid]
    if case.guidance and plan is not None and case.earlier_plan is not None and plan.hash == case.earlier_plan.hash:
        lines.append("- the plan is word for word the one that people saw; does it do what they asked for?")
    if lacks_reproduction(found, case.signals):
        lines.append(
            "- a signal tells the steps; go them with `run_command` and cite what happens, or say in"
            " `reproduction_not_because` why that cannot be done here"
        )
    if not lines:
        return ""
    end = "Correct it, or leave out what you cannot show, and submit again. What still does not hold then is dropped."
    return "\n".join(("Before people read this:", *lines, end))


def _without_plan(faults: Sequence[Fault]) -> str:
    """What people read where a plan would stand."""
    return f"A plan that may be shown. Mine was not: {'; '.join(fault.people for fault in faults)}."
