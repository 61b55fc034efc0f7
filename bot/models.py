"""Which models are asked, and how: what the policy says of them, with what the environment has."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING

import structlog

from agents.adapters.offline import OfflineModel
from agents.model_terms import Models, Provider
from agents.ports import Model
from agents.terms import Policy
from bot.circuits import Circuits
from bot.settings import Settings, environment, secret
from storage.store import Store

if TYPE_CHECKING:
    from agents.adapters.claude.providers import Line

_OF_CLOUDS = ("AWS_", "GOOGLE_")
log = structlog.get_logger()


def model_of(settings: Settings, policy: Policy, store: Store, circuits: Circuits) -> Model:
    """Claude where it is set up, else the offline engine. Raises BadSettings for a provider that lacks something."""
    if is_offline(settings, policy.models):
        return OfflineModel()
    from agents.adapters.claude.claude import ClaudeModel  # noqa: PLC0415 its SDK is a third of all imports
    from agents.adapters.claude.ledger import StoreLedger  # noqa: PLC0415
    from agents.adapters.claude.prices import unpriced  # noqa: PLC0415

    for name, said in unpriced(policy.models):
        log.warning("no price of a model", model=name, what=said)
    ledger = StoreLedger(store.spending, policy.budgets, timezone=policy.timezone)
    return ClaudeModel(lines_of(settings, policy.models), policy.models, ledger, circuits.roster())


def is_offline(settings: Settings, models: Models) -> bool:
    """Whether there is no model: the policy names no other provider than Anthropic, and there is no key for it."""
    return models.providers == (Provider.ANTHROPIC,) and not settings.anthropic_api_key


def lines_of(settings: Settings, models: Models) -> tuple[Line, ...]:
    """The way to each provider of the policy. Raises BadSettings that says what one lacks."""
    from agents.adapters.claude.providers import open_line  # noqa: PLC0415 as above

    seen = {
        **environment(),
        "ANTHROPIC_API_KEY": secret(settings.anthropic_api_key),
        "ANTHROPIC_BASE_URL": settings.anthropic_base_url,
    }
    clouds = () if models.providers == (Provider.ANTHROPIC,) else _OF_CLOUDS
    for name, value in seen.items():
        if name.startswith(clouds) and value:
            os.environ.setdefault(name, value)  # their chains of credentials look there, and know nothing of .env
    return tuple(open_line(provider, seen) for provider in models.providers)
