"""What the pipeline works with: the store, the policy and the ports, put together once by the composition root."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable
from dataclasses import dataclass, field
from functools import cached_property

from agents.grouping.opinions import Encoder, Weights
from agents.grouping.ranking import Ranking
from agents.ports import CodeHost, Messenger, Model, Nudge, People, Vectoriser, Workspaces
from agents.redaction.redact import Redactor
from agents.rules import Person
from agents.terms import Policy
from agents.tools.lookups import Lookups
from agents.tracker_ports import IssueTracker
from storage.columns import now
from storage.store import Store


@dataclass(frozen=True)
class Strangers:
    """Where no workspace can be asked: nobody is known, so nothing is decided in anybody's name."""

    home_team: str = ""

    def person(self, user_id: str) -> Person:
        """A stranger."""
        return Person(user_id=user_id, team_id="", is_stranger=True)

    def is_in(self, user_id: str, channel: str) -> bool:  # noqa: ARG002 the port's
        """Nobody is anywhere."""
        return False


@dataclass(frozen=True, kw_only=True)
class Basis:
    """What is needed where no model is asked. `clock` is read only inside checkpoints."""

    store: Store
    policy: Policy
    messenger: Messenger
    nudge: Nudge
    clock: Callable[[], dt.datetime] = now
    researches: bool = True  # whether there is a model that can; else only who asks is told that there is none


@dataclass(frozen=True, kw_only=True)
class Means(Basis):
    """Everything that thinking needs."""

    model: Model
    workspaces: Workspaces
    code_host: CodeHost
    vectoriser: Vectoriser  # of texts
    redactor: Redactor
    issues: IssueTracker | None = None  # None: none are made
    people: People = field(default_factory=Strangers)
    lookups: Lookups = field(default_factory=Lookups)
    words: Vectoriser | None = None  # of words and titles, for the ranking; None: the one of texts serves
    encoder: Encoder = Encoder.WORDS  # who makes the vectors of texts
    weights: Weights | None = None  # of the ranking; None: those that come with the code

    @cached_property
    def ranking(self) -> Ranking:
        """What ranks candidates; it remembers the texts it has prepared."""
        return Ranking(self.words or self.vectoriser, self.weights, self.encoder)
