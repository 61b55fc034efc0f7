"""How the bot is: the answers to `/signalbox`. Pure."""

from __future__ import annotations

from dataclasses import dataclass

from slack_sdk.models.blocks import Block

from bot.views import parts
from bot.views.parts import Mention, Sign, Words, bold
from bot.views.words import money, plural, span
from storage.plumbing import Cursor, Switch
from storage.signals import SignalCounts
from storage.spending import Spent

HELP = (
    "`/investigate <what is wrong>` opens a report and looks for the cause.\n"
    "`/signalbox status` says how I am; `pause` and `resume` stop and start all work; `held` shows the quarantine.\n"
    "In a report's thread approvers press Approve or reply `approve`; any other words of theirs change the plan.\n"
    "“Investigate this” in a message's menu opens a report about that message."
)


@dataclass(frozen=True)
class Condition:
    """How the bot is."""

    paused: Switch
    counts: SignalCounts
    open_reports: int
    today: Spent
    cursors: list[Cursor]
    dead_letters: int = 0  # events of Slack that could not be dealt with


def condition(how: Condition) -> list[Block]:
    """Working or paused, what there is, what it cost today, and what is in trouble."""
    counts = how.counts
    signals = (
        f"{plural(counts.total, 'signal')}: {counts.filed} filed, {counts.held} held, {counts.dropped} set aside, "
        f"{counts.waiting} waiting"
    )
    blocks: list[Block] = [
        _working(how.paused),
        parts.paragraph(f"{plural(how.open_reports, 'open report')} · {signals}"),
        parts.paragraph(
            f"Today: {plural(how.today.calls, 'model call')}, {span(how.today.seconds)}, about {money(how.today.usd)}"
        ),
    ]
    blocks += [
        parts.paragraph(Sign("warning"), " ", bold(each.source, 80), "  ", Words(each.trouble, limit=400))
        for each in how.cursors[:20]
        if each.trouble
    ]
    if how.dead_letters:
        events = plural(how.dead_letters, "Slack event")
        blocks.append(parts.paragraph(Sign("warning"), f" {events} could not be dealt with; the log says why."))
    return blocks


def _working(paused: Switch) -> Block:
    if not paused.on:
        return parts.paragraph(Sign("arrow_forward"), bold(" Working"))
    return parts.paragraph(Sign("double_vertical_bar"), bold(" Paused"), " by ", Mention(paused.by))
