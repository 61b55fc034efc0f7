"""Workspaces: disposable checkouts of mirrored repositories, each in the sandbox that its repository asks for."""

from __future__ import annotations

import threading
from collections.abc import Sequence
from contextlib import closing
from functools import partial
from pathlib import Path

from agents.adapters.git.mirrors import Mirrors
from agents.adapters.sandbox.bubblewrap import Bubblewrap
from agents.adapters.sandbox.container_client import end_those_on
from agents.adapters.sandbox.containers import Containers
from agents.adapters.sandbox.environment import Environment, Environments
from agents.adapters.sandbox.lent import lent
from agents.adapters.sandbox.lots import Lot, sweep
from agents.adapters.sandbox.view import INSIDE, Bounds
from agents.adapters.sandbox.workspace import Sandbox, SandboxWorkspace
from agents.errors import SandboxUnusable
from agents.terms import Repository


class SandboxWorkspaces:
    """Checkouts from mirrors, run in bubblewrap. `home` is the bot's own folder.

    `programs` are the bubblewraps to try in turn, by default those of this machine.
    """

    def __init__(
        self, mirrors: Mirrors, home: Path, bounds: Bounds | None = None, programs: Sequence[str] | None = None
    ) -> None:
        self._mirrors = mirrors
        self._home = home.absolute()
        self._lots = self._home / "workspaces"
        self._environments = Environments(self._home / "environments")
        self._bubblewrap = Bubblewrap(self._home / "sandbox", bounds, programs)
        self._containers = Containers(self._home / "containers", bounds)
        self._lock = threading.Lock()
        self._swept = False
        self._working: set[Path] = set()  # environments that were seen to work inside

    @classmethod
    def examine(cls, home: Path, image: str = "") -> str:
        """Why code cannot be run safely here, or nothing: what `why_not` says, for the doctor."""
        if image:
            return Containers(home.absolute() / "containers").why_not(image)
        return Bubblewrap(home.absolute() / "sandbox").why_not()

    def why_not(self, repository: Repository) -> str:
        """Empty when its code can be run safely on this machine, else the sentence that says why not and what to do."""
        self._sweep_once()
        if repository.image:
            return self._containers.why_not(repository.image)
        return self._bubblewrap.why_not()

    def head(self, repository: Repository) -> str:
        """Fetch, and give the commit at the tip of the base branch. Raises CodeHostDown or CodeHostRejected."""
        return self._mirrors.head(repository)

    def tagged(self, repository: Repository, name: str) -> str:
        """The commit of the tag of a release, with or without a v before it, as last fetched; empty without one."""
        return self._mirrors.tagged(repository, name)

    def open(self, repository: Repository, sha: str, patch: str = "") -> SandboxWorkspace:
        """A fresh checkout of `sha` with `patch` applied.

        Raises SandboxUnusable where nothing can be run safely, ValueError when the patch does not fit, CodeHostDown or
        CodeHostRejected when the commit cannot be had.
        """
        self._sweep_once()
        sandbox, environment = self._sandbox_of(repository, sha)
        lends = lent(repository, self._home)
        lot = Lot.claimed(self._lots)
        try:
            lot.note_program(sandbox.ended_by)
            self._mirrors.checkout(repository, sha, lot.checkout)
            lends.lay_out(lot.checkout)
            lot.part_from_git()
            lot.leave_out(lends.left_out)
            workspace = SandboxWorkspace(
                sandbox, lot, environment, lends, repository.variables_at(INSIDE), base_sha=sha
            )
            if environment is not None:
                self._see_working(workspace, environment)
            if patch:
                workspace.apply(patch)
            workspace.prepare(repository.prepare, may_fail=bool(patch))
        except BaseException:
            lot.clear()
            raise
        return workspace

    def carried(self, repository: Repository, sha: str, patch: str) -> str:
        """The patch, made for an earlier commit, as one for `sha`; empty when it cannot be carried over.

        Where both changed the same lines it holds git's conflict markers. Raises what `open` raises, and Stopped.
        """
        with closing(self.open(repository, sha)) as workspace:
            workspace.carry(patch)
            return workspace.patch()

    def _sandbox_of(self, repository: Repository, sha: str) -> tuple[Sandbox, Environment | None]:
        """What holds its code, and the environment of ours that goes with it: an image has its own.

        Raises SandboxUnusable, CodeHostDown or CodeHostRejected.
        """
        if repository.image:
            return self._containers.of(repository.image), None
        if why_not := self._bubblewrap.why_not():
            raise SandboxUnusable(why_not)
        return self._bubblewrap, self._environments.of(repository, partial(self._mirrors.read, repository, sha))

    def _sweep_once(self) -> None:
        with self._lock:
            if not self._swept:
                sweep(self._lots, end_those_on)
                self._swept = True

    def _see_working(self, workspace: SandboxWorkspace, environment: Environment) -> None:
        if environment.folder in self._working:
            return
        ran = workspace.run(("python", "-c", "print(1)"), seconds=30)
        if ran.exit_code:
            raise SandboxUnusable(
                f"The environment {environment.folder} does not work inside the sandbox: {ran.output.strip()[-300:]}"
                " Give one made by `python -m venv`, or list requirements in the policy file instead."
            )
        self._working.add(environment.folder)
