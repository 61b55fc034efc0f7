"""What research may ask outside its checkout, as protocols: the tools of servers, and sources beyond their signals."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Protocol

from pydantic import JsonValue

from agents.lookups.outside import OuterTool


class OuterServer(Protocol):
    """A server with tools that the policy names. What it says is foreign text: to be redacted, fenced, bounded."""

    @property
    def name(self) -> str:
        """Its name in the policy."""
        ...

    @property
    def allowed(self) -> tuple[str, ...]:
        """The tools that the policy allows."""
        ...

    def tools(self) -> Sequence[OuterTool]:
        """Those of them that it offers, and that only read. Raises SourceDown or SourceRejected."""
        ...

    def refusals(self) -> Sequence[str]:
        """A sentence for each allowed tool that cannot be used, and why. Raises SourceDown or SourceRejected."""
        ...

    def call(self, tool: str, arguments: Mapping[str, JsonValue]) -> str:
        """What the tool answers. Raises SourceDown or SourceRejected."""
        ...


class SourceLookup(Protocol):
    """A source that can be asked more than its signals say. What it says is foreign text.

    Every method raises SourceDown or SourceRejected.
    """

    @property
    def name(self) -> str:
        """Its name in the policy."""
        ...

    def may_tell(self, room: str) -> bool:
        """Whether readers in a room (a private channel, "" for everybody) may see what it knows."""
        ...


class ErrorEvents(SourceLookup, Protocol):
    """A source that keeps errors with their events."""

    def event(self, issue: str) -> str:
        """The latest event of an issue, with frames, variables, breadcrumbs."""
        ...


class Analytics(SourceLookup, Protocol):
    """A source that keeps what people did in the product."""

    def query(self, hogql: str) -> str:
        """The first rows that answer a reading query."""
        ...

    def replay(self, session: str) -> str:
        """What happened in a recorded session, step by step."""
        ...


class Tracker(SourceLookup, Protocol):
    """A source that keeps issues which people write and discuss."""

    def search(self, words: str) -> str:
        """The issues that match, a few lines each."""
        ...

    def issue(self, key: str) -> str:
        """One issue in full, with its comments."""
        ...
