"""How the bot is: the answers to `/signalbox`. Pure."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass, field

from slack_sdk.models.blocks import Block

from bot import breaker
from bot.actions import Action, DeadEvent
from bot.views import parts
from bot.views.parts import Mention, Moment, Piece, Room, Sign, Words, bold, code
from bot.views.words import NO_MODEL, money, plural, span
from storage.columns import now
from storage.plumbing import Breaker, Cursor, InboxRow, Switch
from storage.records import Report
from storage.signals.keeping import SignalCounts
from storage.spending import Spent

_NEWS = dt.timedelta(days=14)  # what was left out by a first pull is said for so long; the doctor always says it
LETTERS = 3  # dead events that are shown; two blocks each


@dataclass(frozen=True)
class Unshown:
    """A channel in which nothing can be shown, and how many open reports should be there."""

    reports: int
    channel: str  # empty where it is not for everybody to know
    why: str


@dataclass(frozen=True)
class Condition:
    """How the bot is."""

    paused: Switch
    counts: SignalCounts
    open_reports: int
    today: Spent
    cursors: list[Cursor]
    asleep: int = 0  # of the open reports
    held_up: list[Report] = field(default_factory=list)  # whose work waits for something that does not answer
    unshown: Sequence[Unshown] = ()
    dead: Sequence[InboxRow] = ()  # events of Slack that could not be dealt with, newest first
    short_of_room: str = ""  # a sentence when the disk is nearly full
    channel: str = ""  # where it is asked
    private: frozenset[str] = frozenset()  # sources of which no item is named there
    standing: int = 0  # standing approvals in force
    researches: bool = True  # whether there is a model that can
    at: dt.datetime = field(default_factory=now)


def condition(how: Condition) -> list[Block]:
    """Working or paused, what there is, what it cost today, and what is in trouble."""
    counts = how.counts
    signals = (
        f"{plural(counts.total, 'signal')}: {counts.filed} filed, {counts.held} held, {counts.dropped} set aside, "
        f"{counts.waiting} waiting{f', {counts.erased} erased' if counts.erased else ''}"
    )
    blocks: list[Block] = [
        _working(how.paused),
        parts.paragraph(f"{plural(how.open_reports, 'open report')}{_asleep(how.asleep)} · {signals}"),
        parts.paragraph(
            f"Today: {plural(how.today.calls, 'model call')}, {span(how.today.seconds)}, about {money(how.today.usd)}"
        ),
    ]
    if not how.researches:
        blocks.append(parts.paragraph(Sign("warning"), f" {NO_MODEL[0].upper()}{NO_MODEL[1:]}."))
    if how.standing:
        in_force = plural(how.standing, "standing approval")
        blocks.append(parts.paragraph(f"{in_force} in force: ", code("/signalbox standing")))
    if how.short_of_room:
        blocks.append(parts.paragraph(Sign("warning"), " ", Words(how.short_of_room, limit=400)))
    if counts.troubled:
        why = Words(counts.trouble, limit=400)
        unread = plural(counts.troubled, "signal")
        blocks.append(
            parts.paragraph(Sign("warning"), f" {unread} could not be read yet, and will be tried again. ", why)
        )
    if how.held_up:
        waiting = plural(len(how.held_up), "report")
        latest = max(how.held_up, key=lambda each: each.since)
        said = Words(latest.note, limit=400)
        blocks.append(parts.paragraph(Sign("hourglass_flowing_sand"), f" The work on {waiting} waits. ", said))
    blocks += [parts.paragraph(*_unshown(each)) for each in how.unshown]
    blocks += [parts.paragraph(*said) for each in how.cursors[:20] for said in _source(each, how)]
    return [*blocks, *_dead(how.dead, how.channel)]


def _asleep(many: int) -> str:
    return f", {many} of them asleep or muted" if many else ""


def _unshown(place: Unshown) -> list[Piece]:
    where: list[Piece] = [Room(place.channel)] if place.channel else ["a channel that is not public"]
    return [Sign("warning"), f" {plural(place.reports, 'report')} cannot be shown in ", *where, f": {place.why}"]


def _dead(letters: Sequence[InboxRow], channel: str) -> list[Block]:
    """What of Slack was given up, each with Retry, as what else is stuck has it."""
    if not letters:
        return []
    many = f" {plural(len(letters), 'Slack event')} could not be dealt with; the log says why."
    again = DeadEvent().json_text
    blocks: list[Block] = [parts.paragraph(Sign("warning"), many)]
    for number, letter in enumerate(letters[:LETTERS], start=1):
        value = DeadEvent(event_id=letter.event_id).json_text
        retry = parts.button("Retry", Action.RETRY_EVENT, value, number=number)
        blocks += [parts.paragraph(*_letter(letter, channel)), parts.buttons(retry)]
    if len(letters) > 1:
        label = f"Retry all {len(letters)}"
        blocks.append(parts.buttons(parts.button(label, Action.RETRY_EVENT, again, number=0)))
    return blocks


def _letter(letter: InboxRow, channel: str) -> list[Piece]:
    """Kind, place, moment and fault. Of what was said in private no word, elsewhere: a fault may quote it."""
    place = str(letter.body.get("channel") or "")
    is_private = letter.body.get("channel_type") != "channel" and place != channel
    fault = letter.trouble.partition(":")[0] if is_private else letter.trouble
    where: list[Piece] = [" in ", Room(place)] if place and not is_private else []
    return [bold(letter.kind, 80), *where, ", ", Moment(letter.received_at), ": ", Words(fault, limit=300)]


def _source(cursor: Cursor, how: Condition) -> list[list[Piece]]:
    """A line for each thing that is to be said of a source: why it rests, what is not read, what was left out."""
    lines: list[list[Piece]] = []
    name, trouble = bold(cursor.source, 80), Words(cursor.trouble, limit=400)
    match cursor.breaker(how.at):
        case Breaker.OPEN if cursor.rests_since is not None and cursor.not_before is not None:
            since, until = Moment(cursor.rests_since), Moment(cursor.not_before)
            lines.append([Sign("zzz"), " ", name, " rests since ", since, ", until ", until, ": ", trouble])
        case _ if cursor.trouble:
            lines.append([Sign("warning"), " ", name, " is tried again: ", trouble])
    if cursor.lacking:
        lines.append([Sign("warning"), " ", name, " is read in part. ", Words(cursor.lacking, limit=400)])
    if aside := breaker.what_was_put_aside(cursor, named=cursor.source not in how.private):
        lines.append([Sign("warning"), " ", name, " ", Words(aside, limit=600)])
    if cursor.left_out and cursor.left_out_since is not None and how.at - cursor.left_out_since < _NEWS:
        command = f"signalbox pull {cursor.source} --since {cursor.left_out_since:%Y-%m-%dT%H:%M:%SZ}"
        left_out = plural(cursor.left_out, "signal")
        lines.append([Sign("inbox_tray"), " ", name, f" left out {left_out} when it was switched on. ", code(command),
                      " brings them."])  # fmt: skip
    return lines


def _working(paused: Switch) -> Block:
    if not paused.on:
        return parts.paragraph(Sign("arrow_forward"), bold(" Working"))
    return parts.paragraph(Sign("double_vertical_bar"), bold(" Paused"), " by ", Mention(paused.by))
