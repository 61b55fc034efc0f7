"""What passes through the ports: conversations with a model, commands that ran, pull requests as they are now."""

from __future__ import annotations

import datetime as dt
import fnmatch
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any

from pydantic import BaseModel, ConfigDict, Field, JsonValue

from storage.judgments import Judgment, Stage
from storage.records import CheckState


class About(BaseModel):
    """What a structured question is about. Subclasses add the variables that the stage's prompt names.

    `subject` is the external id of the signal, or of the report's first signal.
    """

    model_config = ConfigDict(frozen=True)

    subject: str
    signal_id: int | None = None
    report_id: int | None = None
    run: str = ""  # the key of the run that asks

    def variables(self) -> Mapping[str, str]:
        """What the stage's prompt names, by name. Foreign text is already quoted."""
        return {}

    def fault(self, answer: Judgment) -> str:  # noqa: ARG002 subclasses look at it
        """Empty when the answer fits this case, else the sentence that is fed back to the model."""
        return ""


class TextBlock(BaseModel):
    """Words of the model, or to it."""

    model_config = ConfigDict(frozen=True)
    text: str


class ToolCall(BaseModel):
    """The model calls a tool."""

    model_config = ConfigDict(frozen=True)
    id: str
    name: str
    arguments: dict[str, JsonValue]


class ToolResult(BaseModel):
    """What a tool answered."""

    model_config = ConfigDict(frozen=True)
    call_id: str
    text: str
    failed: bool = False


@dataclass(frozen=True)
class ToolDone:
    """A call of a tool, with its answer and how long that took."""

    call: ToolCall
    result: ToolResult
    seconds: float


class Message(BaseModel):
    """One message of a conversation. Blocks of the model are TextBlock and ToolCall, ours TextBlock and ToolResult."""

    model_config = ConfigDict(frozen=True)
    by_model: bool
    blocks: tuple[TextBlock | ToolCall | ToolResult, ...]
    opaque: str = ""  # what only the adapter that made it can read, such as signed thoughts; given back unchanged


@dataclass(frozen=True)
class ToolSpec:
    """A tool as the model is told of it. `parameters` is a pydantic class; its JSON schema is the tool's."""

    name: str
    description: str
    parameters: type[BaseModel]


@dataclass(frozen=True)
class TurnRequest:
    """Everything the model needs for its next turn."""

    stage: Stage
    about: About
    turn: int  # 1-based
    system: str
    messages: tuple[Message, ...]
    tools: tuple[ToolSpec, ...]
    max_tokens: int = 16_000  # of the answer, what is thought before it included


class Usage(BaseModel):
    """What a call cost."""

    model_config = ConfigDict(frozen=True)
    input_tokens: int = 0
    output_tokens: int = 0
    cached_tokens: int = 0
    usd: float = 0.0


class Turn(BaseModel):
    """The model's next message."""

    model_config = ConfigDict(frozen=True)
    message: Message
    usage: Usage
    stop_reason: str


class Ran(BaseModel):
    """What became of a command. `output` is standard output and error together, cut in the middle to its limit.

    It holds no NUL, so nothing that is to be taken apart may be told apart by them.
    """

    model_config = ConfigDict(frozen=True)
    exit_code: int  # 124 when it ran out of time, 137 when it was killed
    output: str
    seconds: float = 0.0
    cut: bool = False
    reports: tuple[str, ...] = ()  # what the tests of the run wrote down, where the policy says that they do


class PullRequestState(StrEnum):
    """Where a pull request stands."""

    OPEN = "open"
    MERGED = "merged"
    CLOSED = "closed"


class Check(BaseModel):
    """One CI result."""

    model_config = ConfigDict(frozen=True)
    name: str
    state: CheckState
    log: str = ""  # of a red one: its tail
    url: str = ""
    ended_at: dt.datetime | None = None
    cancelled_by: str = ""  # whoever stopped it on purpose; it is pending then


class Remark(BaseModel):
    """A comment or review on the pull request by somebody else than us. Only people with write access instruct."""

    model_config = ConfigDict(frozen=True)
    id: str
    author: str
    text: str  # led by its place, if it has one
    may_write: bool
    place: str = ""  # the file and line that it is about
    approving: bool = False  # the words of a review that approves
    beneath: str = ""  # the remark that began the thread in which it stands, where that is another
    answer: str = ""  # ours, beneath it or in a comment

    @property
    def words(self) -> str:
        """The text alone."""
        return self.text.removeprefix(f"{self.place}: ") if self.place else self.text


