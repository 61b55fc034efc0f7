"""Claude at another provider than Anthropic: what is set for it, and the model that asks there."""

from __future__ import annotations

from collections.abc import Mapping

from agents.adapters.claude.claude import ClaudeModel, ClientOptions
from agents.adapters.claude.ledger import StoreLedger
from agents.adapters.claude.providers import open_line
from agents.model_terms import Models, Provider
from agents.terms import Budgets
from storage.store import Store
from tests.agents.loopback import Api

MODEL = "claude-haiku-4-5"
HERE = {Provider.BEDROCK: "eu.anthropic.claude-haiku-4-5-20251001-v1:0", Provider.VERTEX: "claude-haiku-4-5@20251001"}
ANYTHING = {"default": MODEL, "stages": {}}


def the_environment(provider: Provider, url: str) -> dict[str, str]:
    """What has to be set for a provider, without anything that would need an extra."""
    return {
        Provider.ANTHROPIC: {"ANTHROPIC_API_KEY": "k", "ANTHROPIC_BASE_URL": url},
        Provider.BEDROCK: {
            "AWS_BEARER_TOKEN_BEDROCK": "k",
            "AWS_REGION": "eu-west-1",
            "ANTHROPIC_BEDROCK_BASE_URL": url,
        },
        Provider.VERTEX: {
            "CLOUD_ML_REGION": "europe-west1",
            "ANTHROPIC_VERTEX_PROJECT_ID": "shop",
            "ANTHROPIC_VERTEX_BASE_URL": url,
        },
        Provider.FOUNDRY: {"ANTHROPIC_FOUNDRY_API_KEY": "k", "ANTHROPIC_FOUNDRY_BASE_URL": f"{url}/anthropic"},
    }[provider]


def the_models(provider: Provider, **more: object) -> Models:
    ids = {provider: {MODEL: HERE[provider]}} if provider in HERE else {}
    return Models.model_validate({**ANYTHING, "providers": [provider], "ids": ids, **more})


def a_model(
    provider: Provider, api: Api, store: Store, more: Mapping[str, str] | None = None, models: Models | None = None
) -> ClaudeModel:
    line = open_line(provider, {**the_environment(provider, api.url), **(more or {})})
    ledger = StoreLedger(store.spending, Budgets())
    return ClaudeModel([line], models or the_models(provider), ledger, options=ClientOptions(retries=0, seconds=5.0))
