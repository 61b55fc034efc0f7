"""The Home tab, the quarantine, and short answers. Pure."""

from __future__ import annotations

from dataclasses import dataclass

from slack_sdk.models.blocks import Block, DividerBlock

from bot.actions import Action, HeldChoice, action_id
from bot.views import limits
from bot.views.escape import link, one_line, plain
from bot.views.parts import button, buttons, context, header, preformatted, section
from bot.views.words import moment, span, status_line
from storage.plumbing import Cursor, Switch
from storage.records import Report, Signal
from storage.signals import SignalCounts
from storage.spending import Spent

_MOST = 40


@dataclass(frozen=True)
class Listed:
    """An open report and the address of its thread, empty if it is not known."""

    report: Report
    url: str


@dataclass(frozen=True)
class Condition:
    """How the bot is."""

    paused: Switch
    counts: SignalCounts
    open_reports: int
    today: Spent
    cursors: list[Cursor]


def home(listed: list[Listed]) -> list[Block]:
    """The open reports, newest first."""
    blocks: list[Block] = [header("Open reports")]
    if not listed:
        return [*blocks, section("Nothing is open. Type `/investigate` and what is wrong to open a report.")]
    for each in listed[:_MOST]:
        title = limits.cut(one_line(each.report.title), 200)
        name = link(each.url, title) if each.url else plain(title)
        blocks.append(section(f"*{each.report.ref}* {name}\n{plain(status_line(each.report), markup=True)}"))
    if len(listed) > _MOST:
        blocks.append(context(f"and {len(listed) - _MOST} more"))
    return blocks


def held(signals: list[Signal]) -> list[Block]:
    """The quarantine: what was held, why, and a button to restore it."""
    if not signals:
        return [section("Nothing is held.")]
    blocks: list[Block] = [section("*Held: these look like attempts to steer an agent, and no agent has read them.*")]
    for signal in signals[:8]:
        why = signal.screening
        threat = why.threat.value.replace("_", " ") if why is not None and why.threat is not None else "unclear"
        who = f" by <@{signal.author}>" if signal.source == "slack" and signal.author.isalnum() else ""
        blocks += [
            section(f"*{plain(threat)}* {link(signal.url, signal.external_id)}{who}, {moment(signal.received_at)}"),
            preformatted(limits.cut(why.quote if why is not None and why.quote else signal.body, 300)),
            buttons(
                button("It is harmless: restore", action_id(Action.RESTORE, signal.id), _held_value(signal)),
            ),
        ]
    return blocks


def _held_value(signal: Signal) -> str:
    return HeldChoice(signal_id=signal.id or 0).model_dump_json()


def condition(how: Condition) -> list[Block]:
    """The answer to `/signalbox status`."""
    work = f":double_vertical_bar: Paused by <@{how.paused.by}>" if how.paused.on else ":arrow_forward: Working"
    counts = how.counts
    blocks: list[Block] = [
        section(f"*{work}*"),
        section(
            f"{how.open_reports} open reports · {counts.total} signals: {counts.filed} filed, {counts.held} held, "
            f"{counts.dropped} set aside, {counts.waiting} waiting"
        ),
        section(f"Today: {how.today.calls} model calls, {span(how.today.seconds)}, about ${how.today.usd:.2f}"),
    ]
    troubled = [cursor for cursor in how.cursors if cursor.trouble]
    if troubled:
        blocks.append(DividerBlock())
    blocks += [
        section(f":warning: *{plain(each.source)}*: {plain(limits.cut(each.trouble, 400))}") for each in troubled
    ]
    return blocks


HELP = (
    "`/investigate <what is wrong>` opens a report and looks for the cause.\n"
    "`/signalbox status` says how I am, `pause` and `resume` stop and start all work, `held` shows the quarantine.\n"
    "In a report's thread, approvers press Approve or reply `approve`; any other words of theirs change the plan."
)
