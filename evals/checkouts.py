"""Repositories for the cases of research: real histories that end at the case's commit, before any fix of it."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from agents.adapters.git.inert_git import GitFailed, run_git, text_of_git
from agents.errors import BadSettings

_BRANCH = "main"
_SECONDS = 600.0


@dataclass(frozen=True)
class Checkouts:
    """Makes bare repositories in `folder` out of clones in `clones`, which must not be shallow at the commits needed.

    A clone of owner/name is looked for under owner/name, owner+name, owner__name and name, bare or not.
    """

    folder: Path
    clones: Path

    def at(self, repository: str, commit: str) -> Path:
        """A bare repository whose only branch, main, ends at the commit; nothing later is in it. Raises BadSettings."""
        made = self.folder / f"{repository.replace('/', '+')}-{commit[:12]}.git"
        if _has(made, f"refs/heads/{_BRANCH}"):
            return made
        clone = self.clone_of(repository)
        if not _has(clone, f"{commit}^{{commit}}"):
            raise BadSettings(f"{clone} does not have the commit {commit}: clone {repository} with all of its history.")
        made.mkdir(parents=True, exist_ok=True)
        run_git("init", "--quiet", "--bare", f"--initial-branch={_BRANCH}", ".", at=made)
        settings = {"protocol.file.allow": "always", "uploadpack.allowAnySHA1InWant": "true"}
        what = f"{commit}:refs/heads/{_BRANCH}"
        run_git(
            "fetch", "--quiet", "--no-tags", "--no-write-fetch-head", clone.absolute().as_uri(), what,
            at=made, settings=settings, seconds=_SECONDS,
        )  # fmt: skip
        return made

    def head(self, repository: str) -> str:
        """The commit at the tip of the clone, for cases that name none. Raises BadSettings."""
        return text_of_git("rev-parse", "HEAD", at=self.clone_of(repository))

    def clone_of(self, repository: str) -> Path:
        """The folder of its clone. Raises BadSettings with what to do."""
        owner, _, name = repository.rpartition("/")
        names = (repository, f"{owner}+{name}", f"{owner}__{name}", name)
        for folder in (self.clones / f"{one}{suffix}" for one in names for suffix in ("", ".git", "/repo")):
            if folder.is_dir() and _has(folder, "HEAD"):
                return folder
        raise BadSettings(
            f"There is no clone of {repository} in {self.clones}. Make one with `git clone --bare` as "
            f"{self.clones / f'{owner}+{name}'}, or leave its cases out with --only."
        )


def _has(repository: Path, name: str) -> bool:
    if not repository.is_dir():
        return False
    try:
        run_git(
            "rev-parse",
            "--verify",
            "--quiet",
            name,
            at=repository,
            variables={"GIT_CEILING_DIRECTORIES": str(repository.parent.absolute())},
        )
    except GitFailed:
        return False
    return True
