"""People of a report's life, lived with a bot that may die at any moment.

They do what people do with a bot that does not answer: they wait, and press again what did nothing. Pressing twice
must be harmless.
"""

from __future__ import annotations

import time
from dataclasses import dataclass

from playground.case import Case
from playground.codehost.snapshots import PullSeen
from playground.people import People
from playground.townsfolk import PRIYA, REVIEWER
from playground.workspace.problems import PersonCannot
from playground.workspace.records import Message

_LOOK = 0.05
_PRESS_AGAIN = 4.0  # seconds after which a person presses again what did nothing


@dataclass
class PatientPeople(People):
    """People who know that the bot dies now and then. `keeper` says when it ended in any other way."""

    def approve_until_it_shows(self, case: Case, plan: Message) -> None:
        """Priya presses Approve until the plan's button is gone."""
        channel, _ = self._place(case)
        self._wait(lambda: self._pressed(case, channel, plan), "the plan to be shown as approved")

    def _pressed(self, case: Case, channel: str, plan: Message) -> bool:
        if self._plan(case, "") is None:
            return True
        try:
            self._press(PRIYA, channel, plan, "Approve")
        except PersonCannot:  # Slack shows a warning sign while nobody listens; people look again a little later
            time.sleep(_LOOK)
            return False
        deadline = time.monotonic() + _PRESS_AGAIN
        while time.monotonic() < deadline:
            if self._plan(case, "") is None:
                return True
            time.sleep(_LOOK)
        return False

    def wait_for_review(self, case: Case) -> None:
        """See in Slack that the pull request waits for a review."""
        channel, root = self._place(case)
        self._wait(lambda: self._says(channel, root, "review"), "the report to say that it waits for a review")

    def _ready(self, known: set[int]) -> PullSeen | None:
        """Priya looks at a pull request when she is asked to."""
        pull = super()._ready(known)
        return pull if pull is not None and REVIEWER in pull.reviewers else None
