"""Notices channels that were public and are private now, in Slack, which sends no event of it, or by the policy."""

from __future__ import annotations

from dataclasses import dataclass

import structlog

from agents.terms import Policy
from bot.slack.writer import SlackWriter
from storage.status import Visibility
from storage.store import Store

log = structlog.get_logger()


@dataclass(frozen=True)
class TurnedPrivate:
    """Asks Slack about the channels of public reports, and about those that are watched."""

    store: Store
    slack: SlackWriter
    policy: Policy

    def look(self) -> None:
        """Have what came from private channels be private. What Slack does not show us stays as it is."""
        watched = {terms.id for terms in self.policy.channels}
        for channel in sorted({*self.store.turning_private.open_channels(), *watched}):
            if self._is_closed(channel):
                turned = self.store.turning_private.turn(channel)
                if turned:
                    log.info("a channel was made private, and so were its reports", channel=channel, reports=turned)

    def _is_closed(self, channel: str) -> bool:
        terms = self.policy.channel(channel)
        if terms is not None and terms.visibility is Visibility.PRIVATE:
            return True
        place = self.slack.place(channel)
        return place is not None and place.visibility is Visibility.PRIVATE
