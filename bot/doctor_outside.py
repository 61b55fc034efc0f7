"""The doctor at the model's API and at the code host: may our keys do there what we need?"""

from __future__ import annotations

from collections.abc import Iterator

import requests

from agents.terms import Models, Policy
from bot.ending import last_words
from bot.finding import Finding, Verdict
from bot.github_credentials import credentials_of
from bot.settings import Settings, secret
from storage.errors import SignalboxError
from storage.judgments import Stage

_OF_AN_APP = "ghs_"  # begins the tokens of an App's installation
_FORBIDDEN = 403


def models(settings: Settings, policy: Policy | None) -> Iterator[Finding]:
    """The key, and every model that the policy names: models are retired."""
    if not settings.anthropic_api_key:
        sentence = "ANTHROPIC_API_KEY is not set: signals are filed, but nothing is researched or fixed"
        yield Finding("model", Verdict.MISSING, sentence)
        return
    wanted = policy.models if policy is not None else Models()
    names = sorted({name for stage in Stage for name in wanted.named(stage)})
    headers = {"x-api-key": secret(settings.anthropic_api_key), "anthropic-version": "2023-06-01"}
    for name in names:
        where = f"{settings.anthropic_base_url.rstrip('/')}/v1/models/{name}"
        answer = requests.get(where, headers=headers, timeout=15)
        if answer.status_code in (requests.codes.unauthorized, requests.codes.forbidden):
            yield Finding("model", Verdict.BAD, "the model's API refuses ANTHROPIC_API_KEY; make a new key and set it")
            return
        yield _model(f"model {name}", answer)


def _model(what: str, answer: requests.Response) -> Finding:
    if answer.status_code == requests.codes.not_found:
        sentence = "the API has no such model (any more); name another one in [models] of the policy file"
        return Finding(what, Verdict.BAD, sentence)
    if not answer.ok:
        return Finding(what, Verdict.BAD, f"the model's API answered {answer.status_code}; try again later")
    able = (answer.json().get("capabilities") or {}).get("structured_outputs") or {}
    if able.get("supported") is False:
        return Finding(what, Verdict.BAD, "it knows no structured outputs, which judgments need; name another one")
    return Finding(what, Verdict.GOOD, "the key is accepted, and the model is there")


def repositories(settings: Settings, policy: Policy) -> Iterator[Finding]:
    """Each repository: may the token read it, push to it, and follow its checks?"""
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
