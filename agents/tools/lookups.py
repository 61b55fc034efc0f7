"""What research may look up outside of its checkout: each look-up is there only where it is set up."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field

from agents.exchange import Tool
from agents.lookups.looking_back import LookingBack
from agents.lookups.ports import Analytics, ErrorEvents, OuterServer, Tracker
from agents.ports import CodeHost
from agents.tools.guidance import guidance
from agents.tools.hands import Hands
from agents.tools.outer import outer_tools
from agents.tools.pull_requests import pull_requests
from agents.tools.repository_map import Maps, repository_map
from agents.tools.similar_reports import similar_reports
from agents.tools.source_lookups import analytics_tools, error_tools, tracker_tools


@dataclass(frozen=True)
class Lookups:
    """What this installation can look up, the same for all reports."""

    maps: Maps = field(default_factory=Maps)
    code_host: CodeHost | None = None
    errors: tuple[ErrorEvents, ...] = ()
    analytics: tuple[Analytics, ...] = ()
    trackers: tuple[Tracker, ...] = ()
    outer: tuple[OuterServer, ...] = ()

    def tools(self, back: LookingBack, hands: Hands) -> Iterator[Tool]:
        """The tools of one report's research. May ask servers what they offer."""
        yield repository_map(hands, self.maps)
        yield similar_reports(hands, back)
        yield guidance(hands, back)
        if self.code_host is not None:
            yield pull_requests(hands, self.code_host)
        room = lambda: back.room  # noqa: E731 read only if there is a source to ask
        yield from error_tools(hands, self.errors, room)
        yield from analytics_tools(hands, self.analytics, room)
        yield from tracker_tools(hands, self.trackers, room)
        yield from outer_tools(hands, self.outer)
