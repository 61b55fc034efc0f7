"""What listeners work with, put together by the composition root."""

from __future__ import annotations

import hashlib
from collections.abc import Callable
from dataclasses import dataclass, field

from agents.people.asking import Asking
from agents.people.assent import Assent
from agents.people.correcting import Correcting
from agents.people.rehoming import Rehoming
from agents.pipeline import Pipeline
from agents.redaction.redact import Redactor
from agents.rules import Person
from agents.terms import Policy
from bot.courtesy import Courtesy
from bot.slack.writer import SlackWriter
from storage.store import Store


def _found_by_the_sweep(_: int) -> None:
    """Where nobody can be woken."""


class Once:
    """Tells the first time of each name from the others, of the last `most` names: whoever writes to us makes new ones.

    Two threads may both be first; that is harmless.
    """

    def __init__(self, most: int = 20_000) -> None:
        self._seen: dict[bytes, None] = {}  # hashes in the order of their coming: a name may hold a whole message
        self._most = most

    def first(self, name: str) -> bool:
        """Whether this name was not asked about before."""
        known = hashlib.sha256(name.encode(errors="replace")).digest()
        new = known not in self._seen
        self._seen[known] = None
        for oldest in [*self._seen][: -self._most]:
            self._seen.pop(oldest, None)
        return new


@dataclass(frozen=True)
class Deps:
    """The parts that listeners use. `home_team`, `our_user` and `our_bot` are ids that Slack gave us for ourselves."""

    store: Store
    pipeline: Pipeline
    assent: Assent
    policy: Policy
    slack: SlackWriter
    redactor: Redactor
    home_team: str
    our_user: str
    our_bot: str
    nudge_signal: Callable[[int], None]
    courtesy: Courtesy
    nudge_inquiry: Callable[[int], None] = _found_by_the_sweep
    once: Once = field(default_factory=Once)
    short_of_room: Callable[[], str] = str  # a sentence when the disk is nearly full

    @property
    def asking(self) -> Asking:
        """What people ask about reports."""
        return Asking(
            store=self.store,
            policy=self.policy,
            home_team=self.home_team,
            can_answer=self.pipeline.means.model.can_research,
            redact=self.redactor.text,
            nudge=self.nudge_inquiry,
        )

    @property
    def correcting(self) -> Correcting:
        """What people correct: merges, splits, and why something was dismissed."""
        return Correcting(self.pipeline.means, self.home_team)

    @property
    def rehoming(self) -> Rehoming:
        """What people say about the repository of a report."""
        return Rehoming(self.store, self.policy, self.pipeline.means.nudge, self.home_team)

    def person(self, user_id: str, team_id: str) -> Person:
        """Who it is that acts, `team_id` as the payload tells it. Whoever is of another workspace is a stranger.

        In an Enterprise organisation a payload may name another workspace of somebody who is in ours as well (bolt-js
        issue 1875): that they are, Slack must say itself. Raises SlackDown when Slack cannot be asked.
        """
        stranger = Person(user_id=user_id, team_id=team_id, is_stranger=True)
        if not team_id:
            return stranger
        person = self.slack.person(user_id, team_id)
        return person if team_id == self.home_team or self.home_team in person.teams else stranger
