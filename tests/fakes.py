"""Fakes of the ports. They hold state and are asked about it afterwards; none of them checks how it was called."""

# ruff: noqa: ARG002 fakes take what the ports take, also what they do not need

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, TypeVar

from pydantic import JsonValue, TypeAdapter

from agents.errors import SlackDown
from agents.exchange import (
    About,
    Message,
    TextBlock,
    ToolCall,
    Turn,
    TurnRequest,
    Usage,
)
from agents.rules import Person
from storage.judgments import Judgment, Stage
from storage.reviews import Review

T = TypeVar("T")


J = TypeVar("J", bound=Judgment)


# ── who is told ──────────────────────────────────────────────────────────────────────────────────────────────────


@dataclass
class Told:
    """The ports Messenger and Nudge, as lists."""

    published: list[int] = field(default_factory=list)
    signals: list[int] = field(default_factory=list)
    reports: list[int] = field(default_factory=list)

    def publish(self, report_id: int) -> None:
        self.published.append(report_id)

    def signal(self, signal_id: int) -> None:
        self.signals.append(signal_id)

    def report(self, report_id: int) -> None:
        self.reports.append(report_id)


@dataclass
class KnownPeople:
    """The port People: full members of one workspace, but for those who are named otherwise."""

    home_team: str = "T1"
    others: dict[str, Person] = field(default_factory=dict)
    outside: set[tuple[str, str]] = field(default_factory=set)  # people and channels that they are not in
    down: bool = False
    asked: list[str] = field(default_factory=list)

    def is_in(self, user_id: str, channel: str) -> bool:
        return (user_id, channel) not in self.outside

    def person(self, user_id: str) -> Person:
        self.asked.append(user_id)
        if self.down:
            raise SlackDown("Slack does not answer.")
        return self.others.get(user_id) or Person(user_id=user_id, team_id=self.home_team)


# ── the model ───────────────────────────────────────────────────────────────────────────────────────────────────


Reply = Message | Exception | Callable[[TurnRequest], Message]


def words(text: str) -> Message:
    """The model says something and calls nothing."""
    return Message(by_model=True, blocks=(TextBlock(text=text),))


def calls(*asked: tuple[str, Mapping[str, Any]]) -> Message:
    """The model calls tools, each given as (name, arguments). Ids follow from what is called."""
    blocks = []
    for number, (name, arguments) in enumerate(asked):
        plain: dict[str, JsonValue] = json.loads(json.dumps(arguments))
        digest = hashlib.sha256(f"{number}{name}{plain}".encode()).hexdigest()[:12]
        blocks.append(ToolCall(id=f"call_{digest}", name=name, arguments=plain))
    return Message(by_model=True, blocks=tuple(blocks))


@dataclass
class ScriptedModel:
    """Answers from a script. A turn's number picks its reply, so that a repeated turn gets the same one again.

    `turns` and `judgments` are keyed by stage, or by (stage, subject). Judgments are given in order, the last for ever.
    Nothing is held against a fix where no review is scripted.
    """

    turns: Mapping[Any, Sequence[Reply]] = field(default_factory=dict)
    judgments: dict[Any, Sequence[Judgment | Exception]] = field(default_factory=dict)
    usage: Usage = field(default_factory=lambda: Usage(input_tokens=100, output_tokens=10, usd=0.01))
    can_research: bool = True
    stop_reason: str = "tool_use"
    asked: list[TurnRequest] = field(default_factory=list)
    judged: list[tuple[Stage, About]] = field(default_factory=list)

    def turn(self, request: TurnRequest) -> Turn:
        self.asked.append(request)
        script = self._of(self.turns, request.stage, request.about)
        if request.turn > len(script):
            raise AssertionError(f"the script of {request.stage} has no turn {request.turn}: {_last(request)}")
        reply = script[request.turn - 1]
        if isinstance(reply, Exception):
            raise reply
        message = reply if isinstance(reply, Message) else reply(request)
        return Turn(message=message, usage=self.usage, stop_reason=self.stop_reason)

    def judge(self, stage: Stage, about: About, returns: type[J]) -> J:
        self.judged.append((stage, about))
        script = self._of({Stage.REVIEW: [Review(reason="It is good.")], **self.judgments}, stage, about)
        before = sum(1 for each in self.judged[:-1] if each[0] is stage and self._same(stage, each[1], about))
        answer = script[min(before, len(script) - 1)]
        if isinstance(answer, Exception):
            raise answer
        return returns.model_validate(answer.model_dump())

    def _same(self, stage: Stage, one: About, other: About) -> bool:
        return (stage, other.subject) not in self.judgments or one.subject == other.subject

    @staticmethod
    def _of(scripts: Mapping[Any, Sequence[Any]], stage: Stage, about: About) -> Sequence[Any]:
        script = scripts.get((stage, about.subject), scripts.get(stage))
        if script is None:
            raise AssertionError(f"nothing is scripted for {stage} about {about.subject}")
        return script


def _last(request: TurnRequest) -> str:
    return " / ".join(getattr(block, "text", "")[:2000] for block in request.messages[-1].blocks)


# ── checkpoints ─────────────────────────────────────────────────────────────────────────────────────────────────


@dataclass
class PlainCheckpoint:
    """Does the work at once. A name that comes twice in one job is an error, as it is with the real engine."""

    names: list[str] = field(default_factory=list)

    def __call__(self, name: str, work: Callable[[], T], returns: type[T]) -> T:
        if name in self.names:
            raise AssertionError(f"the checkpoint {name!r} came twice in one job")
        self.names.append(name)
        return work()


@dataclass
class RecordingCheckpoint:
    """Keeps every value as JSON and gives it back from there. `resumed(n)` is a later life that kept the first n."""

    kept: dict[str, str] = field(default_factory=dict)
    live: list[str] = field(default_factory=list)
    replayed: list[str] = field(default_factory=list)

    def __call__(self, name: str, work: Callable[[], T], returns: type[T]) -> T:
        adapter = TypeAdapter(returns)
        if name in (*self.live, *self.replayed):
            raise AssertionError(f"the checkpoint {name!r} came twice in one job")
        if name in self.kept:
            self.replayed.append(name)
        else:
            self.live.append(name)
            self.kept[name] = adapter.dump_json(work()).decode()
        return adapter.validate_json(self.kept[name])

    def resumed(self, after: int) -> RecordingCheckpoint:
        """The checkpoint of a process that takes the job over after `after` checkpoints."""
        return RecordingCheckpoint(kept=dict(list(self.kept.items())[:after]))
