"""Merging a pull request: a real commit in the bare repository, refused where GitHub refuses it."""

from __future__ import annotations

import re
from enum import StrEnum

from playground.codehost.problems import FieldError, Problem, invalid
from playground.codehost.records import Issue, IssueState, Person, Pull
from playground.codehost.repository import Repository

CLOSES = re.compile(r"\b(?:close[sd]?|fix(?:e[sd])?|resolve[sd]?)\s+#(\d+)\b", re.IGNORECASE)


class MergeMethod(StrEnum):
    MERGE = "merge"
    SQUASH = "squash"


def merge(
    repository: Repository,
    number: int,
    by: Person,
    *,
    method: object = MergeMethod.MERGE,
    expected_head: object = None,
    title: str | None = None,
    message: str | None = None,
) -> str:
    """Merge, close the issues that the description says it fixes, and return the new commit's sha.

    Raises Problem: 403 without write access, 405 for a draft, a conflict or a closed pull request, 409 when the
    head is not `expected_head`.
    """
    issue, pull = repository.pull(number)
    tree = _allowed(repository, issue, pull, by, expected_head)
    if method not in list(MergeMethod):
        raise invalid(FieldError("PullRequest", "invalid", "merge_method"))
    at = repository.now()
    parents = [pull.base_sha] if method == MergeMethod.SQUASH else [pull.base_sha, pull.head_sha]
    headline = title or f"Merge pull request #{number} from {repository.owner}/{pull.head}"
    body = issue.title if message is None else message
    sha = repository.git.commit_tree(tree, parents, f"{headline}\n\n{body}".strip(), by, at)
    repository.git.move_branch(pull.base, sha, pull.base_sha)
    pull.merged_at, pull.merged_by, pull.merge_commit_sha = at, by, sha
    issue.state, issue.closed_at, issue.closed_by = IssueState.CLOSED, at, by
    repository.touch(issue)
    _close_fixed(repository, issue, by)
    return sha


def _allowed(repository: Repository, issue: Issue, pull: Pull, by: Person, expected_head: object) -> str:
    """The tree of the merge, when it may be done."""
    if not by.permission.may_write:
        raise Problem(403, f"{by.login} must have write access to merge pull requests.")
    if expected_head not in (None, pull.head_sha):
        raise Problem(409, "Head branch was modified. Review and try the merge again.")
    if pull.draft:
        raise Problem(405, "Pull Request is still a draft")
    tree = repository.mergeable_tree(pull) if issue.open else None
    if tree is None:
        raise Problem(405, "Pull Request is not mergeable")
    return tree


def _close_fixed(repository: Repository, pull_request: Issue, by: Person) -> None:
    for number in map(int, CLOSES.findall(pull_request.body)):
        fixed = repository.issues.get(number)
        if fixed is not None and fixed.open and fixed.pull is None:
            repository.edit(fixed, by, None, None, IssueState.CLOSED)
