"""What became of a plan's files elsewhere: pull requests that are open on them, cited lines that are others now."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import closing

from agents.checkout.history import is_test
from agents.errors import SandboxUnusable
from agents.evidence.citations import holds
from agents.means import Means
from agents.terms import Repository
from storage.assessment import Touch
from storage.in_the_way import ChangedFile
from storage.judgments import Evidence, EvidenceKind, Plan, Research

_QUOTED = 120  # characters


def _wanted(plan: Plan) -> list[str]:
    """The files in which others' work may be the same work: tests do not count, unless there is nothing else."""
    return [path for path in plan.files if not is_test(path)] or list(plan.files)


def touching(means: Means, repository: Repository, plan: Plan) -> tuple[Touch, ...]:
    """The open pull requests on those files. Raises CodeHostDown and CodeHostRejected."""
    found = means.code_host.touching(repository, _wanted(plan), merged=False)
    tidy = means.redactor.text
    return tuple(Touch(what=f"#{one.number}: {tidy(one.title)}", files=one.files, url=one.url) for one in found)


def changed_files(means: Means, repository: Repository, plan: Plan, found: Research, tip: str) -> Iterator[ChangedFile]:
    """The plan's files in which a cited line does not stand any more at a commit, each once.

    None where no checkout of it can be made on this machine, which the fix itself then says. Raises CodeHostDown.
    """
    cited = [one for one in cited_code(found) if one.where in plan.files]
    if not cited:
        return
    try:
        workspace = means.workspaces.open(repository, tip)
    except SandboxUnusable:
        return
    told: set[str] = set()
    with closing(workspace):
        for one in cited:
            try:
                text = means.redactor.secrets_only(workspace.read(one.where))
            except (OSError, ValueError):
                text = ""
            if one.where not in told and not holds(one.quote, text):
                told.add(one.where)
                yield ChangedFile(path=one.where, quote=" ".join(one.quote.split())[:_QUOTED])


def cited_code(found: Research) -> list[Evidence]:
    """The code that its findings rest on."""
    evidence = (one for finding in found.findings for one in finding.evidence)
    return [one for one in evidence if one.kind is EvidenceKind.CODE]
