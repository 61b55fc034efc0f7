"""What a model, or code in its place, said: frozen, and each class does three jobs.

It is the schema of the model's answer, the stored value and what a view draws. Field descriptions are read by the
model, so they are prompt text; models answer in the order of the fields, so a reason stands before what it leads to.
"""

from __future__ import annotations

import hashlib
from enum import StrEnum
from typing import Annotated

from pydantic import BaseModel, ConfigDict, Field
from pydantic.json_schema import SkipJsonSchema

from storage.assessment import Assessment
from storage.assessment import Priority as Priority  # noqa: PLC0414 a part of the judgments that name it
from storage.outcome import Outcome as Outcome  # noqa: PLC0414 the same

Line = Annotated[str, Field(max_length=300)]
Paragraph = Annotated[str, Field(max_length=4000)]


class Judgment(BaseModel):
    """Base of every judgment: frozen, and unknown fields are refused."""

    model_config = ConfigDict(frozen=True, extra="forbid")


class Stage(StrEnum):
    """The stages that ask a model. The name is the prompt's file name."""

    READ = "read"  # screen and normalise in one call, for signals of sources that nobody trusts
    NORMALISE = "normalise"  # alone, for the others
    GROUP = "group"
    ROUTE = "route"
    RESEARCH = "research"
    DECIDE = "decide"
    FIX = "fix"
    REVIEW = "review"
    INQUIRE = "inquire"


# ── screen, normalise ───────────────────────────────────────────────────────────────────────────────────────────


class Threat(StrEnum):
    """The five classes of text that no agent may read."""

    INSTRUCTION_OVERRIDE = "instruction_override"
    HIDDEN_INSTRUCTIONS = "hidden_instructions"
    ENCODED_PAYLOAD = "encoded_payload"
    SECRET_EXFILTRATION = "secret_exfiltration"  # noqa: S105 the name of an attack
    REMOTE_CODE_EXECUTION = "remote_code_execution"


class Screening(Judgment):
    """May an agent read this signal?"""

    reason: Line = Field(default="", description="One sentence a person can check.")
    quote: Line = Field(default="", description="The exact fragment that makes it an attack; empty if safe.")
    threat: Threat | None = Field(
        default=None, description="The class of attack, or null when the text is safe to read."
    )
    judged: SkipJsonSchema[bool] = True  # false: no valid answer could be had, so it is held; no model is told of this
    noted: SkipJsonSchema[str] = ""  # by what the policy's notes are known that it was read with; nor of this

    @property
    def passed(self) -> bool:
        """Whether an agent may read the signal."""
        return self.threat is None and self.judged

    @property
    def fragment(self) -> str:
        """By what the blocked fragment is known again: its class, and the hash of its words. Empty without a quote."""
        words = " ".join(self.quote.lower().split()).encode(errors="replace")
        known = self.threat is not None and words
        return f"{self.threat}:{hashlib.sha256(words).hexdigest()[:32]}" if known else ""


class Summary(Judgment):
    """The signal said once."""

    about_product: bool = Field(description="False for chatter: nothing that anybody would have to look into.")
    title: Line = Field(description="What is wrong, in one plain line, without the tool's own wording.")
    gist: Paragraph = Field(description="Two or three sentences: what happens, when, to whom, and what was expected.")
    queries: tuple[Line, ...] = Field(
        min_length=0,
        max_length=3,
        description="What a person would type to find the same problem reported through another tool.",
    )


# ── group ───────────────────────────────────────────────────────────────────────────────────────────────────────


class Grouping(Judgment):
    """Which report a signal belongs to."""

    ranking: tuple[str, ...] = Field(default=(), description="The candidates' ids, most likely first.")
    pull_request_title: Line = Field(
        default="",
        description="Title of the single pull request that would resolve the candidate's signals and this one.",
    )
    better_title: bool = Field(
        default=False, description="Whether the candidate's title should be replaced by pull_request_title."
    )
    reason: Line = Field(description="Why they are the same problem, or why none is.")
    candidate: str | None = Field(
        default=None, description="The id of the candidate that this signal belongs to, or null when none fits."
    )


# ── research ────────────────────────────────────────────────────────────────────────────────────────────────────


class EvidenceKind(StrEnum):
    """Where a piece of evidence can be looked up."""

    CODE = "code"
    SIGNAL = "signal"
    COMMAND = "command"
    QUERY = "query"  # what a look-up outside the checkout answered: a source, a tracker, an MCP server


MOST_NAMED = 800  # characters of what a piece of evidence is found under


class Evidence(Judgment):
    """Something that can be checked by code: a quoted line, signal, output of a command or answer to a look-up."""

    kind: EvidenceKind
    where: str = Field(
        max_length=MOST_NAMED,
        description="code: path. signal: its id. command: as it was run. query: tool and arguments.",
    )
    line: int | None = Field(default=None, description="code: the 1-based line number of the quote's first line.")
    quote: Paragraph = Field(description="The exact text found there, copied character for character.")


class Finding(Judgment):
    """One claim with its evidence."""

    claim: Line
    evidence: tuple[Evidence, ...] = Field(min_length=1)


