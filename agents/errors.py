"""Everything that can go wrong on purpose.

    SignalboxError
    ├── BadPolicy            the policy file has faults; says all of them
    ├── BadSettings          the environment lacks something or holds something wrong
    ├── IllegalMove          a report may not go from here to there (storage.errors)
    ├── Overtaken            a filing was decided on candidates that are out of date (storage.errors)
    ├── CannotCopy           a database cannot be copied into another (storage.errors)
    ├── Unavailable          something outside did not answer; trying again later may help (storage.errors)
    │   ├── DatabaseDown     (storage.errors)
    │   ├── ModelDown
    │   ├── CodeHostDown
    │   ├── SlackDown
    │   ├── SourceDown
    │   │   └── OverRate     it limits how fast we may ask
    │   ├── SpentForToday    what the policy allows in a day is used up
    │   └── NotReadYet       what was reported has changed and waits for its digest
    ├── Rejected             something outside answered no; trying again will not help
    │   ├── ModelRefused
    │   ├── CodeHostRejected
    │   ├── SlackRejected
    │   └── SourceRejected
    │       ├── NotAtSource  it has no such thing, or shows us none
    │       └── NotShown     it has this, and does not show it to us
    ├── Stopped              a stage ended without its judgment; carries the typed outcome
    └── SandboxUnusable      this machine cannot run foreign code safely

Each carries a sentence for people: what happened, why, what to do.
"""

from __future__ import annotations

from storage.errors import SignalboxError, Unavailable
from storage.judgments import Outcome

__all__ = [
    "BadPolicy",
    "BadSettings",
    "CodeHostDown",
    "CodeHostRejected",
    "ModelDown",
    "ModelRefused",
    "NotAtSource",
    "NotShown",
    "OverRate",
    "Rejected",
    "SandboxUnusable",
    "SlackDown",
    "SlackRejected",
    "SourceDown",
    "SourceRejected",
    "Stopped",
    "Unavailable",
]


class BadPolicy(SignalboxError):
    """The policy file has faults."""

    def __init__(self, faults: tuple[str, ...]) -> None:
        super().__init__("The policy file has faults:\n" + "\n".join(f"  - {fault}" for fault in faults))
        self.faults = faults


class BadSettings(SignalboxError):
    """The environment lacks something or holds something wrong."""


class ModelDown(Unavailable):
    """The model's API did not answer, or is overloaded."""


class CodeHostDown(Unavailable):
    """The code host did not answer, or limits our rate."""


class SlackDown(Unavailable):
    """Slack did not answer, or limits our rate."""


class SourceDown(Unavailable):
    """A source did not answer, or limits our rate."""


class OverRate(SourceDown):
    """A source limits how fast we may ask, whatever we ask it for."""


class SpentForToday(Unavailable):
    """What the policy allows in a day is used up; more is allowed tomorrow, or when people raise it."""


class NotReadYet(Unavailable):
    """What was reported has changed, and waits for its digest."""


class Rejected(SignalboxError):
    """Something outside answered no; trying again unchanged will not help."""


class ModelRefused(Rejected):
    """The model would not answer, or could not be brought to a valid answer."""


class CodeHostRejected(Rejected):
    """The code host answered no: a right is missing, or what was sent is invalid."""


class SlackRejected(Rejected):
    """Slack answered no. `code` is its own word for why, such as not_in_channel."""

    def __init__(self, sentence: str, code: str = "") -> None:
        super().__init__(sentence)
        self.code = code


class SourceRejected(Rejected):
    """A source answered no: a token is wrong, or a name does not exist."""


class NotAtSource(SourceRejected):
    """The source has no such thing, or shows us none: it says the same of both."""


class NotShown(SourceRejected):
    """The source does not show us this. All the rest of it may be open to us."""


class Stopped(SignalboxError):
    """A stage ended without its judgment; `outcome` says why."""

    def __init__(self, outcome: Outcome, sentence: str) -> None:
        super().__init__(sentence)
        self.outcome = outcome


class SandboxUnusable(SignalboxError):
    """This machine cannot run foreign code safely; the sentence says why and what to do."""
