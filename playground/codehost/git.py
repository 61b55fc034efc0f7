"""One bare git repository, read and written through the git program."""

from __future__ import annotations

import os
import shutil
import subprocess
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

from playground.codehost.records import Person

GUARD = """#!/bin/sh
# The default branch changes by merging a pull request, never by a push.
if [ "$1" = "refs/heads/{branch}" ]; then
    echo "GH006: Protected branch update failed for $1." >&2
    echo "Changes must be made through a pull request." >&2
    exit 1
fi
"""
LOG_FORMAT = "%H%x00%T%x00%P%x00%an%x00%ae%x00%aI%x00%cn%x00%ce%x00%cI%x00%B%x01"


class GitFailed(Exception):
    """Git refused a command of the code host; the sentence holds the command and what git said."""


@dataclass(frozen=True)
class Signature:
    name: str
    email: str
    at: datetime


@dataclass(frozen=True)
class GitCommit:
    sha: str
    tree: str
    parents: tuple[str, ...]
    author: Signature
    committer: Signature
    message: str


@dataclass(frozen=True)
class FileChange:
    """One changed file of a comparison; `status` is added, removed, modified or renamed."""

    path: str
    status: str
    additions: int
    deletions: int
    patch: str


@dataclass(frozen=True)
class TreeEntry:
    path: str
    kind: str  # blob or tree
    sha: str
    size: int


def quiet_environment() -> dict[str, str]:
    """An environment in which git asks nothing and reads nobody's configuration."""
    kept = {name: os.environ[name] for name in ("PATH", "TMPDIR", "LANG") if name in os.environ}
    return {
        **kept,
        "GIT_CONFIG_NOSYSTEM": "1",
        "GIT_CONFIG_GLOBAL": os.devnull,
        "GIT_TERMINAL_PROMPT": "0",
    }


def run_git(
    *arguments: str, at: Path, more: Mapping[str, str] | None = None, ok: Sequence[int] = (0,)
) -> subprocess.CompletedProcess[bytes]:
    """Run git in `at`; raises GitFailed for an exit code that is not in `ok`."""
    done = subprocess.run(
        ["git", *arguments],
        cwd=at,
        env={**quiet_environment(), **(more or {})},
        capture_output=True,
        check=False,
    )
    if done.returncode not in ok:
        said = done.stderr.decode(errors="replace").strip()
        raise GitFailed(f"`git {' '.join(arguments)}` failed in {at}: {said}")
    return done


def signing(person: Person, at: datetime) -> dict[str, str]:
    """The environment that makes git write this person and this time into a commit."""
    name, email = person.name or person.login, f"{person.login}@users.noreply.example"
    return {
        f"GIT_{role}_{part}": value
        for role in ("AUTHOR", "COMMITTER")
        for part, value in (("NAME", name), ("EMAIL", email), ("DATE", at.isoformat()))
    }


