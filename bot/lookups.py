"""Builds what research may look up: what the policy names and the environment has a token for."""

from __future__ import annotations

from collections.abc import Mapping

from agents.adapters.mcp import McpServer
from agents.lookups import Lookups
from agents.terms import McpTerms, Policy


def open_lookups(policy: Policy, environment: Mapping[str, str]) -> Lookups:
    """All of it. Asks nobody anything yet."""
    return Lookups(outer=tuple(open_mcp(terms, environment) for terms in policy.mcp))


def open_mcp(terms: McpTerms, environment: Mapping[str, str]) -> McpServer:
    """One MCP server of the policy, with the token that its variable holds."""
    return McpServer(terms, environment.get(terms.token_env, "") if terms.token_env else "")
