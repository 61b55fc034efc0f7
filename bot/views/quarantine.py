"""The quarantine: what was held, why, and a button to restore it. Pure."""

from __future__ import annotations

from slack_sdk.models.blocks import Block

from bot.actions import Action, HeldChoice
from bot.views import parts
from bot.views.parts import Link, Moment, Piece, Room, Words, bold
from bot.views.words import plural, source_name
from storage.records import Signal

_LISTED = 8
_QUOTE = 300


def held(signals: list[Signal]) -> list[Block]:
    """The newest first."""
    if not signals:
        return [parts.paragraph("Nothing is held.")]
    blocks: list[Block] = [
        parts.paragraph(bold("Held: these look like attempts to steer an agent, and no agent has read them."))
    ]
    for signal in signals[:_LISTED]:
        value = HeldChoice(signal_id=signal.id or 0).json_text
        restore = parts.button("It is harmless: restore", Action.RESTORE, value, number=signal.id)
        blocks += [parts.paragraph(*_line(signal)), parts.preformatted(_quote(signal), _QUOTE), parts.buttons(restore)]
    if len(signals) > _LISTED:
        blocks.append(parts.context(f"and {plural(len(signals) - _LISTED, 'more signal')}"))
    return blocks


def _line(signal: Signal) -> list[Piece]:
    why = signal.screening
    threat = why.threat.value.replace("_", " ") if why is not None and why.threat is not None else "not judged"
    line: list[Piece] = [
        bold(threat),
        "  ",
        Link(signal.url, f"{source_name(signal.source)} {signal.external_id}"[:120]),
    ]
    if signal.source == "slack":
        line += ["  in ", Room(signal.channel)]
    line += [", ", Moment(signal.received_at)]
    if why is not None and why.reason:
        line += [". ", Words(why.reason, italic=True, limit=300)]
    return line


def _quote(signal: Signal) -> str:
    why = signal.screening
    return why.quote if why is not None and why.quote else signal.body or signal.title
