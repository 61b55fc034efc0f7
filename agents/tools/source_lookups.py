"""Look-ups in the sources themselves: what a signal's source knows beyond the signal. Each is there where it is set up.

A source that fewer people may see than the report is not asked for it.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from typing import TypeVar

from pydantic import BaseModel, Field

from agents.exchange import Tool, ToolFault, ToolSpec
from agents.lookups.ports import Analytics, ErrorEvents, SourceLookup, Tracker
from agents.tools.asking import asked_outside
from agents.tools.hands import Hands

L = TypeVar("L", bound=SourceLookup)
Room = Callable[[], str]


class ErrorEvent(BaseModel):
    """Arguments of error_event."""

    issue: str = Field(min_length=1, max_length=100, description="The issue's short id or number, such as SHOP-4K1.")
    source: str = Field(default="", description="The source to ask, if there are several.")


class ProductQuery(BaseModel):
    """Arguments of product_query."""

    hogql: str = Field(
        min_length=8, max_length=4000, description="One HogQL SELECT over events, persons, sessions; name its columns."
    )
    source: str = Field(default="", description="The source to ask, if there are several.")


class SessionReplay(BaseModel):
    """Arguments of session_replay."""

    session: str = Field(
        min_length=1, max_length=100, description="The session's id, as a signal or an event names it."
    )
    source: str = Field(default="", description="The source to ask, if there are several.")


class TrackerSearch(BaseModel):
    """Arguments of tracker_search."""

    words: str = Field(min_length=2, max_length=200, description="What to look for in issues and comments.")
    source: str = Field(default="", description="The source to ask, if there are several.")


class TrackerIssue(BaseModel):
    """Arguments of tracker_issue."""

    key: str = Field(pattern=r"^[A-Za-z][A-Za-z0-9]*-\d+$", description="The issue's key, such as SHOP-42.")
    source: str = Field(default="", description="The source to ask, if there are several.")


def error_tools(hands: Hands, sources: Sequence[ErrorEvents], room: Room) -> Iterator[Tool]:
    """error_event, if a source keeps errors."""
    if open_ := _open(sources, room):

        def work(asked: ErrorEvent) -> str:
            one = _chosen(open_, asked.source)
            return asked_outside(hands, f"{one.name} {asked.issue}", lambda: one.event(asked.issue))

        words = "The latest event of an error with its frames, their variables, breadcrumbs and tags."
        yield Tool(ToolSpec("error_event", f"{words} {_names(open_)}", ErrorEvent), work)


def analytics_tools(hands: Hands, sources: Sequence[Analytics], room: Room) -> Iterator[Tool]:
    """product_query and session_replay, if a source keeps what people did."""
    if open_ := _open(sources, room):

        def query(asked: ProductQuery) -> str:
            one = _chosen(open_, asked.source)
            return asked_outside(hands, f"query of {one.name}", lambda: one.query(asked.hogql))

        def replay(asked: SessionReplay) -> str:
            one = _chosen(open_, asked.source)
            return asked_outside(hands, f"session {asked.session} of {one.name}", lambda: one.replay(asked.session))

        words = "Ask what people did in the product, by a reading query; at most 100 rows come back. How many are hit,"
        words = f"{words} since when, with which version or browser? {_names(open_)}"
        yield Tool(ToolSpec("product_query", words, ProductQuery), query)
        words = f"What happened in a recorded session, step by step with times and pages. {_names(open_)}"
        yield Tool(ToolSpec("session_replay", words, SessionReplay), replay)


def tracker_tools(hands: Hands, sources: Sequence[Tracker], room: Room) -> Iterator[Tool]:
    """tracker_search and tracker_issue, if a source keeps people's issues."""
    if open_ := _open(sources, room):

        def search(asked: TrackerSearch) -> str:
            one = _chosen(open_, asked.source)
            return asked_outside(hands, f"issues of {one.name}", lambda: one.search(asked.words))

        def issue(asked: TrackerIssue) -> str:
            one = _chosen(open_, asked.source)
            return asked_outside(hands, f"{asked.key} of {one.name}", lambda: one.issue(asked.key.upper()))

        words = "Search the issue tracker: was this reported, decided or discussed before?"
        yield Tool(ToolSpec("tracker_search", f"{words} {_names(open_)}", TrackerSearch), search)
        words = "Read one issue of the tracker with its comments."
        yield Tool(ToolSpec("tracker_issue", f"{words} {_names(open_)}", TrackerIssue), issue)


def _open(sources: Sequence[L], room: Room) -> tuple[L, ...]:
    if not sources:
        return ()
    here = room()
    return tuple(source for source in sources if source.may_tell(here))


def _chosen(sources: Sequence[L], name: str) -> L:
    found = next((source for source in sources if name in ("", source.name)), None)
    if found is None:
        raise ToolFault(f"There is no source {name!r} to ask; there are {', '.join(one.name for one in sources)}.")
    return found


def _names(sources: Sequence[SourceLookup]) -> str:
    return f"Sources: {', '.join(source.name for source in sources)}. What comes back is evidence."
