"""Examines the policy's repositories: may we push there, is its base branch there, and do its tests run here?"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import closing
from typing import Any

import requests

from agents.adapters.bubblewrap import SandboxWorkspaces
from agents.adapters.mirrors import Mirrors
from agents.exchange import Ran
from agents.suite import Failures, named
from agents.terminal import printed
from agents.terms import Policy, Repository
from bot.credentials import credentials_of
from bot.findings import Finding, Verdict
from bot.settings import Settings

RUNS = 5  # of the whole suite that a fix should have time for: the agent's own, and two proofs of two runs
_TIMED_OUT = 124  # the port's number


def examine_repositories(settings: Settings, policy: Policy) -> Iterator[Finding]:
    """Ask the code host about each."""
    if not policy.repositories:
        yield Finding("repositories", Verdict.MISSING, "the policy names none: nothing can be researched or fixed")
    for repository in policy.repositories:
        verdict, sentence = _standing(settings, repository)
        yield Finding(f"repository {repository.name}", verdict, sentence)


def rehearse_tests(settings: Settings, policy: Policy) -> Iterator[Finding]:
    """Do what precedes the first fix of each: clone it, make its environment, prepare a checkout, run the whole suite.

    Raises SandboxUnusable, CodeHostDown or CodeHostRejected, whose sentences say what to do.
    """
    mirrors = Mirrors(settings.signalbox_home / "mirrors", settings.github_url, credentials_of(settings).token)
    workspaces = SandboxWorkspaces(mirrors, settings.signalbox_home)
    for repository in policy.repositories:
        with closing(workspaces.open(repository, workspaces.head(repository))) as workspace:
            ran = workspace.run(repository.test_command, seconds=repository.test_minutes * 60)
        yield _told(repository, ran)
        if policy.fix_limits.minutes < RUNS * ran.seconds / 60:
            yield Finding(
                f"time for fixes of {repository.name}",
                Verdict.MISSING,
                f"its suite took {ran.seconds / 60:.1f} minutes, a fix may take {policy.fix_limits.minutes:g} in all;"
                f" raise `minutes` of fix_limits to {RUNS * ran.seconds / 60:.0f} at least, or run fewer tests",
            )


def _standing(settings: Settings, repository: Repository) -> tuple[Verdict, str]:
    answer = _asked(settings, f"/repos/{repository.name}")
    if not answer.ok:
        return Verdict.BAD, f"the code host answered {answer.status_code}; check the name and GITHUB_TOKEN"
    seen: dict[str, Any] = answer.json()
    if not seen.get("permissions", {}).get("push"):
        return Verdict.BAD, "the token may not push; it needs contents:write and pull_requests:write"
    branch = repository.base_branch
    if _asked(settings, f"/repos/{repository.name}/branches/{branch}").status_code == requests.codes.not_found:
        default = seen.get("default_branch") or "another one"
        return (
            Verdict.BAD,
            f"it has no branch {branch}; set base_branch in the policy (its default branch is {default})",
        )
    return Verdict.GOOD, "readable, and the token may push"


def _asked(settings: Settings, path: str) -> requests.Response:
    token = credentials_of(settings).token()
    headers = {"Authorization": f"Bearer {token}"} if token else {}
    return requests.get(f"{settings.github_api_url.rstrip('/')}{path}", headers=headers, timeout=15)


def _told(repository: Repository, ran: Ran) -> Finding:
    what, took = f"tests of {repository.name}", f"{ran.seconds:.0f} seconds"
    if ran.exit_code == 0:
        return Finding(what, Verdict.GOOD, f"the whole suite passes, in {took}")
    if ran.exit_code == _TIMED_OUT:
        sentence = f"the suite did not end within {took}; raise test_minutes in the policy, or run fewer tests"
        return Finding(what, Verdict.BAD, sentence)
    failures = Failures.of(ran)
    if failures is None:
        end = "\n".join(printed(ran.output).strip().splitlines()[-8:])[-800:]
        return Finding(
            what,
            Verdict.BAD,
            f"the suite ended with {ran.exit_code} after {took} and does not say which tests failed, so that no fix can"
            f" be proven; correct test_command, requirements or prepare in the policy. Its last words:\n{end}",
        )
    count = failures.tests.total()
    sentence = (
        f"{failures.passed} tests pass and {count} fail, in {took}; a fix answers only for what fails with it and not"
        f" without it. These do without: {named(tuple(sorted(failures.tests)))}"
    )
    return Finding(what, Verdict.GOOD if failures.passed else Verdict.BAD, sentence)
