"""A world in which somebody gave a standing approval: shorthands for the tests of what that allows."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable
from pathlib import Path

from agents.exchange import Message, TurnRequest
from agents.fixes.standing_fixes import announcement
from agents.people.assent import Answer
from agents.people.giving import Giving, Wanted
from agents.rules import Person
from agents.terms import Autonomy, Channel, Policy
from storage.columns import now
from storage.decisions.standing import Room
from storage.judgments import Stage
from storage.records import Approval, Report
from storage.status import Status
from storage.store import Store
from tests.factories import a_report
from tests.fakes import calls
from tests.world import EDIT, POLICY, PRIYA, SUBMISSION, WRITE, World

DRAFT = POLICY.model_copy(
    update={
        "autonomy": Autonomy.DRAFT,
        "channels": (Channel(id="C11", autonomy=Autonomy.DRAFT),),
        "approvers": ("U1", "U2"),
    }
)
"""A policy that lets standing approvals be given, and vouches for the people of one channel."""


class Ahead(World):
    """The world, with such a policy."""

    @classmethod
    def under(cls, store: Store, folder: Path, policy: Policy = DRAFT) -> Ahead:
        return cls(store, folder, policy=policy)

    def gives(self, person: Person = PRIYA, key: str = "1", **wanted: object) -> Answer:
        asked = Wanted(**{"repository": "acme/shop", **wanted})  # type: ignore[arg-type]
        return Giving(self.store, self.policy, "T1").give(asked, person, key)

    def stops(self, person: Person = PRIYA, repository: str = "") -> Answer:
        return Giving(self.store, self.policy, "T1").stop(repository, person)

    def shows_a_plan(self, **signal: object) -> None:
        """Somebody reports it, it is researched, and its plan is posted."""
        self.hears(**signal)
        self.advances()
        self.shows_the_plan()

    def looks(self) -> Report:
        """The clock looks at what was shown."""
        self.pipeline.stand_in()
        return self.store.reports.get(1)

    def announces(self, revision: int = 1) -> None:
        """The thread says that a standing approval allowed the plan."""
        row = self.store.outbox.intend(1, announcement(revision), "C11", "100.000001")
        self.store.outbox.posted(row.id or 0, "100.000002", "drawn")

    def is_allowed(self) -> None:
        """All of that."""
        assert self.gives().ok
        self.shows_a_plan()
        self.looks()
        self.announces()

    def allows_another(self) -> None:
        """The same standing approval has just allowed a plan of another report."""
        other = a_report(self.store, status=Status.AWAITING_APPROVAL, repository="acme/shop", channel="C12")
        plan = self.store.plans.latest(other.id or 0)
        assert plan is not None
        room = Room(now() - dt.timedelta(days=1), own=9, all=9)
        done = self.store.standing.allow(1, plan, room, at=now(), because="so", needed=1, named=("U1",))
        assert not isinstance(done, str)

    def before_it_submits(self, happens: Callable[[], object]) -> None:
        """Something happens while the fix is written, before the agent's last turn."""

        def submits(_: TurnRequest) -> Message:
            happens()
            return calls(("submit_fix", SUBMISSION))

        self.model.turns = {**self.model.turns, Stage.FIX: [calls(WRITE, EDIT), submits]}

    @property
    def approvals(self) -> list[Approval]:
        return self.store.plans.approvals(1)

    @property
    def why_asked(self) -> list[str]:
        """Why people are asked although there is a standing approval."""
        return [each.because for each in self.store.reports.snapshot(1).uses if each.because]

    def passes(self, **time: float) -> None:
        """So much time goes by, for the pipeline."""
        self.later += dt.timedelta(**time)
