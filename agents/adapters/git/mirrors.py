"""Cached bare mirrors of the repositories: what checkouts are made from, and what commits are made in and pushed from.

A mirror is a cache: it is made when it is missing and made again when it is damaged. One process at a time works in it.
"""

from __future__ import annotations

import os
import re
import shutil
import tempfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path

from agents.adapters.file_lock import StillLocked, held
from agents.adapters.git.inert_git import GitFailed, run_git, text_of_git
from agents.adapters.git.reading import file_at
from agents.adapters.git.remotes import Remote, remote_of
from agents.circuit import Circuit
from agents.errors import CodeHostDown, CodeHostRejected
from agents.patches.undecoded import bytes_of
from agents.terms import Repository

NAME = "Signalbox"
EMAIL = "signalbox@users.noreply.invalid"  # an address that can never be somebody's account
_DAMAGED = re.compile(r"corrupt|bad object|not a git repository|unable to read|loose object|missing blob|bad tree")
_SHA = re.compile(r"[0-9a-f]{40}")
_FETCH_SECONDS = 600.0
_PUSH_SECONDS = 120.0
_MOST_MERGES = 20  # of the base branch into one of ours that are looked through
_RELEASE = re.compile(r"\d[0-9A-Za-z.+-]{0,60}", re.ASCII)


@dataclass(frozen=True)
class Mirrors:
    """Mirrors in `folder`, one a repository. `url` is the code host's address, `token` gives one that is valid now."""

    folder: Path
    url: str
    token: Callable[[], str] = str
    patience: float = 900.0  # seconds to wait for another process that works in the same mirror
    circuit: Circuit = field(default_factory=Circuit)  # of the code host's git

    def head(self, repository: Repository) -> str:
        """Fetch, and give the commit at the tip of the base branch. Raises CodeHostDown or CodeHostRejected."""
        with self._open(repository, "fetching") as mirror:
            mirror.fetch(repository.base_branch)
            return mirror.text("rev-parse", "--verify", f"refs/heads/{repository.base_branch}^{{commit}}")

    def tagged(self, repository: Repository, name: str) -> str:
        """The commit of the tag of a release, with or without a v before it, as last fetched; empty without one."""
        plain = name.removeprefix("v")
        if not _RELEASE.fullmatch(plain):
            return ""
        with self._open(repository) as mirror:
            for tag in (f"v{plain}", plain):
                try:
                    return mirror.text("rev-parse", "--verify", "--quiet", f"refs/tags/{tag}^{{commit}}")
                except GitFailed:
                    continue
        return ""

    def checkout(self, repository: Repository, sha: str, to: Path) -> None:
        """A plain clone in the new folder `to`, at `sha`, with all of its history and no other branch.

        It shares no file that may be written: objects are linked, and git never changes one. Raises CodeHostRejected
        when there is no such commit.
        """
        with self._open(repository) as mirror:
            mirror.need(sha, repository.base_branch)
            _clone(mirror.path, sha, to)
        with _translated(repository):
            run_git("checkout", "--quiet", "--force", "--detach", sha, at=to, seconds=_FETCH_SECONDS)

    def read(self, repository: Repository, sha: str, file: str) -> str | None:
        """What a file says at a commit; None where it has none that can be read. Raises as `checkout`."""
        with self._open(repository) as mirror:
            mirror.need(sha, repository.base_branch)
            return file_at(mirror.path, sha, file)

    def commit_and_push(
        self, repository: Repository, *, branch: str, base_sha: str, patch: str, message: str, at: float
    ) -> str:
        """Commit base + patch, have `branch` point to it on the code host, and give its sha.

        Author and dates are fixed by the arguments, so the same call makes the same sha, and where the branch is there
        already nothing is pushed. An older commit of ours is replaced, anybody else's never: CodeHostRejected.
        """
        if branch == repository.base_branch:
            raise CodeHostRejected(
                f"{branch} is the base branch of {repository.name}; fixes go to branches of their own"
            )
        with self._open(repository, "pushing to") as mirror:
            mirror.need(base_sha, repository.base_branch)
            sha = mirror.commit(base_sha, patch, message, at)
            there = mirror.remote_tip(branch)
            if there != sha:
                mirror.refuse_foreign(branch, there, repository.base_branch)
                mirror.push(sha, branch, there)
            return sha

    def is_commit_of(self, repository: Repository, sha: str, patch: str, base_sha: str = "") -> bool:
        """Whether the commit is just this patch on its parent, this one if it is named. One that is gone is not."""
        with self._open(repository) as mirror:
            if not mirror.has(sha) or (base_sha and mirror.text("rev-parse", f"{sha}^") != base_sha):
                return False
            try:
                tree = mirror.tree(f"{sha}^", patch)
            except GitFailed:  # it was made on another base, and does not fit there
                return False
            return tree == mirror.text("rev-parse", f"{sha}^{{tree}}")

    def need_ours(self, repository: Repository, branch: str) -> None:
        """Raises CodeHostRejected when a push to the branch would overwrite what somebody else has pushed."""
        with self._open(repository, "looking at") as mirror:
            mirror.refuse_foreign(branch, mirror.remote_tip(branch), repository.base_branch)

    @contextmanager
    def _open(self, repository: Repository, doing: str = "") -> Iterator[_Mirror]:
        """The repository's mirror, made if need be, for this process alone; not for `doing` what would be in vain."""
        remote = remote_of(repository, self.url, self.token, self.circuit)
        if doing:
            remote.need_awake(doing)
        path = self.folder.absolute() / f"{repository.name.replace('/', '+')}.git"
        try:
            with _translated(repository), held(path.with_suffix(".lock"), self.patience) as lock:
                mirror = _Mirror(path, remote, lock)
                mirror.prepare()
                yield mirror
        except StillLocked as error:
            sentence = f"another process has been fetching {repository.name} for {self.patience:g} seconds"
            raise CodeHostDown(f"{sentence}; it is tried again later") from error


