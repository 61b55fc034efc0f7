"""One report's life, from the message to the proof, lived with a bot that may die at any moment.

People do what people do with a bot that does not answer: they wait, and press again what did nothing. Pressing twice
must be harmless.
"""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import dataclass
from enum import StrEnum

from playground.case import Case, demo_cases
from playground.codehost.snapshots import PullSeen
from playground.inventory import Inventory, take
from playground.keeper import Keeper
from playground.people import Impatience, People
from playground.town import Town
from playground.townsfolk import PRIYA, REVIEWER
from playground.workspace.problems import PersonCannot
from playground.workspace.records import Message
from storage.database import open_store
from storage.errors import DatabaseDown
from storage.records import Decision
from storage.status import Status
from storage.store import Store

_LOOK = 0.05
_PRESS_AGAIN = 4.0  # seconds after which a person presses again what did nothing
_CONNECTED = 180.0  # seconds; a start takes four, and many times that where others work


class Approval(StrEnum):
    """How the plan is approved."""

    BUTTON = "button"
    LOST_ENQUEUE = "lost enqueue"  # the process dies after it wrote the approval, before it enqueued the fix


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


def live(
    town: Town,
    keeper: Keeper,
    tell: Callable[[str], None],
    *,
    approval: Approval = Approval.BUTTON,
    patience: float = 60.0,
) -> Inventory:
    """Live the first case of the demo to its end; what there is in the world then. Raises Impatience."""
    people = PatientPeople(town, tell, patience=patience, keeper=keeper)
    case = demo_cases()[0]
    town.workspace.wait_for(lambda: town.workspace.connected > 0, _CONNECTED, "the bot to connect")
    people.report(case)
    people.fail_in_production(case)
    people.wait_for_evidence(case, case.sentry.title)
    plan = people.wait_for_plan(case)
    if plan is None:
        raise Impatience("the plan was decided on before anybody could")
    store = open_store(town.database)
    try:
        if approval is Approval.LOST_ENQUEUE:
            with keeper.down():
                _write_the_approval(store)
            tell("the bot dies between the approval's row and the fix's enqueue")
        else:
            people.approve_until_it_shows(case, plan)
        people.wait_for_review(case)
        people.review_and_merge(set())
        people.wait_for_the_end(case)
        _wait_until_all_is_shown(store, patience)
        return take(town, store, keeper.deaths)
    finally:
        store.close()


def _write_the_approval(store: Store) -> None:
    """Write what a process that dies at once after it has written."""
    report = store.reports.all()[0]
    plan = store.plans.latest(report.id or 0)
    if plan is None:
        raise Impatience("there is no plan to approve, although one was shown")
    store.plans.decide(
        report.id or 0,
        Decision.APPROVE,
        by=PRIYA,
        via=Approval.BUTTON,
        plan_revision=plan.revision,
        plan_hash=plan.hash,
        to=Status.AWAITING_FIX,
        because="approved the plan",
    )


def _wait_until_all_is_shown(store: Store, patience: float) -> None:
    """Wait until Slack shows the newest version of every report, and nothing waits for the machine."""
    deadline = time.monotonic() + patience
    while time.monotonic() < deadline:
        try:
            reports = store.reports.all()
        except DatabaseDown:
            reports = []
        if reports and all(report.drawn_version >= report.version for report in reports):
            return
        time.sleep(_LOOK)
    raise Impatience(f"Slack did not show the newest version of the report within {patience:.0f} seconds")
