"""Whether a Sentry reports the repository's errors."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from functools import partial

from agents.terms import SourceTerms
from bot.doctor.findings import Finding, Verdict
from bot.settings import Settings
from bot.setup.asking import Asking
from bot.setup.variables import Variables
from bot.sources import KINDS
from bot.sources.source import pulled_from

KIND = "sentry"
_QUESTION = "Token of an internal integration with Issue & Event: Read (it is not shown)"
_ANY_ROOM = "C0000000000"  # a trial reports nowhere
_CHECK = "this machine's network and SENTRY_URL"


@dataclass(frozen=True)
class Followed:
    """What is read there."""

    organization: str
    project: str  # empty: all of them

    @property
    def options(self) -> dict[str, str]:
        """As the source takes them."""
        query = f"is:unresolved project:{self.project}" if self.project else "is:unresolved"
        return {"organization": self.organization, "query": query}


def choose_sentry(asking: Asking) -> Followed | None:
    """What a person names, once a page of it could be read; None when they name nothing."""
    while organization := asking.ask("Sentry organization whose errors it shall read, as in its address (Enter: none)"):
        followed = Followed(organization, asking.ask("Project (Enter: all of them)"))
        trial = partial(_tried, followed=followed)
        if Variables(asking).ensure("SENTRY_TOKEN", _QUESTION, trial, check=_CHECK):
            return followed
    return None


def _tried(settings: Settings, followed: Followed) -> Iterator[Finding]:
    terms = SourceTerms(kind=KIND, report_to=_ANY_ROOM, options=followed.options)
    pulled = pulled_from(KINDS[KIND](KIND, terms, settings), KIND, "")
    yield Finding("Sentry", Verdict.GOOD, f"answers; {len(pulled.signals)} issues of its first page could be read")
