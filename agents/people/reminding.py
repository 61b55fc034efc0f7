"""Who may approve a plan hears before it expires: once, by day, in its thread."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass

from agents.hours import is_read, workdays_after
from agents.means import Means
from agents.ports import Checkpoint
from agents.rules import approvers_of
from storage.records import Report, ShownPlan

_SHORTEST = 86_400.0  # seconds: of a plan that waits less than a day people have just heard
_LAST = 0.25  # of the time that a plan waits


@dataclass(frozen=True)
class Reminding:
    """The job that looks which plans are in the last quarter of their time."""

    means: Means

    def remind(self, checkpoint: Checkpoint) -> None:
        """Have the threads of those say so."""
        for report_id in checkpoint("soon", self._soon, list[int]):
            self.means.messenger.publish(report_id)

    def _soon(self) -> list[int]:
        at, policy = self.means.clock(), self.means.policy
        if policy.waits.approval < _SHORTEST or not is_read(at, policy.timezone):
            return []
        reminders = self.means.store.reminders
        soon = [each for each in reminders.waiting(at) if self._is_due(*each, at)]
        return [plan.report_id for _, plan in soon if reminders.remind(plan, at)]

    def _is_due(self, report: Report, plan: ShownPlan, at: dt.datetime) -> bool:
        policy = self.means.policy
        last = workdays_after(at, _LAST * policy.waits.approval, policy.timezone)
        someone = approvers_of(policy.repository(report.repository), policy)
        return bool(someone) and plan.expires_at is not None and plan.expires_at <= last
