"""A branch of ours, and the pull request from it, for tests of the code host."""

from __future__ import annotations

from agents.exchange import Draft, PullRequest
from tests.contracts.code_hosts import AT, GithubStand, change

BRANCH = "signalbox/sb-7-abcdef12"
DRAFT = Draft(branch=BRANCH, title="Count every item", body="It counted none.", label="signalbox")
FIX = change("shop.py", "def total(items): return sum(items)")


def push(stand: GithubStand, patch: str = FIX, branch: str = BRANCH) -> str:
    return stand.host.ensure_branch(
        stand.repository, branch=branch, base_sha=stand.base_sha, patch=patch, message="Count", at=AT
    )


def opened(stand: GithubStand) -> PullRequest:
    push(stand)
    return stand.host.ensure_pull_request(stand.repository, DRAFT)
