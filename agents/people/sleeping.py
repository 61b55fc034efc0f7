"""Snooze, mute and wake: people who may decide about a report may have it left alone for a while."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass

from agents import rules
from agents.gathering.ripening import Ripening
from agents.means import Means
from agents.people.assent import Answer, Via
from agents.ports import Checkpoint
from agents.rules import Person
from agents.wording import moment
from storage.records import Report
from storage.sleep import Sleep, Waking
from storage.status import CLOSED

LONGEST = dt.timedelta(days=90)
_LATELY = dt.timedelta(days=1)  # so long a bot may have been down after it died
_WAKES = "if somebody acts on it, if what comes weighs as much as all so far, or is fatal where nothing before was"


@dataclass(frozen=True)
class Sleeping:
    """Puts reports to sleep and wakes them, or says why not."""

    means: Means
    home_team: str

    def snooze(self, report_id: int, until: dt.datetime | None, person: Person, via: Via) -> Answer:
        """Leave it alone until a moment, None for until something happens. Raises NotFound."""
        report = self.means.store.reports.get(report_id)
        if refusal := self._refusal(report, person, via, "snooze" if until else "mute") or self._too_far(until):
            return Answer(ok=False, sentence=refusal)
        if self.means.store.sleeps.lay(report_id, until, by=person.user_id) is None:
            return Answer(ok=False, sentence=_over(report))
        self.means.messenger.publish(report_id)
        what = f"sleeps until {moment(until)}, and wakes sooner" if until else "is muted, and wakes"
        sentence = f"{report.ref} {what} {_WAKES}. `/signalbox wake {report.ref}` wakes it now."
        return Answer(ok=True, sentence=sentence)

    def may_not(self, report_id: int, person: Person) -> str:
        """Empty when this person may have it left alone, else the sentence that says why not. Raises NotFound."""
        report = self.means.store.reports.get(report_id)
        repository = self.means.policy.repository(report.repository)
        refusal = rules.may_decide(person, repository, self.means.policy, self.home_team)
        return refusal or (_over(report) if report.status in CLOSED else "")

    def wake(self, report_id: int, person: Person, via: Via) -> Answer:
        """Wake it now. Raises NotFound."""
        report = self.means.store.reports.get(report_id)
        if refusal := self._refusal(report, person, via, "wake"):
            return Answer(ok=False, sentence=refusal)
        sleep = self.means.store.sleeps.wake(report_id, Waking.WOKEN, by=person.user_id)
        if sleep is None:
            return Answer(ok=False, sentence=f"{report.ref} is awake already.")
        resume(self.means, report_id, sleep)
        self.means.messenger.publish(report_id)
        return Answer(ok=True, sentence=f"{report.ref} is awake again.")

    def _refusal(self, report: Report, person: Person, via: Via, what: str) -> str:
        """The same, of somebody who tries; that one without the right did is kept."""
        refusal = self.may_not(report.id or 0, person)
        if refusal and report.status not in CLOSED:
            self.means.store.plans.refuse(report.id or 0, by=person.user_id, via=via, words=what, because=refusal)
        return refusal

    def _too_far(self, until: dt.datetime | None) -> str:
        at = self.means.clock()
        if until is None or at < until <= at + LONGEST:
            return ""
        if until <= at:
            return "That moment is over. Name one that is to come, such as `3d` or `monday`."
        return f"That is too far: a report sleeps {LONGEST.days} days at most. *Mute* has no end."


@dataclass(frozen=True)
class Waker:
    """Wakes by the clock."""

    means: Means

    def wake_in_time(self, checkpoint: Checkpoint) -> None:
        """Wake those whose moment has come, and have what has grown meanwhile looked into."""
        for report_id in checkpoint("wake", self._wake_in_time, list[int]):
            self.means.messenger.publish(report_id)
            self.means.nudge.report(report_id)

    def _wake_in_time(self) -> list[int]:
        at, sleeps = self.means.clock(), self.means.store.sleeps
        over = sleeps.over(at)
        woken = [report_id for report_id in over if sleeps.wake_in_time(report_id, at) is not None]
        for sleep in sleeps.woken(at - _LATELY):  # also those whose waker died before it came to this
            resume(self.means, sleep.report_id, sleep)
        return woken


def resume(means: Means, report_id: int, sleep: Sleep) -> None:
    """What joined while it slept may be enough to look into it again. Safe to repeat."""
    because, step = "more was reported while it slept", f"sleep:{sleep.id}/ripe"
    if Ripening(means).ripen(report_id, asked_by="", asked=False, because=because, step=step):
        means.messenger.publish(report_id)
        means.nudge.report(report_id)


def _over(report: Report) -> str:
    return f"{report.ref} is {report.status.value}, so there is nothing to leave alone."
