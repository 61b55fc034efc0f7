"""Strands: possible causes that are looked into at the same time, each by an agent of its own.

They go in rounds: in one checkpoint every strand that is still at work takes one turn, all of them at once. Between
rounds everything follows from what was kept, so a job that dies in a round repeats that round and no earlier one.
"""

from __future__ import annotations

import itertools
import time
from collections.abc import Callable, Iterable, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing
from contextvars import copy_context
from dataclasses import dataclass

from pydantic import BaseModel, ConfigDict, Field

from agents import case_text
from agents.cases import ResearchCase, of_strand
from agents.errors import Unavailable
from agents.evidence.citations import Sources, check_hypothesis
from agents.evidence.strand_findings import StrandFound, findings_text
from agents.exchange import About, Tool, ToolCall, ToolResult
from agents.loop import Loop
from agents.ports import Checkpoint, Logbook, Model, Workspace
from agents.prompts import prompt, quoted
from agents.terms import Limits
from agents.tools.weigh_causes import Cause, WeighCauses
from agents.trail import Aside, Brief, Ruling, Trail, TurnTaken
from agents.transcript import answered
from storage.judgments import Evidence, Hypothesis, Judgment, Line, Outcome, Stage, Standing

MOST_WEIGHINGS = 2  # in one run
MOST_TURNS = 8  # of a strand
SHARE = 0.5  # of the money and the time that are left, for all strands together
LEAST_USD, LEAST_SECONDS = 0.05, 60.0  # for a strand: with less it would end before it could find anything
TURNS_AFTER = 3  # that the run must have left to make something of what they find
_EVIDENCE = 4  # pieces a side


class Weighed(Judgment):
    """What a strand hands in about its cause."""

    standing: Standing
    evidence_for: tuple[Evidence, ...] = Field(default=(), max_length=_EVIDENCE)
    evidence_against: tuple[Evidence, ...] = Field(default=(), max_length=_EVIDENCE)
    why: Line = Field(description="Why it stands or falls, in one sentence.")
    would_settle: Line = Field(default="", description="open: which observation would settle it.")


class Looked(BaseModel):
    """What was handed in, after code has looked up its citations."""

    model_config = ConfigDict(frozen=True)

    hypothesis: Hypothesis
    would_settle: str = ""
    dropped: tuple[str, ...] = ()
    refusal: str = ""
    seconds: float = 0.0


class Round(BaseModel):
    """What a checkpoint keeps of a round: a turn of each strand that was still at work, in their order.

    None where something did not answer that others could do without: that strand takes its turn in the next round.
    """

    model_config = ConfigDict(frozen=True)

    turns: tuple[TurnTaken | None, ...]


@dataclass(frozen=True)
class Strand:
    """One cause, and the agent that looks into it."""

    cause: Cause
    loop: Loop[Weighed, Looked]


