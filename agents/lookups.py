"""What research may look up outside of its checkout: each look-up is there only where it is set up."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from functools import partial

from agents.exchange import Tool
from agents.looking_back import LookingBack
from agents.tools.guidance import guidance
from agents.tools.hands import Hands
from agents.tools.repository_map import Maps, repository_map
from agents.tools.similar_reports import similar_reports

Maker = Callable[[Hands], Tool]


@dataclass(frozen=True)
class Lookups:
    """What this installation can look up, the same for all reports."""

    maps: Maps = field(default_factory=Maps)

    def makers(self, back: LookingBack) -> tuple[Maker, ...]:
        """What makes the tools of one report's research."""
        return (
            partial(repository_map, maps=self.maps),
            partial(similar_reports, back=back),
            partial(guidance, back=back),
        )
