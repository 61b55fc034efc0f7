"""Tools of MCP servers over streamable HTTP, called from the host: the token stays here, what comes back is text.

A connection lasts for one call. What a server offers is asked once in a while; one that did not answer is left alone
for a minute, so that a run does not wait for it at every turn.
"""

from __future__ import annotations

import asyncio
import logging
import threading
import time
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from typing import Any, TypeVar
from urllib.parse import urlsplit
from urllib.request import getproxies, proxy_bypass

import httpx2
import mcp_types
from mcp import Client
from mcp.client.streamable_http import streamable_http_client
from pydantic import JsonValue

from agents.errors import SourceDown, SourceRejected
from agents.lookups.outside import OuterTool, arguments_of, harmless
from agents.terms import McpTerms

T = TypeVar("T")
_PAGES = 10  # of a server's list of tools
_REFUSED = frozenset({401, 403})
_LONGEST_REST = 3600.0  # seconds, whatever it asks for


@dataclass(frozen=True)
class Patience:
    """How long things may take, in seconds, and how large an answer may be, in bytes."""

    connecting: float = 5.0
    calling: float = 30.0  # all of one call
    known: float = 600.0  # that a list of tools is believed
    resting: float = 60.0  # that a server which did not answer is left alone
    largest: int = 2_000_000


@dataclass
class McpServer:
    """One server of the policy. May be used by many threads."""

    terms: McpTerms
    token: str = ""
    patience: Patience = field(default_factory=Patience)
    clock: Callable[[], float] = time.monotonic

    def __post_init__(self) -> None:
        # httpx2 and mcp tell of every request at INFO, addresses included.
        for name in ("httpx2", "mcp"):
            logging.getLogger(name).setLevel(logging.WARNING)
        self._lock = threading.Lock()
        self._known: tuple[mcp_types.Tool, ...] = ()
        self._until = 0.0
        self._trouble: SourceDown | SourceRejected | None = None

    @property
    def name(self) -> str:
        """Its name in the policy."""
        return self.terms.name

    @property
    def allowed(self) -> tuple[str, ...]:
        """The tools that the policy allows."""
        return self.terms.tools

    def tools(self) -> tuple[OuterTool, ...]:
        """What may be used: allowed by the policy, offered by the server, not said to change anything.

        Raises SourceDown or SourceRejected.
        """
        return tuple(
            OuterTool(tool.name, harmless(tool.description), arguments_of(tool.input_schema))
            for tool in self._listed()
            if tool.name in self.allowed and reads_only(tool)
        )

    def refusals(self) -> tuple[str, ...]:
        """A sentence for each allowed tool that cannot be used, and why. Raises SourceDown or SourceRejected."""
        offered = {tool.name: tool for tool in self._listed()}
        return tuple(self._refusal(name, offered.get(name)) for name in self.allowed
                     if name not in offered or not reads_only(offered[name]))  # fmt: skip

    def call(self, tool: str, arguments: Mapping[str, JsonValue]) -> str:
        """What a tool answers, as text. Raises SourceDown or SourceRejected; the latter carries its own complaint."""
        offered = next((one for one in self._listed() if one.name == tool), None)
        if tool not in self.allowed or offered is None or not reads_only(offered):
            raise SourceRejected(self._refusal(tool, offered))
        try:
            result = self._run(lambda client: client.call_tool(tool, dict(arguments)))
        except SourceDown as trouble:
            with self._lock:
                self._rest(trouble)
            raise
        text = "\n".join(_texts(result))
        if result.is_error:
            raise SourceRejected(f"{self.name} could not do that: {text[:2000]}")
        return text

    def _refusal(self, name: str, offered: mcp_types.Tool | None) -> str:
        if offered is None:
            return f"The MCP server {self.name} has no tool {name!r}."
        return f"The MCP server {self.name} says that {name!r} is not read-only, so it is not used."

    def _listed(self) -> tuple[mcp_types.Tool, ...]:
        with self._lock:
            if self.clock() >= self._until:
                self._ask_anew()
            if self._trouble is not None:
                raise self._trouble
            return self._known

    def _ask_anew(self) -> None:
        try:
            self._known, self._trouble = self._run(_all_tools), None
            self._until = self.clock() + self.patience.known
        except (SourceDown, SourceRejected) as trouble:
            self._rest(trouble)

    def _rest(self, trouble: SourceDown | SourceRejected) -> None:
        """Leave it alone for a minute, or for as long as it asks: an agent would call it again and again."""
        asked = trouble.retry_after if isinstance(trouble, SourceDown) else None
        self._trouble, self._until = trouble, self.clock() + max(self.patience.resting, asked or 0.0)

    def _run(self, work: Callable[[Client], Awaitable[T]]) -> T:
        transport = _Bounded(self.patience.largest, _proxy_of(self.terms.url))

        async def connected() -> T:
            async with asyncio.timeout(self.patience.calling), self._client(transport) as client:
                return await work(client)

        try:
            return asyncio.run(connected())
        except (Exception, BaseExceptionGroup) as error:
            raise self._meaning(error, transport) from error

    @asynccontextmanager
    async def _client(self, transport: _Bounded) -> AsyncIterator[Client]:
        headers = {"Authorization": f"Bearer {self.token}"} if self.token else {}
        timeout = httpx2.Timeout(self.patience.calling, connect=self.patience.connecting)
        async with httpx2.AsyncClient(headers=headers, timeout=timeout, transport=transport) as http:
            over = streamable_http_client(self.terms.url, http_client=http, max_sse_event_size=self.patience.largest)
            async with Client(over, read_timeout_seconds=self.patience.calling, cache=None) as client:
                yield client

    def _meaning(self, error: BaseException, transport: _Bounded) -> SourceDown | SourceRejected:
        """What went wrong, in a sentence without the words of the server or a library."""
        causes = list(_leaves(error))
        if transport.statuses & _REFUSED:
            return SourceRejected(f"The MCP server {self.name} refuses its token; check {self.terms.token_env or 'it'}")
        if any(isinstance(one, _TooLarge) for one in causes):
            return SourceRejected(f"The MCP server {self.name} answered with more than {self.patience.largest} bytes")
        return SourceDown(
            f"The MCP server {self.name} did not answer ({type(causes[0]).__name__})", transport.retry_after
        )


