"""What filed signals count for their reports, and which of them have yet to tell theirs."""

from __future__ import annotations

from storage.records import Report, Signal
from storage.status import SignalStatus
from storage.transactions import Transactions, locked


class Weights:
    """The weights of the signals."""

    def __init__(self, transactions: Transactions) -> None:
        self._on = transactions

    def weigh(self, signal_id: int, weight: float) -> bool:
        """Let a filed signal count so much for its report from now on; False when that changes nothing."""
        with self._on.write() as session:
            signal = locked(session, Signal, signal_id)
            if signal.status is not SignalStatus.FILED or signal.report_id is None or signal.weight == weight:
                return False
            report = locked(session, Report, signal.report_id)
            report.weight += weight - signal.weight
            report.version += 1
            signal.weight = weight
            return True

    def weighed(self, signal_id: int, revision: int) -> None:
        """Note that its report was told what it counts, unless it has changed again since this revision."""
        with self._on.write() as session:
            signal = locked(session, Signal, signal_id)
            if signal.revision == revision:
                signal.unweighed = None