@dataclass(frozen=True)
class Strands:
    """The strands of one run of research.

    `open` gives a fresh checkout with a patch applied, `toolbox` the tools that work on it, `sources` what may be
    cited after these calls were answered, given a checkout that no agent has touched. `limits` are the run's.
    """

    case: ResearchCase
    model: Model
    checkpoint: Checkpoint
    logbook: Logbook
    limits: Limits
    open: Callable[[str], Workspace]
    toolbox: Callable[[Workspace], tuple[Tool, ...]]
    sources: Callable[[Workspace, Iterable[tuple[ToolCall, ToolResult]]], Sources]

    def weigh(self, asked: WeighCauses, trail: Trail[object]) -> Aside:
        """Look into all of the causes at once. What becomes of each is told; nothing is begun when too little is left.

        Raises ModelDown or CodeHostDown as a turn of the run itself does.
        """
        share = share_of(self.limits, trail, len(asked.causes))
        if isinstance(share, str):
            return Aside(share, failed=True)
        number = len(trail.asides) + 1
        strands = [self._strand(asked, place, number, share, trail) for place in range(len(asked.causes))]
        try:
            trails = self._to_their_ends(number, strands)
        finally:
            for strand in strands:
                strand.loop.bench.close()
        self.checkpoint(f"strands:{number}:end", lambda: _written_down(strands, trails), bool)
        found = [_found(strand, each) for strand, each in zip(strands, trails, strict=True)]
        return Aside(
            text=findings_text(found),
            usd=sum(each.usd for each in trails),
            seconds=max(each.seconds for each in trails),
            seen=tuple(pair for each in found for pair in each.seen),
            hypotheses=tuple(each.hypothesis for each in found),
        )

    def _to_their_ends(self, number: int, strands: Sequence[Strand]) -> list[Trail[Looked]]:
        trails = [strand.loop.begun() for strand in strands]
        for count in itertools.count(1):
            if all(trail.outcome is not None for trail in trails):
                break
            trails = self._round(f"strands:{number}:round:{count}", strands, trails)
        return trails

    def _round(self, name: str, strands: Sequence[Strand], trails: Sequence[Trail[Looked]]) -> list[Trail[Looked]]:
        at_work = [(strand, trail) for strand, trail in zip(strands, trails, strict=True) if trail.outcome is None]
        kept = self.checkpoint(name, lambda: _at_once(at_work), Round)
        after = {
            id(strand): strand.loop.judged(trail, turn)
            for (strand, trail), turn in zip(at_work, kept.turns, strict=True)
            if turn is not None
        }
        return [after.get(id(strand), trail) for strand, trail in zip(strands, trails, strict=True)]

    def _strand(self, asked: WeighCauses, place: int, number: int, share: Limits, trail: Trail[object]) -> Strand:
        cause, name = asked.causes[place], f"{number}.{place + 1}"
        page = prompt("weigh", _variables(self.case, asked, place, share))
        brief: Brief[Weighed, Looked] = Brief(
            stage=Stage.RESEARCH,
            about=About(subject=of_strand(self.case.about, name), report_id=self.case.report_id),
            system=page.standing,
            opening=page.case,
            submit="submit_weighing",
            submit_description="Finish: hand in where the cause stands. Every citation is looked up by code.",
            returns=Weighed,
            verify=lambda weighed, own: self._rule(name, cause, weighed, trail, own),
            open=self.open,
            toolbox=self.toolbox,
            limits=share,
            patch=trail.patch,
            logbook=self.logbook.strand(name),
        )
        return Strand(cause, Loop(brief, self.model, self.checkpoint))

    def _rule(
        self, name: str, cause: Cause, weighed: Weighed, trail: Trail[object], own: Trail[Looked]
    ) -> Ruling[Looked]:
        def look() -> Looked:
            began = time.monotonic()
            with closing(self.open("")) as workspace:
                sources = self.sources(workspace, (*trail.seen, *own.seen))
                hypothesis, dropped = check_hypothesis(_hypothesis(cause, weighed), sources)
            fell = hypothesis.standing is not weighed.standing
            refusal = _fallen(dropped) if fell and not own.refusals and own.turns < MOST_TURNS else ""
            return Looked(
                hypothesis=hypothesis,
                would_settle=weighed.would_settle,
                dropped=dropped,
                refusal=refusal,
                seconds=time.monotonic() - began,
            )

        looked = self.checkpoint(f"strands:{name}:verify:{own.turns}", look, Looked)
        return Ruling(looked, looked.refusal, seconds=looked.seconds)


def _at_once(at_work: Sequence[tuple[Strand, Trail[Looked]]]) -> Round:
    """A round, live: one turn of each strand, all at the same time, each as long as the slowest.

    Raises Unavailable when none of them could take its turn, and anything else as soon as one of them raises it.
    """
    for strand, trail in at_work:
        if not trail.turns:
            strand.loop.brief.logbook.took_up(strand.cause.statement)
    with ThreadPoolExecutor(len(at_work), thread_name_prefix="strand") as pool:
        running = [pool.submit(copy_context().run, strand.loop.taken, trail) for strand, trail in at_work]
    taken = [None if isinstance(turn.exception(), Unavailable) else turn.result() for turn in running]
    slowest = max((turn.seconds for turn in taken if turn is not None), default=None)
    if slowest is None:
        running[0].result()
    return Round(turns=tuple(turn and turn.model_copy(update={"seconds": slowest}) for turn in taken))


