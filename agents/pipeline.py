"""How a signal becomes a pull request.

    ingest ─ screen ─ normalise ─ group ─ research ─ decide ─ ask
      ─ (human) ─ fix ─ review ─ follow ─ (human merges) ─ prove

A report's status names what it waits for. A crash, a slow human and a red build therefore look alike: the report stays
put until somebody can move it on.
"""

from __future__ import annotations

from dataclasses import dataclass

from agents.fixes.fixing import Fixing
from agents.fixes.following import Following
from agents.fixes.issuing import Issuing
from agents.fixes.soaking import Soaking
from agents.fixes.standing import Standing
from agents.gathering.digesting import Digesting
from agents.gathering.fading import Fading
from agents.gathering.left_over import LeftOver
from agents.gathering.weighing import Intake
from agents.means import Means
from agents.people.reminding import Reminding
from agents.people.sleeping import Waker
from agents.ports import Checkpoint
from agents.research.inquiring import Inquiring
from agents.research.researching import Researching
from storage.raw import RawSignal
from storage.signals.keeping import News, Remembered
from storage.status import Status


@dataclass(frozen=True)
class Pipeline:
    """The story in three verbs. Each is safe to repeat; what takes minutes is cut into checkpoints."""

    means: Means

    def ingest(self, raw: RawSignal, quiet: float = 0.0) -> Remembered:
        """Redact and remember a signal, and nudge its digest. Quick enough for a Slack listener.

        Changed words are digested after so many seconds of quiet; a changed number, or somebody's asking, counts at
        once for the report that holds it.
        """
        known = self.means.store.signals.remember(self.means.redactor.raw(raw), quiet)
        if known.news is not News.DUPLICATE:
            Intake(self.means).signal(known.signal_id, asked=bool(raw.asked_by))
        return known

    def digest(self, signal_id: int, checkpoint: Checkpoint) -> None:
        """Read one signal, then hold it, drop it, or file it under a report."""
        Digesting(self.means).digest(signal_id, checkpoint)

    def advance(self, report_id: int, checkpoint: Checkpoint) -> None:
        """Move one report one step on, if the machine or the world can."""
        match checkpoint("status", lambda: self.means.store.reports.get(report_id).status, Status):
            case Status.AWAITING_RESEARCH:
                self.research(report_id, checkpoint)
            case Status.AWAITING_FIX:
                self.fix(report_id, checkpoint)
            case Status.AWAITING_CHECKS | Status.AWAITING_REVIEW | Status.STUCK:
                self.follow(report_id, checkpoint)
            case Status.AWAITING_PROOF:
                self.prove(report_id, checkpoint)
            case _:
                return  # a human, or nobody, moves next

    def research(self, report_id: int, checkpoint: Checkpoint, job: str = "") -> None:
        """Find the cause, decide, and ask the humans; nothing, if the report waits for another job than this."""
        Researching(self.means).research(report_id, checkpoint, job)

    def fix(self, report_id: int, checkpoint: Checkpoint) -> None:
        """Carry out the approved plan, with proof, up to the draft pull request."""
        Fixing(self.means).fix(report_id, checkpoint)

    def follow(self, report_id: int, checkpoint: Checkpoint) -> None:
        """Look at the pull request once."""
        Following(self.means).follow(report_id, checkpoint)

    def prove(self, report_id: int, checkpoint: Checkpoint) -> None:
        """See whether the soak was quiet."""
        Soaking(self.means).prove(report_id, checkpoint)

    def issue(self, report_id: int, checkpoint: Checkpoint) -> None:
        """Make the report's issue in the tracker, and link it with its pull request."""
        Issuing(self.means).issue(report_id, checkpoint)

    def inquire(self, inquiry_id: int, checkpoint: Checkpoint, job: str) -> None:
        """Answer what somebody asked about a report."""
        Inquiring(self.means).inquire(inquiry_id, checkpoint, job)

    def stand_in(self) -> None:
        """Approve what is shown and a standing approval covers; say of the rest why people are asked."""
        Standing(self.means).look()

    def remind(self, checkpoint: Checkpoint) -> None:
        """Take back what expired, say what is about to, dismiss what fell silent, wake what has slept long enough.

        What a process left over that died between two rows is done, too.
        """
        Following(self.means).remind(checkpoint)
        Reminding(self.means).remind(checkpoint)
        Fading(self.means).fade(checkpoint)
        Waker(self.means).wake_in_time(checkpoint)
        LeftOver(self.means).look_into(checkpoint)
