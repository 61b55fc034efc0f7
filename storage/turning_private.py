"""A channel that was public and is private now: what came from it is for its people alone from then on."""

from __future__ import annotations

from sqlmodel import select

from storage import journal
from storage.erasing import touch_neighbours
from storage.plumbing import Epoch
from storage.records import EntryKind, Report, Signal
from storage.remembering import FILING
from storage.status import Visibility
from storage.transactions import Transactions, locked

_WHY = "its channel was made private, and so was this report"


class TurningPrivate:
    """Turns signals and reports private. Nothing turns them public again: what was said in private stays so."""

    def __init__(self, transactions: Transactions) -> None:
        self._on = transactions

    def open_channels(self) -> list[str]:
        """Where public reports have their threads."""
        with self._on.read() as session:
            rows = select(Report.channel).where(Report.visibility == Visibility.PUBLIC, Report.channel != "")
            return sorted(session.exec(rows.distinct()))

    def turn(self, channel: str) -> list[int]:
        """Make private what came from a channel, and the reports whose thread is there; those reports."""
        with self._on.write() as session:
            epoch = locked(session, Epoch, FILING)
            theirs = select(Signal).where(Signal.channel == channel, Signal.source == "slack")
            signals = session.exec(theirs.where(Signal.visibility == Visibility.PUBLIC)).all()
            reports = session.exec(
                select(Report).where(Report.channel == channel, Report.visibility == Visibility.PUBLIC)
            ).all()
            if not signals and not reports:
                return []
            epoch.value += 1
            for signal in signals:
                signal.visibility = Visibility.PRIVATE
                if signal.filed_epoch:
                    signal.filed_epoch = epoch.value
                if signal.report_id is not None:
                    journal.touch(session, signal.report_id)
            turned = [report.id or 0 for report in reports]
            for report in reports:
                report.visibility = Visibility.PRIVATE
                journal.tell(session, report.id or 0, EntryKind.SIGNAL, "world", _WHY)
                journal.touch(session, report.id or 0)
            session.flush()
            touch_neighbours(session, turned)
            return turned
