"""Prove: what is watched after its merge is resolved, waits on, or is taken back."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass

from agents.gathering.returning import CAME_BACK, Returning
from agents.gathering.ripening import Ripening
from agents.gathering.watching import watch_of
from agents.means import Means
from agents.ports import Checkpoint
from agents.stages.prove import Soak, Watch, soak
from storage.errors import NotFound
from storage.records import Fix, Report, Signal
from storage.reports.soaks import ReadUntil
from storage.status import Mover, SignalStatus, Status

_NAMED = 3  # releases


@dataclass(frozen=True)
class Soaking:
    """The job that looks at a soak."""

    means: Means

    def prove(self, report_id: int, checkpoint: Checkpoint) -> None:
        """Resolve the report when the soak was quiet to its end; take it back when what happened since was brought."""
        if checkpoint("prove", lambda: self._prove(report_id), bool):
            self.means.messenger.publish(report_id)
            self.means.nudge.report(report_id)

    def _prove(self, report_id: int) -> bool:
        """Whether anything is new."""
        report = self.means.store.reports.get(report_id)
        if report.status is not Status.AWAITING_PROOF:
            return False
        watch = watch_of(self.means, report_id)
        if watch is None:
            raise NotFound(f"report {report_id} has no merged fix, though it is watched; press Retry on it")
        signals = self.means.store.signals.of_report(report_id)
        if self._is_taken_back(report, signals, watch):
            return True
        soaked = soak(report, signals, watch, self._readings(signals), self.means.clock())
        if soaked.ending is None:
            return self._goes_on(report, soaked)
        if undone := self._undone(watch.fix):
            Returning(self.means).undone(report_id, undone, f"prove:{report_id}:{report.attempt}/reverted")
            return True
        self.means.store.reports.move(
            report_id,
            Status.RESOLVED,
            mover=Mover.WORLD,
            who="world",
            because=soaked.ending.value,
            step=f"prove:{report_id}:{report.attempt}/quiet",
        )
        return True

    def _readings(self, signals: list[Signal]) -> tuple[ReadUntil, ...]:
        """Of the sources that are pulled and that the report's signals came from."""
        terms = self.means.policy.sources
        named = {each.source for each in signals if each.status is SignalStatus.FILED}
        return self.means.store.soaks.readings([each for each in named if each in terms and terms[each].is_pulled])

    def _goes_on(self, report: Report, soaked: Soak) -> bool:
        """Have the card say until when, and for what it waits; whether that is new."""
        until = report.soak_until if report.soak_until is None else max(report.soak_until, soaked.until)
        note = _said(soaked)
        if (report.soak_until, report.note) == (until, note):
            return False
        self.means.store.reports.change(report.id or 0, soak_until=until, note=note)
        return True

    def _undone(self, fix: Fix) -> str:
        """The commit that reverts the merge: quiet is no proof of what is not there any more."""
        repository = self.means.policy.repository(fix.repository)
        if repository is None or fix.merged_at is None or fix.number is None:
            return ""
        since = fix.merged_at.timestamp() - 1.0
        return self.means.code_host.reverted(repository, fix.number or 0, fix.merge_sha, since)

    def _is_taken_back(self, report: Report, signals: list[Signal], watch: Watch) -> bool:
        """Whether one happened after the merge that was not told of: people merged another report into it."""
        back = (each for each in signals if each.status is SignalStatus.FILED and watch.is_back(each))
        newest = max(back, key=lambda signal: signal.happened_at, default=None)
        if newest is None:
            return False
        report_id, step = report.id or 0, f"prove:{report.id}:{report.attempt}"
        Returning(self.means).take_back(report_id, newest, f"{step}/came back")
        Ripening(self.means).ripen(report_id, asked_by="", asked=True, because=CAME_BACK, step=f"{step}/ripe")
        return True


def _said(soaked: Soak) -> str:
    """What keeps it from its end, for the card; nothing while it is only quiet, or a source is about to be read."""
    said = []
    if soaked.still_in:
        more = len(soaked.still_in) - _NAMED
        named = ", ".join(soaked.still_in[-_NAMED:]) + (f" and {more} more" if more > 0 else "")
        said.append(f"Still seen in {named}, from before the merge.")
    waits = [_unread(each) for each in soaked.unread if each.in_trouble or each.until is None]
    return " ".join([*said, *waits])


def _unread(reading: ReadUntil) -> str:
    if reading.until is None:
        return f"Waiting for {reading.source}, which has not been read yet."
    since = f"{reading.until.astimezone(dt.UTC):%Y-%m-%d %H:%M} UTC"
    return f"Waiting for {reading.source}, which cannot be read since {since}."
