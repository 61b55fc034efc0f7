"""What an agent run starts from and comes to: its brief, its turns, its trail, and what the stage rules on its work."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field, replace
from typing import Any, Generic, TypeVar

from pydantic import BaseModel, ConfigDict

from agents.exchange import About, Message, Tool, ToolCall, ToolDone, ToolResult, ToolSpec, Usage
from agents.ports import Logbook, Workspace
from agents.terms import Limits
from agents.transcript import answered
from storage.judgments import Hypothesis, Judgment, Outcome, Stage

J = TypeVar("J", bound=Judgment)
V = TypeVar("V")


@dataclass(frozen=True)
class Ruling(Generic[V]):
    """What the stage says of a valid submission: taken, or refused with a sentence for the agent.

    `outcome` is the run's when it is taken, or when refusals are used up. `seconds` is what it took to find out.
    """

    value: V
    refusal: str = ""
    outcome: Outcome = Outcome.FINISHED
    seconds: float = 0.0


class TurnTaken(BaseModel):
    """What a checkpoint keeps of a turn. `patch` is the workspace after it, against the base commit."""

    model_config = ConfigDict(frozen=True)

    message: Message
    results: tuple[ToolResult, ...] = ()
    note: str = ""
    usage: Usage = Usage()
    seconds: float = 0.0
    patch: str = ""
    stopped: Outcome | None = None
    sentence: str = ""


@dataclass(frozen=True)
class Aside:
    """What came of a detour: the text that the agent reads, what it cost, and everything that was seen on it."""

    text: str
    failed: bool = False  # nothing was begun; the text says why
    usd: float = 0.0
    seconds: float = 0.0
    seen: tuple[tuple[ToolCall, ToolResult], ...] = ()
    hypotheses: tuple[Hypothesis, ...] = ()


@dataclass(frozen=True)
class Trail(Generic[V]):
    """How far a run has come. Its `outcome` is None while it goes on; `sentence` says to people why it ended."""

    messages: tuple[Message, ...]
    patch: str = ""
    turns: int = 0
    usd: float = 0.0
    seconds: float = 0.0
    nudges: int = 0
    refusals: int = 0
    misfits: int = 0  # submissions that could not even be ruled on
    asides: tuple[Aside, ...] = ()  # those that were begun
    ruling: Ruling[V] | None = None
    outcome: Outcome | None = None
    sentence: str = ""

    def after(self, turn: TurnTaken) -> Trail[V]:
        """The trail with a turn's message, cost and patch, before anything is made of it."""
        return replace(
            self,
            messages=(*self.messages, turn.message),
            patch=turn.patch,
            turns=self.turns + 1,
            usd=self.usd + turn.usage.usd,
            seconds=self.seconds + turn.seconds,
        )

    def led_aside(self, aside: Aside) -> Trail[V]:
        """The trail after a detour, which counts to its money and its time."""
        if aside.failed:
            return self
        usd, seconds = self.usd + aside.usd, self.seconds + aside.seconds
        return replace(self, asides=(*self.asides, aside), usd=usd, seconds=seconds)

    @property
    def seen(self) -> tuple[tuple[ToolCall, ToolResult], ...]:
        """Every call of a tool with its answer, those of its detours after its own."""
        return (*answered(self.messages), *(each for aside in self.asides for each in aside.seen))

    def ended(self, outcome: Outcome, sentence: str) -> Trail[V]:
        """The trail at its end."""
        return replace(self, outcome=outcome, sentence=sentence)


class Unlogged:
    """The logbook of a run that nobody will read, and nobody can stop."""

    key = ""

    def why_stop(self) -> str:
        """Nothing ever stops it."""
        return ""

    def turned(self, turn: int, done: Sequence[ToolDone]) -> None:
        """Keep nothing."""

    def strand(self, name: str) -> Unlogged:  # noqa: ARG002 the port's names
        """Nobody will read it either."""
        return self

    def took_up(self, cause: str) -> None:
        """Keep nothing."""

    def end(self, outcome: Outcome, sentence: str, seconds: float) -> None:
        """Keep nothing."""


@dataclass(frozen=True)
class Detour:
    """A tool whose call is carried out after the turn that makes it, in checkpoints of its own.

    `work` is given the call's valid arguments and the trail with that turn. Between checkpoints it must decide from
    these alone.
    """

    spec: ToolSpec
    work: Callable[[Any, Trail[Any]], Aside]


@dataclass(frozen=True)
class Brief(Generic[J, V]):
    """What an agent is to do, with what, and how far it may go.

    `open` gives a fresh workspace with a patch applied, `toolbox` the tools that work on it. The run ends when the
    agent calls the tool `submit` with a valid judgment of type `returns` that `verify` takes. `verify` sees the
    judgment and the trail; whatever it does that costs or may differ next time goes into a checkpoint of its own.
    """

    stage: Stage
    about: About
    system: str
    opening: str
    submit: str
    submit_description: str
    returns: type[J]
    verify: Callable[[J, Trail[V]], Ruling[V]]
    open: Callable[[str], Workspace]
    toolbox: Callable[[Workspace], tuple[Tool, ...]]
    limits: Limits
    patch: str = ""  # what the workspace starts with
    detour: Detour | None = None
    most_refusals: int = 3
    logbook: Logbook = field(default_factory=Unlogged)
