"""Fix: carry out an approved plan in a sandbox, test first; code, not the model, decides whether it is proven."""

from __future__ import annotations

import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass

from pydantic import BaseModel, ConfigDict

from agents import case_text
from agents.cases import FixCase
from agents.checkout.around import surroundings
from agents.checkout.conventions import conventions_text, words_of
from agents.exchange import About
from agents.loop import DONE, Loop
from agents.patches.guards import guard
from agents.ports import Checkpoint, Logbook, Model, Workspace, Workspaces
from agents.prompts import prompt
from agents.proof.linting import linted
from agents.proof.proven import ProvenFix
from agents.proof.proving import prove_patch
from agents.pull_requests.answers import strays
from agents.pull_requests.discretion import Indiscretions, indiscretions
from agents.pull_requests.text import headings_left
from agents.redaction.redact import Redactor
from agents.terms import Limits
from agents.tools.hands import Hands
from agents.tools.toolboxes import fix_tools
from agents.trail import Brief, Ruling, Trail, Unlogged
from storage.judgments import Outcome, Proof, Stage
from storage.reviews import Review
from storage.submissions import FixSubmission

_SHOWN = 4_000  # characters of a failing log that the agent sees
_TOLD = 5  # objections
_SUBMIT = "submit_fix"

Reviewer = Callable[[ProvenFix, int], Review]
"""Reviews a proven patch. The number tells the reviews of one round from each other."""

_OBJECTED = (
    "It is proven, but a reviewer who saw report, plan and change objects. Mend what is right about that; where "
    "it is wrong, say in `summary` why the change is right as it is. Then submit again."
)


class Fixed(BaseModel):
    """What came of a round. Only with a proof that holds may the patch (against the base commit) be pushed.

    Of a round that failed, submission, patch and proof are those of its last attempt.
    """

    model_config = ConfigDict(frozen=True)

    outcome: Outcome
    sentence: str
    submission: FixSubmission | None = None
    patch: str = ""
    proof: Proof | None = None
    words: tuple[str, ...] = ()  # of the report, which alone were in its way
    objections: tuple[str, ...] = ()  # of the reviewer, all of them, which were in its way
    steps: int = 0
    usd: float = 0.0
    seconds: float = 0.0

    @property
    def may_be_pushed(self) -> bool:
        """Whether it is proven and taken: what a reviewer objects to may be proven, too."""
        return self.outcome is Outcome.FINISHED and self.proof is not None and self.proof.holds


class Reviewed(BaseModel):
    """A review, and how long it took."""

    model_config = ConfigDict(frozen=True)

    review: Review
    seconds: float


class Attempt(BaseModel):
    """A submission with its patch, what the guards say of it, its proof unless they object, its review if it holds."""

    model_config = ConfigDict(frozen=True)

    submission: FixSubmission
    patch: str
    faults: tuple[str, ...] = ()
    words: tuple[str, ...] = ()  # that it names, when they are all that is wrong
    proof: Proof | None = None
    review: Review | None = None
    seconds: float = 0.0

    @property
    def refusal(self) -> str:
        """Why it is not good enough, for the agent; empty when it is proven."""
        if self.faults:
            return "\n".join(("The change must not be pushed like this:", *(f"- {fault}" for fault in self.faults)))
        if self.objections:
            return "\n".join((_OBJECTED, *(f"- {objection}" for objection in self.objections)))
        if self.proof is None or self.proof.holds:
            return ""
        proof = self.proof
        failing = (
            proof.before_log if not proof.failed_before else proof.suite_log if proof.passed_after else proof.after_log
        )
        return f"{proof.why_not}\n\n{failing[-_SHOWN:]}".strip()

    @property
    def why_not(self) -> str:
        """The same for people, shorter; of objections each, since the fix may yet be theirs to judge."""
        if self.objections and not self.faults:
            return f"The last attempt is proven, but the reviewing model objects. {' '.join(self.objections[:_TOLD])}"
        said = self.faults[0] if self.faults else self.proof.why_not if self.proof else ""
        return f"The last attempt did not hold: {said}"

    @property
    def objections(self) -> tuple[str, ...]:
        """For which of them the reviewer sends it back."""
        return self.review.refusals if self.review else ()

    @property
    def outcome(self) -> Outcome:
        """The run's, when it ends with this."""
        if not self.refusal:
            return Outcome.FINISHED
        return Outcome.UNSAFE if self.faults else Outcome.OBJECTED if self.objections else Outcome.UNPROVEN

    @property
    def reviewed(self) -> Proof | None:
        """The proof with what the reviewer says beside it."""
        if self.proof is None or self.review is None:
            return self.proof
        return self.proof.model_copy(update={"reviewed": self.review.reason, "remarks": self.review.remarks})


