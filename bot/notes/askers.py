"""Who asked for an investigation hears that it is held, or could not be read yet: no report will say so."""

from __future__ import annotations

from dataclasses import dataclass

import structlog

from agents.errors import SlackDown, SlackRejected
from bot.slack.calls import NotMade
from bot.slack.writer import SlackWriter
from bot.views.escape import one_line, plain
from bot.views.quarantine import why_held
from bot.views.unfiled import unread
from bot.views.words import as_written
from storage.records import Signal
from storage.status import SignalStatus
from storage.store import Store

log = structlog.get_logger()


@dataclass(frozen=True)
class Askers:
    """Tells them, at most once: it is noted before it is said, for a whisper leaves no trace in Slack."""

    store: Store
    slack: SlackWriter

    def tell_of_trouble(self, signal_id: int) -> None:
        """Whisper that a signal somebody asked about could not be read yet, and why. To be called at its first failure.

        Raises nothing of Slack's: what was not said, `/signalbox why` and `/signalbox status` tell.
        """
        signal = self.store.signals.get(signal_id)
        if signal.status is not SignalStatus.AWAITING_DIGEST or not signal.asked_by:
            return
        said = plain(one_line(as_written(signal.title or signal.body, signal)), 80)
        try:
            self.slack.whisper(
                signal.channel,
                signal.asked_by,
                f"You asked me to look into “{said}”. I {unread(signal)}",
                thread_ts=_thread(signal),
            )
        except (NotMade, SlackDown, SlackRejected) as error:
            log.warning("an asker could not be told that it is not read yet", signal=signal_id, error=str(error))

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
