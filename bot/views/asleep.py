"""A report that people want left alone: what is said of that, and what is kept back meanwhile. Pure."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import replace

from slack_sdk.models.blocks import Block

from bot.actions import Action, Choice, Rest
from bot.views import parts
from bot.views.drawing import Drawing, Effect, Reaction, Upload, Whisper
from bot.views.parts import Mention, Moment, Piece, Sign, bold
from bot.views.scene import Scene
from bot.views.words import plural
from storage.records import Report
from storage.sleep import Sleep, Waking
from storage.status import Status

MUTE = "mute"
SPANS = (
    ("1 hour", "1h"),
    ("4 hours", "4h"),
    ("Tomorrow", "tomorrow"),
    ("3 days", "3d"),
    ("Monday", "monday"),
    ("2 weeks", "2w"),
    ("Mute", MUTE),
)
_GOES_ON: Mapping[Status, str] = {
    Status.AWAITING_RESEARCH: "The search for the cause goes on",
    Status.AWAITING_FIX: "The fix that is under way goes on",
    Status.AWAITING_CHECKS: "Its pull request is followed on, and mended where checks are red",
    Status.AWAITING_REVIEW: "Its pull request stays open, and is followed on",
    Status.AWAITING_PROOF: "I go on watching whether it comes back after the merge",
}
_DID: Mapping[Waking | None, str] = {
    Waking.ACTED: "acted on it",
    Waking.ASKED: "asked to have it looked into",
    Waking.WOKEN: "woke it",
}
_HAPPENED: Mapping[Waking | None, str] = {
    Waking.GROWN: "what came weighs as much as all before",
    Waking.FATAL: "what came is fatal, and nothing before was",
    Waking.URGENT: "it turned out to be P0",
    Waking.BACK: "it came back after the merge, or that was reverted",
}
_WAKES = (
    "It wakes {sooner}if somebody acts on it, if what comes weighs as much as all so far, or is fatal where nothing "
    "before was. Signals are counted, and the card is kept up to date."
)


def asleep(scene: Scene) -> Sleep | None:
    """The sleep that the report is in."""
    latest = scene.snapshot.sleeps[-1] if scene.snapshot.sleeps else None
    return latest if latest is not None and latest.woke_at is None else None


def on_card(scene: Scene) -> list[Block]:
    """Until when, and who wants it so."""
    sleep = asleep(scene)
    return [parts.paragraph(Sign("zzz"), " ", *_until(sleep), ", by ", Mention(sleep.by), ".")] if sleep else []


def slept(scene: Scene) -> Iterator[Drawing]:
    """Two messages for each sleep: that it began, and why it ended, for who had asked for it."""
    for sleep in scene.snapshot.sleeps:
        yield _fell_asleep(scene, sleep)
        if sleep.woke_at is not None and (why := _why(sleep)):
            yield replace(_woke(sleep, why), past=sleep is not scene.snapshot.sleeps[-1])


def quietly(scene: Scene, effects: Iterable[Effect]) -> Iterator[Effect]:
    """The same; while the report sleeps nothing new is posted in its thread, and what stands there is edited only.

    What is kept back comes once it wakes. Who reports something is answered under their own message all the same.
    """
    if asleep(scene) is None:
        yield from effects
        return
    for effect in effects:
        match effect:
            case Drawing(under=None):
                yield replace(effect, past=True)
            case Drawing() | Reaction() | Whisper():
                yield effect
            case Upload():
                continue


def menu(report: Report) -> list[Block]:
    """For the person who would have it left alone: for how long?"""
    pressed = [
        parts.button(label, Action.SNOOZE, Rest(report_id=report.id or 0, span=span).json_text, number=number)
        for number, (label, span) in enumerate(SPANS)
    ]
    return [
        parts.paragraph("For how long do I leave ", bold(report.ref), " alone? ", _WAKES.format(sooner="sooner ")),
        parts.buttons(*pressed),
        parts.context(
            f"For another time: /signalbox snooze {report.ref} 10d, or “snooze until friday” in its thread. Muted, it "
            "has no end by the clock."
        ),
    ]


def _fell_asleep(scene: Scene, sleep: Sleep) -> Drawing:
    name = f"asleep:{sleep.id}"
    if sleep.woke_at is not None:
        line: list[Piece] = [Sign("zzz"), " ", Mention(sleep.by), " had this left alone from ", Moment(sleep.since)]
        return Drawing(name, "This slept.", [parts.paragraph(*line, " until ", Moment(sleep.woke_at), ".")], past=True)
    sooner = "sooner " if sleep.until else ""
    blocks = [parts.paragraph(Sign("zzz"), " ", *_until(sleep), ", by ", Mention(sleep.by), ". I post nothing here.")]
    if goes_on := _GOES_ON.get(scene.report.status):
        blocks.append(parts.paragraph(f"{goes_on}; what comes of it is on the card, and told here when this wakes."))
    value = Choice(report_id=scene.report_id).json_text
    blocks += [parts.context(_WAKES.format(sooner=sooner)), parts.buttons(parts.button("Wake", Action.WAKE, value))]
    return Drawing(name, "Asleep" if sleep.until else "Muted", blocks)


def _until(sleep: Sleep) -> list[Piece]:
    return [bold("Asleep until "), Moment(sleep.until)] if sleep.until else [bold("Muted")]


def _woke(sleep: Sleep, why: list[Piece]) -> Drawing:
    heard = f"{plural(sleep.joined, 'signal')} joined" if sleep.joined else "nothing more was reported"
    said = f"While it slept {heard}; what it waits for is on the card."
    blocks = [parts.paragraph(Sign("alarm_clock"), " ", Mention(sleep.by), ", ", *why, f" {said}")]
    return Drawing(f"woke:{sleep.id}", "This is awake again.", blocks)


def _why(sleep: Sleep) -> list[Piece]:
    """Nothing, where nobody need be told: it is over, or who had asked for it woke it."""
    if sleep.woke_because is Waking.CLOSED or (sleep.woke_because in _DID and sleep.woke_by == sleep.by):
        return []
    early = "this is awake before its time" if sleep.until else "this is awake again"
    if sleep.woke_because in _DID:
        return [f"{early}: ", Mention(sleep.woke_by), f" {_DID[sleep.woke_because]}."]
    if sleep.woke_because in _HAPPENED:
        return [f"{early}: {_HAPPENED[sleep.woke_because]}."]
    return ["this is awake again: its time has come."]
