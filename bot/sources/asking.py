"""Who may be told what a source knows: what every look-up in a source shares."""

from __future__ import annotations

from dataclasses import dataclass

from agents.terms import SourceTerms
from storage.status import Visibility


@dataclass(frozen=True)
class Told:
    """A source as look-ups know it: its name in the policy, and how private it is."""

    name: str
    terms: SourceTerms

    def may_tell(self, room: str) -> bool:
        """Whether readers in a room (a private channel, "" for everybody) may see what it knows."""
        return self.terms.visibility is Visibility.PUBLIC or room == self.terms.report_to