class PullRequest(BaseModel):
    """A pull request as the code host shows it now."""

    model_config = ConfigDict(frozen=True)
    number: int
    url: str
    state: PullRequestState
    draft: bool
    head_sha: str
    base: str = ""  # the branch that it is for now, which people may change
    author: str = ""
    merged_by: str = ""
    merge_sha: str = ""
    merged_at: dt.datetime | None = None
    closed_at: dt.datetime | None = None
    checks: tuple[Check, ...] = ()
    remarks: tuple[Remark, ...] = ()
    conflicting: bool = False
    missing: tuple[str, ...] = ()  # those that the base branch requires beside `checks`; empty while one is not done
    ignored: tuple[Check, ...] = ()  # which nobody waits for or mends
    foreign: tuple[Check, ...] = ()  # which are red here, and fail on the base branch too: as they are there

    def beside(self, base: Sequence[Check]) -> PullRequest:
        """As it is without the red checks that fail on the base branch too, where these are its checks.

        Where of several of one name some are green there, nobody can tell which one it is.
        """
        green = {check.name for check in base if check.state is not CheckState.RED}
        names = {check.name for check in base if check.state is CheckState.RED} - green
        changes = {
            "checks": tuple(one for one in self.checks if one.state is not CheckState.RED or one.name not in names),
            "foreign": tuple(one for one in base if one.name in names & self.red),
        }
        return self.model_copy(update=changes)

    @property
    def red(self) -> frozenset[str]:
        """The names of the checks that are red."""
        return frozenset(check.name for check in self.checks if check.state is CheckState.RED)

    def ignoring(self, globs: Sequence[str]) -> PullRequest:
        """As it is without the checks whose names match one of these; big and small letters are the same."""
        if not globs:
            return self
        changes = {
            "checks": tuple(check for check in self.checks if not _is_named(check.name, globs)),
            "missing": tuple(name for name in self.missing if not _is_named(name, globs)),
            "ignored": tuple(check for check in (*self.checks, *self.foreign) if _is_named(check.name, globs)),
            "foreign": tuple(check for check in self.foreign if not _is_named(check.name, globs)),
        }
        return self.model_copy(update=changes)

    @property
    def verdict(self) -> CheckState:
        """All checks taken together: red if one is, pending if one is not done, green if all are, none without any.

        What fails on the base branch too is not looked at.
        """
        states = {check.state for check in self.checks}
        if not states:
            return CheckState.GREEN if self.foreign else CheckState.NONE
        for state in (CheckState.RED, CheckState.PENDING):
            if state in states:
                return state
        return CheckState.GREEN

    def unheard(self, globs: Sequence[str]) -> PullRequest:
        """As it is when those whose logins match one of these ask for nothing: they are accounts of machines."""
        if not globs:
            return self
        machine = {"may_write": False}
        said = (one.model_copy(update=machine) if _is_named(one.author, globs) else one for one in self.remarks)
        return self.model_copy(update={"remarks": tuple(said)})


def _is_named(name: str, globs: Sequence[str]) -> bool:
    """Whether a glob matches it. A bracket is no class of letters: jobs of a matrix have them in their names."""
    return any(fnmatch.fnmatchcase(name.lower(), glob.lower().replace("[", "[[]")) for glob in globs)


class Touching(BaseModel):
    """A pull request of anybody's that touches a path, as foreign evidence. `at` is its merge, or its last change."""

    model_config = ConfigDict(frozen=True)
    number: int
    url: str
    title: str
    body: str = ""  # its beginning
    author: str = ""
    state: PullRequestState
    draft: bool = False
    at: dt.datetime
    files: tuple[str, ...] = ()  # those of the path that was asked for


class Draft(BaseModel):
    """What `ensure_pull_request` shall make."""

    model_config = ConfigDict(frozen=True)
    branch: str
    title: str
    body: str
    label: str = ""


@dataclass(frozen=True)
class Tool:
    """A tool and the hands that carry it out. `work` returns the text that the model reads; it may raise ToolFault."""

    spec: ToolSpec
    work: Callable[[Any], str] = field(compare=False)


class ToolFault(Exception):
    """A tool could not do what was asked; the sentence goes to the model."""


class Spending(BaseModel):
    """What has been spent, in US dollars."""

    model_config = ConfigDict(frozen=True)
    usd: float = Field(ge=0)
    calls: int = 0
    seconds: float = 0.0
