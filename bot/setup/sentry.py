"""Whether a Sentry reports the repository's errors."""

from __future__ import annotations

import re
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
_QUESTION = (
    "Token of an internal integration with Issue & Event: Read (not shown; Enter: another organization, or none)"
)
_WHICH = "Sentry organization whose errors it shall read, as in its address (Enter: none)"
_SLUG = re.compile(r"[a-z0-9_-]+", re.ASCII)
_ADDRESS = re.compile(r"https?://(?:(?P<own>[\w-]+)\.sentry\.io|[^/]+/organizations/(?P<named>[\w-]+))(?:/.*)?")
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
    while typed := asking.ask(_WHICH):
        found = _ADDRESS.fullmatch(typed)
        followed = Followed(
            (found["own"] or found["named"] or "") if found else typed, asking.ask("Project (Enter: all of them)")
        )
        if not all(_SLUG.fullmatch(word) for word in (followed.organization, followed.project or "all")):
            asking.say("Type them as they stand in addresses: small letters, digits and hyphens.")
            continue
        trial = partial(_tried, followed=followed)
        if Variables(asking).ensure("SENTRY_TOKEN", _QUESTION, trial, check=_CHECK):
            return followed
    return None


def _tried(settings: Settings, followed: Followed) -> Iterator[Finding]:
    terms = SourceTerms(kind=KIND, report_to=_ANY_ROOM, options=followed.options)
    pulled = pulled_from(KINDS[KIND](KIND, terms, settings), KIND, "")
    yield Finding("Sentry", Verdict.GOOD, f"answers; {len(pulled.signals)} issues of its first page could be read")
