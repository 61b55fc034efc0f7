"""What people who reported something in Slack hear, under their own message: a reaction, a link, a last word.

Who asked where nothing can be said beneath hears it in a whisper.
"""

from __future__ import annotations

import datetime as dt
import hashlib
import json
from collections.abc import Iterator
from dataclasses import replace

from bot.views import parts
from bot.views.before import was_dismissed
from bot.views.drawing import Drawing, Effect, Reaction, Spot, Whisper
from bot.views.escape import one_line
from bot.views.parts import Link, Piece
from bot.views.scene import Scene
from bot.views.soaked import PROVEN, is_proven, to_reporter
from bot.views.words import NO_MODEL, ended, idle_because, waits_for
from storage.calling import called
from storage.outbox import REACTIONS
from storage.raw import SLACK
from storage.records import Signal
from storage.status import SignalStatus, Status

SEEN, _ = REACTIONS
_ANY = dt.datetime.fromtimestamp(0, dt.UTC)


def answers(scene: Scene) -> Iterator[Effect]:
    """For every message of the report that is a Slack message, and not one in the report's own thread.

    Under a message that was deleted nothing new is said; what stands there is kept up to date, for it quotes the title.
    """
    for signal in scene.reporters:
        message = message_of(signal)
        if is_whispered(signal):
            yield _whisper(scene, signal)
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
            if is_proven(scene):
                yield Reaction(f"reaction:{signal.id}:{PROVEN}", message, PROVEN)
            yield _proven(scene, signal, under)


def tidings(scene: Scene) -> str:
    """A hash of what any reporter is told as things are: by whom nothing was asked, by who asked, and by the first."""
    first = scene.snapshot.gathered.first
    under = Spot("C", "1.1")
    said = [scene.report.status.value, str(scene.thread)]
    for signal_id in (0 if first is None else first.id, -1):
        for asked_by in ("", "U"):
            like = Signal(id=signal_id, source=SLACK, external_id="C/1.1", asked_by=asked_by, happened_at=_ANY)
            link = _link(scene, like, under)
            said += [link.text, *(json.dumps(block.to_dict(), sort_keys=True) for block in link.blocks)]
            proven = _proven(scene, like, under)
            said += [json.dumps(block.to_dict(), sort_keys=True) for block in proven.blocks]
    return hashlib.sha256("\0".join(said).encode(errors="replace")).hexdigest()[:32]


def message_of(signal: Signal) -> Spot | None:
    """The Slack message that a signal is; None for any other signal, and for what was typed as a command."""
    channel, _, ts = signal.external_id.partition("/")
    if signal.source != SLACK or channel != signal.channel or not ts.replace(".", "").isdigit():
        return None
    return Spot(channel, ts)


def is_whispered(signal: Signal) -> bool:
    """Whether somebody asked with it, and there is no thread in which they could be answered: it was a command."""
    unheard = message_of(signal) is None or not signal.thread_ts
    return signal.status is SignalStatus.FILED and bool(signal.asked_by) and signal.source == SLACK and unheard


def _link(scene: Scene, signal: Signal, under: Spot) -> Drawing:
    thanks, name, told = _told(scene, signal)
    blocks = [parts.paragraph(f"Thanks. {thanks} ", Link(scene.address(), name), ended(name), *told)]
    return Drawing(f"link:{signal.id}", f"Thanks. {thanks} {name}", blocks, under)


def _whisper(scene: Scene, signal: Signal) -> Whisper:
    thanks, name, told = _told(scene, signal)
    asked = "You asked me to look into something. "
    blocks = [parts.paragraph(asked, f"{thanks} ", Link(scene.address(), name), ended(name))]
    blocks.append(parts.paragraph(*told))
    return Whisper(f"answer:{signal.id}", signal.channel, signal.asked_by, f"{thanks} {name}", blocks)


def _told(scene: Scene, signal: Signal) -> tuple[str, str, list[Piece]]:
    """Whether it opened the report, how that is called, and what becomes of it."""
    opened = scene.snapshot.gathered.first
    first = opened is not None and opened.id == signal.id
    name = f"{scene.report.ref}: {one_line(called(scene.report))[:140]}"
    return "I opened" if first else "This belongs to", name, _becomes(scene, signal, first=first)


def _becomes(scene: Scene, signal: Signal, *, first: bool) -> list[Piece]:
    """Who asked has to hear where it stands when nobody begins to work on it just because they asked."""
    if scene.report.merged_into is not None:
        return [f"It was merged into SB-{scene.report.merged_into}; what becomes of it is told there."]
    if scene.report.status is Status.DISMISSED:
        return was_dismissed(scene)
    told: list[Piece] = ["What becomes of it is told there."]
    if not signal.asked_by:
        return told
    if not scene.researches and scene.report.status in (Status.GATHERING, Status.AWAITING_RESEARCH):
        return [f"Nobody looks for its cause yet: {NO_MODEL}."]
    idle = idle_because(scene.report, scene.policy, researches=scene.researches)
    return [waits_for(scene), " ", *told] if idle or not first else told


def _proven(scene: Scene, signal: Signal, under: Spot) -> Drawing:
    said, pieces = to_reporter(scene.fix, scene.ending)
    return Drawing(f"proven:{signal.id}", said, [parts.paragraph(*pieces)], under)