class Standing(StrEnum):
    """How a hypothesis ended."""

    SUPPORTED = "supported"
    REJECTED = "rejected"
    OPEN = "open"


class Hypothesis(Judgment):
    """A possible cause, with the evidence for and against it."""

    statement: Line
    standing: Standing
    evidence_for: tuple[Evidence, ...] = ()
    evidence_against: tuple[Evidence, ...] = ()
    why: Line = Field(default="", description="Why it stands or falls, in one sentence.")


class Confidence(StrEnum):
    """How sure, by rubric: seen to happen, follows from cited code, or a guess."""

    REPRODUCED = "reproduced"
    INFERRED = "inferred"
    GUESSED = "guessed"


class Plan(Judgment):
    """What a fix will do. An approval is bound to the hash of the plan that was shown."""

    repository: Line = Field(description="owner/name of the repository to change.")
    title: Line = Field(description="Title of the pull request.")
    approach: Paragraph = Field(description="What will be changed and why that removes the cause.")
    files: tuple[Line, ...] = Field(min_length=1, description="Paths of the files that will change, tests included.")
    test: Paragraph = Field(description="The test that fails now for the reported reason and will pass.")
    risk: Line = Field(description="What could go wrong, for whom.")
    measure: Line = Field(description="What should be seen to change after the merge.")

    @property
    def hash(self) -> str:
        """SHA-256 of the plan's canonical JSON, hexadecimal."""
        return hashlib.sha256(self.model_dump_json().encode()).hexdigest()


class Question(Judgment):
    """What we ask the humans."""

    text: Line
    options: tuple[Line, ...] = Field(default=(), max_length=5)
    why: Line = Field(default="", description="What depends on the answer.")


class Research(Judgment):
    """What an agent found out about a report. Given by calling the tool `submit_research`."""

    headline: Line = Field(description="The cause in one line, or what is known if the cause is not.")
    cause: Paragraph = Field(description="How the problem comes about, step by step; empty if unknown.")
    confidence: Confidence = Field(
        description="reproduced: you saw it happen here. inferred: follows from the cited code. guessed: anything less."
    )
    findings: tuple[Finding, ...] = Field(description="Claims with evidence. A claim without evidence may not be made.")
    hypotheses: tuple[Hypothesis, ...] = Field(min_length=2, description="At least two; keep the rejected ones.")
    reproduction: Paragraph = Field(
        default="", description="A command or snippet that shows the problem, if there is one."
    )
    reproduction_not_because: Line = Field(default="", description="Why it was not, where the signals tell of steps.")
    causative_commit: Line = Field(default="", description="The commit that brought the problem in, if blame shows it.")
    plan: Plan | None = Field(default=None, description="The plan of a fix; null if none can be given honestly.")
    question: Question | None = Field(default=None, description="What only a human can decide; null if nothing.")
    guidance_heeded: Paragraph = Field(
        default="", description="What the plan makes of the guidance from people, or why it cannot; empty without any."
    )
    missing: Paragraph = Field(default="", description="What evidence would settle it, if there is no plan.")
    priority: Priority
    priority_reason: Line
    would_change_my_mind: Line = Field(default="", description="What observation would show that this is wrong.")
    gathered: SkipJsonSchema[int] = 0  # signals of the report then; these four are written by code, untold to models
    citations_made: SkipJsonSchema[int] = 0
    citations_dropped: SkipJsonSchema[int] = 0
    assessment: SkipJsonSchema[Assessment | None] = None


class Bucket(StrEnum):
    """What becomes of a researched report."""

    NOT_ACTIONABLE = "not_actionable"
    NEEDS_INPUT = "needs_input"
    ACTIONABLE = "actionable"


class Verdict(Judgment):
    """Actionable or not, how urgent, why."""

    reason: Line = Field(description="Why this bucket, in one sentence for the people in the thread.")
    bucket: Bucket
    priority: Priority
    missing: Paragraph = Field(default="", description="not_actionable: what evidence is missing.")


# ── fix ─────────────────────────────────────────────────────────────────────────────────────────────────────────


class Proof(Judgment):
    """The new tests before and after the change, and the whole suite after it."""

    test_ids: tuple[str, ...]
    failed_before: bool
    passed_after: bool
    suite_passed: bool  # but for what is named below
    before_log: str
    after_log: str
    suite_log: str
    why_not: str = ""  # the sentence for people and agent when it does not hold
    known_failures: tuple[str, ...] = ()  # tests of the suite that fail without the change too
    unsteady: tuple[str, ...] = ()  # failed in the suite with the change, and passed when run again
    linted: tuple[str, ...] = ()  # of the policy's `lint_commands`, those that have nothing against the change
    lint_kept: bool = True  # false: one objects to the change that does not object without it
    reviewed: str = ""  # what the reviewer said of the change, in a sentence; empty when there was none
    remarks: tuple[str, ...] = ()  # of the reviewer, for people

    @property
    def holds(self) -> bool:
        """Whether the fix is proven."""
        return self.failed_before and self.passed_after and self.suite_passed and self.lint_kept
