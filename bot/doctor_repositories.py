"""What the doctor looks at of each repository: the code host's answers, and what this machine lends to its tests."""

from __future__ import annotations

from collections.abc import Iterator

import requests

from agents.adapters.lent import lent
from agents.errors import SandboxUnusable
from agents.terms import Policy, Repository
from bot.ending import last_words
from bot.findings import Finding, Verdict
from bot.github_credentials import credentials_of
from bot.settings import Settings
from storage.errors import SignalboxError

_OF_AN_APP = "ghs_"  # begins the tokens of an App's installation
_FORBIDDEN = 403


def repositories(settings: Settings, policy: Policy) -> Iterator[Finding]:
    """Whether each can be read and pushed to and its checks followed, and what the policy lends to its tests."""
    if not policy.repositories:
        yield Finding("repositories", Verdict.MISSING, "the policy names none: nothing can be researched or fixed")
    if policy.repositories:
        try:
            token = credentials_of(settings).token()
        except SignalboxError as error:
            yield Finding("GitHub", Verdict.BAD, last_words(error, "signalbox doctor"))
            return
    for repository in policy.repositories:
        yield _repository(repository.name, f"{settings.github_api_url.rstrip('/')}/repos/{repository.name}", token)
        yield from _lent(repository, settings)


def _repository(name: str, address: str, token: str) -> Finding:
    what = f"repository {name}"
    headers = {"Authorization": f"Bearer {token}"} if token else {}
    answer = requests.get(address, headers=headers, timeout=15)
    if not answer.ok:
        sentence = f"the code host answered {answer.status_code}; check the name and GITHUB_TOKEN"
        return Finding(what, Verdict.BAD, sentence)
    rights = answer.json().get("permissions", {})
    if not rights.get("push") and not token.startswith(_OF_AN_APP):  # of an App GitHub says less there
        return Finding(what, Verdict.BAD, "the token may not push; it needs contents:write and pull_requests:write")
    commit = f"{address}/commits/{answer.json().get('default_branch') or 'HEAD'}"
    wanting = [
        right
        for right, either in (
            ("checks or actions", (f"{commit}/check-runs", f"{address}/actions/runs")),
            ("commit statuses", (f"{commit}/status",)),
        )
        if all(requests.get(each, headers=headers, timeout=15).status_code == _FORBIDDEN for each in either)
    ]
    if wanting:
        sentence = f"readable, but the token may not read {' nor '.join(wanting)}: no fix could be followed to green"
        return Finding(what, Verdict.BAD, f"{sentence}; docs/install.md says what it may read")
    return Finding(what, Verdict.GOOD, "readable with its checks, and the token may push")


def _lent(repository: Repository, settings: Settings) -> Iterator[Finding]:
    try:
        lent(repository, settings.signalbox_home)
    except SandboxUnusable as error:
        yield Finding(f"tests of {repository.name}", Verdict.BAD, f"{error}.")
