"""A channel that was public and is private now: what came from it is for its people alone from then on."""

from __future__ import annotations

from sqlmodel import Session, col, select

from storage import journal
from storage.plumbing import FILING, Epoch
from storage.raw import SLACK
from storage.records import EntryKind, Report, Signal
from storage.signals.erasing import touch_neighbours
from storage.signals.narrowing import has_lost_any, leave_wider
from storage.status import CLOSED, Visibility
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

    def has_taken_from(self, report_id: int) -> bool:
        """Whether a signal left this report because fewer people may see that than the report."""
        with self._on.read() as session:
            return has_lost_any(session, report_id)

    def turn(self, channel: str) -> list[int]:
        """Make private what came from a channel, and the reports whose thread is there; those reports.

        No report is shown more widely than a signal of it: where the thread is elsewhere, the signal leaves an open
        report, and a closed one, which nobody reads anew, turns private with it.
        """
        with self._on.write() as session:
            epoch = locked(session, Epoch, FILING)
            signals, elsewhere = _theirs(session, channel)
            reports = _reports(session, channel)
            if not signals and not reports and not elsewhere:
                return []
            epoch.value += 1
            for signal in signals:
                signal.visibility = Visibility.PRIVATE
                if signal.filed_epoch:
                    signal.filed_epoch = epoch.value
                if signal.report_id is not None:
                    journal.touch(session, signal.report_id)
            for signal_id in elsewhere:
                leave_wider(session, locked(session, Signal, signal_id), epoch)
            turned = [report.id or 0 for report in reports]
            for report in reports:
                report.visibility = Visibility.PRIVATE
                journal.tell(session, report.id or 0, EntryKind.SIGNAL, "world", _WHY)
                journal.touch(session, report.id or 0)
            session.flush()
            touch_neighbours(session, turned)
            return turned


def _theirs(session: Session, channel: str) -> tuple[list[Signal], list[int]]:
    """The channel's signals that are public yet, and the ids of those under a public report of another channel."""
    theirs = select(Signal).where(Signal.channel == channel, Signal.source == SLACK)
    shown = select(Report.id).where(Report.visibility == Visibility.PUBLIC, Report.channel != channel)
    still_open = shown.where(col(Report.status).not_in(CLOSED))
    elsewhere = session.exec(theirs.where(col(Signal.report_id).in_(still_open))).all()
    gone = {signal.id for signal in elsewhere}
    public = session.exec(theirs.where(Signal.visibility == Visibility.PUBLIC)).all()
    return [signal for signal in public if signal.id not in gone], sorted(each for each in gone if each is not None)


def _reports(session: Session, channel: str) -> list[Report]:
    """The public reports whose thread is there, and the closed ones that hold signals of the channel."""
    held = select(Signal.report_id).where(Signal.channel == channel, Signal.source == SLACK)
    closed = col(Report.status).in_(CLOSED) & col(Report.id).in_(held)
    rows = select(Report).where(Report.visibility == Visibility.PUBLIC, (col(Report.channel) == channel) | closed)
    return list(session.exec(rows))
