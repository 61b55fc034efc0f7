"""Fakes of the ports. They hold state and are asked about it afterwards; none of them checks how it was called."""

# ruff: noqa: ARG002 fakes take what the ports take, also what they do not need

from __future__ import annotations

import hashlib
import json
import os
import subprocess
import sys
import tempfile
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, TypeVar

from pydantic import JsonValue, TypeAdapter

from agents.errors import CodeHostRejected, SandboxUnusable
from agents.exchange import (
    About,
    Check,
    Draft,
    Message,
    PullRequest,
    PullRequestState,
    Ran,
    Remark,
    TextBlock,
    ToolCall,
    Touching,
    Turn,
    TurnRequest,
    Usage,
)
from agents.ports import Workspace
from agents.terms import Repository
from storage.columns import now
from storage.judgments import Judgment, Stage

T = TypeVar("T")
J = TypeVar("J", bound=Judgment)

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
        script = self._of(self.judgments, stage, about)
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


# ── workspaces ──────────────────────────────────────────────────────────────────────────────────────────────────


@dataclass
class MemoryWorkspace:
    """A workspace that is a dictionary. Its patch is JSON; `run` answers what `ran` says."""

    base: dict[str, str]
    base_sha: str = "0" * 40
    ran: Callable[[Sequence[str]], Ran] = lambda _: Ran(exit_code=0, output="")
    files: dict[str, str] = field(default_factory=dict)
    closed: bool = False

    def __post_init__(self) -> None:
        self.files = dict(self.base)

    def run(self, command: Sequence[str], *, seconds: float = 120.0) -> Ran:
        self._must_be_open()
        return self.ran(command)

    def read(self, path: str) -> str:
        self._must_be_open()
        if path not in self.files:
            raise FileNotFoundError(path)
        return self.files[path]

    def write(self, path: str, text: str) -> None:
        self._must_be_open()
        self.files[path] = text

    def patch(self, paths: Sequence[str] = ()) -> str:
        self._must_be_open()
        changed = {path: text for path, text in self.files.items() if self.base.get(path) != text}
        return json.dumps(changed, sort_keys=True) if changed else ""

    def apply(self, patch: str) -> None:
        self.files.update(json.loads(patch) if patch else {})

    def close(self) -> None:
        self.closed = True

    def _must_be_open(self) -> None:
        if self.closed:
            raise AssertionError("the workspace was used after it was closed")


@dataclass
class FakeWorkspaces:
    """Checkouts of a real git repository in temporary folders. NOT a sandbox: for tests with our own code only."""

    origin: Path
    unusable: str = ""
    opened: list[FakeWorkspace] = field(default_factory=list)

    def why_not(self) -> str:
        return self.unusable

    def head(self, repository: Repository) -> str:
        return _git(self.origin, "rev-parse", repository.base_branch).strip()

    def tagged(self, repository: Repository, name: str) -> str:
        for tag in (f"v{name.removeprefix('v')}", name.removeprefix("v")):
            if tag in _git(self.origin, "tag", "--list", tag).split():
                return _git(self.origin, "rev-parse", f"{tag}^{{commit}}").strip()
        return ""

    def open(self, repository: Repository, sha: str, patch: str = "") -> Workspace:
        if self.unusable:
            raise SandboxUnusable(self.unusable)
        folder = tempfile.TemporaryDirectory(prefix="signalbox-test-")
        top = Path(folder.name) / "checkout"
        _git(self.origin, "clone", "--quiet", "--no-checkout", str(self.origin), str(top))
        _git(top, "checkout", "--quiet", "--detach", sha)
        (top / ".git" / "info" / "exclude").write_text("__pycache__/\n.pytest_cache/\n")
        workspace = FakeWorkspace(folder, top, sha, repository.variables_at(str(top)))
        self.opened.append(workspace)
        if patch:
            workspace.apply(patch)
        return workspace


