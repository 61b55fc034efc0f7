"""Who may be told what a source knows, and whether it is asked at all: what every look-up in a source shares."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import TypeVar

from agents.circuit import Circuit
from agents.errors import SourceDown, SourceRejected
from agents.terms import SourceTerms
from storage.status import Visibility

T = TypeVar("T")


@dataclass(frozen=True)
class Told:
    """A source as look-ups know it: its name in the policy, and how private it is."""

    name: str
    terms: SourceTerms
    circuit: Circuit = field(default_factory=lambda: Circuit(trips_at=2), kw_only=True)

    def may_tell(self, room: str) -> bool:
        """Whether readers in a room (a private channel, "" for everybody) may see what it knows."""
        return self.terms.visibility is Visibility.PUBLIC or room == self.terms.report_to

    def asked(self, ask: Callable[[], T]) -> T:
        """What it answers. Raises SourceDown without asking while it rests: an agent would ask again and again."""
        if wait := self.circuit.take():
            raise SourceDown(f"{self.name} did not answer lately, so it is not asked now", wait, was_asked=False)
        try:
            answer = ask()
        except SourceDown as down:
            self.circuit.failed(str(down), down.retry_after)
            raise
        except SourceRejected:
            self.circuit.answered()
            raise
        self.circuit.answered()
        return answer
