"""Examines the models that the policy names: may our key ask them, and are they still there?"""

from __future__ import annotations

from collections.abc import Iterator

import requests

from agents.terms import Models, Policy
from bot.doctor.findings import Finding, Verdict
from bot.settings import Settings, secret
from storage.judgments import Stage


def examine_models(settings: Settings, policy: Policy | None) -> Iterator[Finding]:
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
    seen = answer.json()
    if not isinstance(seen, dict):
        return Finding(what, Verdict.BAD, "what answers is not the model's API; check ANTHROPIC_BASE_URL")
    able = (seen.get("capabilities") or {}).get("structured_outputs") or {}
    if able.get("supported") is False:
        return Finding(what, Verdict.BAD, "it knows no structured outputs, which judgments need; name another one")
    return Finding(what, Verdict.GOOD, "the key is accepted, and the model is there")
