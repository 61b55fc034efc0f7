"""The quarantine: who said what, why it is held, and a button to restore it. Pure."""

from __future__ import annotations

from slack_sdk.models.blocks import Block

from bot.actions import Action, HeldChoice, HeldTurn
from bot.views import parts
from bot.views.parts import Link, Mention, Moment, Piece, Room, Words, bold
from bot.views.words import source_name
from storage.quarantine import HeldPage
from storage.records import Signal

NOTHING = "Nothing is held."
PAGE = 5  # signals; three blocks each
_QUOTE = 300


def title(page: HeldPage) -> str:
    """How much is held."""
    return f"Held: {page.total}" if page.total else NOTHING


def held(page: HeldPage, before: int = 0) -> list[Block]:
    """One page of what may be seen here; `before` is where it begins, 0 for the newest."""
    if not page.total:
        return [parts.paragraph(NOTHING)]
    blocks: list[Block] = [
        parts.paragraph(
            bold(f"{title(page)}. "), "These look like attempts to steer an agent, and no agent has read them."
        )
    ]
    for signal in page.signals:
        value = HeldChoice(signal_id=signal.id or 0, before=before).json_text
        restore = parts.button("Restore", Action.RESTORE, value, number=signal.id)
        blocks += [parts.paragraph(*_line(signal)), parts.preformatted(_quote(signal), _QUOTE), parts.buttons(restore)]
    turns = [
        parts.button(label, Action.HELD_PAGE, HeldTurn(before=to).model_dump_json(), number=number)
        for number, (label, to, wanted) in enumerate(
            (("Newest", 0, before > 0), ("Older", page.next_before, page.next_before > 0))
        )
        if wanted
    ]
    return [*blocks, parts.buttons(*turns)] if turns else blocks


def _line(signal: Signal) -> list[Piece]:
    """Who, when, where and why. Only Slack's own address of a message becomes a link: others are the source's word."""
    why = signal.screening
    threat = why.threat.value.replace("_", " ") if why is not None and why.threat is not None else "not judged"
    line: list[Piece] = [bold(threat), ", "]
    if signal.source == "slack":
        line += [Mention(signal.author), " in ", Room(signal.channel), ", ", Moment(signal.received_at)]
        line += [", ", Link(signal.url, "the message")] if signal.url else []
    else:
        named = f"{signal.author} in " if signal.author else ""
        line += [Words(f"{named}{source_name(signal.source)} {signal.external_id}", limit=200)]
        line += [", ", Moment(signal.received_at)]
    if why is not None and why.reason:
        line += [". ", Words(why.reason, italic=True, limit=300)]
    return line


def _quote(signal: Signal) -> str:
    why = signal.screening
    return why.quote if why is not None and why.quote else signal.body or signal.title
