"""Who asked for an investigation hears that it is held: no report will say so."""

from __future__ import annotations

from dataclasses import dataclass

import structlog

from agents.errors import SlackDown, SlackRejected
from bot.slack.calls import NotMade
from bot.slack.writer import SlackWriter
from bot.views.quarantine import why_held
from storage.records import Signal
from storage.status import SignalStatus
from storage.store import Store

log = structlog.get_logger()


@dataclass(frozen=True)
class Askers:
    """Tells them, at most once: it is noted before it is said, for a whisper leaves no trace in Slack."""

    store: Store
    slack: SlackWriter

    def tell(self, signal_id: int) -> None:
        """Whisper that the signal is held, and why, if it is, somebody asked, and was not told yet.

        What certainly was not said is said by the next sweep. Raises nothing of Slack's.
        """
        signal = self.store.signals.get(signal_id)
        if signal.status is not SignalStatus.HELD or not signal.asked_by or not self.store.signals.told_held(signal_id):
            return
        try:
            self.slack.whisper(signal.channel, signal.asked_by, why_held(signal), thread_ts=_thread(signal))
        except NotMade as error:
            self.store.signals.told_held(signal_id, told=False)
            log.info("an asker is told later", signal=signal_id, error=str(error))
        except (SlackDown, SlackRejected) as error:
            log.warning("an asker could not be told that it is held", signal=signal_id, error=str(error))


def _thread(signal: Signal) -> str:
    """The thread in which it was asked; empty in the channel itself."""
    return signal.thread_ts if signal.thread_ts != signal.external_id.partition("/")[2] else ""
