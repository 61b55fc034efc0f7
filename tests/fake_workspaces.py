"""Workspaces without a sandbox: in memory, or as checkouts of a repository on this machine."""

# ruff: noqa: ARG002 fakes take what the ports take, also what they do not need

from __future__ import annotations

import json
import os
import subprocess
import sys
import tempfile
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from agents.errors import SandboxUnusable
from agents.exchange import (
    Ran,
)
from agents.patches.undecoded import bytes_of, is_binary, text_of
from agents.ports import Workspace
from agents.terms import Repository
from tests.checkouts import checkout, git_in, kept_repository
from tests.known_runs import KnownRuns


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

    def run(self, command: Sequence[str], *, seconds: float = 120.0, most: int = 0) -> Ran:
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
    """Checkouts of a real git repository in temporary folders. NOT a sandbox: for tests with our own code only.

    With `known` runs, pytest is run once on the same files.
    """

    origin: Path
    unusable: str = ""
    known: KnownRuns | None = None
    opened: list[FakeWorkspace] = field(default_factory=list)

    def why_not(self, repository: Repository) -> str:
        return self.unusable

    def head(self, repository: Repository) -> str:
        return git_in(self.origin, "rev-parse", repository.base_branch).strip()

    def tagged(self, repository: Repository, name: str) -> str:
        for tag in (f"v{name.removeprefix('v')}", name.removeprefix("v")):
            if tag in git_in(self.origin, "tag", "--list", tag).split():
                return git_in(self.origin, "rev-parse", f"{tag}^{{commit}}").strip()
        return ""

    def open(self, repository: Repository, sha: str, patch: str = "") -> Workspace:
        if self.unusable:
            raise SandboxUnusable(self.unusable)
        folder = tempfile.TemporaryDirectory(prefix="signalbox-test-")
        top = Path(folder.name) / "checkout"
        checkout(self.origin, sha, top)
        workspace = FakeWorkspace(folder, top, sha, repository.variables_at(str(top)), self.known)
        self.opened.append(workspace)
        if patch:
            workspace.apply(patch)
        return workspace

    def carried(self, repository: Repository, sha: str, patch: str) -> str:
        workspace = self.open(repository, sha)
        workspace.run(("git", "update-index", "-q", "--refresh"))  # of a copy, git knows the files only by a look
        workspace.run(("sh", "-c", f"git apply --3way - <<'END'\n{patch}END\n"))
        carried = workspace.patch()
        workspace.close()
        return carried


@dataclass
class FakeWorkspace:
    """One such checkout."""

    folder: tempfile.TemporaryDirectory[str]
    top: Path
    base_sha: str
    environment: dict[str, str]
    known: KnownRuns | None = None
    commands: list[tuple[str, ...]] = field(default_factory=list)
    closed: bool = False

    def run(self, command: Sequence[str], *, seconds: float = 120.0, most: int = 0) -> Ran:
        self.commands.append(tuple(command))
        path = f"{Path(sys.executable).parent}{os.pathsep}{os.environ['PATH']}"
        environment = {
            "PATH": path,
            "HOME": self.folder.name,
            "PYTHONDONTWRITEBYTECODE": "1",
            "PYTEST_DISABLE_PLUGIN_AUTOLOAD": "1",  # ours would take four fifths of each of its runs to load
            **self.environment,
        }
        if self.known is None:
            return self._run(command, environment, seconds)
        return self.known.ran(command, self.top, environment, lambda: self._run(command, environment, seconds))

    def _run(self, command: Sequence[str], environment: Mapping[str, str], seconds: float) -> Ran:
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
        except FileNotFoundError:
            return Ran(exit_code=127, output=f"{command[0]}: not found", seconds=0.1)
        except subprocess.TimeoutExpired as late:
            return Ran(exit_code=124, output=(late.stdout or b"").decode(errors="replace"), seconds=seconds)
        output = done.stdout.decode(errors="replace").replace("\0", "\ufffd")
        return Ran(exit_code=done.returncode, output=output, seconds=0.1)

    def read(self, path: str) -> str:
        file = self._inside(path)
        if not file.is_file():
            raise FileNotFoundError(path)
        text = text_of(file.read_bytes())
        if "\0" in text or is_binary(text):
            raise ValueError(f"{path} is a binary file")
        return text

    def write(self, path: str, text: str) -> None:
        file = self._inside(path)
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_bytes(bytes_of(text))

    def patch(self, paths: Sequence[str] = ()) -> str:
        git_in(self.top, "add", "--all")
        return git_in(self.top, "diff", "--cached", "--binary", self.base_sha, "--", *paths)

    def apply(self, patch: str) -> None:
        done = subprocess.run(
            ["git", "apply", "--whitespace=nowarn", "-"],
            cwd=self.top,
            input=bytes_of(patch),
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


def make_repository(folder: Path, files: Mapping[str, str], *later: Mapping[str, str]) -> str:
    """A git repository with these files, one commit for each further mapping; gives the last commit's id."""
    commits = (files, *later)
    kept_repository(folder, commits, lambda place: add_commit(folder, commits[place], f"commit {place + 1}"))
    return git_in(folder, "rev-parse", "HEAD").strip()


def add_commit(folder: Path, files: Mapping[str, str], message: str = "more") -> str:
    """Commit these files on top; gives the commit's id."""
    for path, text in files.items():
        (folder / path).parent.mkdir(parents=True, exist_ok=True)
        (folder / path).write_text(text)
    git_in(folder, "add", "--all", "--force")
    who = ("-c", "user.name=Ada", "-c", "user.email=ada@shop.example", "-c", "commit.gpgsign=false")
    git_in(folder, *who, "commit", "--quiet", f"--message={message}", "--date=2026-01-02T03:04:05Z")
    return git_in(folder, "rev-parse", "HEAD").strip()
