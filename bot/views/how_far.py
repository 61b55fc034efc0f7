"""How far work is that goes on, why it does not, and since when something is waited for. Pure."""

from __future__ import annotations

import datetime as dt

from slack_sdk.models.blocks import Block

from agents.wording import moment
from bot.views import parts
from bot.views.escape import plain
from bot.views.parts import Markup, Mention, Sign, bold, code
from bot.views.scene import Scene
from bot.views.words import money, plural, span
from storage.going import Going
from storage.judgments import Stage
from storage.records import Report
from storage.status import WORKED_ON, Status

_SINCE = (WORKED_ON - {Status.AWAITING_PROOF}) | {Status.AWAITING_ANSWER, Status.AWAITING_APPROVAL, Status.STUCK}


def in_short(going: Going | None) -> str:
    """For lists; empty before the first turn."""
    if going is None or not going.turns:
        return ""
    return f"{span(going.seconds)}, {plural(going.turns, 'turn')}, {money(going.usd)} so far."


def so_far(scene: Scene) -> str:
    """How far it was when its newest turn began, and what it may use at most; empty before its first one."""
    going = scene.snapshot.going
    if going is None or not going.turns:
        return ""
    limits = scene.policy.fix_limits if going.stage is Stage.FIX else scene.policy.research_limits
    turns = f"{plural(going.turns, 'turn')} of at most {limits.steps}"
    return f"{span(going.seconds)}, {turns}, {money(going.usd)} of at most {money(limits.usd)}"


def on_card(scene: Scene) -> list[Block]:
    """Since when the card says what it says, how far that is, and until when I wait by myself."""
    report = scene.report
    if report.status not in _SINCE:
        return _paused(scene)
    said = plain("Since ") + moment(report.since)
    if used := so_far(scene):
        said += plain(f" · {used}")
    if report.status is Status.AWAITING_CHECKS:
        until = report.since + dt.timedelta(seconds=scene.policy.waits.checks)
        said += plain(" · I wait until ") + moment(until)
    return [parts.context(Markup(said)), *_paused(scene)]


def _paused(scene: Scene) -> list[Block]:
    """That nothing of it goes on."""
    by = scene.snapshot.paused_by
    if not by or scene.report.status not in WORKED_ON:
        return []
    sign = Sign("double_vertical_bar")
    return [parts.paragraph(sign, bold(" All work is paused"), " by ", Mention(by), ". ", code("/signalbox resume"),
                            " goes on.")]  # fmt: skip


def is_past(report: Report, going: Going | None) -> bool:
    """Whether the report's note tells of a trouble after which the work went on."""
    again = report.not_before
    return going is not None and again is not None and going.reached_at >= again


def is_held_up(report: Report, going: Going | None) -> bool:
    """Whether its work waits by itself for what its note says went wrong."""
    waits = bool(report.note) and report.not_before is not None and report.status in WORKED_ON
    return waits and not is_past(report, going)


def tried_again(scene: Scene) -> list[Block]:
    """When I try again what the card's note says went wrong."""
    report = scene.report
    if not report.note or report.not_before is None or report.status not in WORKED_ON:
        return []
    return [parts.context(Markup(plain("I try it again by myself: ") + moment(report.not_before)))]
