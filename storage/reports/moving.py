"""Reports: one problem each, moved through the state chart, every move told in the journal."""

from __future__ import annotations

import datetime as dt
from collections.abc import Collection, Sequence
from typing import Unpack

from sqlmodel import col, func, or_, select

from storage import journal
from storage.changes import ReportChanges
from storage.errors import IllegalMove
from storage.gathered import Reporters, reporters_of, shown_as
from storage.heirs import heir_of, present_of
from storage.judgments import Judgment
from storage.plumbing import CARD, OutboxRow
from storage.records import Entry, EntryKind, Report, Signal
from storage.reports.snapshot import Snapshot, snapshot_of
from storage.status import CLOSED, WATCHED, Dismissal, Mover, SignalStatus, Status
from storage.transactions import Transactions, found, locked


class Reports:
    """The reports. `step` is the (job, step) key: repeating one's own step changes nothing."""

    def __init__(self, transactions: Transactions) -> None:
        self._on = transactions

    def get(self, report_id: int) -> Report:
        """The report. Raises NotFound."""
        with self._on.read() as session:
            return found(session, Report, report_id)

    def some(self, report_ids: Sequence[int]) -> list[Report]:
        """Those of these ids that there are, in this order."""
        with self._on.read() as session:
            rows = session.exec(select(Report).where(col(Report.id).in_(report_ids)))
            known = {report.id: report for report in rows}
            return [known[each] for each in report_ids if each in known]

    def open(self, limit: int = 50) -> list[Report]:
        """Those that wait for something, newest first."""
        with self._on.read() as session:
            rows = select(Report).where(col(Report.status).not_in(CLOSED)).order_by(col(Report.id).desc())
            return list(session.exec(rows.limit(limit)))

    def open_in(self, channel: str, limit: int = 50) -> list[Report]:
        """Those that wait for something and have their thread, or a signal, in this channel, newest first."""
        with self._on.read() as session:
            said_here = select(Signal.report_id).where(Signal.channel == channel, Signal.status == SignalStatus.FILED)
            rows = select(Report).where(col(Report.status).not_in(CLOSED))
            rows = rows.where(or_(col(Report.channel) == channel, col(Report.id).in_(said_here)))
            return list(session.exec(rows.order_by(col(Report.id).desc()).limit(limit)))

    def all(self) -> list[Report]:
        """Every report, oldest first."""
        with self._on.read() as session:
            return list(session.exec(select(Report).order_by(col(Report.id))))

    def waiting(self, *statuses: Status) -> list[Report]:
        """Those in one of the statuses, the longest wait first."""
        with self._on.read() as session:
            rows = select(Report).where(col(Report.status).in_(statuses)).order_by(col(Report.since), col(Report.id))
            return list(session.exec(rows))

    def at_thread(self, channel: str, ts: str) -> Report | None:
        """The report whose root message this is."""
        with self._on.read() as session:
            return session.exec(
                select(Report)
                .join(OutboxRow, col(OutboxRow.report_id) == Report.id)
                .where(OutboxRow.channel == channel, OutboxRow.ts == ts, OutboxRow.purpose == CARD)
            ).first()

    def snapshot(self, report_id: int) -> Snapshot:
        """The report with all that belongs to it, at one moment. Raises NotFound."""
        with self._on.read() as session:
            return snapshot_of(session, report_id)

    def signal(self, report_id: int, name: str) -> Signal | None:
        """A signal of the report, by its id or address at its source, if it may be shown where the report is."""
        with self._on.read() as session:
            return shown_as(session, found(session, Report, report_id), name)

    def reporters(self, report_id: int, since: int) -> Reporters:
        """The report's signals from Slack of which something changed since an epoch of the filing; 0: all of them."""
        with self._on.read() as session:
            return reporters_of(session, report_id, since)

    def move(
        self,
        report_id: int,
        to: Status,
        *,
        mover: Mover,
        who: str,
        because: str,
        step: str | None = None,
        expect: Status | None = None,
        attempt: int | None = None,
        judgment: Judgment | None = None,
        **changes: Unpack[ReportChanges],
    ) -> Report:
        """Move a report, with columns that change with it. The report as it is then.

        Raises IllegalMove when the state chart does not allow it, or the report is not in `expect`, or no longer at
        that `attempt`.
        """
        with self._on.write() as session:
            report = locked(session, Report, report_id)
            if journal.told_of(session, step, report_id) is not None:
                return report
            _as_expected(report, expect, attempt)
            journal.move(
                session,
                report,
                to,
                mover=mover,
                who=who,
                because=because,
                step=step,
                judgment=judgment,
                changes=changes,
            )
            return report

    def change(self, report_id: int, *, step: str | None = None, **changes: Unpack[ReportChanges]) -> Report:
        """Set columns without a move."""
        with self._on.write() as session:
            report = locked(session, Report, report_id)
            if journal.told_of(session, step, report_id) is None:
                journal.put(report, changes)
                report.version += 1
                if step is not None:
                    names = ", ".join(name.replace("_", " ") for name in changes)
                    journal.tell(session, report_id, EntryKind.STAGE, "machine", f"set {names}", step)
            return report

    def note(
        self,
        report_id: int,
        kind: EntryKind,
        who: str,
        text: str,
        *,
        step: str | None = None,
        judgment: Judgment | None = None,
    ) -> Entry:
        """Write a line into the journal; the line of the first time when the step was done before."""
        with self._on.write() as session:
            report = locked(session, Report, report_id)
            if (entry := journal.told_of(session, step, report_id)) is not None:
                return entry
            report.version += 1
            return journal.tell(session, report_id, kind, who, text, step, judgment)

    def journal(self, report_id: int) -> list[Entry]:
        """All that happened to it, in order."""
        with self._on.read() as session:
            return list(session.exec(select(Entry).where(Entry.report_id == report_id).order_by(col(Entry.id))))

    def came_from(self, report_ids: Collection[int]) -> dict[int, Status]:
        """What each of these waited for before it came to what it waits for now; nothing of one that never moved."""
        latest = select(func.max(Entry.id)).where(col(Entry.report_id).in_(report_ids), Entry.kind == EntryKind.MOVE)
        with self._on.read() as session:
            moves = session.exec(select(Entry).where(col(Entry.id).in_(latest.group_by(col(Entry.report_id)))))
            return {move.report_id: move.before for move in moves if move.before is not None}

    def present(self, report_id: int) -> Report:
        """The report that stands for this problem today: its heir if it was merged away, its successor if it is closed.

        Of several successors an open one, else the newest. Raises NotFound.
        """
        with self._on.read() as session:
            return present_of(session, report_id)

    def heir(self, report_id: int) -> Report:
        """The report itself, or the one that has its signals since it was merged away. Raises NotFound."""
        with self._on.read() as session:
            return found(session, Report, heir_of(session, report_id))

    def explain(self, report_id: int, dismissal: Dismissal, *, by: str) -> bool:
        """Keep why it was dismissed; False when that is said already, or it is not dismissed."""
        with self._on.write() as session:
            report = locked(session, Report, report_id)
            if report.status is not Status.DISMISSED or report.merged_into is not None or report.dismissal is dismissal:
                return False
            report.dismissal = dismissal
            report.version += 1
            said = f"said why it was dismissed: {dismissal.replace('_', ' ')}"
            journal.tell(session, report_id, EntryKind.WORD, by, said)
            return True

    def confirm_repository(self, report_id: int, repository: str, *, by: str) -> None:
        """Keep that a person says it is about the repository it is about; the first one counts."""
        with self._on.write() as session:
            report = locked(session, Report, report_id)
            if report.repository == repository and not report.repository_by:
                report.repository_by = by
                report.version += 1
                journal.tell(session, report_id, EntryKind.WORD, by, f"said that it is about {repository}")

    def touch(self, report_id: int) -> None:
        """Have Slack show it anew."""
        with self._on.write() as session:
            journal.touch(session, report_id)

    def postpone(self, report_id: int, trouble: str, not_before: dt.datetime, *, anew: bool = True) -> Report:
        """Note a failed try of the machine's present step, to be tried again: under a new attempt, or where it was.

        Of what is only looked at, again and again, the journal tells the same trouble once.
        """
        with self._on.write() as session:
            report = locked(session, Report, report_id)
            if report.status not in WATCHED or report.note != trouble:
                journal.tell(session, report_id, EntryKind.TROUBLE, "machine", trouble)
            report.tries += 1
            report.attempt += anew
            report.not_before = not_before
            report.note = trouble
            report.version += 1
            return report

    def seen_again(self, report_id: int) -> None:
        """Forget the trouble of earlier looks at what is only looked at: this one was made."""
        with self._on.write() as session:
            report = locked(session, Report, report_id)
            if report.tries and report.status in WATCHED:
                report.tries, report.not_before, report.note = 0, None, ""
                report.version += 1


def _as_expected(report: Report, expect: Status | None, attempt: int | None) -> None:
    """Raises IllegalMove when the report has moved on from what the mover saw."""
    if expect is not None and report.status is not expect:
        raise IllegalMove(f"{report.ref} is {report.status}, not {expect} as the mover thought; somebody was quicker.")
    if attempt is not None and report.attempt != attempt:
        raise IllegalMove(f"{report.ref} was taken up anew meanwhile, so nothing was made of the earlier pass.")
