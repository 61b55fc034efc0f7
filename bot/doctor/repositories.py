"""Examines the policy's repositories: may we push there, is its base branch there, and do its tests run here?"""

from __future__ import annotations

import re
import shlex
from collections.abc import Iterator
from contextlib import closing
from functools import partial
from typing import Any
from urllib.parse import urlsplit

import requests

from agents.adapters.git.mirrors import Mirrors
from agents.adapters.sandbox.lent import lent, unlent
from agents.adapters.sandbox.workspaces import SandboxWorkspaces
from agents.adapters.sessions import BoundedSession
from agents.errors import SandboxUnusable
from agents.exchange import Ran
from agents.requirements.wanted import Reading, wanted
from agents.suites.reporting_runs import run_reporting
from agents.suites.suite import Failures, is_red, named
from agents.terms import Policy, Repository
from bot.doctor.findings import Finding, Verdict
from bot.github_credentials import credentials_of
from bot.settings import Settings

RUNS = 5  # of the whole suite that a fix should have time for: the agent's own, and two proofs of two runs
_LINTING = 600.0  # seconds
_TIMED_OUT = 124  # the port's number
_OF_AN_APP = "ghs_"  # begins the tokens of an App's installation
_REFUSED = re.compile(r"connection refused|ECONNREFUSED|connection to server at|name resolution", re.IGNORECASE)
_READ = (  # what following a pull request reads: by either of the addresses
    ("checks or actions", ("commits/{branch}/check-runs", "actions/runs")),
    ("commit statuses", ("commits/{branch}/status",)),
)


def examine_repositories(settings: Settings, policy: Policy) -> Iterator[Finding]:
    """Ask the code host about each, and look for what the policy lends to its tests.

    Raises BadSettings, CodeHostDown or CodeHostRejected when there can be no token.
    """
    if not policy.repositories:
        yield Finding("repositories", Verdict.MISSING, "the policy names none: nothing can be researched or fixed")
    token = credentials_of(settings).token() if policy.repositories else ""
    yield from examine_addresses(settings) if policy.repositories else ()
    for repository in policy.repositories:
        address = f"{settings.github_api_url.rstrip('/')}/repos/{repository.name}"
        verdict, sentence = _standing(address, repository.base_branch, token)
        yield Finding(f"repository {repository.name}", verdict, sentence)
        yield from _lent(repository, settings)


def examine_addresses(settings: Settings) -> Iterator[Finding]:
    """Whether both of the code host's addresses are of one: else git would hand our token to another."""
    api, web = (urlsplit(address).hostname for address in (settings.github_api_url, settings.github_url))
    if web and api not in (web, f"api.{web}"):
        sentence = (
            f"GITHUB_API_URL is of {api}, GITHUB_URL of {web}, where repositories are fetched with the same token; "
            "set both, as docs/install.md says of GitHub Enterprise"
        )
        yield Finding("GitHub's addresses", Verdict.BAD, sentence)


def rehearse_tests(settings: Settings, policy: Policy) -> Iterator[Finding]:
    """Do what precedes the first fix of each: clone it, make its environment, prepare a checkout, run the whole suite.

    Raises SandboxUnusable, CodeHostDown or CodeHostRejected, whose sentences say what to do.
    """
    mirrors = Mirrors(settings.signalbox_home / "mirrors", settings.github_url, credentials_of(settings).token)
    workspaces = SandboxWorkspaces(mirrors, settings.signalbox_home)
    for repository in policy.repositories:
        sha = workspaces.head(repository)
        yield from () if repository.environment else _packages(repository, partial(mirrors.read, repository, sha))
        with closing(workspaces.open(repository, sha)) as workspace:
            ran = run_reporting(workspace, repository, repository.test_command)
            left_out = workspace.left_out
            linted = [(each, workspace.run(each, seconds=_LINTING)) for each in repository.lint_commands]
        if left_out:
            sentence = (
                f"not installed, since the index has no wheel for this machine: {', '.join(left_out)}; where its tests"
                " need that, name a ready-made `environment`"
            )
            yield Finding(f"packages of {repository.name}", Verdict.MISSING, sentence)
        yield _told(repository, ran)
        yield from (_objecting(repository, command, said) for command, said in linted if said.exit_code)
        if policy.fix_limits.minutes < RUNS * ran.seconds / 60:
            yield Finding(
                f"time for fixes of {repository.name}",
                Verdict.MISSING,
                f"its suite took {ran.seconds / 60:.1f} minutes, a fix may take {policy.fix_limits.minutes:g} in all;"
                f" raise `minutes` of fix_limits to {RUNS * ran.seconds / 60:.0f} at least, or run fewer tests",
            )