def reads_only(tool: mcp_types.Tool) -> bool:
    """Whether a server does not say that a tool of it changes something. Silence is the policy's to judge."""
    notes = tool.annotations
    return notes is None or (notes.read_only_hint is not False and not notes.destructive_hint)


async def _all_tools(client: Client) -> tuple[mcp_types.Tool, ...]:
    found: list[mcp_types.Tool] = []
    cursor: str | None = None
    for _ in range(_PAGES):
        page = await client.list_tools(cursor=cursor)
        found += page.tools
        cursor = page.next_cursor
        if not cursor:
            break
    return tuple(found)


def _texts(result: mcp_types.CallToolResult) -> Iterator[str]:
    for block in result.content:
        match block:
            case mcp_types.TextContent():
                yield block.text
            case mcp_types.ResourceLink():
                yield f"[a link to {block.uri}]"
            case mcp_types.EmbeddedResource(resource=mcp_types.TextResourceContents() as resource):
                yield resource.text
            case _:
                yield f"[something of type {block.type} was left out]"
    if not result.content and result.structured_content is not None:
        yield str(result.structured_content)


def _leaves(error: BaseException) -> Iterator[BaseException]:
    if isinstance(error, BaseExceptionGroup):
        for inner in error.exceptions:
            yield from _leaves(inner)
    else:
        yield error


def _proxy_of(url: str) -> str | None:
    """The proxy on the way to an address, by the environment: a client that is given its transport looks for none."""
    to, known = urlsplit(url), getproxies()
    is_direct = proxy_bypass(to.netloc.rpartition("@")[2])
    return None if is_direct else known.get(to.scheme) or known.get("all")


class _TooLarge(httpx2.TransportError):
    """An answer went past its limit."""


class _Bounded(httpx2.AsyncHTTPTransport):
    """Reads no answer past its limit, and remembers statuses and waits asked for, which the client does not tell."""

    def __init__(self, largest: int, proxy: str | None) -> None:
        super().__init__(proxy=proxy)
        self._largest = largest
        self.statuses: set[int] = set()
        self.retry_after: float | None = None

    async def handle_async_request(self, request: httpx2.Request) -> httpx2.Response:
        response = await super().handle_async_request(request)
        self.statuses.add(response.status_code)
        if (asked := response.headers.get("retry-after", "")).isdigit():
            self.retry_after = min(float(asked), _LONGEST_REST)
        response.stream = _Counted(response.stream, self._largest)
        return response


class _Counted(httpx2.AsyncByteStream):
    def __init__(self, stream: Any, largest: int) -> None:
        self._stream, self._left = stream, largest

    async def __aiter__(self) -> AsyncIterator[bytes]:
        async for chunk in self._stream:
            self._left -= len(chunk)
            if self._left < 0:
                raise _TooLarge("the answer is too large")
            yield chunk

    async def aclose(self) -> None:
        await self._stream.aclose()