@dataclass(frozen=True)
class _Mirror:
    """One mirror, locked."""

    path: Path
    remote: Remote
    lock: int

    def text(self, *arguments: str) -> str:
        return text_of_git(*arguments, at=self.path)

    def prepare(self) -> None:
        """Have an empty repository at least, without what a killed git left behind."""
        if (self.path / "HEAD").is_file():
            for left in (*self.path.glob("*.lock"), *(self.path / "refs").rglob("*.lock")):
                left.unlink(missing_ok=True)  # whoever made it is dead: a living git would hold our lock
            return
        shutil.rmtree(self.path, ignore_errors=True)
        draft = Path(tempfile.mkdtemp(dir=self.path.parent, prefix="mirror-"))
        run_git("init", "--quiet", "--bare", ".", at=draft)
        draft.rename(self.path)

    def fetch(self, branch: str) -> None:
        """Bring a branch and the tags up to date; a damaged mirror is made anew, once."""
        try:
            self._fetch(f"+refs/heads/{branch}:refs/heads/{branch}", "+refs/tags/*:refs/tags/*")
            self.text("rev-parse", "--verify", "--quiet", f"refs/heads/{branch}^{{tree}}")
        except (CodeHostDown, GitFailed) as error:
            if not _DAMAGED.search(str(error)):
                raise
            shutil.rmtree(self.path)
            self.prepare()
            self._fetch(f"+refs/heads/{branch}:refs/heads/{branch}", "+refs/tags/*:refs/tags/*")

    def need(self, sha: str, branch: str) -> None:
        """Have the commit here. Raises CodeHostRejected when the code host does not know it either."""
        if not _SHA.fullmatch(sha):
            raise CodeHostRejected(f"{sha!r} is not the full hash of a commit of {self.remote.name}")
        if self.has(sha):
            return
        self.fetch(branch)
        if not self.has(sha):
            self._fetch(sha)

    def has(self, sha: str) -> bool:
        """Whether the commit is here."""
        try:
            self.text("cat-file", "-e", f"{sha}^{{commit}}")
        except GitFailed:
            return False
        return True

    def commit(self, base_sha: str, patch: str, message: str, at: float) -> str:
        """Write base + patch as a commit that no branch points to yet."""
        who = {
            f"GIT_{role}_{part}": value
            for role in ("AUTHOR", "COMMITTER")
            for part, value in (("NAME", NAME), ("EMAIL", EMAIL), ("DATE", f"{int(at)} +0000"))
        }
        try:
            tree = self.tree(base_sha, patch)
        except GitFailed as error:
            raise CodeHostRejected(
                f"the patch does not fit on {base_sha[:12]} of {self.remote.name}: {error.said}; press Retry to"
                " have the fix written again"
            ) from error
        words = (message.strip() or "Fix") + "\n"
        return text_of_git(
            "commit-tree", tree, "-p", base_sha, "-F", "-", at=self.path, variables=who, stdin=words.encode()
        )

    def tree(self, base: str, patch: str) -> str:
        """The tree of a commit with a patch applied. Raises GitFailed where it does not fit."""
        with tempfile.TemporaryDirectory(dir=self.path, prefix="index-") as folder:
            index = {"GIT_INDEX_FILE": str(Path(folder) / "index")}
            run_git("read-tree", base, at=self.path, variables=index)
            apply = ("apply", "--cached", "--whitespace=nowarn", "-")
            run_git(*apply, at=self.path, variables=index, stdin=bytes_of(patch))
            return text_of_git("write-tree", at=self.path, variables=index)

    def remote_tip(self, branch: str) -> str:
        """The commit a branch of the code host points to now, empty when there is no such branch."""
        ref = f"refs/heads/{branch}"
        listed = self.remote.run("ls-remote", "{remote}", ref, at=self.path, doing="looking at", seconds=_PUSH_SECONDS)
        rows = (line.split("\t") for line in listed.decode().splitlines())
        return next((sha for sha, name in rows if name == ref), "")

    def refuse_foreign(self, branch: str, tip: str, base: str) -> None:
        """Raises CodeHostRejected when the branch ends in a commit that is not ours."""
        if not tip:
            return
        if not self.has(tip):
            self._fetch(f"+refs/heads/{branch}:refs/signalbox/{branch}", f"+refs/heads/{base}:refs/heads/{base}")
        if not self.has(tip) or not self._is_ours(tip, base):
            raise CodeHostRejected(
                f"somebody else has pushed to {branch} of {self.remote.name}, and I do not overwrite that: take the"
                " pull request over, or delete the branch and press Retry"
            )

    def _is_ours(self, tip: str, base: str) -> bool:
        """Whether it is a commit of ours, with nothing on top but merges of the base branch (*Update branch*)."""
        for _ in range(_MOST_MERGES):
            if self.text("show", "--no-patch", "--format=%ae %ce", tip) == f"{EMAIL} {EMAIL}":
                return True
            ours, *merged = self.text("show", "--no-patch", "--format=%P", tip).split() or [""]
            if len(merged) != 1 or not self._adds_nothing(tip, ours, merged[0], base):
                return False
            tip = ours
        return False

    def _adds_nothing(self, merge: str, ours: str, theirs: str, base: str) -> bool:
        """Whether a merge brings in the base branch alone, as git itself makes it."""
        try:
            self.text("merge-base", "--is-ancestor", theirs, f"refs/heads/{base}")
            made = self.text("merge-tree", "--write-tree", ours, theirs)
        except GitFailed:  # it is of another branch, conflicts were resolved in it, or git is older than 2.38
            return False
        return made == self.text("rev-parse", f"{merge}^{{tree}}")

    def push(self, sha: str, branch: str, expected: str) -> None:
        """Point the branch to the commit, unless it has moved since it was looked at."""
        lease = f"--force-with-lease=refs/heads/{branch}:{expected}"
        what = f"{sha}:refs/heads/{branch}"
        self.remote.run(
            "push", "--quiet", lease, "{remote}", what,
            at=self.path, doing="pushing to", seconds=_PUSH_SECONDS, keep_open=(self.lock,),
        )  # fmt: skip

    def _fetch(self, *what: str) -> None:
        self.remote.run(
            "fetch", "--quiet", "--no-tags", "--no-write-fetch-head", "{remote}", *what,
            at=self.path, doing="fetching", seconds=_FETCH_SECONDS, keep_open=(self.lock,),
        )  # fmt: skip


