"""Tools of MCP servers: named by the policy, carried out by the host, their answers evidence."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence

from agents.errors import Rejected, Unavailable
from agents.exchange import Tool, ToolSpec
from agents.lookups.outside import OuterArguments, OuterTool
from agents.lookups.ports import OuterServer
from agents.tools.asking import asked_outside
from agents.tools.hands import Hands

_LONGEST_NAME = 64


def outer_tools(hands: Hands, servers: Sequence[OuterServer]) -> Iterator[Tool]:
    """A tool for each that the servers offer. While a server is down, its tools are there and say so."""
    for server in servers:
        for tool in _offered(server):
            yield _as_ours(hands, server, tool)


def offered_name(server: str, tool: str) -> str:
    """How the model calls a server's tool; nothing of ours is called so, since ours hold no double underscore."""
    return re.sub(r"[^A-Za-z0-9_-]", "_", f"{server}__{tool}")[:_LONGEST_NAME]


def _offered(server: OuterServer) -> Sequence[OuterTool]:
    try:
        return server.tools()
    except (Unavailable, Rejected):
        return [OuterTool(name, "It cannot be reached just now.", OuterArguments) for name in server.allowed]


def _as_ours(hands: Hands, server: OuterServer, tool: OuterTool) -> Tool:
    words = f" In its own words: “{tool.description}”" if tool.description else ""
    description = f"Read-only tool {tool.name} of the server {server.name}; what it answers is evidence.{words}"
    spec = ToolSpec(offered_name(server.name, tool.name), description, tool.parameters)

    def work(asked: OuterArguments) -> str:
        return asked_outside(hands, f"{server.name} {tool.name}", lambda: server.call(tool.name, asked.given))

    return Tool(spec, work)