def fix(  # noqa: PLR0917 the ports, in the order of all stages
    case: FixCase,
    model: Model,
    workspaces: Workspaces,
    limits: Limits,
    checkpoint: Checkpoint,
    redactor: Redactor,
    logbook: Logbook | None = None,
    *,
    review: Reviewer | None = None,
) -> Fixed:
    """One round. Commands' output is redacted wholly, files and patches of secrets only.

    What is proven is reviewed before it is taken, if there is a `review`.

    Raises CodeHostDown or ModelDown when trying again later may help; everything else is an outcome.
    """
    repair = _Repair(case, workspaces, limits, checkpoint, redactor, logbook or Unlogged(), review)
    return repair.as_it_was() or _fixed(Loop(repair.brief(), model, checkpoint).run())


def _fixed(trail: Trail[Attempt]) -> Fixed:
    last = trail.ruling.value if trail.ruling else None
    why_not = f" {last.why_not}" if last and last.refusal else ""
    return Fixed(
        outcome=trail.outcome or Outcome.FAILED,
        sentence=f"{trail.sentence}{why_not}",
        submission=last.submission if last else None,
        patch=last.patch if last else trail.patch,
        proof=last.reviewed if last else None,
        words=last.words if last and trail.outcome is Outcome.UNSAFE else (),
        objections=last.objections if last and trail.outcome is Outcome.OBJECTED else (),
        steps=trail.turns,
        usd=trail.usd,
        seconds=trail.seconds,
    )


