"""What people who reported something in Slack hear, under their own message: a reaction, a link, a last word."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

from bot.views import parts
from bot.views.drawing import Drawing, Effect, Reaction, Spot
from bot.views.escape import one_line
from bot.views.parts import Link, Sign
from bot.views.scene import Scene
from storage.records import Signal
from storage.status import SignalStatus, Status

SEEN, PROVEN = "eyes", "white_check_mark"


def answers(scene: Scene) -> Iterator[Effect]:
    """For every message of the report that is a Slack message, and not one in the report's own thread.

    Under a message that was deleted nothing new is said; what stands there is kept up to date, for it quotes the title.
    """
    for signal in scene.snapshot.signals:
        message = message_of(signal)
        if message is None or signal.status not in (SignalStatus.FILED, SignalStatus.ERASED) or not signal.thread_ts:
            continue
        under = Spot(signal.channel, signal.thread_ts)
        if signal.status is SignalStatus.ERASED:
            if under != scene.thread:
                yield replace(_link(scene, signal, under), past=True)
            continue
        yield Reaction(f"reaction:{signal.id}:{SEEN}", message, SEEN)
        if under == scene.thread:
            continue
        yield _link(scene, signal, under)
        if scene.report.status is Status.RESOLVED:
            yield Reaction(f"reaction:{signal.id}:{PROVEN}", message, PROVEN)
            yield _proven(scene, signal, under)


def message_of(signal: Signal) -> Spot | None:
    """The Slack message that a signal is; None for any other signal, and for what was typed as a command."""
    channel, _, ts = signal.external_id.partition("/")
    if signal.source != "slack" or channel != signal.channel or not ts.replace(".", "").isdigit():
        return None
    return Spot(channel, ts)


def _link(scene: Scene, signal: Signal, under: Spot) -> Drawing:
    first = scene.snapshot.signals[0] is signal
    thanks = "Thanks. I opened " if first else "Thanks. This belongs to "
    name = f"{scene.report.ref}: {one_line(scene.report.title)[:140]}"
    blocks = [parts.paragraph(thanks, Link(scene.address(), name), ". What becomes of it is told there.")]
    return Drawing(f"link:{signal.id}", f"{thanks}{name}", blocks, under)


def _proven(scene: Scene, signal: Signal, under: Spot) -> Drawing:
    fix = scene.fix
    change = Link(fix.url, f"Pull request #{fix.number}") if fix is not None and fix.number is not None else "A change"
    blocks = [parts.paragraph(Sign(PROVEN), " This is fixed: ", change, " was merged, and it did not come back.")]
    return Drawing(f"proven:{signal.id}", "This is fixed: it did not come back after the merge.", blocks, under)
