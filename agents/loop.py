"""The durable tool loop: one turn of the model is one checkpoint, and a resumed run goes on where it was.

Between two checkpoints everything follows from the brief and the turns taken so far: no clock, no rows, no chance. Time
spent is the sum of what the turns recorded, so a run that was resumed a day later stops where it would have stopped.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import replace
from typing import Generic

from pydantic import ValidationError

from agents.deeds import LONG
from agents.errors import ModelRefused, SandboxUnusable, Stopped
from agents.exchange import (
    Message,
    TextBlock,
    Tool,
    ToolCall,
    ToolDone,
    ToolFault,
    ToolResult,
    ToolSpec,
    Turn,
    TurnRequest,
)
from agents.ports import Checkpoint, Model, Workspace
from agents.recall import recall
from agents.trail import Brief, J, Trail, TurnTaken, V
from agents.transcript import calls_of, said, shortened
from storage.judgments import Outcome

MOST_NUDGES = 2  # answers without a tool call, in one run
MOST_MISFITS = 5  # submissions whose arguments do not fit, in one run
MOST_PATCH = 1_000_000  # characters of changes that a checkpoint may carry
TOLD_EARLY = 3  # turns before the last at which the agent hears how many are left
_LAST_CHANCE = "If the next submission is refused too, the run ends without one."
NEARLY = 0.8  # of the money or the time
AT_ITS_LIMIT = "It stopped at its limit of"  # begins why a run ended that used up what its brief allows
DONE = "It is done."  # why a run ended that came to its end
CUT = "max_tokens"  # the stop reason of an answer that was too long
_WAS_CUT = (
    "Your answer was cut off at its greatest length, and a call that it ended in was not made. Write less at once: a "
    "long file in several calls."
)


class Bench:
    """Holds the workspace of a run. It is opened when it is first needed, fresh, with the patch it should hold."""

    def __init__(self, open_: Callable[[str], Workspace]) -> None:
        self._open = open_
        self._workspace: Workspace | None = None

    @contextmanager
    def holding(self, patch: str) -> Iterator[Workspace]:
        """The workspace. One in which work was cut short is closed and never used again."""
        workspace, self._workspace = self._workspace or self._open(patch), None
        try:
            yield workspace
        except BaseException:
            workspace.close()
            raise
        self._workspace = workspace

    def close(self) -> None:
        """Remove the workspace; the next use opens a fresh one."""
        if self._workspace is not None:
            self._workspace.close()
            self._workspace = None


class Loop(Generic[J, V]):
    """An agent at work."""

    def __init__(self, brief: Brief[J, V], model: Model, checkpoint: Checkpoint) -> None:
        self.brief, self.model, self.checkpoint = brief, model, checkpoint
        self.bench = Bench(brief.open)

    def run(self) -> Trail[V]:
        """Turn by turn, until there is an outcome."""
        trail = self.begun()
        try:
            while trail.outcome is None:
                trail = self._step(trail)
        finally:
            self.bench.close()
        return trail

    def begun(self) -> Trail[V]:
        """The trail before the first turn."""
        return Trail(messages=(said(self.brief.opening),), patch=self.brief.patch)

    def _step(self, trail: Trail[V]) -> Trail[V]:
        """Ask and act, which is kept; then judge what came of it, which follows from what was kept."""
        turn = self.checkpoint(f"turn:{trail.turns + 1}", lambda: self.taken(trail), TurnTaken)
        return self.judged(trail, turn)

    # ── live: inside the checkpoint ─────────────────────────────────────────────────────────────────────────────

    def taken(self, trail: Trail[V]) -> TurnTaken:
        """The next turn: the model is asked, and its calls are carried out."""
        began = time.monotonic()
        try:
            taken = self._ask_and_act(trail)
        except (ModelRefused, Stopped, SandboxUnusable) as end:
            message = Message(by_model=True, blocks=())
            taken = TurnTaken(message=message, patch=trail.patch, stopped=_outcome_of(end), sentence=str(end))
        return taken.model_copy(update={"seconds": time.monotonic() - began})

    def _ask_and_act(self, trail: Trail[V]) -> TurnTaken:
        if not self.model.can_research:
            raise Stopped(Outcome.NO_MODEL, "No model that can use tools is set up; set ANTHROPIC_API_KEY and retry.")
        if sentence := self.brief.logbook.why_stop():
            raise Stopped(Outcome.STOPPED, sentence)
        with self.bench.holding(trail.patch) as workspace:
            tools = {tool.spec.name: tool for tool in (*self.brief.toolbox(workspace), recall(trail.messages))}
            turn = _heard(self.model.turn(self._request(trail, tuple(tool.spec for tool in tools.values()))))
            calls = [call for call in calls_of(turn.message) if call.name not in self._apart]
            done = [_carried_out(call, tools, self._apart) for call in calls]
            patch = workspace.patch() if calls else trail.patch
        note = _WAS_CUT if turn.stop_reason == CUT else ""
        if len(patch) > MOST_PATCH:
            self.bench.close()
            note = f"What this turn changed came to {len(patch)} characters, too much to keep, so it was undone."
            patch = trail.patch
        self.brief.logbook.turned(trail.turns + 1, [*done, *self._later(turn.message)])
        results = tuple(each.result for each in done)
        return TurnTaken(message=turn.message, results=results, note=note, usage=turn.usage, patch=patch)

    def _request(self, trail: Trail[V], specs: tuple[ToolSpec, ...]) -> TurnRequest:
        brief = self.brief
        return TurnRequest(
            stage=brief.stage,
            about=brief.about.model_copy(update={"run": brief.logbook.key}),
            turn=trail.turns + 1,
            system=brief.system,
            messages=shortened(trail.messages),
            tools=(
                *specs,
                ToolSpec(brief.submit, brief.submit_description, brief.returns),
                *((brief.detour.spec,) if brief.detour else ()),
            ),
        )

    @property
    def _apart(self) -> tuple[str, ...]:
        """The tools whose calls are not carried out within the turn."""
        return (self.brief.submit, *((self.brief.detour.spec.name,) if self.brief.detour else ()))

    def _later(self, message: Message) -> list[ToolDone]:
        """The calls for what takes its time after the turn, for the logbook: its outcome is written down elsewhere."""
        asked = [call for call in calls_of(message) if call.name in (*self._apart[1:], *LONG)]
        return [ToolDone(call, ToolResult(call_id=call.id, text=""), 0.0) for call in asked]

    # ── replayed: between two checkpoints ───────────────────────────────────────────────────────────────────────

    def judged(self, trail: Trail[V], turn: TurnTaken) -> Trail[V]:
        """The trail with a turn, and what is made of it."""
        return self._within_limits(self._judged(trail.after(turn), turn))

    def _judged(self, trail: Trail[V], turn: TurnTaken) -> Trail[V]:
        if turn.stopped is not None:
            return trail.ended(turn.stopped, turn.sentence)
        calls = calls_of(turn.message)
        if not calls:
            return self._nudged(trail, turn.note)
        results = {result.call_id: result for result in turn.results}
        submissions = [call for call in calls if call.name == self.brief.submit]
        if submissions:
            trail, results[submissions[0].id] = self._submitted(trail, submissions[0], turn.results)
        for late in submissions[1:]:
            results[late.id] = ToolResult(call_id=late.id, text="Only one submission a turn is looked at.", failed=True)
        trail, aside = self._led_aside(trail, calls, handed_in=bool(submissions))
        results.update(aside)
        answer = said(turn.note, self._left(trail), results=[results[call.id] for call in calls])
        return replace(trail, messages=(*trail.messages, answer))

    def _submitted(
        self, trail: Trail[V], call: ToolCall, beside: tuple[ToolResult, ...]
    ) -> tuple[Trail[V], ToolResult]:
        """Rule on a submission; what was done beside it, in the same turn, may be cited too."""
        try:
            judgment = self.brief.returns.model_validate(call.arguments)
        except ValidationError as error:
            trail = replace(trail, misfits=trail.misfits + 1)
            if trail.misfits > MOST_MISFITS:
                words = f"What the agent handed in did not have the form that is asked for, {trail.misfits} times."
                trail = trail.ended(Outcome.REFUSED, words)
            return trail, ToolResult(call_id=call.id, text=_faults(call.name, error), failed=True)
        seen = replace(trail, messages=(*trail.messages, said(results=beside)))
        ruling = self.brief.verify(judgment, seen)
        trail = replace(trail, ruling=ruling, seconds=trail.seconds + ruling.seconds)
        if not ruling.refusal:
            return trail.ended(ruling.outcome, DONE), ToolResult(call_id=call.id, text="Taken.")
        trail = replace(trail, refusals=trail.refusals + 1)
        last = f"\n\n{_LAST_CHANCE}" if trail.refusals == self.brief.most_refusals else ""
        result = ToolResult(call_id=call.id, text=ruling.refusal + last, failed=True)
        if trail.refusals > self.brief.most_refusals:
            trail = trail.ended(ruling.outcome, f"What the agent handed in was refused {trail.refusals} times.")
        return trail, result

    def _led_aside(
        self, trail: Trail[V], calls: Sequence[ToolCall], *, handed_in: bool
    ) -> tuple[Trail[V], dict[str, ToolResult]]:
        """The first call of the turn that asks for a detour is carried out."""
        asked = [call for call in calls if call.name in self._apart[1:]]
        why_not = (
            "It was not begun: the same turn hands in." if handed_in else "Only one such call a turn is looked at."
        )
        results = {call.id: ToolResult(call_id=call.id, text=why_not, failed=True) for call in asked}
        if self.brief.detour is None or not asked or handed_in:
            return trail, results
        first = asked[0]
        try:
            arguments = self.brief.detour.spec.parameters.model_validate(first.arguments)
        except ValidationError as error:
            results[first.id] = ToolResult(call_id=first.id, text=_faults(first.name, error), failed=True)
            return trail, results
        aside = self.brief.detour.work(arguments, trail)
        results[first.id] = ToolResult(call_id=first.id, text=aside.text, failed=aside.failed)
        return trail.led_aside(aside), results

    def _nudged(self, trail: Trail[V], note: str) -> Trail[V]:
        if not note:  # who was cut off did not stop working
            trail = replace(trail, nudges=trail.nudges + 1)
        if trail.nudges > MOST_NUDGES:
            return trail.ended(Outcome.REFUSED, "The model stopped working with its tools without submitting anything.")
        words = f"Nothing happens without a tool call. Go on with a tool, or call `{self.brief.submit}` to finish."
        return replace(trail, messages=(*trail.messages, said(note, words, self._left(trail))))

    def _left(self, trail: Trail[V]) -> str:
        """What the agent hears about its limits when it comes near them."""
        left = self.brief.limits.steps - trail.turns
        if left == 1:
            return f"This is your last turn: call `{self.brief.submit}` now, with what you know."
        if left <= TOLD_EARLY:
            return f"{left} turns are left, the one that submits included."
        spent = max(trail.usd / self.brief.limits.usd, trail.seconds / (60 * self.brief.limits.minutes))
        return "Most of this run's money or time is used; submit soon." if spent >= NEARLY else ""

    def _within_limits(self, trail: Trail[V]) -> Trail[V]:
        limits = self.brief.limits
        if trail.outcome is not None:
            return trail
        if trail.usd >= limits.usd:
            return trail.ended(Outcome.OUT_OF_MONEY, f"{AT_ITS_LIMIT} ${limits.usd:.2f}.")
        if trail.seconds >= limits.minutes * 60:
            return trail.ended(Outcome.OUT_OF_TIME, f"{AT_ITS_LIMIT} {limits.minutes:g} minutes.")
        if trail.turns >= limits.steps:
            return trail.ended(Outcome.OUT_OF_STEPS, f"{AT_ITS_LIMIT} {limits.steps} turns.")
        return trail


def _heard(turn: Turn) -> Turn:
    """The turn, its message never empty, since models do not take empty messages back. Raises ModelRefused."""
    if turn.stop_reason == "refusal":
        raise ModelRefused("The model would not work on this report; read its signals, and guide it or dismiss it.")
    if turn.message.blocks:
        return turn
    return turn.model_copy(update={"message": Message(by_model=True, blocks=(TextBlock(text="(no words)"),))})


def _carried_out(call: ToolCall, tools: dict[str, Tool], others: Sequence[str]) -> ToolDone:
    """Do what the model asks for, and note how long it took."""
    began = time.monotonic()
    return ToolDone(call, _answer(call, tools, others), time.monotonic() - began)


def _answer(call: ToolCall, tools: dict[str, Tool], others: Sequence[str]) -> ToolResult:
    """What a tool answers. What cannot be done is told to the model, in a sentence."""
    tool = tools.get(call.name)
    if tool is None:
        known = ", ".join((*tools, *others))
        return ToolResult(call_id=call.id, text=f"There is no tool {call.name!r}; there are {known}.", failed=True)
    try:
        text = tool.work(tool.spec.parameters.model_validate(call.arguments))
    except ValidationError as error:
        return ToolResult(call_id=call.id, text=_faults(call.name, error), failed=True)
    except ToolFault as fault:
        return ToolResult(call_id=call.id, text=str(fault), failed=True)
    return ToolResult(call_id=call.id, text=text)


def _faults(tool: str, error: ValidationError) -> str:
    lines = [f"- {'.'.join(str(part) for part in fault['loc']) or 'all'}: {fault['msg']}" for fault in error.errors()]
    return f"The arguments of {tool} do not fit:\n" + "\n".join(lines[:20])


def _outcome_of(end: Exception) -> Outcome:
    if isinstance(end, Stopped):
        return end.outcome
    return Outcome.NO_SANDBOX if isinstance(end, SandboxUnusable) else Outcome.REFUSED