@contextmanager
def _translated(repository: Repository) -> Iterator[None]:
    """What goes wrong on this machine, such as a full disk, is over one day too: the work is tried again later."""
    try:
        yield
    except (GitFailed, OSError) as error:
        sentence = f"the mirror of {repository.name} cannot be used on this machine: {error}"
        raise CodeHostDown(f"{sentence}; check the disk and the rights in the bot's folder") from error


def _clone(mirror: Path, sha: str, to: Path) -> None:
    """The `.git` of a clone: the mirror's objects, HEAD at `sha`, and the tags that it contains."""
    git = to / ".git"
    (git / "refs" / "heads").mkdir(parents=True)
    (git / "HEAD").write_text(f"{sha}\n")
    (git / "config").write_text("[core]\n\trepositoryformatversion = 0\n\tfilemode = true\n\tbare = false\n")
    listed = text_of_git("for-each-ref", f"--merged={sha}", "--format=%(objectname) %(refname)", "refs/tags", at=mirror)
    (git / "packed-refs").write_text("".join(f"{line}\n" for line in listed.splitlines()))
    shutil.copytree(mirror / "objects", git / "objects", copy_function=_linked, ignore=shutil.ignore_patterns("tmp_*"))


def _linked(source: str, target: str) -> str:
    """A second name for the same file, or a copy where that cannot be."""
    try:
        os.link(source, target)
    except OSError:
        shutil.copy2(source, target)
    return target
