"""The places that signals come from, one module each. Adding one is a module and a line in `KINDS`.

What is sent to us is not pulled: bot/sources/slack.py and webhooks/ only read what the listeners and bot/http.py hand
them.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping

from agents.terms import SourceTerms
from bot.settings import Settings
from bot.sources import github, linear, posthog, sentry, zendesk
from bot.sources.source import Source
from bot.sources.webhooks import webhook

Opener = Callable[[str, SourceTerms, Settings], Source]

KINDS: Mapping[str, Opener] = {
    "github": github.open_source,
    "linear": linear.open_source,
    "posthog": posthog.open_source,
    "sentry": sentry.open_source,
    "zendesk": zendesk.open_source,
}

ALL_KINDS = frozenset({*KINDS, webhook.KIND})
"""Every kind that the policy may name."""

REQUIRED_OPTIONS: Mapping[str, tuple[str, ...]] = {
    "github": github.REQUIRED,
    "posthog": posthog.REQUIRED,
    "sentry": sentry.REQUIRED,
    webhook.KIND: webhook.REQUIRED,
}
"""The options that a source of a kind cannot do without; the other kinds need none."""

KNOWN_OPTIONS: Mapping[str, tuple[str, ...]] = {
    "github": (*github.REQUIRED, *github.OPTIONAL),
    "linear": linear.OPTIONAL,
    "posthog": (*posthog.REQUIRED, *posthog.OPTIONAL),
    "sentry": (*sentry.REQUIRED, *sentry.OPTIONAL),
    "zendesk": zendesk.OPTIONAL,
    webhook.KIND: (*webhook.REQUIRED, *webhook.OPTIONAL),
}
"""All options of a kind. Of a kind that is not here, whatever is written is taken to be meant."""


def open_sources(sources: Mapping[str, SourceTerms], settings: Settings) -> dict[str, Source]:
    """The sources of the policy that are pulled, by name."""
    return {name: KINDS[terms.kind](name, terms, settings) for name, terms in sources.items() if terms.kind in KINDS}