def share_of(limits: Limits, trail: Trail[object], strands: int) -> Limits | str:
    """What each strand may use of what the run has left, or why there can be none.

    They share the money; they work at the same time, so each may take all of the time.
    """
    if len(trail.asides) >= MOST_WEIGHINGS:
        return f"Causes were handed over {MOST_WEIGHINGS} times in this run already; look into these yourself."
    usd = (limits.usd - trail.usd) * SHARE / strands
    seconds = (limits.minutes * 60 - trail.seconds) * SHARE
    if usd < LEAST_USD or seconds < LEAST_SECONDS or limits.steps - trail.turns < TURNS_AFTER:
        return (
            f"Too little is left of this run's turns, money or time to look into {strands} causes at once, so nothing"
            " was begun; weigh them yourself, the likeliest first."
        )
    return Limits(steps=MOST_TURNS, usd=usd, minutes=seconds / 60)


def _variables(case: ResearchCase, asked: WeighCauses, place: int, share: Limits) -> dict[str, str]:
    cause = asked.causes[place]
    words = f"{cause.statement}\nIt would be refuted by: {cause.refuted_by}\nLook first at: {cause.look_at}"
    others = "\n".join(f"- {other.statement}" for other in asked.causes if other is not cause)
    return {
        "title": case.title,
        "gist": case_text.gist_text(case.gist),
        "signals": case_text.signals_text(case.signals),
        "guidance": case_text.guidance_text(case.guidance, case.noted),
        "repository": case.repository.name,
        "base": case_text.base_text(case),
        "tests": case_text.how_tested(case.repository),
        "instructions": case_text.instructions_text(case.repository),
        "known": quoted(asked.known, "what was seen so far") if asked.known.strip() else "Nothing yet.",
        "cause": quoted(words, "possible cause"),
        "others": quoted(others, "other possible causes"),
        "steps": str(share.steps),
    }


def _hypothesis(cause: Cause, weighed: Weighed) -> Hypothesis:
    return Hypothesis(
        statement=cause.statement,
        standing=weighed.standing,
        evidence_for=weighed.evidence_for,
        evidence_against=weighed.evidence_against,
        why=weighed.why,
    )


def _fallen(dropped: Sequence[str]) -> str:
    lines = (f"- does not hold: {one}" for one in dropped)
    end = "Correct it and hand in again, once; what still does not hold then is dropped."
    return "\n".join(("It stands on nothing that can be looked up:", *lines, end))


def _found(strand: Strand, trail: Trail[Looked]) -> StrandFound:
    """What came of a strand. One that handed in nothing leaves its cause open, and says why."""
    seen = tuple(answered(trail.messages))
    if trail.ruling is not None:
        looked = trail.ruling.value
        return StrandFound(looked.hypothesis, looked.would_settle, looked.dropped, seen)
    why = f"It was not settled: {trail.sentence}"[:300]
    return StrandFound(Hypothesis(statement=strand.cause.statement, standing=Standing.OPEN, why=why), "", (), seen)


def _written_down(strands: Sequence[Strand], trails: Sequence[Trail[Looked]]) -> bool:
    """Note in each strand's logbook why it ended."""
    for strand, trail in zip(strands, trails, strict=True):
        standing = trail.ruling.value.hypothesis.standing if trail.ruling else Standing.OPEN
        outcome = trail.outcome or Outcome.FAILED
        strand.loop.brief.logbook.end(outcome, f"{standing.capitalize()}. {trail.sentence}", trail.seconds)
    return True
