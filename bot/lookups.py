"""Builds what research may look up, and where issues are made: what the policy names and there is a token for."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from typing import TypeVar

import structlog
from pydantic import SecretStr

from agents.adapters.linear import Linear
from agents.adapters.linear_issues import LinearIssues
from agents.errors import SourceRejected
from agents.lookups.ports import OuterServer
from agents.ports import CodeHost
from agents.terms import McpTerms, Policy, SourceTerms
from agents.tools.lookups import Lookups
from bot.settings import Settings, secret
from bot.sources import linear_lookup, posthog_lookup, sentry_events

log = structlog.get_logger()
L = TypeVar("L")


def open_lookups(
    policy: Policy, settings: Settings, environment: Mapping[str, str], code_host: CodeHost | None = None
) -> Lookups:
    """All of it. Asks nobody anything yet."""
    return Lookups(
        code_host=code_host,
        errors=tuple(_of("sentry", sentry_events.open_lookup, settings.sentry_token, policy, settings)),
        analytics=tuple(_of("posthog", posthog_lookup.open_lookup, settings.posthog_api_key, policy, settings)),
        trackers=tuple(_of("linear", linear_lookup.open_lookup, settings.linear_api_key, policy, settings)),
        outer=tuple(open_mcp(terms, environment) for terms in policy.mcp),
    )


def _of(
    kind: str,
    opener: Callable[[str, SourceTerms, Settings], L],
    key: SecretStr | None,
    policy: Policy,
    settings: Settings,
) -> Iterator[L]:
    """The sources of a kind that can be asked: those whose token is set and whose options are whole."""
    for name, terms in policy.sources.items():
        if terms.kind == kind and key:
            try:
                yield opener(name, terms, settings)
            except SourceRejected as fault:
                log.warning("a source cannot be looked up in", source=name, why=str(fault))


def open_issues(policy: Policy, settings: Settings) -> LinearIssues | None:
    """Where issues are made for reports, if the policy names a team and there is a key."""
    if policy.linear is None or not settings.linear_api_key:
        return None
    return LinearIssues(Linear(secret(settings.linear_api_key), settings.linear_url), policy.linear.team)


def open_mcp(terms: McpTerms, environment: Mapping[str, str]) -> OuterServer:
    """One MCP server of the policy, with the token that its variable holds."""
    from agents.adapters.mcp import McpServer  # noqa: PLC0415 its SDK takes a third of a second, and few policies name one

    return McpServer(terms, environment.get(terms.token_env, "") if terms.token_env else "")
