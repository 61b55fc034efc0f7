"""Examines the models that the policy names: may we ask them, are they still there, and is their price known?"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import closing

import requests

from agents.adapters.sessions import BoundedSession
from agents.errors import BadSettings
from agents.model_terms import ModelAt, Models, Provider
from agents.terms import Policy
from bot.doctor.findings import Finding, Verdict
from bot.ending import without_promise
from bot.models import is_offline, lines_of
from bot.settings import Settings, secret


def examine_models(settings: Settings, policy: Policy | None) -> Iterator[Finding]:
    """Every model that the policy names, at each of its providers: models are retired, and rights are missing."""
    wanted = policy.models if policy is not None else Models()
    if is_offline(settings, wanted):
        sentence = "ANTHROPIC_API_KEY is not set: signals are filed, but nothing is researched or fixed"
        yield Finding("model", Verdict.MISSING, sentence)
        return
    for provider in wanted.providers:
        asks = _at_anthropic if provider is Provider.ANTHROPIC and settings.anthropic_api_key else _at
        try:
            yield from asks(provider, settings, wanted)
        except requests.RequestException as error:  # it must not hide how the others are
            if len(wanted.providers) == 1:
                raise
            check = "check this machine's network and ANTHROPIC_BASE_URL, then try again"
            yield Finding("model", Verdict.BAD, f"it cannot be reached ({type(error).__name__}); {check}")
    yield from _prices(wanted)


def _at_anthropic(provider: Provider, settings: Settings, wanted: Models) -> Iterator[Finding]:
    """It tells of its models without being asked anything that costs."""
    headers = {"x-api-key": secret(settings.anthropic_api_key), "anthropic-version": "2023-06-01"}
    for name in sorted(wanted.all_named()):
        at = wanted.id_of(ModelAt(name, provider))
        address = f"{settings.anthropic_base_url.rstrip('/')}/v1/models/{at}"
        with BoundedSession() as session:
            answer = session.get(address, headers=headers, timeout=15)
        if answer.status_code in (requests.codes.unauthorized, requests.codes.forbidden):
            yield Finding("model", Verdict.BAD, "the model's API refuses ANTHROPIC_API_KEY; make a new key and set it")
            return
        yield _model(f"model {name}", answer)


def _at(provider: Provider, settings: Settings, wanted: Models) -> Iterator[Finding]:
    """The clouds have no list that the SDK could read: each model is asked something small, for a part of a cent."""
    from agents.adapters.claude.probing import probe  # noqa: PLC0415 its SDK is a third of all imports

    try:
        (line,) = lines_of(settings, wanted.model_copy(update={"providers": (provider,)}))
    except BadSettings as error:
        yield Finding(f"models at {provider.value}", Verdict.BAD, str(error))
        return
    with closing(line.client):
        for name in sorted(wanted.all_named()):
            at = ModelAt(name, provider)
            why_not = without_promise(probe(line, wanted.id_of(at), in_words=provider in wanted.in_words))
            verdict = Verdict.BAD if why_not else Verdict.GOOD
            yield Finding(f"model {at.name}", verdict, why_not or f"it answers, by the name {wanted.id_of(at)}")


def _prices(wanted: Models) -> Iterator[Finding]:
    from agents.adapters.claude.prices import unpriced  # noqa: PLC0415 as above

    for name, said in unpriced(wanted):
        yield Finding(f"price of {name}", Verdict.MISSING, said)


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
