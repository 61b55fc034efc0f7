"""Who people are, as Slack says now: the port `People`."""

from __future__ import annotations

from dataclasses import dataclass, replace

from agents.rules import Person
from bot.slack.writer import SlackWriter


@dataclass(frozen=True)
class SlackPeople:
    """Asks Slack, at most once a minute for each person. Whom it does not know is a stranger."""

    slack: SlackWriter

    @property
    def home_team(self) -> str:
        """Our workspace."""
        return self.slack.home_team

    def person(self, user_id: str) -> Person:
        """Who it is now; of another workspace everybody is a stranger. Raises SlackDown."""
        person = self.slack.person(user_id)
        ours = self.home_team != "" and (person.team_id == self.home_team or self.home_team in person.teams)
        return person if ours else replace(person, is_stranger=True)

    def is_in(self, user_id: str, channel: str) -> bool:
        """Whether they are in a channel, as it was at most a minute ago. Raises SlackDown."""
        return self.slack.is_member(channel, user_id)
