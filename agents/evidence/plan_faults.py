"""What a plan must not be: found by code, said to the agent so that it mends it, and to people when it did not."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import PurePosixPath
from typing import NamedTuple

from agents.cases import ResearchCase
from agents.patches.paths import NEVER, UNTOUCHABLE, matches
from agents.ports import Workspace
from storage.judgments import Confidence, Plan, Research


class Fault(NamedTuple):
    """One fault, in the words of a prompt and in those of people."""

    agent: str
    people: str


def faults_of(found: Research, case: ResearchCase, workspace: Workspace) -> list[Fault]:
    """Why a submission cannot be shown; empty if it can. `workspace` is a checkout that no agent has touched."""
    faults = []
    if case.guidance and not found.guidance_heeded.strip():
        asked = "people gave guidance; say in `guidance_heeded` what the plan makes of each piece of it"
        faults.append(Fault(asked, "it did not say what it makes of your guidance"))
    if found.plan is None:
        if found.question is None and not found.missing.strip():
            asked = "without a plan or a question, `missing` must say which evidence would settle it"
            faults.append(Fault(asked, "there was none, and nothing said what would settle it"))
        return faults
    if found.confidence is Confidence.GUESSED:
        asked = "a guess carries no plan: leave `plan` null, and say in `missing` what would settle it"
        faults.append(Fault(asked, "it rested on a guess"))
    if found.plan.repository != case.repository.name:
        wrong = f"the repository is {case.repository.name}, not {found.plan.repository}"
        faults.append(Fault(wrong, f"it was for {found.plan.repository}, and I looked into {case.repository.name}"))
    return [*faults, *(Fault(each, each) for each in _bad_files(found.plan, case, workspace))]


def _bad_files(plan: Plan, case: ResearchCase, workspace: Workspace) -> Iterator[str]:
    def known(path: str) -> bool:
        return workspace.run(("git", "cat-file", "-e", f"{case.base_sha}:{path}"), seconds=30).exit_code == 0

    for path in plan.files:
        pure = PurePosixPath(path)
        if pure.is_absolute() or ".." in pure.parts or str(pure) != path:
            yield f"{path} is not a plain path from the top of the repository"
        elif matches(path, UNTOUCHABLE):
            yield f"{path} {NEVER}"
        elif matches(path, case.repository.protected):
            yield f"{path} is protected: no plan of ours may change it"
        elif not known(path) and pure.parent != PurePosixPath() and not known(str(pure.parent)):
            yield f"neither {path} nor its folder is in the repository"