@dataclass(frozen=True)
class _Repair:
    """One round of one fix."""

    case: FixCase
    workspaces: Workspaces
    limits: Limits
    checkpoint: Checkpoint
    redactor: Redactor
    logbook: Logbook
    review: Reviewer | None

    def brief(self) -> Brief[FixSubmission, Attempt]:
        case = self.case
        page = prompt(Stage.FIX, _variables(case, self.limits))
        return Brief(
            stage=Stage.FIX,
            about=About(subject=case.about, report_id=case.report_id),
            system=page.standing,
            opening=page.case,
            submit=_SUBMIT,
            submit_description="Finish: hand in the fix as it is in the checkout. Code then proves it afresh.",
            returns=FixSubmission,
            verify=self._rule,
            open=lambda patch: self.workspaces.open(case.repository, case.base_sha, patch),
            toolbox=lambda workspace: fix_tools(self._hands(workspace)),
            limits=self.limits,
            logbook=self.logbook,
            patch=case.patch,
        )

    def _hands(self, workspace: Workspace) -> Hands:
        return Hands(workspace, self.case.repository, self.case.signals, self.redactor.text, self.redactor.secrets_only)

    def as_it_was(self) -> Fixed | None:
        """What was kept back before, if it may be pushed now that people let its words through. No agent writes."""
        case = self.case
        stands = case.unproven and case.patch and not case.guided_since and not case.objections
        kept = case.handed_in if stands else None
        if kept is None:
            return None
        again = self._tried(kept, case.patch, turn=0, number=0)
        if again.refusal:
            return None
        return Fixed(
            outcome=Outcome.FINISHED,
            sentence=DONE,
            submission=again.submission,
            patch=again.patch,
            proof=again.reviewed,
            seconds=again.seconds,
        )

    def _rule(self, submission: FixSubmission, trail: Trail[Attempt]) -> Ruling[Attempt]:
        attempt = self._tried(submission, trail.patch, turn=trail.turns, number=trail.refusals + 1)
        return Ruling(attempt, attempt.refusal, attempt.outcome, attempt.seconds)

    def _tried(self, submission: FixSubmission, patch: str, *, turn: int, number: int) -> Attempt:
        """What is handed in, looked at by the guards, proven if they let it, reviewed if it holds."""
        attempt = self.checkpoint(f"proof:{turn}", lambda: self._attempt(submission, patch), Attempt)
        proof = attempt.proof
        if self.review is None or proof is None or not proof.holds:
            return attempt
        if proof == self.case.standing and self.case.says(submission):
            return attempt
        reviewed = self.checkpoint(f"review:{turn}", lambda: self._reviewed(attempt, number), Reviewed)
        seconds = attempt.seconds + reviewed.seconds
        return attempt.model_copy(update={"review": reviewed.review, "seconds": seconds})

    def _reviewed(self, attempt: Attempt, number: int) -> Reviewed:
        began = time.monotonic()
        if attempt.proof is None or self.review is None:
            raise ValueError("only what is proven is reviewed")
        case, patch = self.case, attempt.patch
        around = surroundings(self.workspaces, case.repository, case.base_sha, patch, self.redactor.secrets_only)
        proven = ProvenFix(case=case, submission=attempt.submission, patch=patch, proof=attempt.proof, around=around)
        said = self.review(proven, number)
        return Reviewed(review=said, seconds=time.monotonic() - began)

    def _attempt(self, submission: FixSubmission, patch: str) -> Attempt:
        began, case = time.monotonic(), self.case
        secrets, free = self.redactor.secrets_only, bool(case.instructions)
        faults = guard(patch, case.repository, secrets=secrets, planned=case.plan.files, free=free)
        told = indiscretions(submission, patch, case, self._known) if case.discreet else Indiscretions()
        words = () if faults else told.words
        faults += (*told.sentences, *strays(submission, case.instructions))
        proof = None if faults else self._proof(submission, patch)
        seconds = time.monotonic() - began
        return Attempt(submission=submission, patch=patch, faults=faults, words=words, proof=proof, seconds=seconds)

    def _known(self, words: Sequence[str]) -> frozenset[str]:
        return words_of(self.workspaces, self.case.repository, self.case.base_sha, words)

    def _proof(self, submission: FixSubmission, patch: str) -> Proof:
        case, planned = self.case, self.case.plan.files
        if case.standing is not None and case.stands(submission, patch):
            return case.standing  # the pull request shows just this: it was proven, and reviewed
        proof = prove_patch(self.workspaces, case.repository, case.base_sha, patch, submission, planned=planned)
        proof = linted(self.workspaces, case.repository, case.base_sha, patch, proof)
        logs = {name: self.redactor.text(getattr(proof, name)) for name in ("before_log", "after_log", "suite_log")}
        return proof.model_copy(update=logs)


def _variables(case: FixCase, limits: Limits) -> dict[str, str]:
    return {
        "title": case.title,
        "gist": case_text.gist_text(case.gist),
        "signals": case_text.signals_text(case.signals),
        "guidance": case_text.guidance_text(case.guidance, case.noted),
        "plan": case_text.plan_text(case.plan),
        "approved_by": case.approved_by,
        "research": case_text.quoted_research(case.research),
        "news": case_text.news_text(case),
        "repository": case.repository.name,
        "base": case.base_sha[:12],
        "tests": case_text.how_tested(case.repository),
        "protected": case_text.protected_text(case.repository),
        "most_lines": str(case.repository.max_changed_lines),
        "conventions": conventions_text(case.conventions, headings_left(case)),
        "readers": case_text.readers_text(case),
        "instructions": case_text.instructions_text(case.repository),
        "steps": str(limits.steps),
    }
