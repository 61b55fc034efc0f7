"""Whether a change keeps what linters, formatters and type checkers of its repository demand, by the policy's commands.

CI would say so, too, a quarter of an hour and a round later.
"""

from __future__ import annotations

import shlex
from collections.abc import Sequence
from contextlib import closing

from agents.exchange import Ran
from agents.ports import Workspaces
from agents.proof.logs import ended, log_of
from agents.suites.suite import named
from agents.terms import Repository
from storage.judgments import Proof


def linted(workspaces: Workspaces, repository: Repository, base_sha: str, patch: str, proof: Proof) -> Proof:
    """The proof, and what `lint_commands` say of the change: nothing may object to it that does not object without it.

    One that objects on the base commit too, or cannot be run there, says nothing of a change and is left out.
    """
    if not repository.lint_commands or not proof.holds:
        return proof
    said = _run(workspaces, repository, base_sha, patch, repository.lint_commands)
    kept = tuple(shlex.join(command) for command, ran in said if ran.exit_code == 0)
    objecting = [command for command, ran in said if ran.exit_code]
    bare = _run(workspaces, repository, base_sha, "", objecting) if objecting else []
    new = {command for command, ran in bare if ran.exit_code == 0}
    broken = [(command, ran) for command, ran in said if command in new]
    if not broken:
        return proof.model_copy(update={"linted": kept})
    what = named(tuple(f"`{shlex.join(command)}` ({ended(ran)})" for command, ran in broken))
    logs = (proof.suite_log, *(log_of(command, ran) for command, ran in broken))
    why_not = f"With the change {what} objects, and not without it."
    return proof.model_copy(
        update={"linted": kept, "lint_kept": False, "why_not": why_not, "suite_log": "\n\n".join(logs)}
    )


def _run(
    workspaces: Workspaces, repository: Repository, base_sha: str, patch: str, commands: Sequence[tuple[str, ...]]
) -> list[tuple[tuple[str, ...], Ran]]:
    with closing(workspaces.open(repository, base_sha, patch)) as workspace:
        return [(command, workspace.run(command, seconds=repository.test_minutes * 60)) for command in commands]
