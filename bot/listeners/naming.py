"""Which report a command names, and whether it may be spoken of where it was typed."""

from __future__ import annotations

import re
from collections.abc import Callable

from slack_sdk.models.blocks import Block

from bot.listeners.addressing import without_ending
from bot.listeners.deps import Deps
from bot.listeners.payload import Typed
from bot.views.drawing import Spot
from bot.views.scene import Scene
from storage.errors import NotFound
from storage.records import Report
from storage.status import Visibility

Said = tuple[str, list[Block]]

REF = r"(?:#|SB[- ]?)?(\d{1,9})"
_ONE = re.compile(rf"\w+\s+{REF}", re.IGNORECASE)


def about(typed: Typed, deps: Deps, usage: str, show: Callable[[Report, str, str, Deps], Said]) -> Said:
    """What a command that names one report answers; how it is used, if it names none."""
    named = _ONE.fullmatch(trimmed(typed))
    if named is None:
        return usage, []
    try:
        report = seen(int(named[1]), typed.channel, deps)
    except NotFound as error:
        return str(error), []
    return show(report, typed.user, typed.team, deps)


def trimmed(typed: Typed) -> str:
    """What was typed, without the courtesy and the signs with which sentences end."""
    return without_ending(typed.text.strip())


def scene_of(report: Report, deps: Deps) -> Scene:
    """What can be told of it."""
    return Scene(deps.store.reports.snapshot(report.id or 0), deps.policy, thread=Spot(report.channel, ""))


def seen(report_id: int, channel: str, deps: Deps) -> Report:
    """A report that may be spoken of in this channel. Raises NotFound."""
    try:
        report = deps.store.reports.get(report_id)
    except NotFound:
        report = None
    if report is None or (report.visibility is Visibility.PRIVATE and report.channel != channel):
        raise NotFound(f"There is no SB-{report_id} that I could speak of here.")
    return report


def is_for(other: Report, report: Report) -> bool:
    """Whether who may see one report may see the other."""
    return other.visibility is Visibility.PUBLIC or other.channel == report.channel