@dataclass
class FakeWorkspace:
    """One such checkout."""

    folder: tempfile.TemporaryDirectory[str]
    top: Path
    base_sha: str
    environment: dict[str, str]
    commands: list[tuple[str, ...]] = field(default_factory=list)
    closed: bool = False

    def run(self, command: Sequence[str], *, seconds: float = 120.0) -> Ran:
        self.commands.append(tuple(command))
        path = f"{Path(sys.executable).parent}{os.pathsep}{os.environ['PATH']}"
        environment = {
            "PATH": path,
            "HOME": self.folder.name,
            "PYTHONDONTWRITEBYTECODE": "1",
            "PYTEST_DISABLE_PLUGIN_AUTOLOAD": "1",  # ours would take four fifths of each of its runs to load
            **self.environment,
        }
        try:
            done = subprocess.run(
                command,
                cwd=self.top,
                env=environment,
                stdout=subprocess.PIPE,
                stderr=subprocess.STDOUT,
                timeout=seconds,
                check=False,
            )
        except subprocess.TimeoutExpired as late:
            return Ran(exit_code=124, output=(late.stdout or b"").decode(errors="replace"), seconds=seconds)
        return Ran(exit_code=done.returncode, output=done.stdout.decode(errors="replace"), seconds=0.1)

    def read(self, path: str) -> str:
        file = self._inside(path)
        if not file.is_file():
            raise FileNotFoundError(path)
        return file.read_bytes().decode()

    def write(self, path: str, text: str) -> None:
        file = self._inside(path)
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_bytes(text.encode())

    def patch(self, paths: Sequence[str] = ()) -> str:
        _git(self.top, "add", "--all")
        return _git(self.top, "diff", "--cached", "--binary", self.base_sha, "--", *paths)

    def apply(self, patch: str) -> None:
        done = subprocess.run(
            ["git", "apply", "--whitespace=nowarn", "-"],
            cwd=self.top,
            input=patch.encode(),
            capture_output=True,
            check=False,
        )
        if done.returncode:
            raise ValueError(done.stderr.decode().strip())

    def close(self) -> None:
        self.closed = True
        self.folder.cleanup()

    def _inside(self, path: str) -> Path:
        file = (self.top / path).resolve()
        if not file.is_relative_to(self.top.resolve()):
            raise ValueError(f"{path} is outside the checkout")
        return file


def _git(folder: Path, *arguments: str) -> str:
    done = subprocess.run(["git", *arguments], cwd=folder, capture_output=True, check=True)
    return done.stdout.decode()


def make_repository(folder: Path, files: Mapping[str, str], *later: Mapping[str, str]) -> str:
    """A git repository with these files, one commit for each further mapping; gives the last commit's id."""
    folder.mkdir(parents=True, exist_ok=True)
    _git(folder, "init", "--quiet", "--initial-branch=main")
    for number, commit in enumerate((files, *later), 1):
        for path, text in commit.items():
            (folder / path).parent.mkdir(parents=True, exist_ok=True)
            (folder / path).write_text(text)
        _git(folder, "add", "--all", "--force")
        who = ("-c", "user.name=Ada", "-c", "user.email=ada@shop.example", "-c", "commit.gpgsign=false")
        _git(folder, *who, "commit", "--quiet", f"--message=commit {number}", "--date=2026-01-02T03:04:05Z")
    return _git(folder, "rev-parse", "HEAD").strip()


# ── the code host ───────────────────────────────────────────────────────────────────────────────────────────────