def _standing(address: str, branch: str, token: str) -> tuple[Verdict, str]:
    answer = _asked(address, token)
    if not answer.ok:
        return Verdict.BAD, f"the code host answered {answer.status_code}; check the name and GITHUB_TOKEN"
    seen: dict[str, Any] = answer.json()
    if not seen.get("permissions", {}).get("push") and not token.startswith(_OF_AN_APP):  # of an App it says less there
        return Verdict.BAD, "the token may not push; it needs contents:write and pull_requests:write"
    if _asked(f"{address}/branches/{branch}", token).status_code == requests.codes.not_found:
        default = seen.get("default_branch") or "another one"
        sentence = f"it has no branch {branch}; set base_branch in the policy (its default branch is {default})"
        return Verdict.BAD, sentence
    if wanting := [
        right for right, paths in _READ if all(_is_forbidden(address, path, branch, token) for path in paths)
    ]:
        sentence = f"readable, but the token may not read {' nor '.join(wanting)}: no fix could be followed to green"
        return Verdict.BAD, f"{sentence}; docs/install.md says what it may read"
    return Verdict.GOOD, "readable with its checks, and the token may push"


def _is_forbidden(address: str, path: str, branch: str, token: str) -> bool:
    status = _asked(f"{address}/{path.format(branch=branch)}", token).status_code
    return bool(status == requests.codes.forbidden)


def _asked(address: str, token: str) -> requests.Response:
    headers = {"Authorization": f"Bearer {token}"} if token else {}
    with BoundedSession() as session:
        return session.get(address, headers=headers, timeout=15)


def _lent(repository: Repository, settings: Settings) -> Iterator[Finding]:
    try:
        lent(repository, settings.signalbox_home)
    except SandboxUnusable as error:
        yield Finding(f"what is lent to {repository.name}", Verdict.BAD, f"{error}.")
        return
    if missing := unlent(repository):
        lines = ", ".join(f'"{place}" = "{folder}"' for place, folder in missing.items())
        sentence = (
            f"packages of its workspaces are not seen, so that others or none are found: add {lines} to dependencies"
        )
        yield Finding(f"what is lent to {repository.name}", Verdict.MISSING, sentence)


def _packages(repository: Repository, read: Reading) -> Iterator[Finding]:
    """What the repository's own files do not say, though the policy counts on them."""
    needs = wanted(repository.requirements_from, read, repository.requirements)
    what = f"packages of {repository.name}"
    if needs.missing:
        gone = ", ".join(needs.missing)
        yield Finding(what, Verdict.MISSING, f"it has no {gone}; correct requirements_from in the policy")
    if needs.left:
        sentence = (
            f"in {', '.join(needs.left)} more is named than packages of an index (folders, addresses, what is"
            " computed), which is not installed; where its tests need that, name a ready-made `environment`"
        )
        yield Finding(what, Verdict.MISSING, sentence)


def _objecting(repository: Repository, command: tuple[str, ...], ran: Ran) -> Finding:
    end = " ".join(ran.output.split())[-300:]
    sentence = f"it ends with {ran.exit_code} without any change, so it says nothing of a fix. Its last words: {end}"
    return Finding(f"`{shlex.join(command)}` of {repository.name}", Verdict.MISSING, sentence)


def _wanting(output: str) -> str:
    """What to do where tests look for a server: in the sandbox there is none but what they start."""
    if not _REFUSED.search(output):
        return ""
    return ". Some look for a server, such as a database: docs/install.md says how to start one for them"


def _told(repository: Repository, ran: Ran) -> Finding:
    what, took = f"tests of {repository.name}", f"{ran.seconds:.0f} seconds"
    if not is_red(ran):
        return Finding(what, Verdict.GOOD, f"the whole suite passes, in {took}")
    if ran.exit_code == _TIMED_OUT:
        sentence = f"the suite did not end within {took}; raise test_minutes in the policy, or run fewer tests"
        return Finding(what, Verdict.BAD, sentence)
    failures = Failures.of(ran)
    if failures is None:
        end = "\n".join(ran.output.strip().splitlines()[-8:])[-800:]
        return Finding(
            what,
            Verdict.BAD,
            f"the suite ended with {ran.exit_code} after {took} and does not say which tests failed, so that no fix can"
            " be proven; correct test_command, requirements, requirements_from, dependencies or prepare in the policy"
            f"{_wanting(ran.output)}. Its last words:\n{end}",
        )
    count = failures.tests.total()
    sentence = (
        f"{failures.passed} tests pass and {count} fail, in {took}; a fix answers only for what fails with it and not"
        f" without it. These do without: {named(tuple(sorted(failures.tests)))}{_wanting(ran.output)}"
    )
    return Finding(what, Verdict.GOOD if failures.passed else Verdict.BAD, sentence)
