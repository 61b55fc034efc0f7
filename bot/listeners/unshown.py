"""Which channels the bot cannot show its reports in, and why: nobody there can see that it is silent."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence

from agents.errors import SlackDown
from bot.listeners.deps import Deps
from bot.slack.places import Place
from bot.views.condition import Unshown
from storage.records import Report
from storage.status import Visibility

_MOST = 5  # channels that are asked about: who typed the command waits


def unshown(reports: Sequence[Report], asked_in: str, deps: Deps) -> list[Unshown]:
    """The channels of reports whose newest rows Slack does not show, where that is because the bot may not post."""
    late = Counter(report.channel for report in reports if report.drawn_version < report.version)
    found: list[Unshown] = []
    for channel, count in late.most_common(_MOST):
        try:
            place = deps.slack.place(channel)
        except SlackDown:
            return found
        if why := _why(place):
            is_known = channel == asked_in or (place is not None and place.visibility is Visibility.PUBLIC)
            found.append(Unshown(count, channel if is_known else "", why))
    return found


def _why(place: Place | None) -> str:
    if place is not None and place.is_archived:
        return "it is archived. Name another one in the policy file; dismiss what is not needed any more."
    if place is None or not place.is_member:
        return "I am not in it. Invite me there, or name another one in the policy file."
    return ""
