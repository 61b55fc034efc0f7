"""Examines whether issues can be made in Linear: the team, and what the key may do. Nothing is made."""

from __future__ import annotations

from collections.abc import Iterator

from agents.terms import Policy
from bot.doctor.findings import Finding, Verdict
from bot.ending import last_words
from bot.lookups import open_issues
from bot.settings import Settings
from storage.errors import SignalboxError

_WHAT = "Linear issues"


def examine_issues(settings: Settings, policy: Policy) -> Iterator[Finding]:
    """Whether the policy's team is seen, and whether the key may write."""
    if policy.linear is None:
        return
    issues = open_issues(policy, settings)
    if issues is None:
        yield Finding(
            _WHAT, Verdict.BAD, "LINEAR_API_KEY is not set; set a key that may read and write, or drop [linear]"
        )
        return
    try:
        issues.team_id()
        lacks_write = issues.lacks_write()
    except SignalboxError as error:
        yield Finding(_WHAT, Verdict.BAD, last_words(error, "signalbox doctor"))
        return
    if lacks_write:
        said = (
            "LINEAR_API_KEY may not write; make one with Read and Write (Create issues alone cannot link), or drop it"
        )
        yield Finding(_WHAT, Verdict.BAD, f"{said} [linear]")
    else:
        yield Finding(_WHAT, Verdict.GOOD, f"the team {issues.team} is seen, and issues may be made there")