class BareRepository:
    """The git side of one hosted repository. Branch names come without `refs/heads/`."""

    def __init__(self, path: Path, default_branch: str) -> None:
        self.path = path
        self.default_branch = default_branch

    @classmethod
    def create(cls, path: Path, source: Path, default_branch: str) -> BareRepository:
        """A bare copy of the commit checked out in `source`, whose default branch takes no pushes.

        Raises GitFailed when `source` is no git repository or has no commit.
        """
        if path.exists():
            shutil.rmtree(path)
        path.mkdir(parents=True)
        run_git("init", "--quiet", "--bare", f"--initial-branch={default_branch}", ".", at=path)
        run_git("fetch", "--quiet", str(source.resolve()), f"HEAD:refs/heads/{default_branch}", at=path)
        run_git("config", "http.receivepack", "true", at=path)
        hook = path / "hooks" / "update"
        hook.parent.mkdir(exist_ok=True)
        hook.write_text(GUARD.format(branch=default_branch))
        hook.chmod(0o755)
        return cls(path, default_branch)

    def text(self, *arguments: str) -> str:
        return run_git(*arguments, at=self.path).stdout.decode(errors="replace")

    def resolve(self, revision: str) -> str | None:
        """The full sha of the commit that `revision` names, or None."""
        done = run_git(
            "rev-parse", "--verify", "--quiet", "--end-of-options", f"{revision}^{{commit}}",
            at=self.path, ok=(0, 1, 128),
        )  # fmt: skip
        return done.stdout.decode().strip() or None

    def branches(self) -> dict[str, str]:
        """Every branch with the sha of its tip, sorted by name."""
        listed = self.text("for-each-ref", "--format=%(refname:lstrip=2)%00%(objectname)", "refs/heads")
        return dict(line.split("\0", 1) for line in listed.splitlines())

    def branch(self, name: str) -> str | None:
        return self.branches().get(name)

    def create_branch(self, name: str, sha: str) -> None:
        """Raises GitFailed when the name is not allowed or the commit is missing."""
        run_git("check-ref-format", "--branch", name, at=self.path)
        run_git("update-ref", f"refs/heads/{name}", sha, "0" * 40, at=self.path)

    def delete_branch(self, name: str) -> None:
        run_git("update-ref", "-d", f"refs/heads/{name}", at=self.path)

    def move_branch(self, name: str, sha: str, expected: str) -> None:
        run_git("update-ref", f"refs/heads/{name}", sha, expected, at=self.path)

    def log(self, *revisions: str, limit: int | None = None) -> list[GitCommit]:
        """The commits that `git log` shows for these arguments, newest first."""
        bound = () if limit is None else (f"--max-count={limit}",)
        out = self.text("log", f"--format={LOG_FORMAT}", *bound, *revisions)
        return [_commit(chunk.lstrip("\n")) for chunk in out.split("\x01") if chunk.strip("\n")]

    def merge_base(self, one: str, other: str) -> str | None:
        done = run_git("merge-base", one, other, at=self.path, ok=(0, 1))
        return done.stdout.decode().strip() or None

    def diff(self, base: str, head: str) -> str:
        return self.text("diff", "--no-color", "--no-ext-diff", base, head)

    def changes(self, base: str, head: str) -> list[FileChange]:
        """The files that differ between two commits, with counts and patches."""
        counts = self.text("diff", "--numstat", "-z", "--no-renames", base, head).split("\0")
        kinds = self.text("diff", "--name-status", "-z", "--no-renames", base, head).split("\0")
        status = dict(zip(kinds[1::2], kinds[0::2], strict=False))
        words = {"A": "added", "D": "removed"}
        found: list[FileChange] = []
        for row in filter(None, counts):
            added, removed, path = row.split("\t", 2)
            patch = self.text("diff", "--no-color", "--no-ext-diff", "--no-renames", base, head, "--", path)
            at = patch.find("\n@@")
            word = words.get(status.get(path, "M"), "modified")
            found.append(FileChange(path, word, _count(added), _count(removed), patch[at + 1 :] if at >= 0 else ""))
        return found

    def entries(self, sha: str, path: str) -> list[TreeEntry] | None:
        """What is in the folder `path` of a commit ("" is the root); None when there is no such folder."""
        done = run_git("ls-tree", "-z", "-l", f"{sha}:{path}", at=self.path, ok=(0, 128))
        if done.returncode:
            return None
        found = []
        for row in filter(None, done.stdout.decode(errors="replace").split("\0")):
            facts, name = row.split("\t", 1)
            _, kind, object_sha, size = facts.split()
            found.append(TreeEntry(f"{path}/{name}".lstrip("/"), kind, object_sha, _count(size)))
        return found

    def blob(self, sha: str, path: str) -> tuple[str, bytes] | None:
        """The object id and the bytes of a file of a commit, or None when there is no such file."""
        done = run_git("rev-parse", "--verify", "--quiet", f"{sha}:{path}", at=self.path, ok=(0, 1, 128))
        object_sha = done.stdout.decode().strip()
        if not object_sha or self.text("cat-file", "-t", object_sha).strip() != "blob":
            return None
        return object_sha, run_git("cat-file", "blob", object_sha, at=self.path).stdout

    def merged_tree(self, base: str, head: str) -> str | None:
        """The tree of `head` merged into `base`, or None when they conflict. Needs git 2.38 or later."""
        done = run_git("merge-tree", "--write-tree", base, head, at=self.path, ok=(0, 1))
        return done.stdout.decode().splitlines()[0] if done.returncode == 0 else None

    def commit_tree(self, tree: str, parents: Sequence[str], message: str, by: Person, at: datetime) -> str:
        """Write a commit object and return its sha; no branch moves."""
        flags = [flag for parent in parents for flag in ("-p", parent)]
        done = run_git("commit-tree", tree, *flags, "-m", message, at=self.path, more=signing(by, at))
        return done.stdout.decode().strip()

    def check_out(self, sha: str, into: Path) -> None:
        """A clean checkout of one commit, with history, that shares this repository's objects."""
        run_git("clone", "--quiet", "--shared", "--no-checkout", str(self.path), str(into), at=self.path)
        run_git("checkout", "--quiet", "--detach", sha, at=into)


def _count(text: str) -> int:
    return int(text) if text.isdigit() else 0


def _commit(chunk: str) -> GitCommit:
    sha, tree, parents, an, ae, at, cn, ce, ct, message = chunk.split("\0", 9)
    return GitCommit(
        sha,
        tree,
        tuple(parents.split()),
        Signature(an, ae, datetime.fromisoformat(at).astimezone(UTC)),
        Signature(cn, ce, datetime.fromisoformat(ct).astimezone(UTC)),
        message.rstrip("\n"),
    )