@dataclass
class FakeCodeHost:
    """Branches and pull requests in memory. People act on it through `set_checks`, `remark`, `merge` and `close`."""

    branches: dict[str, str] = field(default_factory=dict)  # name -> sha
    patches: dict[str, str] = field(default_factory=dict)  # sha -> patch
    pull_requests: dict[int, PullRequest] = field(default_factory=dict)
    drafts: dict[int, Draft] = field(default_factory=dict)
    reviewers: dict[int, tuple[str, ...]] = field(default_factory=dict)
    unknown_people: frozenset[str] = frozenset()
    pushes: int = 0  # that changed something
    trouble: list[Exception] = field(default_factory=list)  # raised by the next calls, one each

    def ensure_branch(
        self, repository: Repository, *, branch: str, base_sha: str, patch: str, message: str, at: float
    ) -> str:
        self._maybe_fail()
        sha = hashlib.sha1(f"{base_sha}{patch}{message}{at}".encode(), usedforsecurity=False).hexdigest()
        if self.branches.get(branch) != sha:
            self.pushes += 1
            self.branches[branch] = sha
            self.patches[sha] = patch
            for number, draft in self.drafts.items():
                if draft.branch == branch:
                    self._change(number, head_sha=sha, checks=())
        return sha

    def ensure_pull_request(self, repository: Repository, draft: Draft) -> PullRequest:
        self._maybe_fail()
        if draft.branch not in self.branches:
            raise CodeHostRejected(f"there is no branch {draft.branch}; push it first")
        for number, known in self.drafts.items():
            if known.branch == draft.branch:
                if self.pull_requests[number].state is PullRequestState.OPEN:
                    self.drafts[number] = draft
                return self.pull_requests[number]
        number = len(self.pull_requests) + 1
        url = f"https://code.example/{repository.name}/pull/{number}"
        self.drafts[number] = draft
        self.pull_requests[number] = PullRequest(
            number=number,
            url=url,
            state=PullRequestState.OPEN,
            draft=True,
            head_sha=self.branches[draft.branch],
            author="signalbox",
        )
        return self.pull_requests[number]

    def pull_request(self, repository: Repository, number: int) -> PullRequest:
        self._maybe_fail()
        if number not in self.pull_requests:
            raise CodeHostRejected(f"there is no pull request {number}")
        return self.pull_requests[number]

    def ensure_ready(self, repository: Repository, number: int) -> None:
        self._maybe_fail()
        self._change(number, draft=False)

    def ensure_reviewers(self, repository: Repository, number: int, logins: Sequence[str]) -> tuple[str, ...]:
        self._maybe_fail()
        self.reviewers[number] = tuple(login for login in logins if login not in self.unknown_people)
        return self.reviewers[number]

    def touching(self, repository: Repository, paths: Sequence[str], *, merged: bool) -> tuple[Touching, ...]:
        self._maybe_fail()
        states = {PullRequestState.OPEN, PullRequestState.MERGED} if merged else {PullRequestState.OPEN}
        told = [self._touching(number, paths) for number, pull in self.pull_requests.items() if pull.state in states]
        return tuple(one for one in told if one.files)

    def _touching(self, number: int, paths: Sequence[str]) -> Touching:
        pull, draft = self.pull_requests[number], self.drafts[number]
        patch = self.patches.get(pull.head_sha, "")
        changed = [line[6:] for line in patch.splitlines() if line.startswith("+++ b/")]
        files = tuple(one for one in changed if any(one == path or one.startswith(f"{path}/") for path in paths))
        return Touching(
            number=number,
            url=pull.url,
            title=draft.title,
            body=draft.body,
            author=pull.author,
            state=pull.state,
            draft=pull.draft,
            at=now(),
            files=files,
        )

    def set_checks(self, number: int, *checks: Check) -> None:
        self._change(number, checks=checks)

    def remark(self, number: int, remark: Remark) -> None:
        self._change(number, remarks=(*self.pull_requests[number].remarks, remark))

    def merge(self, number: int, by: str = "ada") -> None:
        self._change(number, state=PullRequestState.MERGED, merged_by=by, merge_sha="f" * 40)

    def close(self, number: int) -> None:
        self._change(number, state=PullRequestState.CLOSED)

    def _change(self, number: int, **changes: Any) -> None:
        self.pull_requests[number] = self.pull_requests[number].model_copy(update=changes)

    def _maybe_fail(self) -> None:
        if self.trouble:
            raise self.trouble.pop(0)
