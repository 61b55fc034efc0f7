"""What became of a message or an issue that is in no report, for whoever asks why nothing happened. Pure."""

from __future__ import annotations

from agents.wording import moment
from bot.views.escape import one_line, plain
from storage.raw import SLACK
from storage.records import Signal
from storage.status import SignalStatus

NOT_HERE = "Of that message I can say nothing here. If it is in a private channel, ask me there."
NEVER = (
    "I have nothing of that address: no source of the policy brought it, it is older than what was read, or only a "
    "private channel may know of it (ask there). `signalbox pull SOURCE --since 30d`, on the machine, reads a source "
    "back; `/investigate` and what happens has me look into it all the same."
)
_ANYWAY = "“Investigate this” in the message's menu has me look into it all the same."
_TYPED = "`/investigate` and what it says has me look into it all the same."
_SAID = {
    SignalStatus.DROPPED: "I read it and set it aside: it seemed to tell of no problem in the product{by}. {anyway}",
    SignalStatus.AWAITING_DIGEST: "I have it, and {unread} {paused}",
    SignalStatus.ERASED: "It was deleted, or is older than I keep words, so I know no more of it.",
    SignalStatus.FILED: "It belongs to no report any more.",
}
_THREAT = "it looks like an attempt to steer an agent ({threat})"
_UNJUDGED = "nobody could judge whether an agent may read it"


def unfiled(signal: Signal, *, can_judge: bool, paused: str) -> str:
    """Where a signal is that is under no report, why, and what to do if that is wrong."""
    if signal.status is SignalStatus.HELD:
        threat = signal.screening.threat if signal.screening is not None else None
        why = _UNJUDGED if threat is None else _THREAT.format(threat=threat.value.replace("_", " "))
        return f"It is held, and no agent has read it, because {why}. `/signalbox held` shows it, with *Restore*."
    noted = signal.screening is not None and signal.screening.noted
    by = ", read with the `notes` that the policy has of where it was said" if noted else ""
    if not can_judge:
        by = ", as far as its words alone show, for no model is set up (ANTHROPIC_API_KEY)"
    anyway = _ANYWAY if signal.source == SLACK else _TYPED
    soon = "" if signal.trouble else "In a moment I do."
    return _SAID[signal.status].format(by=by, unread=unread(signal), paused=paused or soon, anyway=anyway).rstrip()


def unread(signal: Signal) -> str:
    """That it was not read yet and, if that failed, why and when it is tried again; to follow an “I”."""
    if not signal.trouble:
        return "have not read it yet."
    again = f" The next try: {moment(signal.not_before)}." if signal.not_before else ""
    return f"could not read it yet. {plain(one_line(signal.trouble), 400)}{again}"


def unknown(channel: str, *, watched: bool) -> str:
    """That nothing is known of a message, and what may be the reason."""
    if not watched:
        return (
            f"I do not watch <#{channel}>, so I read nothing there. {_ANYWAY} "
            "To have the channel watched, name it in the policy (`[[channels]]`) and invite me."
        )
    return (
        "I never took that message in: it was said before I came, deleted, said by a bot that the policy does not name "
        f"(`allow_bots`), or by somebody of another workspace. {_ANYWAY}"
    )
